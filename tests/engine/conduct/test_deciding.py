"""Asking, judging, and what follows from what was recorded."""

from collections.abc import Callable
from itertools import chain, combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conduct.deciding import FITTING, Verdict, VerdictKind, ask, consequences, judge
from engine.conduct.errors import (
    AcknowledgementMissingError,
    DecisionStaleError,
    OptionNotOfferedError,
    PreconditionMissingError,
    VerdictNotFittingError,
)
from engine.conduct.recording import observe
from engine.decide import Trial, decide
from engine.protocol.catalogue import Catalogue
from engine.subject.events import (
    Chosen,
    Confirmed,
    EndpointDerived,
    Observed,
    Overridden,
    Proposed,
    Referred,
)
from engine.subject.state import Decision
from tests.engine.course import REFERENCE, START, Course, flagship
from tests.toy import FILES, TRIAL, edited, write_toy

WHY = {"reason_code": "safety_finding", "reason": "For the test."}
EVERO = {"ctdna_c1": "positive", "pam_c1": "mutated", "response_c2": "SD"}
VERDICTS: tuple[VerdictKind, ...] = ("confirm", "choose", "override", "acknowledge")


def at_c2(rulings: dict[str, str] | None = None) -> Course:
    course = Course(flagship(), dict(REFERENCE if rulings is None else rulings))
    return course.allocated("experimental").cycle("Nab-P+HP", 2)


def at_c4() -> Course:
    course = at_c2().see(**EVERO)
    course.judge(course.ask("after_c2").key, "confirm")
    return course.cycle("EveroHT", 2)


def proposed() -> tuple[Course, Decision]:
    course = at_c2().see(**EVERO)
    return course, course.ask("after_c2")


def choice() -> tuple[Course, Decision]:
    course = at_c4().see(response_c4="SD", lvef=60)
    return course, course.ask("after_c4")


def referred() -> tuple[Course, Decision]:
    course = at_c2(REFERENCE | {"AMB-05": "refer"}).see(ctdna_c1="negative", response_c2="PD")
    return course, course.ask("after_c2")


def held() -> tuple[Course, Decision]:
    course = at_c2()
    return course, course.ask("after_c2")


OUTCOMES = {"propose": proposed, "choose": choice, "refer": referred, "hold": held}
SAID: dict[VerdictKind, dict[str, object]] = {
    "confirm": {},
    "choose": {"regimen": "AC+H"},
    "override": {"regimen": "TCbHP", **WHY},
    "acknowledge": {"reason": "Noted."},
}
EVENT = {"confirm": Confirmed, "choose": Chosen, "override": Overridden, "acknowledge": Referred}


@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_each_outcome_takes_its_verdicts_and_no_others(outcome: str, verdict: VerdictKind) -> None:
    """What a clinician may say to what: written out, not read from the table under test."""
    fitting = {
        "propose": {"confirm", "override"},
        "choose": {"choose", "override"},
        "refer": {"acknowledge", "override"},
        "hold": {"override"},
    }
    course, decision = OUTCOMES[outcome]()
    assert decision.answer["outcome"] == outcome
    before = course.subject
    if verdict not in fitting[outcome]:
        with pytest.raises(VerdictNotFittingError) as refused:
            course.judge(decision.key, verdict, **SAID[verdict])
        assert set(refused.value.fitting) == fitting[outcome] == set(FITTING[outcome])
        assert course.subject == before
        return
    course.judge(decision.key, verdict, **SAID[verdict])
    after = course.subject.decision(decision.key)
    assert after is not None
    assert after.verdict is not None
    assert isinstance(after.verdict.body, EVENT[verdict])
    assert after.answer == decision.answer, "what the engine said stays as it was"
    assert after.open == (verdict == "acknowledge")
    moved = course.subject.state != before.state
    assert moved == (verdict != "acknowledge"), "only a verdict that assigns a regimen moves anybody"


@pytest.mark.parametrize("verdict", ["confirm", "choose", "override"])
def test_a_verdict_moves_the_subject_onto_what_it_names(verdict: VerdictKind) -> None:
    course, decision = choice() if verdict == "choose" else proposed()
    course.judge(decision.key, verdict, **SAID[verdict])
    regimen = {"confirm": "EveroHT", "choose": "AC+H", "override": "TCbHP"}[verdict]
    assert course.subject.state.regimen == regimen
    assert course.subject.state.cycle == decision.body.cycle, "a verdict gives no drug"


