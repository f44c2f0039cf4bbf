"""The stateless call: one case or many, under no rulings, the reference or those signed."""

from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.decide import Trial
from engine.protocol.catalogue import Catalogue
from tests.api.serving import FLAGSHIP, Api

TRIAL = Trial(Catalogue().load(FLAGSHIP))
EVERO = {"ctdna_c1": "positive", "pam_c1": "mutated", "response_c2": "SD"}
STATUSES = st.sampled_from(["not_done", "not_evaluable", "pending", "expired", "conflicting"])


def evaluate(api: Api, body: object, point: str = "after_c2", **params: str) -> httpx2.Response:
    return api.call(
        "edc", "POST", f"{FLAGSHIP}/decision-points/{point}/evaluate", body, params=params, key=""
    )


def answer(api: Api, facts: dict[str, object], **params: str) -> dict[str, Any]:
    said = evaluate(api, {"facts": facts}, **params)
    assert said.status_code == 200, said.text
    found: dict[str, Any] = said.json()
    return found


def case(point: str) -> st.SearchStrategy[dict[str, object]]:
    facts: dict[str, st.SearchStrategy[object]] = {
        name: st.sampled_from(TRIAL.protocol.variables[name].values or ())
        | STATUSES.map(lambda status: {"status": status})
        | st.just(None)
        for name in TRIAL.protocol.tables[point].facts
    }
    return st.fixed_dictionaries({}, optional=facts)


@settings(max_examples=60)
@given(st.data())
def test_one_case_is_answered_as_the_engine_answers(api: Api, data: st.DataObject) -> None:
    point = data.draw(st.sampled_from(["after_c2", "after_c4"]))
    facts, rulings = data.draw(case(point)), data.draw(st.sampled_from(["none", "reference", "signed"]))
    said = evaluate(api, {"case": "x", "facts": facts}, point, rulings=rulings).json()
    used = {} if rulings == "none" else TRIAL.protocol.reference_rulings
    assert said == {"case": "x", **TRIAL.stamped(TRIAL.evaluate(point, facts, used))}


def test_many_cases_are_answered_in_their_order(api: Api) -> None:
    cases = [{"case": number, "facts": EVERO if number % 2 else {}} for number in range(50)]
    said = evaluate(api, cases).json()
    assert [one["case"] for one in said] == list(range(50))
    assert [one["outcome"] for one in said] == ["propose" if number % 2 else "hold" for number in range(50)]


def test_a_case_that_cannot_be_read_gets_its_problem_in_its_place(api: Api) -> None:
    good = {"case": "good", "facts": {}}
    bad = [
        7,
        {"case": "b", "facts": {"mood": "good"}},
        {"case": "c", "facts": {"ctdna_c1": "maybe"}},
        {"case": ["d"], "facts": {}},
        {"case": "e"},
        [],
    ]
    answered = evaluate(api, [good, *bad, good])
    assert answered.status_code == 200
    first, *said, last = answered.json()
    assert first == last == evaluate(api, good).json()
    assert [one["case"] for one in said] == [None, "b", "c", None, "e", None]
    assert [one["line"] for one in said] == [2, 3, 4, 5, 6, 7]
    kinds = ["case-unreadable", "fact-unknown-to-point", "value-outside-domain"] + ["case-unreadable"] * 3
    assert [one["error"]["type"] for one in said] == [f"urn:neoadapt:problem:{kind}" for kind in kinds]
    assert all(one["error"]["status"] == 422 for one in said)


def test_no_cases_have_no_answers(api: Api) -> None:
    assert evaluate(api, []).json() == []


def test_a_case_needs_no_name(api: Api) -> None:
    assert answer(api, {})["case"] is None
    assert evaluate(api, {"case": None, "facts": {}}).json()["case"] is None


def test_rulings_are_those_asked_for(api: Api) -> None:
    facts: dict[str, object] = {"ctdna_c1": "negative", "response_c2": "CR", "pam_baseline": "wild_type"}
    unruled = answer(api, facts)
    assert (unruled["outcome"], unruled["rulings_used"]) == ("hold", {})
    assert answer(api, facts, rulings="none") == unruled
    assert answer(api, facts, rulings="reference")["assign"] == "Nab-P+HP"
    assert answer(api, facts, rulings="signed") == answer(api, facts, rulings="reference")


def test_signed_rulings_are_those_of_the_trial(api: Api) -> None:
    path = "TOY-1/decision-points/after_c1/evaluate"
    body = {"facts": {"marker": "negative", "scan": "CR"}}

    def asked(rulings: str) -> dict[str, Any]:
        found: dict[str, Any] = api.call(
            "edc", "POST", path, body, params={"rulings": rulings}, key=""
        ).json()
        return found

    assert asked("signed") == asked("none")
    picked = {"ambiguity": "AMB-1", "option": "literal_pr_only"}
    assert api.call("sponsor", "POST", "TOY-1/rulings", picked).status_code == 201
    assert (asked("none")["outcome"], asked("reference")["assign"]) == ("hold", "Light")
    assert (asked("signed")["assign"], asked("signed")["rulings_used"]) == (
        "Heavy",
        {"AMB-1": "literal_pr_only"},
    )


def test_a_version_can_be_named(api: Api) -> None:
    assert answer(api, {}, version="v1") == answer(api, {})


def test_what_the_history_gives_may_be_sent_to_the_stateless_call(api: Api) -> None:
    facts = {"regimen_c3_c4": "PyroHT", "response_c4": "PR"}
    assert evaluate(api, {"facts": facts}, "after_c4").json()["assign"] == "PyroHT"


@pytest.mark.parametrize("rulings", ["none", "reference", "signed"])
def test_nothing_is_stored(api: Api, rulings: str) -> None:
    before = api.get("auditor", f"{FLAGSHIP}/audit/checkpoint")
    for body in ({"facts": EVERO}, [{"facts": EVERO}] * 3, {"facts": {"ctdna_c1": "maybe"}}):
        evaluate(api, body, rulings=rulings)
    assert api.get("auditor", f"{FLAGSHIP}/audit/checkpoint") == before


def test_the_same_case_has_the_same_answer(api: Api) -> None:
    answers = {evaluate(api, {"facts": EVERO}, rulings="signed").content for _ in range(5)}
    assert len(answers) == 1
