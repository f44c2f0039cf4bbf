"""Decisions over HTTP: asked, judged, late, stale; and advance, which takes the engine's own step only."""

import pytest

from tests.api.serving import FLAGSHIP, Api, Course

WHY = {"reason_code": "toxicity_concern", "reason": "Grade 3 diarrhoea."}


def evero(api: Api, response: str = "SD") -> Course:
    """After cycle 2, with EveroHT proposed."""
    course = api.subject().at_c2()
    course.observe(ctdna_c1="positive", pam_c1="mutated", response_c2=response)
    course.ask("after_c2")
    return course


def test_one_subject_from_registration_to_pathology(api: Api) -> None:
    course = evero(api, "PR")
    (decision,) = course.read("decisions")
    assert (decision["answer"]["assign"], decision["answer"]["acknowledge"]) == (
        "EveroHT",
        ["responder_escalation"],
    )
    said = course.judge("after_c2-1", verdict="confirm", acknowledged=["responder_escalation"])
    assert said["state"]["regimen"] == "EveroHT"
    course.cycle(3, "EveroHT")
    course.cycle(4, "EveroHT")
    course.observe(response_c4="SD", lvef=(58, "%"))
    choice = course.did("advance")["decisions"][-1]
    assert choice["answer"]["outcome"] == "choose"
    assert choice["before_confirming"].keys() == {"ADC", "AC+H"}
    course.judge(choice["decision"], verdict="choose", regimen="AC+H")
    course.cycle(5, "AC+H")
    course.cycle(6, "AC+H")
    operated = [
        {"variable": "surgery_type", "value": "mastectomy", "effective_at": "2026-02-01T09:00:00Z"},
        {"variable": "axillary_procedure", "value": "none", "effective_at": "2026-02-01T09:00:00Z"},
    ]
    surgery = {"milestone": "surgery", "observations": operated, "effective_at": "2026-02-01T09:00:00Z"}
    refused = course.send("milestones", surgery | {"reason_code": "drug_supply", "reason": "None is due."})
    assert refused.json()["type"] == "urn:neoadapt:problem:reason-not-due"
    course.did("milestones", surgery)
    found = [
        {"variable": "ypt", "value": "ypTis", "effective_at": "2026-02-08T09:00:00Z"},
        {"variable": "ypn", "value": "ypN0", "effective_at": "2026-02-08T09:00:00Z"},
    ]
    said = course.did(
        "milestones",
        {"milestone": "pathology", "observations": found, "effective_at": "2026-02-08T09:00:00Z"},
    )
    assert [one["kind"] for one in said["receipts"]][-1] == "subject.endpoint.derived"
    subject = course.read()
    assert subject["state"] == {
        "arm": "experimental",
        "epoch": "follow_up",
        "regimen": "AC+H",
        "cycle": 6,
        "standing": "on_study",
    }
    (endpoint,) = subject["endpoints"]
    assert (endpoint["endpoint"], endpoint["answer"]["assign"]) == ("pcr", "pCR")
    assert endpoint["answer"]["rulings_used"] == {"AMB-16": "ypt0_is_ypn0"}
    assert subject["deviations"] == []
    assert [one["assigned"] for one in subject["cycles"]] == ["Nab-P+HP"] * 2 + ["EveroHT"] * 2 + ["AC+H"] * 2
    assert all("seen" not in one for one in subject["decisions"])


def test_asking_again_without_a_change_stores_nothing(api: Api) -> None:
    course = api.subject().at_c2()
    first = course.ask("after_c2")
    before = course.read()
    said = course.did("decisions", {"point": "after_c2"}, status=200)
    assert said["receipts"] == []
    assert said["decisions"] == [first]
    assert course.read() == before


