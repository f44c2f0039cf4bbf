"""Small decision points that the tests of the core share."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import yaml

from engine.decision import compile_table, evaluate, read_facts, read_rulings
from engine.decision.minimal import MAY_SETTLE_STEPS
from engine.protocol.table import DecisionTable
from engine.protocol.variables import Ambiguity, Variable
from tests.engine.decision.flagship import AFTER_C2, AFTER_C4, DOSE_REVIEW
from tests.engine.decision.strategies import Point, cited

Ask = Callable[..., dict[str, Any]]
Build = Callable[..., Point]


def _cite(part: object) -> object:
    """Give each row of a fixture the words and the source that it leaves out."""
    if isinstance(part, dict):
        return {key: _cite(value) for key, value in part.items()}
    if isinstance(part, list):
        return [cited(1, **row) if _is_row(row) else row for row in part]
    return part


def _is_row(part: object) -> bool:
    return isinstance(part, dict) and not part.keys().isdisjoint({"then", "first", "code"})


def build(text: str) -> Point:
    """Read a decision point from YAML: `variables`, `ambiguities`, and the keys of the table."""
    raw = yaml.safe_load(text)
    variables = {
        name: Variable.model_validate(cited(1, label=name, **row))
        for name, row in raw.pop("variables").items()
    }
    ambiguities = {
        name: Ambiguity.model_validate(
            cited(1, question="Which?", options=[{"id": o, "says": o} for o in options], governs="decision")
        )
        for name, options in raw.pop("ambiguities", {}).items()
    }
    table = {
        "decision_point": "point",
        "question": "What next?",
        "facts": list(variables),
        "rulings": list(ambiguities),
        "constraints": {n: cited(1, never=row) for n, row in raw.pop("constraints", {}).items()},
    }
    table |= {key: _cite(part) for key, part in raw.items()}
    return Point(DecisionTable.model_validate(table), variables, ambiguities)


@pytest.fixture(name="build", scope="session")
def build_fixture() -> Build:
    return build


@pytest.fixture(scope="session")
def ask() -> Ask:
    """Answer a case of a point as a caller reads it."""

    def answer(
        point: Point,
        facts: Mapping[str, object],
        rulings: Mapping[str, object] | None = None,
        *,
        allowance: int = MAY_SETTLE_STEPS,
    ) -> dict[str, Any]:
        known = read_facts(facts, point.table, point.variables)
        signed = read_rulings(rulings or {}, point.ambiguities)
        return evaluate(compile_table(*point), known, signed, allowance=allowance).to_json()

    return answer


@pytest.fixture(scope="session")
def after_c2() -> Point:
    return build(AFTER_C2)


@pytest.fixture(scope="session")
def after_c4() -> Point:
    return build(AFTER_C4)


@pytest.fixture(scope="session")
def dose_review() -> Point:
    return build(DOSE_REVIEW)
