"""'What now?': the lawful moves, what is owed and by whom, and the one step that the engine may take."""

from pathlib import Path

import pytest

from engine.chart import MoveNotLawfulError
from engine.conduct.errors import NothingPlannedError
from engine.conduct.next import Awaited, point_to_ask, what_next
from engine.decide import Trial
from engine.protocol.catalogue import Catalogue
from tests.engine.course import REFERENCE, Course, flagship, toy
from tests.toy import TRIAL, edited, write_toy

WHY = {"reason_code": "safety_finding", "reason": "For the test."}
ONCE_PER_ARM = {
    "exits": {
        "progression",
        "toxicity",
        "pregnancy",
        "withdrawal_of_treatment",
        "withdrawal",
        "lost",
        "death",
    }
}


def at_c2(**rulings: str) -> Course:
    return Course(flagship(), dict(REFERENCE) | rulings).allocated("experimental").cycle("Nab-P+HP", 2)


def moves(course: Course, *, planned: bool | None = None) -> set[tuple[str, str, str]]:
    steps = what_next(course.trial, course.subject, course.rulings).moves
    return {(step.move, step.about, step.by) for step in steps if planned in (None, step.planned)}


def awaited(course: Course) -> dict[str, Awaited]:
    return {one.variable: one for one in what_next(course.trial, course.subject, course.rulings).awaited}


def test_at_first_eligibility_is_awaited_from_outside() -> None:
    course = Course(flagship(), {})
    assert moves(course, planned=True) == {("screen", "eligible", "edc"), ("screen", "ineligible", "edc")}
    assert awaited(course) == {}


def test_an_eligible_subject_awaits_its_allocation() -> None:
    course = Course(flagship(), {}).screened()
    assert moves(course, planned=True) == {
        ("allocate", "control", "edc"),
        ("allocate", "experimental", "edc"),
    }


def test_each_lawful_move_is_named_once_and_no_other() -> None:
    course = at_c2()
    exits = {("exit", exit_, "edc") for exit_ in ONCE_PER_ARM["exits"]}
    rest = {
        ("observe", "", "edc"),
        ("ask", "after_c2", "engine"),
        ("give_cycle_off_plan", "", "edc"),
        ("early", "surgery", "edc"),
    }
    assert moves(course) == exits | rest
    assert moves(course, planned=True) == {("ask", "after_c2", "engine")}
    steps = what_next(course.trial, course.subject, course.rulings).moves
    assert len(steps) == len({(step.move, step.about) for step in steps})


def test_an_open_decision_awaits_its_verdict_and_is_not_asked_by_plan() -> None:
    course = at_c2().see(ctdna_baseline="negative", ctdna_c1="negative", response_c2="PR")
    course.ask("after_c2")
    assert moves(course, planned=True) == {("decide", "after_c2-1", "investigator")}
    assert ("ask", "after_c2", "engine") in moves(course, planned=False)


def test_a_hold_is_no_plan_of_anybodys_though_an_override_is_lawful() -> None:
    course = at_c2()
    course.ask("after_c2")
    assert moves(course, planned=True) == set()
    assert ("decide", "after_c2-1", "investigator") in moves(course, planned=False)


def test_a_ruling_that_frees_a_hold_has_the_point_asked_again() -> None:
    course = Course(flagship(), {}).allocated("experimental").cycle("Nab-P+HP", 2)
    course.see(ctdna_baseline="negative", ctdna_c1="negative", response_c2="CR").ask("after_c2")
    assert what_next(course.trial, course.subject, course.rulings).rulings_awaited == ("AMB-04",)
    course.rulings["AMB-04"] = "pr_or_better"
    following = what_next(course.trial, course.subject, course.rulings)
    assert following.rulings_awaited == ()
    assert moves(course, planned=True) == {("ask", "after_c2", "engine")}
    assert point_to_ask(course.trial, course.subject, course.rulings) == "after_c2"
    course.ask("after_c2")
    assert moves(course, planned=True) == {("decide", "after_c2-2", "investigator")}