def test_an_assigning_verdict_carries_what_was_decided_and_said() -> None:
    course, decision = choice()
    course.judge(decision.key, "choose", regimen="ADC", agent="T-DXd")
    body = course.history[-1].body
    assert isinstance(body, Chosen)
    assert (body.decision, body.point, body.regimen) == ("after_c4-1", "after_c4", "ADC")
    assert (body.cycles, body.agent, body.late) == (2, "T-DXd", False)
    course, decision = held()
    course.judge(decision.key, "override", regimen="PyroHT", **WHY)
    over = course.history[-1].body
    assert isinstance(over, Overridden)
    assert (over.reason_code, over.reason, over.cycles) == ("safety_finding", "For the test.", None)


def test_a_verdict_is_a_draft_that_must_be_signed() -> None:
    for reach, verdict, meaning in (
        (proposed, "confirm", "confirmed"),
        (choice, "choose", "chose"),
        (held, "override", "overrode"),
        (referred, "acknowledge", "acknowledged"),
    ):
        course, decision = reach()
        said = Verdict.model_validate({"verdict": verdict, **SAID[verdict]})  # type: ignore[index]  # a kind of verdict
        (draft,) = judge(
            course.trial, course.subject, decision.key, said, rulings=course.rulings, at=course.now
        )
        assert draft.meaning == meaning


def subsets(codes: set[str]) -> list[tuple[str, ...]]:
    return list(chain.from_iterable(combinations(sorted(codes), n) for n in range(len(codes) + 1)))


@pytest.mark.parametrize(
    ("reach", "facts", "expected"),
    [
        (at_c2, EVERO, set()),
        (at_c2, EVERO | {"response_c2": "PR"}, {"responder_escalation"}),
        (at_c2, EVERO | {"response_c2": "CR"}, {"responder_escalation"}),
        (at_c2, EVERO | {"response_c2": "PD"}, {"progressive_disease"}),
        (at_c4, {"response_c4": "SD"}, set()),
        (at_c4, {"response_c4": "PD"}, {"progressive_disease"}),
    ],
)
@pytest.mark.parametrize("ticked", subsets({"responder_escalation", "progressive_disease", "other"}))
def test_exactly_the_codes_of_the_outcome_are_ticked(
    reach: Callable[[], Course], facts: dict[str, str], expected: set[str], ticked: tuple[str, ...]
) -> None:
    course = reach().see(**facts)
    decision = course.ask("after_c2" if reach is at_c2 else "after_c4")
    said: dict[str, object] = {} if reach is at_c2 else {"regimen": "ADC", "agent": "T-DM1"}
    verdict: VerdictKind = "confirm" if reach is at_c2 else "choose"
    if set(ticked) == expected:
        course.judge(decision.key, verdict, acknowledged=ticked, **said)
        return
    with pytest.raises(AcknowledgementMissingError) as refused:
        course.judge(decision.key, verdict, acknowledged=ticked, **said)
    assert (set(refused.value.expected), set(refused.value.given)) == (expected, set(ticked))


def test_a_confirmation_may_repeat_the_proposal() -> None:
    course, decision = proposed()
    course.judge(decision.key, "confirm", regimen="EveroHT")
    assert course.subject.state.regimen == "EveroHT"


@pytest.mark.parametrize("regimen", ["Nab-P+HP", "TCbHP", "PyroHT", "EveroHT", "ADC", "AC+H"])
def test_an_override_assigns_any_regimen_but_the_one_proposed(regimen: str) -> None:
    course, decision = proposed()
    course.see(lvef=60)
    said = {"regimen": regimen, **({"agent": "T-DM1"} if regimen == "ADC" else {}), **WHY}
    if regimen == "EveroHT":
        with pytest.raises(OptionNotOfferedError):
            course.judge(decision.key, "override", **said)
        return
    course.judge(decision.key, "override", **said)
    assert course.subject.state.regimen == regimen


