"""Bodies of events: a closed set of kinds, each read back from the ledger as it was written."""

import json
import re

import pytest
from hypothesis import given
from pydantic import ValidationError

from engine.decide import Trial
from engine.ledger import canonical_text
from engine.subject.events import BODIES, Body, CycleGiven, Happened, Observed, Value
from tests.engine.subject.histories import DRAWN, FEWER


def kinds(base: type[Body]) -> set[type[Body]]:
    """Return every body that can be made: those with a kind of their own."""
    below = {sub for child in base.__subclasses__() for sub in kinds(child)}
    return below | ({base} if "kind" in vars(base) else set())


def test_every_kind_of_body_is_in_the_table_under_its_own_name() -> None:
    assert set(BODIES.values()) == kinds(Body)
    assert all(BODIES[body.kind] is body for body in BODIES.values())
    assert all(re.fullmatch(r"(trial|subject)(\.[a-z]+)+", kind) for kind in BODIES)


@FEWER
@given(DRAWN)
def test_a_body_is_read_back_from_its_canonical_text(drawn: tuple[Trial, list[Happened]]) -> None:
    _, history = drawn
    for event in history:
        text = canonical_text(event.body.model_dump(mode="json"))
        assert BODIES[event.body.kind].model_validate(json.loads(text)) == event.body


def test_a_foreign_field_is_refused() -> None:
    with pytest.raises(ValidationError, match="dose"):
        CycleGiven.model_validate({"number": 1, "regimen": "A", "dose": 5})


@pytest.mark.parametrize("value", [True, 2**53, -(2**53), float("nan"), float("inf"), [], {}, b"x"])
def test_a_value_is_a_word_or_a_number_that_the_ledger_can_hold(value: object) -> None:
    with pytest.raises(ValidationError):
        Observed.model_validate({"variable": "x", "value": value})


@pytest.mark.parametrize("value", ["", "1", 0, -1, 2**53 - 1, 1 - 2**53, 0.5, 1e300, -0.0])
def test_a_value_is_not_converted(value: Value) -> None:
    kept = Observed(variable="x", value=value).value
    assert kept == value
    assert type(kept) is type(value)
    canonical_text(kept)