def test_results_are_owed_from_the_cycle_on_after_which_they_are_due() -> None:
    course = Course(flagship(), REFERENCE)
    assert awaited(course) == {}
    course.allocated("experimental")
    assert set(awaited(course)) == {"ctdna_baseline", "pam_baseline"}
    course.cycle("Nab-P+HP")
    assert set(awaited(course)) == {"ctdna_baseline", "pam_baseline", "ctdna_c1", "pam_c1"}
    course.see(ctdna_baseline="positive").cycle("Nab-P+HP")
    assert set(awaited(course)) == {"pam_baseline", "ctdna_c1", "pam_c1", "response_c2"}


def test_an_arm_without_the_decision_owes_nothing_for_it() -> None:
    course = Course(flagship(), REFERENCE).allocated("control").cycle("TCbHP", 4)
    assert awaited(course) == {}
    assert awaited(Course(toy(), {}).allocated("standard").cycle("Light")) == {}
    assert set(awaited(Course(toy(), {}).allocated("adaptive").cycle("Light"))) == {"marker", "scan"}


def test_once_a_decision_was_judged_nothing_is_owed_for_it() -> None:
    course = at_c2().see(ctdna_c1="positive", pam_c1="mutated", response_c2="SD")
    key = course.ask("after_c2").key
    assert set(awaited(course)) == {"ctdna_baseline", "pam_baseline"}
    course.judge(key, "confirm")
    assert awaited(course) == {}
    course.cycle("EveroHT", 2)
    assert set(awaited(course)) == {"response_c4", "change_c4_from_baseline", "change_c4_from_c2"}


def test_a_referral_taken_note_of_still_waits_for_its_facts() -> None:
    course = at_c2(**{"AMB-05": "refer"}).see(ctdna_c1="negative", response_c2="PD")
    course.judge(course.ask("after_c2").key, "acknowledge", reason="Noted.")
    assert set(awaited(course)) == {"ctdna_baseline", "pam_baseline", "pam_c1"}


def test_what_a_milestone_brings_is_owed_with_it_and_not_before() -> None:
    course = Course(flagship(), REFERENCE).allocated("control").cycle("TCbHP", 6)
    assert awaited(course) == {}


def test_what_was_drawn_before_a_death_may_still_be_reported() -> None:
    course = at_c2().leave("death")
    assert moves(course) == {("observe", "", "edc")}
    assert set(awaited(course)) == {"ctdna_baseline", "pam_baseline", "ctdna_c1", "pam_c1", "response_c2"}


def test_a_fact_without_a_schedule_is_owed_once_a_decision_needs_it(tmp_path: Path) -> None:
    due = "    reporter: laboratory\n    due: {after_cycle: 1, before: after_c1}\n"
    write_toy(tmp_path, edited("variables.yaml", due, "    reporter: laboratory\n"))
    course = Course(Trial(Catalogue([tmp_path]).load(TRIAL)), {}).allocated("adaptive").cycle("Light")
    assert set(awaited(course)) == {"scan"}
    course.ask("after_c1")
    assert set(awaited(course)) == {"scan", "marker"}
    assert awaited(course)["marker"].for_decision == "after_c1-1"


def test_who_owes_a_result_and_why_it_is_missing() -> None:
    course = at_c2().miss("ctdna_c1", "pending", "slot on Friday")
    course.ask("after_c2")
    owed = awaited(course)["ctdna_c1"]
    assert owed.reporter == "molecular laboratory"
    assert owed.label == "ctDNA after cycle 1"
    assert (owed.status, owed.for_decision) == ("pending", "after_c2-1")
    scan = awaited(course)["response_c2"]
    assert (scan.reporter, scan.status, scan.for_decision) == ("radiologist", None, "after_c2-1")


def test_what_the_open_decision_does_not_need_is_owed_by_schedule_alone() -> None:
    course = at_c2().see(ctdna_c1="positive", pam_c1="mutated", response_c2="SD")
    course.ask("after_c2")
    assert {one.for_decision for one in awaited(course).values()} == {None}


def test_what_only_the_history_can_say_is_asked_of_nobody() -> None:
    course = at_c2().see(ctdna_c1="positive", pam_c1="mutated", response_c2="SD")
    course.judge(course.ask("after_c2").key, "confirm")
    course.cycle("EveroHT", 2)
    course.ask("after_c4")
    assert "regimen_c3_c4" not in awaited(course)
    assert awaited(course)["response_c4"].for_decision == "after_c4-1"


