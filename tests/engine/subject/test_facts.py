"""From observations to facts: a value, or the reason why there is none; nothing is ever defaulted."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.protocol.variables import Status, Variable
from engine.subject.events import Happened, Observed, Value
from engine.subject.facts import HISTORY, Input, inputs, observed
from engine.subject.state import Subject
from tests.engine.course import REFERENCE, Course, flagship
from tests.engine.subject.histories import happened

STATUSES: tuple[Status, ...] = ("not_done", "not_evaluable", "pending", "expired", "conflicting")
CITED = {"says": "x", "cites": [{"section": "a", "sentence": 1}], "reading": "silent", "label": "X"}
SCAN = Variable.model_validate({**CITED, "values": ["CR", "PR", "SD", "PD"], "not_evaluable": "NE"})
LVEF = Variable.model_validate({**CITED, "quantity": "%"})


def told(*said: str | Observed) -> list[Happened]:
    """Observe ``scan`` in this order: a value, or a status."""
    bodies = [
        one
        if isinstance(one, Observed)
        else Observed.model_validate({"variable": "scan", "status" if one in STATUSES else "value": one})
        for one in said
    ]
    return [happened(body, version, None) for version, body in enumerate(bodies, 1)]


def fact(said: Sequence[Happened], name: str = "scan", variable: Variable = SCAN) -> Input:
    return observed(Subject("T", "S", observations=tuple(said)), name, variable)


@pytest.mark.parametrize(
    ("said", "value", "status"),
    [
        ((), None, None),
        (("PR",), "PR", None),
        (("PR", "PR", "PR"), "PR", None),
        (("PR", "SD"), None, "conflicting"),
        (("PR", "SD", "PR"), None, "conflicting"),
        (("pending", "PR"), "PR", None),
        (("pending", "not_done", "PR", "PR"), "PR", None),
        (("PR", "pending"), None, "conflicting"),
        (("PR", "not_evaluable"), None, "conflicting"),
        (("PR", "NE"), None, "conflicting"),
        (("NE", "PR"), "PR", None),
        (("PR", "pending", "PR"), "PR", None),
        (("NE",), None, "not_evaluable"),
        (("pending", "NE"), None, "not_evaluable"),
        (("NE", "pending"), None, "pending"),
        (("pending", "expired"), None, "expired"),
        (("conflicting",), None, "conflicting"),
    ],
)
def test_what_was_said_makes_the_fact(said: tuple[str, ...], value: str | None, status: str | None) -> None:
    found = fact(told(*said))
    assert (found.value, found.status) == (value, status)
    assert (found.value is None) or (found.status is None)


@given(st.lists(st.sampled_from([*(SCAN.values or ()), "NE", *STATUSES]), max_size=6))
def test_a_fact_is_known_only_when_all_that_was_said_agrees(said: list[str]) -> None:
    found, values = fact(told(*said)), {word for word in said if word in (SCAN.values or ())}
    if len(values) == 1 and said[-1] in values:
        assert found.value == said[-1]
        return
    assert found.value is None
    if values:
        assert found.status == "conflicting"
        assert found.reason is not None
        assert all(value in found.reason for value in values)
    elif said:
        assert found.status == ("not_evaluable" if said[-1] == "NE" else said[-1])
    else:
        assert found == Input("scan")
    assert found.events == tuple(f"e-{version}" for version, _ in enumerate(said, 1))


@given(st.lists(st.sampled_from([*(SCAN.values or ()), "NE", *STATUSES]), min_size=1, max_size=5))
def test_only_the_last_word_and_the_set_of_values_count(said: list[str]) -> None:
    found, repeated = fact(told(*said)), fact(told(*said[:-1], *said))
    assert (repeated.value, repeated.status) == (found.value, found.status)


def test_equal_numbers_agree_however_they_are_written() -> None:
    same = [Observed(variable="lvef", value=55, unit="%"), Observed(variable="lvef", value=55.0, unit="%")]
    assert fact(told(*same), "lvef", LVEF).value == 55
    other = Observed(variable="lvef", value=55.5, unit="%")
    assert fact(told(*same, other), "lvef", LVEF).status == "conflicting"


def test_a_fact_keeps_its_source_its_reason_and_both_times() -> None:
    said = Observed(variable="scan", status="pending", reason="slot on Friday", source="radiology")
    found = fact(told(said))
    assert (found.reason, found.source) == ("slot on Friday", "radiology")
    assert (found.effective_at, found.recorded_at) == ("2026-01-05T10:00:00Z", "2026-01-05T10:05:00Z")


def test_other_variables_say_nothing_of_this_one() -> None:
    assert fact(told(Observed(variable="other", value="PR"))) == Input("scan")


@pytest.mark.parametrize(
    ("given_", "raw"),
    [
        (Input("x"), None),
        (Input("x", "PR"), "PR"),
        (Input("x", 55, "%"), {"value": 55, "unit": "%"}),
        (Input("x", status="pending"), {"status": "pending"}),
        (Input("x", status="pending", reason="why"), {"status": "pending", "reason": "why"}),
    ],
)
def test_a_fact_is_put_to_the_table_as_a_caller_would(given_: Input, raw: object) -> None:
    assert given_.raw() == raw


def test_a_fraction_is_put_to_the_table_with_the_digits_it_was_sent_with() -> None:
    raw = Input("x", 0.1, "%").raw()
    assert isinstance(raw, dict)
    assert str(raw["value"]) == "0.1"


def test_a_contradiction_says_what_contradicts() -> None:
    assert fact(told("PR", "SD")).reason == "several results disagree: PR, SD"
    assert fact(told("PR", "pending")).reason == "PR, then withdrawn by a later report"


def test_what_does_not_apply_is_not_shown() -> None:
    assert Input("x").shown() == {"variable": "x"}
    shown = Input("x", 55, "%", source="lab", events=("e-1",)).shown()
    assert shown == {"variable": "x", "value": 55, "unit": "%", "source": "lab", "events": ["e-1"]}


REGIMENS = ("Nab-P+HP", "TCbHP", "PyroHT", "EveroHT")


def on(regimen: str, *given_: str) -> Course:
    """Bring a subject past cycle 2, assign a regimen, and give these cycles."""
    course = Course(flagship(), REFERENCE).allocated("experimental").cycle("Nab-P+HP", 2)
    decision = course.ask("after_c2")
    course.judge(
        decision.key, "override", regimen=regimen, reason_code="safety_finding", reason="For the test."
    )
    for one in given_:
        course.cycle(one)
    return course


def regimen_given(course: Course) -> Input:
    protocol = course.trial.protocol
    found = {one.variable: one for one in inputs(course.subject, protocol.tables["after_c4"], protocol)}
    return found["regimen_c3_c4"]


@pytest.mark.parametrize("regimen", REGIMENS)
def test_the_regimen_given_is_known_once_each_cycle_of_the_element_was_given(regimen: str) -> None:
    for given_ in ((), (regimen,)):
        found = regimen_given(on(regimen, *given_))
        assert (found.value, found.status) == (None, "pending")
        assert "not every cycle of adaptation was given" in (found.reason or "")
    found = regimen_given(on(regimen, regimen, regimen))
    assert (found.value, found.status, found.source) == (regimen, None, HISTORY)
    assert len(found.events) == 2


@pytest.mark.parametrize("given_", [("PyroHT", "TCbHP"), ("TCbHP", "TCbHP"), ("TCbHP", "PyroHT")])
def test_a_cycle_of_another_regimen_contradicts_the_one_assigned(given_: tuple[str, str]) -> None:
    found = regimen_given(on("PyroHT", *given_))
    assert (found.value, found.status) == (None, "conflicting")
    assert "assigned: PyroHT" in (found.reason or "")


def test_a_regimen_outside_the_table_is_not_one_of_its_values() -> None:
    course = Course(flagship(), REFERENCE).allocated("experimental").cycle("Nab-P+HP", 2).see(lvef=60)
    key = course.ask("after_c2").key
    course.judge(key, "override", regimen="AC+H", reason_code="safety_finding", reason="For the test.")
    found = regimen_given(course.cycle("AC+H", 2))
    assert (found.value, found.status) == (None, "not_evaluable")
    assert found.reason == "AC+H is outside the table"


def test_cycles_given_before_the_decision_count_as_given() -> None:
    course = Course(flagship(), REFERENCE).allocated("experimental").cycle("Nab-P+HP", 3)
    key = course.ask("after_c2").key
    course.judge(key, "override", regimen="PyroHT", reason_code="safety_finding", reason="For the test.")
    found = regimen_given(course.cycle("PyroHT"))
    assert found.status == "conflicting"
    assert "Nab-P+HP, PyroHT" in (found.reason or "")


def test_cycles_given_while_the_decision_is_open_were_assigned_by_nobody() -> None:
    course = Course(flagship(), REFERENCE).allocated("experimental").cycle("Nab-P+HP", 4)
    found = regimen_given(course)
    assert (found.value, found.status) == (None, "conflicting")
    assert found.reason == "given: Nab-P+HP; assigned: another element"


def test_in_an_arm_without_the_element_no_cycle_is_its_cycle() -> None:
    course = Course(flagship(), REFERENCE)
    assert regimen_given(course).status == "pending"


@pytest.mark.parametrize("point", ["after_c2", "after_c4", "pcr"])
def test_every_fact_of_a_table_is_gathered_in_its_order(point: str) -> None:
    trial = flagship()
    table = trial.protocol.tables[point]
    gathered = inputs(Course(trial, {}).subject, table, trial.protocol)
    assert tuple(one.variable for one in gathered) == table.facts
    assert all(one.value is None for one in gathered), "nothing is known of a subject who has just come"


VALUES: tuple[Value, ...] = ("PR", 3, 4.5)


@pytest.mark.parametrize("value", VALUES)
def test_a_value_is_kept_as_it_was_sent(value: Value) -> None:
    found = fact(told(Observed(variable="scan", value=value)))
    assert found.value == value
    assert type(found.value) is type(value)