@pytest.mark.parametrize(("regimen", "offered"), [("ADC", False), ("AC+H", False), ("EveroHT", True)])
def test_an_override_of_a_choice_assigns_something_else_than_its_options(
    regimen: str, *, offered: bool
) -> None:
    """Else the codes that come with an option could be passed by."""
    course, decision = choice()
    said = {"regimen": regimen, **({} if offered else {"agent": "T-DM1"}), **WHY}
    if offered:
        course.judge(decision.key, "override", **said)
        return
    with pytest.raises(OptionNotOfferedError):
        course.judge(decision.key, "override", **said)


@pytest.mark.parametrize("verdict", ["choose", "override"])
def test_an_anthracycline_needs_an_ejection_fraction_in_the_history(verdict: VerdictKind) -> None:
    course = at_c4().see(response_c4="SD" if verdict == "choose" else "PR")
    decision = course.ask("after_c4")
    said = {"regimen": "AC+H", **(WHY if verdict == "override" else {})}
    with pytest.raises(PreconditionMissingError, match="lvef"):
        course.judge(decision.key, verdict, **said)
    course.miss("lvef", "pending")
    with pytest.raises(PreconditionMissingError, match="lvef"):
        course.judge(decision.key, verdict, **said)
    course.see(lvef=58)
    course.judge(decision.key, verdict, **said)
    assert course.subject.state.regimen == "AC+H"


def test_two_ejection_fractions_of_one_moment_that_differ_are_none() -> None:
    course, decision = choice()
    both = [(Observed(variable="lvef", value=value, unit="%"), course.now) for value in (58, 40)]
    course.happen(observe(course.trial, both))
    with pytest.raises(PreconditionMissingError, match="lvef"):
        course.judge(decision.key, "choose", regimen="AC+H")


def test_an_ejection_fraction_measured_again_does_not_bar_the_anthracycline() -> None:
    course, decision = choice()
    course.see(lvef=62).see(lvef=58)
    course.judge(decision.key, "choose", regimen="AC+H")
    assert course.subject.state.regimen == "AC+H"


def test_a_last_measurement_that_failed_is_none_whenever_it_was_learned() -> None:
    course, decision = choice()
    course.miss("lvef", "not_evaluable")
    course.happen(observe(course.trial, [(Observed(variable="lvef", value=61, unit="%"), START)]))
    with pytest.raises(PreconditionMissingError, match="lvef"):
        course.judge(decision.key, "choose", regimen="AC+H")


@pytest.mark.parametrize("agent", [None, "T-DM2", "t-dm1", ""])
def test_a_conjugate_is_named_from_the_approved_list(agent: str | None) -> None:
    course, decision = choice()
    with pytest.raises(PreconditionMissingError if agent != "" else ValueError, match=r"agent|character"):
        course.judge(decision.key, "choose", regimen="ADC", agent=agent)


@pytest.mark.parametrize("agent", ["T-DM1", "T-DXd", "SHR-A1811"])
def test_each_approved_conjugate_can_be_chosen(agent: str) -> None:
    course, decision = choice()
    course.judge(decision.key, "choose", regimen="ADC", agent=agent)
    assert course.subject.state.regimen == "ADC"


def test_asking_again_changes_nothing_while_nothing_has_changed() -> None:
    course, decision = held()
    assert ask(course.trial, course.subject, "after_c2", course.rulings, course.now) == []
    assert course.ask("after_c2") == decision
    assert [d.key for d in course.subject.decisions] == ["after_c2-1"]


def test_asking_again_under_another_ruling_gives_another_answer() -> None:
    course, _ = held()
    course.rulings["AMB-04"] = "literal_pr_only"
    (draft,) = ask(course.trial, course.subject, "after_c2", course.rulings, course.now)
    assert isinstance(draft.body, Proposed)
    assert draft.body.decision == "after_c2-2"
    assert draft.body.answer["rulings_used"] != course.subject.decisions[0].answer["rulings_used"]


def test_a_fact_that_arrives_has_the_open_decision_proposed_anew() -> None:
    course, decision = held()
    course.see(ctdna_c1="positive")
    second = course.subject.open_decision("after_c2")
    assert second is not None
    assert second.key == "after_c2-2"
    first = course.subject.decision(decision.key)
    assert first is not None
    assert first.superseded
    course.see(pam_c1="mutated", response_c2="SD")
    third = course.subject.open_decision("after_c2")
    assert third is not None
    assert (third.key, third.answer["outcome"], third.answer["assign"]) == (
        "after_c2-3",
        "propose",
        "EveroHT",
    )