def test_a_late_result_is_the_commonest_event(api: Api) -> None:
    """A cycle given while the decision is held is a fact and a deviation; the decision stays open."""
    course = api.subject().at_c2()
    course.observe(ctdna_c1="positive", response_c2="SD", pam_c1={"status": "pending"})
    held = course.ask("after_c2")
    assert (held["answer"]["outcome"], held["answer"]["needs"]) == ("hold", [["pam_baseline", "pam_c1"]])
    said = course.cycle(3, "Nab-P+HP")
    assert said["decisions"] == [held]
    (deviation,) = course.read()["deviations"]
    assert (deviation["kind"], deviation["about"]) == ("cycle_before_decision", "cycle 3")
    said = course.observe(pam_c1="mutated")
    proposed = said["decisions"][-1]
    assert (proposed["decision"], proposed["answer"]["assign"]) == ("after_c2-2", "EveroHT")
    course.judge("after_c2-2", verdict="confirm")
    kinds = [one["kind"] for one in course.read()["deviations"]]
    assert kinds == ["cycle_before_decision", "decision_late"]
    assert course.read("decisions/after_c2-1")["status"] == "superseded"
    verdict = course.read("decisions/after_c2-2")["verdict"]
    assert (verdict["verdict"], verdict["late"]) == ("confirmed", True)


def test_a_result_that_contradicts_a_judged_decision_is_answered_with_that_decision(api: Api) -> None:
    course = evero(api)
    course.judge("after_c2-1", verdict="confirm")
    assert course.read("decisions/after_c2-1")["overtaken"] is None
    said = course.observe(ctdna_c1="negative")
    assert said["next"]["reviews"] == ["after_c2-1"]
    (decision,) = said["decisions"]
    assert (decision["status"], decision["answer"]["assign"]) == ("confirmed", "EveroHT")
    assert decision["overtaken"]["changed"] == ["ctdna_c1"]
    assert decision["overtaken"]["answer"]["outcome"] == "hold"
    assert course.read("decisions/after_c2-1") == decision


def test_an_override_stands_beside_the_proposal_for_ever(api: Api) -> None:
    course = evero(api)
    course.judge("after_c2-1", verdict="override", regimen="TCbHP", **WHY)
    decision = course.read("decisions/after_c2-1")
    assert (decision["status"], decision["answer"]["assign"]) == ("overridden", "EveroHT")
    assert decision["verdict"]["regimen"] == "TCbHP"
    assert decision["verdict"]["reason_code"] == "toxicity_concern"
    (deviation,) = course.read()["deviations"]
    assert (deviation["decided"], deviation["given"]) == ("EveroHT", "TCbHP")


@pytest.mark.parametrize(
    ("verdict", "kind", "status"),
    [
        ({"verdict": "confirm"}, "acknowledgement-missing", 422),
        (
            {"verdict": "confirm", "acknowledged": ["responder_escalation", "x"]},
            "acknowledgement-missing",
            422,
        ),
        ({"verdict": "choose", "regimen": "EveroHT"}, "verdict-not-fitting", 422),
        ({"verdict": "override", "regimen": "EveroHT", **WHY}, "option-not-offered", 422),
        ({"verdict": "override", "regimen": "ADC", **WHY}, "precondition-missing", 409),
    ],
)
def test_a_verdict_that_does_not_fit(api: Api, verdict: dict[str, object], kind: str, status: int) -> None:
    course = evero(api, "PR")
    before = course.read()
    answer = course.send("decisions/after_c2-1/verdict", verdict, role="investigator")
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:neoadapt:problem:{kind}")
    assert course.read() == before


def test_a_decision_is_judged_once(api: Api) -> None:
    course = evero(api)
    course.judge("after_c2-1", verdict="confirm")
    before = course.read()
    answer = course.send("decisions/after_c2-1/verdict", {"verdict": "confirm"}, role="investigator")
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:neoadapt:problem:decision-closed"
    assert answer.json()["current"] is None
    assert course.read() == before


def test_a_decision_is_stale_once_a_ruling_behind_it_was_signed(api: Api) -> None:
    course = api.subject("TOY-1").allocated("adaptive")
    course.cycle(1, "Light")
    course.observe(marker="negative", scan="CR")
    held = course.ask("after_c1")
    assert held["answer"]["needs"] == [["AMB-1"]]
    assert course.read("next")["rulings_awaited"] == ["AMB-1"]
    picked = {"ambiguity": "AMB-1", "option": "pr_or_better"}
    assert api.call("sponsor", "POST", "TOY-1/rulings", picked).status_code == 201
    over = {"verdict": "override", "regimen": "Light", "reason_code": "physician_decision", "reason": "x"}
    before = course.read()
    answer = course.send("decisions/after_c1-1/verdict", over, role="investigator")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:neoadapt:problem:decision-stale")
    assert course.read() == before
    again = course.ask("after_c1")
    assert (again["decision"], again["answer"]["assign"]) == ("after_c1-2", "Light")
    course.judge("after_c1-2", verdict="confirm")
    assert course.read()["state"]["regimen"] == "Light"


