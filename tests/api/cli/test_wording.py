"""Conditions and outcomes in words."""

import pytest

from api.cli import wording
from engine.protocol.base import Citation
from engine.protocol.conditions import read_condition
from engine.protocol.table import Then


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"scan": "PR"}, "scan is PR"),
        ({"scan": ["CR", "PR"]}, "scan is CR or PR"),
        ({"responded": True, "positive": False}, "responded and not positive"),
        ({"lvef": {"at_least": 50, "below": 55}}, "lvef is at least 50 and below 55"),
        ({"sum": ["dlt", "pending"], "above": "limit"}, "dlt + pending is above limit"),
        ({"any": [{"a": "x", "b": "y"}, {"c": "z"}]}, "(a is x and b is y) or c is z"),
        ({"all": [{"any": [{"a": "x"}, {"b": "y"}]}, {"c": "z"}]}, "(a is x or b is y) and c is z"),
        ({"not": {"a": "x", "b": "y"}}, "not (a is x and b is y)"),
    ],
)
def test_a_condition(written: object, said: str) -> None:
    assert wording.condition(read_condition(written)) == said


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ({"assign": "TCbHP", "cycles": 2}, "TCbHP, 2 cycles"),
        ({"assign": {"value_of": "regimen"}}, "the same as regimen"),
        ({"choose": ["ADC", "AC+H"], "cycles": 2}, "choose ADC or AC+H, 2 cycles"),
        ({"refer": "progressive_disease"}, "refer: progressive_disease"),
    ],
)
def test_an_outcome(then: dict[str, object], said: str) -> None:
    assert wording.outcome(Then.model_validate(then)) == said


def test_citations_are_gathered_by_section() -> None:
    cites = [
        Citation(section=section, sentence=n) for section, n in (("arms", 4), ("summary", 1), ("arms", 8))
    ]
    assert wording.citations(cites) == "arms 4, 8; summary 1"