def test_a_fact_of_another_matter_leaves_the_open_decision_alone() -> None:
    course, decision = held()
    course.see(lvef=60)
    assert course.subject.open_decision() == decision


def test_a_contradiction_takes_a_proposal_back() -> None:
    course, _ = proposed()
    course.see(response_c2="PR")
    standing = course.subject.open_decision()
    assert standing is not None
    assert standing.answer["outcome"] == "hold"
    (scan,) = [one for one in standing.body.inputs if one["variable"] == "response_c2"]
    assert scan["status"] == "conflicting"


def test_no_fact_reopens_what_was_judged() -> None:
    course, decision = proposed()
    course.judge(decision.key, "confirm")
    course.see(response_c2="PR")
    assert course.subject.open_decision() is None
    assert [d.key for d in course.subject.decisions] == [decision.key]


def test_after_an_exit_nothing_is_proposed_anew() -> None:
    course, decision = held()
    course.leave("death").see(ctdna_c1="positive")
    assert course.subject.open_decision() == decision


def test_a_subject_found_again_has_its_open_decision_proposed_on_what_arrived_meanwhile() -> None:
    course, _ = held()
    course.leave("lost").see(ctdna_c1="positive").leave("found")
    standing = course.subject.open_decision()
    assert standing is not None
    assert standing.key == "after_c2-2"


@pytest.mark.parametrize(
    ("ambiguity", "option"), [("AMB-02", "ever_positive"), ("AMB-04", "literal_pr_only")]
)
def test_a_ruling_signed_meanwhile_makes_the_open_decision_stale(ambiguity: str, option: str) -> None:
    rulings = {key: value for key, value in REFERENCE.items() if key != ambiguity}
    course = at_c2(rulings)
    decision = course.ask("after_c2")
    course.rulings[ambiguity] = option
    with pytest.raises(DecisionStaleError, match="ask 'after_c2' again"):
        course.judge(decision.key, "override", regimen="TCbHP", **WHY)
    again = course.ask("after_c2")
    course.judge(again.key, "override", regimen="TCbHP", **WHY)
    assert again.key == "after_c2-2"


def test_a_ruling_of_another_point_makes_nothing_stale() -> None:
    course = at_c2({key: value for key, value in REFERENCE.items() if key != "AMB-16"}).see(**EVERO)
    decision = course.ask("after_c2")
    course.rulings["AMB-16"] = "ypt0_ypn0"
    course.judge(decision.key, "confirm")
    assert course.subject.state.regimen == "EveroHT"


def test_a_late_verdict_says_so() -> None:
    course = at_c2().cycle("Nab-P+HP").see(**EVERO)
    decision = course.ask("after_c2")
    course.judge(decision.key, "confirm")
    body = course.history[-1].body
    assert isinstance(body, Confirmed)
    assert body.late
    assert course.subject.state.cycle == 3


def test_a_referral_taken_note_of_can_still_be_overridden() -> None:
    course, decision = referred()
    course.judge(decision.key, "acknowledge", reason="Noted.")
    assert course.subject.open_decision() is not None
    course.judge(decision.key, "override", regimen="TCbHP", **WHY)
    assert course.subject.state.regimen == "TCbHP"
    assert course.subject.open_decision() is None


@pytest.mark.parametrize(
    ("ypt", "ypn", "rulings", "outcome"),
    [
        ("ypT0", "ypN0", REFERENCE, "pCR"),
        ("ypTis", "ypN0", REFERENCE, "pCR"),
        ("ypTis", "ypN0", REFERENCE | {"AMB-16": "ypt0_ypn0"}, "no_pCR"),
        ("ypT0", "ypN1", REFERENCE, "no_pCR"),
        ("ypT2", "ypN0", {}, "no_pCR"),
        ("ypTis", "ypN0", {}, None),
        ("ypTX", "ypN0", REFERENCE, None),
    ],
)
def test_pathology_derives_the_response(
    ypt: str, ypn: str, rulings: dict[str, str], outcome: str | None
) -> None:
    course = Course(flagship(), dict(rulings)).allocated("control").cycle("TCbHP", 6)
    course.reach("surgery", surgery_type="mastectomy", axillary_procedure="none")
    assert not course.subject.endpoints
    course.reach("pathology", ypt=ypt, ypn=ypn)
    (derived,) = course.subject.endpoints
    assert isinstance(derived.body, EndpointDerived)
    assert derived.body.endpoint == "pcr"
    assert derived.body.answer.get("assign") == outcome
    assert derived.body.answer["outcome"] == ("propose" if outcome else "hold")


