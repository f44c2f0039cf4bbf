"""A judged decision stands; where it would be another one on what is known by now, that shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conduct.next import what_next
from engine.conduct.reviewing import overtaken
from engine.subject.state import Decision
from tests.engine.course import REFERENCE, Course, flagship

WHY = {"reason_code": "safety_finding", "reason": "For the test."}
CLEARED = {
    "ctdna_baseline": "negative",
    "ctdna_c1": "negative",
    "pam_baseline": "wild_type",
    "response_c2": "PR",
}


def at_c2(**facts: str) -> Course:
    course = Course(flagship(), dict(REFERENCE)).allocated("experimental").cycle("Nab-P+HP", 2).see(**facts)
    course.ask("after_c2")
    return course


def judged() -> Course:
    """Staying on Nab-P+HP was confirmed."""
    return at_c2(**CLEARED).judge("after_c2-1", "confirm")


def first(course: Course) -> Decision:
    return course.subject.decisions[0]


def reviews(course: Course) -> tuple[str, ...]:
    return what_next(course.trial, course.subject, course.rulings).reviews


def test_a_result_that_contradicts_a_confirmed_decision_shows() -> None:
    course = judged()
    before = first(course)
    assert overtaken(course.trial, course.subject, before) is None
    course.see(ctdna_c1="positive")
    found = overtaken(course.trial, course.subject, first(course))
    assert found is not None
    assert found.changed == ("ctdna_c1",)
    assert found.answer["outcome"] == "hold"
    assert reviews(course) == ("after_c2-1",)
    assert first(course) == before, "the decision itself stays as it was"
    course.cycle("Nab-P+HP", 2).leave("death")
    assert reviews(course) == ("after_c2-1",), "also once treatment or life has gone on or ended"


def test_a_fact_that_comes_after_an_override_of_a_hold_shows_what_it_would_have_been() -> None:
    course = at_c2(response_c2="SD").judge("after_c2-1", "override", regimen="TCbHP", **WHY)
    assert reviews(course) == ()
    course.see(ctdna_c1="positive", pam_c1="mutated")
    found = overtaken(course.trial, course.subject, first(course))
    assert found is not None
    assert (found.changed, found.answer["assign"]) == (("ctdna_c1", "pam_c1"), "EveroHT")


@pytest.mark.parametrize(
    "later", [{"response_c2": "PR"}, {"lvef": 60}, {"response_c4": "PD"}, {"pam_c1": "wild_type"}]
)
def test_what_changes_no_outcome_asks_for_no_review(later: dict[str, str | int]) -> None:
    assert reviews(judged().see(**later)) == ()


def test_a_ruling_signed_later_asks_for_no_review() -> None:
    """A decision stands on the rulings in force when it was judged."""
    course = Course(flagship(), {}).allocated("experimental").cycle("Nab-P+HP", 2).see(**CLEARED)
    course.ask("after_c2")
    course.judge("after_c2-1", "confirm")
    course.rulings["AMB-04"] = "literal_pr_only"
    course.see(response_c2="PR")
    assert reviews(course) == ()


def test_it_is_looked_at_under_the_rulings_it_was_judged_with() -> None:
    course = at_c2(**CLEARED | {"response_c2": "CR"}).judge("after_c2-1", "confirm")
    assert reviews(course.see(pam_c1="wild_type")) == ()


def test_the_decision_after_cycle_4_is_reviewed_on_the_regimen_it_was_judged_with() -> None:
    course = judged().cycle("Nab-P+HP", 2).see(response_c4="PR")
    course.ask("after_c4")
    course.judge("after_c4-1", "confirm").cycle("TCbHP", 2)
    assert reviews(course) == ()
    course.miss("response_c4", "not_evaluable")
    assert reviews(course) == ("after_c4-1",)


def test_what_still_awaits_a_verdict_is_proposed_anew_and_not_reviewed() -> None:
    course = at_c2(**CLEARED).see(ctdna_c1="positive")
    assert [d.superseded for d in course.subject.decisions] == [True, False]
    assert reviews(course) == ()
    assert [overtaken(course.trial, course.subject, d) for d in course.subject.decisions] == [None, None]
    assert reviews(at_c2(**CLEARED).leave("lost").see(ctdna_c1="positive")) == (), "nobody moved on it"


OTHER = [("ctdna_c1", "positive"), ("pam_c1", "mutated"), ("response_c2", "CR")]
LATER = st.lists(st.sampled_from([*CLEARED.items(), *OTHER]), max_size=4)


@given(LATER)
def test_it_shows_exactly_when_a_new_asking_would_say_something_else(later: list[tuple[str, str]]) -> None:
    """Against the same results told before the asking."""
    course, other = judged(), at_c2(**CLEARED)
    for name, value in later:
        course.see(**{name: value})
        other.see(**{name: value})
    said = other.subject.decisions[-1].answer
    stays = (said["outcome"], said.get("assign")) == ("propose", "Nab-P+HP")
    assert reviews(course) == (() if stays else ("after_c2-1",))