def test_advance_asks_the_point_that_is_due(api: Api) -> None:
    course = api.subject().at_c2()
    said = course.did("advance")
    assert [one["kind"] for one in said["receipts"]] == ["subject.decision.proposed"]
    assert said["decisions"][-1]["point"] == "after_c2"
    assert said["state"] == course.read()["state"]


def stops(api: Api) -> dict[str, tuple[Course, list[str]]]:
    """Places from which the engine cannot go on by itself, and the planned steps there."""
    places = {
        "registered": (api.subject(), ["screen eligible by edc", "screen ineligible by edc"]),
        "on the control arm": (api.subject().allocated("control"), ["give_cycle by edc"]),
        "before cycle 1": (api.subject().allocated(), ["give_cycle by edc"]),
        "an open decision": (evero(api), ["decide after_c2-1 by investigator"]),
    }
    gone = api.subject().at_c2()
    gone.did("exits", {"exit": "lost", "reason": "x", "effective_at": "2026-01-06T09:00:00Z"})
    places["lost"] = (gone, [])
    confirmed = evero(api)
    confirmed.judge("after_c2-1", verdict="confirm")
    places["before cycle 3"] = (confirmed, ["give_cycle by edc"])
    return places


def test_advance_never_gives_a_drug_and_never_confirms(api: Api) -> None:
    for where, (course, planned) in stops(api).items():
        before = course.read()
        answer = course.send("advance")
        assert answer.status_code == 409, where
        said = answer.json()
        assert said["type"] == "urn:neoadapt:problem:nothing-planned"
        assert said["planned"] == planned, where
        assert said["next"] == course.read("next"), "the answer says what comes next, and from whom"
        assert course.read() == before


def test_next_names_who_owes_what(api: Api) -> None:
    course = api.subject().at_c2()
    course.observe(ctdna_c1="positive", response_c2="SD", pam_c1={"status": "pending"})
    course.ask("after_c2")
    awaited = {one["variable"]: one for one in course.read("next")["awaited"]}
    assert awaited["pam_c1"]["reporter"] == "molecular laboratory"
    assert (awaited["pam_c1"]["status"], awaited["pam_c1"]["for_decision"]) == ("pending", "after_c2-1")
    assert "ctdna_c1" not in awaited


def test_a_decision_shows_its_inputs_and_its_assumptions(api: Api) -> None:
    course = evero(api)
    decision = course.read("decisions/after_c2-1")
    inputs = {one["variable"]: one for one in decision["inputs"]}
    assert inputs["ctdna_c1"]["value"] == "positive"
    assert inputs["ctdna_c1"]["effective_at"] == "2026-01-05T01:00:00Z"
    assert inputs["pam_baseline"] == {"variable": "pam_baseline"}
    assumed = {one["parameter"]: one for one in decision["assumptions"]}
    assert (assumed["cycle_length"]["value"], assumed["cycle_length"]["unit"]) == (21, "d")
    assert assumed["doses"]["value"] is None
    answer = decision["answer"]
    assert answer["rules"] == ["C2-4"]
    assert answer["cites"] == [{"record": FLAGSHIP, "section": "arms.experimental", "sentence": 7}]
    (version,) = api.get("edc", f"{FLAGSHIP}/versions")
    assert (answer["version"], answer["protocol_hash"]) == (version["version"], version["hash"])


def test_the_etag_of_a_decision_is_the_subjects(api: Api) -> None:
    course = evero(api)
    for what in ("", "/next", "/decisions/after_c2-1"):
        answer = api.call("auditor", "GET", course.path + what)
        assert answer.headers["ETag"] == f'"{course.version}"'


def test_an_endpoint_is_asked_by_nobody(api: Api) -> None:
    course = api.subject().at_c2()
    answer = course.send("decisions", {"point": "pcr"})
    assert answer.status_code == 422
    assert answer.json()["known"] == ["after_c2", "after_c4"]
