"""A case is either understood or refused; nothing is read as unknown that was meant as a value."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decision import (
    BadOptionError,
    BadStatusError,
    CaseError,
    FactUnknownToPointError,
    Known,
    Unknown,
    UnknownNameError,
    UnknownRulingError,
    ValueOutsideDomainError,
    WrongUnitError,
    compile_table,
    evaluate,
    read_facts,
    read_rulings,
)
from engine.decision.case import STATUSES
from tests.engine.decision.conftest import build
from tests.engine.decision.strategies import Point

POINT = build("""
variables:
  response: {values: [CR, PR], not_evaluable: NE}
  dlt: {integer: [0, 3]}
  lvef: {quantity: "%"}
  ratio: {quantity: "1", not_evaluable: NE}
ambiguities: {AMB-1: [x, y]}
rules:
  - {id: one, when: {lvef: {at_least: 50}}, then: {assign: A}}
""")


def read(raw: dict[str, Any]) -> dict[str, Known | Unknown]:
    return read_facts(raw, POINT.table, POINT.variables)


def test_what_is_not_sent_is_unknown_and_nothing_is_known_of_it() -> None:
    assert read({}) == dict.fromkeys(("response", "dlt", "lvef", "ratio"), Unknown())
    assert read({"dlt": None})["dlt"] == Unknown()


@pytest.mark.parametrize(
    ("key", "sent", "meant"),
    [
        ("response", "CR", Known("CR")),
        ("response", "NE", Unknown("not_evaluable")),
        ("ratio", "NE", Unknown("not_evaluable")),
        ("dlt", 0, Known(0)),
        ("dlt", {"status": "pending"}, Unknown("pending")),
        ("lvef", {"status": "expired", "reason": "old scan"}, Unknown("expired", "old scan")),
        ("lvef", {"value": Decimal("54.5"), "unit": "%"}, Known(Decimal("54.5"))),
        ("lvef", {"value": 54, "unit": "%"}, Known(54)),
        ("ratio", Decimal("0.3"), Known(Decimal("0.3"))),
        ("ratio", {"value": 1, "unit": "1"}, Known(1)),
        ("dlt", {"status": "conflicting", "reason": None}, Unknown("conflicting")),
    ],
)
def test_what_is_understood(key: str, sent: object, meant: Known | Unknown) -> None:
    assert read({key: sent})[key] == meant


@pytest.mark.parametrize(
    ("key", "sent", "error"),
    [
        ("resp", "CR", FactUnknownToPointError),
        ("AMB-1", "x", FactUnknownToPointError),
        ("response", "SD", ValueOutsideDomainError),
        ("response", "cr", ValueOutsideDomainError),
        ("response", 1, ValueOutsideDomainError),
        ("response", [], ValueOutsideDomainError),
        ("response", {"value": "CR"}, BadStatusError),
        ("dlt", True, ValueOutsideDomainError),
        ("dlt", False, ValueOutsideDomainError),
        ("dlt", "1", ValueOutsideDomainError),
        ("dlt", 4, ValueOutsideDomainError),
        ("dlt", -1, ValueOutsideDomainError),
        ("dlt", Decimal("1.0"), ValueOutsideDomainError),
        ("dlt", 1.0, ValueOutsideDomainError),
        ("dlt", "NE", ValueOutsideDomainError),
        ("dlt", {}, BadStatusError),
        ("dlt", {"status": "unknown"}, BadStatusError),
        ("dlt", {"status": None}, BadStatusError),
        ("dlt", {"status": ["pending"]}, BadStatusError),
        ("dlt", {"status": "pending", "since": "today"}, BadStatusError),
        ("dlt", {"status": "pending", "reason": 3}, BadStatusError),
        ("lvef", 54, ValueOutsideDomainError),
        ("lvef", {"value": 54}, WrongUnitError),
        ("lvef", {"value": 54, "unit": "1"}, WrongUnitError),
        ("lvef", {"value": 54, "unit": None}, WrongUnitError),
        ("lvef", {"value": True, "unit": "%"}, ValueOutsideDomainError),
        ("lvef", {"value": "54", "unit": "%"}, ValueOutsideDomainError),
        ("lvef", {"value": None, "unit": "%"}, ValueOutsideDomainError),
        ("lvef", {"value": 54.5, "unit": "%"}, ValueOutsideDomainError),
        ("lvef", {"value": Decimal("NaN"), "unit": "%"}, ValueOutsideDomainError),
        ("lvef", {"value": Decimal("-Infinity"), "unit": "%"}, ValueOutsideDomainError),
        ("lvef", {"value": 54, "unit": "%", "at": "now"}, ValueOutsideDomainError),
        ("lvef", {"value": 54, "unit": "%", "status": "pending"}, BadStatusError),
        ("ratio", {"value": 1}, WrongUnitError),
        ("ratio", True, ValueOutsideDomainError),
    ],
)
def test_what_is_refused(key: str, sent: object, error: type[CaseError]) -> None:
    with pytest.raises(error, match=key) as refused:
        read({key: sent})
    assert getattr(refused.value, "fact") == key  # noqa: B009 mypy sees the base class, which has no such field


json_like = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals()
    | st.text()
    | st.sampled_from(["CR", "NE", "%"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["status", "reason", "value", "unit", "x"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(sent=json_like, key=st.sampled_from(POINT.table.facts))
def test_anything_sent_is_a_fact_of_the_domain_or_a_typed_refusal(sent: object, key: str) -> None:
    try:
        fact = read({key: sent})[key]
    except CaseError as refusal:
        assert key in str(refusal)  # noqa: PT017 either way is right
        return
    if isinstance(fact, Unknown):
        assert fact.status in (None, *STATUSES)
        assert sent is None or sent == "NE" or isinstance(sent, dict)
    assert evaluate(compile_table(*POINT), {key: fact}, {}).outcome == "hold" or key == "lvef"


def test_an_undeclared_fact_of_the_table_is_the_trials_fault() -> None:
    with pytest.raises(UnknownNameError, match="lvef"):
        read_facts({}, POINT.table, {k: v for k, v in POINT.variables.items() if k != "lvef"})


def test_rulings_are_understood_or_refused() -> None:
    assert read_rulings({"AMB-1": "y"}, POINT.ambiguities) == {"AMB-1": "y"}
    assert read_rulings({}, POINT.ambiguities) == {}
    with pytest.raises(UnknownRulingError, match="AMB-1") as unknown:
        read_rulings({"AMB-2": "y"}, POINT.ambiguities)
    assert (unknown.value.ruling, unknown.value.admissible) == ("AMB-2", ("AMB-1",))
    for option in ("z", None, 1, ["x"]):
        with pytest.raises(BadOptionError, match="x, y") as bad:
            read_rulings({"AMB-1": option}, POINT.ambiguities)
        assert (bad.value.ruling, bad.value.given) == ("AMB-1", option)


def test_a_refusal_says_what_is_admissible(dose_review: Point) -> None:
    with pytest.raises(ValueOutsideDomainError, match="a whole number from 0 to 6"):
        read_facts({"dlt": 7}, dose_review.table, dose_review.variables)
