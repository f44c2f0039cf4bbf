"""Every combination of facts, known or not, and of rulings, signed or not, against the independent oracle."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.trials.NCT07239271.oracle import AFTER_C2, AFTER_C4, PCR, RULINGS, Oracle

Ask = Callable[[str, Mapping[str, object], Mapping[str, object]], dict[str, Any]]

KEYS = (
    "outcome",
    "assign",
    "options",
    "cycles",
    "reasons",
    "needs",
    "may_settle",
    "candidates",
    "acknowledge",
    "rules",
)


def signed_or_not(ruling: str) -> tuple[str | None, ...]:
    return (*RULINGS[ruling], None)


# The shares run beside each other on several cores; together they are the whole space of after_c2.
@pytest.mark.parametrize("amb_02", signed_or_not("AMB-02"))
@pytest.mark.parametrize("amb_04", signed_or_not("AMB-04"))
def test_after_c2_answers_as_its_prose(ask: Ask, amb_02: str | None, amb_04: str | None) -> None:
    seen, wrong = compare(ask, "after_c2", AFTER_C2, {"AMB-02": amb_02, "AMB-04": amb_04})
    assert seen * 9 == 3**4 * 5 * 3**5 == 98_415
    assert not wrong


def test_after_c4_answers_as_its_prose(ask: Ask) -> None:
    seen, wrong = compare(ask, "after_c4", AFTER_C4)
    assert seen == 5 * 5 * 3**2 == 225
    assert not wrong


def test_pcr_answers_as_its_prose(ask: Ask) -> None:
    seen, wrong = compare(ask, "pcr", PCR)
    assert seen == 8 * 7 * 3 == 168
    assert not wrong


def compare(
    ask: Ask, point: str, oracle: Oracle, fixed: Mapping[str, str | None] | None = None
) -> tuple[int, dict[str, list[object]]]:
    """Count the cases, and list by key of the answer those in which it is wrong."""
    seen, wrong = 0, dict[str, list[object]]()
    for known in oracle.cases(fixed or {}):
        seen += 1
        facts = {name: value for name, value in known.items() if name in oracle.facts}
        rulings = {name: value for name, value in known.items() if name in oracle.rulings}
        got, expected = ask(point, facts, rulings), oracle.answer(known)
        for key in KEYS:
            # Where there is nothing to tick, the list may be empty or absent.
            if (got.get(key) or None) != (expected.get(key) or None):
                wrong.setdefault(key, []).append((known, got.get(key), expected.get(key)))
    return seen, wrong