def test_an_endpoint_is_derived_anew_only_when_its_facts_change() -> None:
    course = Course(flagship(), REFERENCE).allocated("control").cycle("TCbHP", 6)
    course.reach("surgery", surgery_type="mastectomy", axillary_procedure="none")
    course.reach("pathology", ypt="ypT0", ypn="ypN0")
    course.see(rcb_class="RCB-0")
    assert len(course.subject.endpoints) == 1
    course.see(ypt="ypT1")
    bodies = [event.body for event in course.subject.endpoints]
    answers = [body.answer for body in bodies if isinstance(body, EndpointDerived)]
    assert [answer.get("assign") for answer in answers] == ["pCR", None]
    assert answers[1]["outcome"] == "hold"


def test_each_endpoint_of_a_milestone_is_derived_and_none_twice(tmp_path: Path) -> None:
    second = FILES["endpoints/cure.yaml"].replace("decision_point: cure", "decision_point: remnant")
    second = second.replace("id: U-", "id: V-")
    files = edited("protocol.yaml", "derives: [cure]", "derives: [cure, remnant]")
    write_toy(tmp_path, {**files, "endpoints/remnant.yaml": second})
    course = Course(Trial(Catalogue([tmp_path]).load(TRIAL)), {}).allocated("standard").cycle("Light", 3)
    course.reach("surgery", residual="no")
    course.see(lvef=60)
    bodies = [event.body for event in course.subject.endpoints]
    assert [body.endpoint for body in bodies if isinstance(body, EndpointDerived)] == ["cure", "remnant"]


FACTS = st.fixed_dictionaries(
    {},
    optional={
        "ctdna_baseline": st.sampled_from(["positive", "negative"]),
        "ctdna_c1": st.sampled_from(["positive", "negative"]),
        "pam_baseline": st.sampled_from(["mutated", "wild_type"]),
        "pam_c1": st.sampled_from(["mutated", "wild_type"]),
        "response_c2": st.sampled_from(["CR", "PR", "SD", "PD", "NE"]),
    },
)
RULINGS = st.fixed_dictionaries(
    {},
    optional={
        key: st.sampled_from(flagship().protocol.ambiguities[key].domain)
        for key in flagship().protocol.tables["after_c2"].rulings
    },
)


@given(FACTS, RULINGS, st.data())
def test_the_order_in_which_facts_arrive_does_not_matter(
    facts: dict[str, str], rulings: dict[str, str], data: st.DataObject
) -> None:
    """And the open decision always says what the table says of all that is known now."""
    course = at_c2(rulings)
    course.ask("after_c2")
    for name in data.draw(st.permutations(sorted(facts))):
        course.see(**{name: facts[name]})
    standing = course.subject.open_decision("after_c2")
    assert standing is not None
    answer = course.trial.stamped(course.trial.evaluate("after_c2", facts, rulings))
    assert standing.answer == answer
    fresh = decide(course.trial, course.subject, "after_c2", rulings)
    assert standing.answer == fresh.answer
    assert list(consequences(course.trial, course.subject, rulings, course.now)) == []
    asked = [event.body for event in course.history if isinstance(event.body, Proposed)]
    assert [body.decision for body in asked] == [f"after_c2-{n}" for n, _ in enumerate(asked, 1)]


@given(FACTS, RULINGS)
def test_whatever_is_known_no_regimen_is_assigned_without_a_person(
    facts: dict[str, str], rulings: dict[str, str]
) -> None:
    course = at_c2(rulings)
    state = course.subject.state
    course.ask("after_c2")
    if facts:
        course.see(**facts)
    assert course.subject.state == state