def test_an_open_decision_names_the_rulings_that_it_waits_for() -> None:
    course = Course(flagship(), {}).allocated("experimental").cycle("Nab-P+HP", 2)
    assert what_next(course.trial, course.subject, course.rulings).rulings_awaited == (), (
        "nothing was asked yet"
    )
    course.ask("after_c2")
    waiting = what_next(course.trial, course.subject, course.rulings).rulings_awaited
    assert waiting == ("AMB-02", "AMB-03", "AMB-04", "AMB-05", "AMB-09")
    course.see(ctdna_c1="positive", pam_c1="mutated", response_c2="SD")
    assert what_next(course.trial, course.subject, course.rulings).rulings_awaited == ()


def test_a_subject_who_has_left_is_awaited_for_nothing_that_cannot_be_recorded() -> None:
    course = at_c2()
    course.ask("after_c2")
    course.leave("withdrawal", "data")
    following = what_next(course.trial, course.subject, course.rulings)
    assert (following.moves, following.awaited, following.rulings_awaited) == ((), (), ())


def test_of_a_lost_subject_late_results_are_still_owed_but_no_decision_waits() -> None:
    course = at_c2()
    course.ask("after_c2")
    course.leave("lost")
    following = what_next(course.trial, course.subject, course.rulings)
    assert {step.move for step in following.moves} == {"observe", "exit"}
    assert {one.for_decision for one in following.awaited} == {None}
    assert following.rulings_awaited == ()


def test_the_engine_asks_the_point_that_is_due() -> None:
    course = at_c2()
    assert point_to_ask(course.trial, course.subject, course.rulings) == "after_c2"
    toys = Course(toy(), {}).allocated("adaptive").cycle("Light")
    assert point_to_ask(toys.trial, toys.subject, toys.rulings) == "after_c1"


@pytest.mark.parametrize(
    ("course", "planned"),
    [
        (Course(flagship(), {}), ["screen eligible by edc", "screen ineligible by edc"]),
        (Course(flagship(), {}).screened(), ["allocate control by edc", "allocate experimental by edc"]),
        (Course(flagship(), {}).screened("ineligible"), []),
        (Course(flagship(), {}).allocated("control"), ["give_cycle by edc"]),
        (Course(flagship(), {}).allocated("control").cycle("TCbHP", 6), ["milestone surgery by edc"]),
        (at_c2().leave("lost"), []),
        (at_c2().leave("toxicity"), []),
        (at_c2().leave("death"), []),
    ],
)
def test_a_step_of_somebody_else_is_not_taken(course: Course, planned: list[str]) -> None:
    before = course.subject
    with pytest.raises(NothingPlannedError) as refused:
        point_to_ask(course.trial, course.subject, course.rulings)
    assert refused.value.planned == planned
    assert refused.value.next_ == what_next(course.trial, course.subject, course.rulings).model_dump(
        mode="json"
    )
    assert course.subject == before


def test_an_open_decision_is_for_a_person() -> None:
    course = at_c2().see(ctdna_baseline="negative", ctdna_c1="negative", response_c2="PR")
    course.ask("after_c2")
    with pytest.raises(NothingPlannedError) as refused:
        point_to_ask(course.trial, course.subject, course.rulings)
    assert refused.value.planned == ["decide after_c2-1 by investigator"]


def test_every_step_that_is_named_can_be_taken_or_is_lawful_at_least() -> None:
    course = at_c2()
    decision = course.ask("after_c2")
    for step in what_next(course.trial, course.subject, course.rulings).moves:
        about = "after_c2" if step.move == "decide" else step.about
        regimen = "TCbHP" if step.move == "decide" else ""
        try:
            course.trial.chart.fire(course.subject.state, step.move, about, regimen)
        except MoveNotLawfulError:
            pytest.fail(f"{step.move} {step.about} was named, and is not lawful")
    assert decision.key in {
        step.about for step in what_next(course.trial, course.subject, course.rulings).moves
    }
