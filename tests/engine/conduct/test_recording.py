"""Recording what happened: commands become drafts of events, whole or not at all."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conduct.errors import FutureTimeError, RulingStandsError, ScopeMissingError
from engine.conduct.recording import (
    Draft,
    allocate,
    give_cycle,
    happened_by,
    leave,
    observe,
    reach,
    sign_ruling,
)
from engine.decision.errors import BadStatusError, CaseError, ValueOutsideDomainError, WrongUnitError
from engine.subject.events import (
    Allocated,
    CycleGiven,
    Exited,
    MilestoneReached,
    Observed,
    RulingSigned,
    Value,
)
from tests.engine.course import REFERENCE, START, Course, flagship

WHY = {"reason_code": "safety_finding", "reason": "For the test."}


@pytest.fixture
def course() -> Course:
    return Course(flagship(), dict(REFERENCE))


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1)), st.integers(-14, 14))  # noqa: DTZ001  # the zone is drawn beside it
def test_a_time_is_kept_in_utc_unless_it_lies_in_the_future(local: datetime, hours: int) -> None:
    at = local.replace(tzinfo=timezone(timedelta(hours=hours)))
    if at > START:
        with pytest.raises(FutureTimeError, match="record what has happened"):
            happened_by(at, START)
        return
    kept = happened_by(at, START)
    assert kept == at
    assert kept.tzinfo is UTC


def test_now_is_not_the_future() -> None:
    assert happened_by(START, START) == START


def test_an_allocation_is_recorded_as_it_was_made(course: Course) -> None:
    body = Allocated(arm="control", source="IWRS")
    assert allocate(course.trial, course.subject, body, START) == [Draft(body, START)]


@pytest.mark.parametrize(
    ("variable", "value", "unit"),
    [
        ("response_c2", "PR", None),
        ("response_c2", "NE", None),
        ("ypt", "ypTX", None),
        ("lvef", 55, "%"),
        ("lvef", 55.5, "%"),
        ("change_c4_from_baseline", -30.0, "%"),
    ],
)
def test_an_admissible_value_is_recorded_as_it_is(
    course: Course, variable: str, value: Value, unit: str | None
) -> None:
    body = Observed(variable=variable, value=value, unit=unit, source="site")
    assert observe(course.trial, [(body, START)]) == [Draft(body, START)]


@pytest.mark.parametrize(
    ("variable", "value", "unit", "kind"),
    [
        ("response_c2", "pr", None, ValueOutsideDomainError),
        ("response_c2", "", None, ValueOutsideDomainError),
        ("response_c2", "ypTX", None, ValueOutsideDomainError),
        ("response_c2", 1, None, ValueOutsideDomainError),
        ("response_c2", "PR", "%", BadStatusError),
        ("lvef", 55, None, WrongUnitError),
        ("lvef", 55, "mL", WrongUnitError),
        ("lvef", 0.55, "1", WrongUnitError),
        ("lvef", "55", "%", ValueOutsideDomainError),
        ("lvef", "NE", None, WrongUnitError),
    ],
)
def test_a_value_that_the_variable_cannot_have_is_refused(
    course: Course, variable: str, value: Value, unit: str | None, kind: type[CaseError]
) -> None:
    with pytest.raises(kind):
        observe(course.trial, [(Observed(variable=variable, value=value, unit=unit), START)])


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_bad_observation_refuses_the_batch(course: Course, place: int) -> None:
    good = Observed(variable="ctdna_c1", value="positive")
    batch = [good, good, good]
    batch[place] = Observed(variable="ctdna_c1", value="maybe")
    with pytest.raises(ValueOutsideDomainError):
        observe(course.trial, [(body, START) for body in batch])


def test_a_cycle_carries_the_regimen_that_was_given_whatever_was_assigned(course: Course) -> None:
    course.allocated("experimental")
    (draft,) = give_cycle(course.trial, course.subject, 1, "PyroHT", course.now)
    assert draft.body == CycleGiven(number=1, regimen="PyroHT", off_plan=False)


@pytest.mark.parametrize(("before", "off_plan"), [(0, False), (1, False), (2, True), (3, True), (5, True)])
def test_a_cycle_is_off_plan_where_a_decision_should_precede_it(before: int, *, off_plan: bool) -> None:
    course = Course(flagship(), {}).allocated("experimental").cycle("Nab-P+HP", before)
    (draft,) = give_cycle(course.trial, course.subject, before + 1, "Nab-P+HP", course.now)
    assert draft.body == CycleGiven(number=before + 1, regimen="Nab-P+HP", off_plan=off_plan)


@pytest.mark.parametrize("before", range(6))
def test_no_cycle_of_the_control_arm_is_off_plan(before: int) -> None:
    course = Course(flagship(), {}).allocated("control").cycle("TCbHP", before)
    (draft,) = give_cycle(course.trial, course.subject, before + 1, "TCbHP", course.now)
    assert draft.body == CycleGiven(number=before + 1, regimen="TCbHP", off_plan=False)


OPERATED = [
    (Observed(variable="surgery_type", value="mastectomy"), START),
    (Observed(variable="axillary_procedure", value="none"), START),
]


def test_surgery_comes_with_its_facts_and_in_time() -> None:
    course = Course(flagship(), {}).allocated("control").cycle("TCbHP", 6)
    drafts = reach(course.trial, course.subject, MilestoneReached(milestone="surgery"), OPERATED, course.now)
    bodies = [draft.body for draft in drafts]
    assert bodies == [*(body for body, _ in OPERATED), MilestoneReached(milestone="surgery", early=False)]


@pytest.mark.parametrize("cycles", range(6))
def test_surgery_before_the_last_cycle_is_early_whatever_the_caller_says(cycles: int) -> None:
    course = Course(flagship(), {}).allocated("control").cycle("TCbHP", cycles)
    said = MilestoneReached.model_validate({"milestone": "surgery", "early": False, **WHY})
    drafts = reach(course.trial, course.subject, said, OPERATED, course.now)
    assert drafts[-1].body == MilestoneReached.model_validate({"milestone": "surgery", "early": True, **WHY})


def test_a_fact_of_a_milestone_may_be_the_reason_why_there_is_none() -> None:
    course = Course(flagship(), {}).allocated("control").cycle("TCbHP", 6)
    pending = Observed(variable="axillary_procedure", status="pending")
    batch = [OPERATED[0], (pending, START)]
    assert reach(course.trial, course.subject, MilestoneReached(milestone="surgery"), batch, course.now)


def test_a_milestone_with_a_bad_fact_is_refused() -> None:
    course = Course(flagship(), {}).allocated("control").cycle("TCbHP", 6)
    batch = [OPERATED[0], (Observed(variable="axillary_procedure", value="all"), START)]
    with pytest.raises(ValueOutsideDomainError):
        reach(course.trial, course.subject, MilestoneReached(milestone="surgery"), batch, course.now)


@pytest.mark.parametrize(
    ("exit_", "scope"),
    [
        *[("withdrawal", scope) for scope in ("follow_up", "samples", "data")],
        ("withdrawal_of_treatment", "treatment"),
        *[(exit_, None) for exit_ in ("progression", "toxicity", "pregnancy", "lost", "found", "death")],
    ],
)
def test_an_exit_names_one_of_its_scopes_or_none_where_it_has_none(
    course: Course, exit_: str, scope: str | None
) -> None:
    body = Exited(exit=exit_, scope=scope, reason="As reported.")
    assert leave(course.trial, body, START) == [Draft(body, START)]
    others = {None, "data", "treatment"} - {scope} - set(course.trial.protocol.exit[exit_].scope)
    for other in others:
        with pytest.raises(ScopeMissingError):
            leave(course.trial, Exited(exit=exit_, scope=other, reason="x"), START)


def test_a_ruling_is_signed_once_and_with_a_meaning(course: Course) -> None:
    body = RulingSigned(ambiguity="AMB-24", option="any_marker")
    assert sign_ruling(course.trial, {}, body, START) == Draft(body, START, meaning="ruled")
    with pytest.raises(RulingStandsError):
        sign_ruling(course.trial, {"AMB-24": "any_marker"}, body, START)


def test_only_signed_acts_have_a_meaning(course: Course) -> None:
    course.allocated("experimental")
    drafts = [
        *observe(course.trial, [(Observed(variable="ctdna_c1", value="positive"), START)]),
        *give_cycle(course.trial, course.subject, 1, "Nab-P+HP", course.now),
        *leave(course.trial, Exited(exit="death", reason="x"), START),
    ]
    assert all(draft.meaning is None for draft in drafts)
