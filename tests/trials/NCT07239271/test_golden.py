"""The worked cases: what they name is compared, and nothing is to be ticked where they name no code."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.protocol.trial import TrialProtocol
from tests.trials.NCT07239271.oracle import REFERENCE, TABLES

Ask = Callable[[str, Mapping[str, object], Mapping[str, object]], dict[str, Any]]

GOLDEN = Path(__file__).parents[2] / "data" / "golden_NCT07239271.jsonl"
CASES = [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def rulings(protocol: TrialProtocol) -> Callable[[Any], Mapping[str, str]]:
    """Resolve what a worked case says about rulings."""
    profiles = {"none": {}, "reference": protocol.reference_rulings}
    return lambda named: profiles[named] if isinstance(named, str) else named


def named_in(case: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    return {key: answer.get(key) for key in case["expect"]} | {"acknowledge": answer.get("acknowledge") or []}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['point']} {json.dumps(case['facts'])}")
def test_a_worked_case(ask: Ask, rulings: Callable[[Any], Mapping[str, str]], case: dict[str, Any]) -> None:
    answer = ask(case["point"], case["facts"], rulings(case["rulings"]))
    assert named_in(case, answer) == {"acknowledge": [], **case["expect"]}


def test_the_oracle_gives_the_worked_cases_too() -> None:
    for case in CASES:
        oracle, profiles = TABLES[case["point"]], {"none": {}, "reference": REFERENCE}
        signed = profiles.get(case["rulings"]) if isinstance(case["rulings"], str) else case["rulings"]
        assert signed is not None
        # The oracle knows neither statuses nor the word NE: a fact is known or it is not.
        facts = {k: v for k, v in case["facts"].items() if isinstance(v, str) and v != "NE"}
        answer = oracle.answer({**facts, **{k: v for k, v in signed.items() if k in oracle.rulings}})
        expected = {"acknowledge": [], **case["expect"]}
        if "reasons" in expected:
            bare = [{k: v for k, v in r.items() if k in ("code", "on")} for r in expected["reasons"]]
            expected["reasons"] = bare
        assert named_in(case, answer) == expected


def test_there_are_37_of_them() -> None:
    assert len(CASES) == 37
    assert {case["trial"] for case in CASES} == {"NCT07239271"}
