"""Departures from the plan are computed from the history, each from the events that show it."""

import pytest
from hypothesis import given

from engine.decide import Trial
from engine.subject.deviations import deviations
from engine.subject.events import CycleGiven, Happened, MilestoneReached, Overridden
from engine.subject.state import fold
from tests.engine.course import REFERENCE, Course, flagship
from tests.engine.subject.histories import DRAWN, FEWER

WHY = {"reason_code": "physician_decision", "reason": "For the test."}


def at_c2() -> Course:
    return Course(flagship(), REFERENCE).allocated("experimental").cycle("Nab-P+HP", 2)


def decided(course: Course) -> Course:
    """Have EveroHT proposed and confirmed."""
    course.see(ctdna_c1="positive", pam_c1="mutated", response_c2="SD")
    course.judge(course.ask("after_c2").key, "confirm")
    return course


def brief(course: Course) -> list[tuple[str, str, str | None, str | None]]:
    return [(d.kind, d.about, d.decided, d.given) for d in deviations(course.subject)]


def test_the_planned_course_has_none() -> None:
    course = decided(at_c2()).cycle("EveroHT", 2).see(response_c4="PR")
    course.judge(course.ask("after_c4").key, "confirm")
    course.cycle("EveroHT", 2)
    course.reach("surgery", surgery_type="mastectomy", axillary_procedure="none")
    course.reach("pathology", ypt="ypT0", ypn="ypN0")
    assert brief(course) == []


def test_a_cycle_before_the_decision() -> None:
    course = at_c2()
    course.ask("after_c2")
    course.cycle("Nab-P+HP")
    assert brief(course) == [("cycle_before_decision", "cycle 3", None, "Nab-P+HP")]


def test_a_late_decision_after_a_cycle_given_meanwhile() -> None:
    course = at_c2()
    course.cycle("Nab-P+HP")
    decided(course)
    assert brief(course) == [
        ("cycle_before_decision", "cycle 3", None, "Nab-P+HP"),
        ("decision_late", "after_c2-1", None, None),
    ]
    late = deviations(course.subject)[1]
    decision = course.subject.decision("after_c2-1")
    assert decision is not None
    assert decision.verdict is not None
    assert late.events == (decision.proposed.event_id, decision.verdict.event_id)
    assert late.effective_at == decision.verdict.effective_at


def test_a_regimen_other_than_the_one_assigned() -> None:
    course = decided(at_c2()).cycle("PyroHT").cycle("EveroHT")
    assert brief(course) == [("regimen_not_as_assigned", "cycle 3", "EveroHT", "PyroHT")]
    control = Course(flagship(), {}).allocated("control").cycle("TCbHP", 2).cycle("PyroHT")
    assert brief(control) == [("regimen_not_as_assigned", "cycle 3", "TCbHP", "PyroHT")]


def test_an_override_stands_beside_what_the_engine_said() -> None:
    course = at_c2().see(ctdna_c1="positive", pam_c1="mutated", response_c2="SD")
    course.judge(course.ask("after_c2").key, "override", regimen="TCbHP", **WHY)
    assert brief(course) == [("decision_overridden", "after_c2-1", "EveroHT", "TCbHP")]


def test_an_override_of_a_hold_has_nothing_to_stand_beside() -> None:
    course = at_c2()
    course.judge(course.ask("after_c2").key, "override", regimen="TCbHP", **WHY)
    assert brief(course) == [("decision_overridden", "after_c2-1", None, "TCbHP")]


def test_a_late_override_is_both() -> None:
    course = at_c2()
    course.cycle("Nab-P+HP")
    course.judge(course.ask("after_c2").key, "override", regimen="TCbHP", **WHY)
    kinds = [kind for kind, *_ in brief(course)]
    assert kinds == ["cycle_before_decision", "decision_overridden", "decision_late"]


def test_a_late_acknowledgement_of_a_referral() -> None:
    course = Course(flagship(), REFERENCE | {"AMB-05": "refer"}).allocated("experimental")
    course.cycle("Nab-P+HP", 3).see(ctdna_c1="negative", response_c2="PD")
    course.judge(course.ask("after_c2").key, "acknowledge", reason="Noted.")
    assert [kind for kind, *_ in brief(course)] == ["cycle_before_decision", "decision_late"]


def test_an_early_operation() -> None:
    course = at_c2()
    course.reach("surgery", surgery_type="mastectomy", axillary_procedure="none", **WHY)
    assert brief(course) == [("milestone_early", "surgery", None, None)]


@pytest.mark.parametrize("exit_", ["toxicity", "withdrawal_of_treatment"])
def test_an_operation_after_treatment_was_ended_is_early_too(exit_: str) -> None:
    scope = "treatment" if exit_ == "withdrawal_of_treatment" else None
    course = at_c2().leave(exit_, scope)
    course.reach("surgery", surgery_type="mastectomy", axillary_procedure="none", **WHY)
    assert [kind for kind, *_ in brief(course)] == ["milestone_early"]


@FEWER
@given(DRAWN)
def test_each_deviation_rests_on_its_events_and_none_is_missed(drawn: tuple[Trial, list[Happened]]) -> None:
    """Counted again from the history alone, without the fold's own cycles and decisions."""
    trial, history = drawn
    subject = fold(trial.protocol.trial, "S-1", history, trial.protocol, trial.chart)
    found = deviations(subject)
    early = [e for e in history if isinstance(e.body, MilestoneReached) and e.body.early]
    off_plan = [e for e in history if isinstance(e.body, CycleGiven) and e.body.off_plan]
    overridden = {
        e.body.decision
        for e in history
        if isinstance(e.body, Overridden) and e.body.decision in {d.key for d in subject.decisions}
    }
    kinds = [d.kind for d in found]
    assert kinds.count("milestone_early") == len(early)
    assert kinds.count("cycle_before_decision") == len(off_plan)
    assert {d.about for d in found if d.kind == "decision_overridden"} <= overridden
    assert [d.effective_at for d in found] == sorted(d.effective_at for d in found)
    ids = {event.event_id for event in history}
    assert all(d.events and set(d.events) <= ids for d in found)
