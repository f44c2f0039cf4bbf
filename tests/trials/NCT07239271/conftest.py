"""The flagship as it is shipped, and a way to ask its tables."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from engine.decision.case import read_facts, read_rulings
from engine.decision.compiling import compile_table
from engine.decision.evaluating import evaluate
from engine.protocol.catalogue import Catalogue
from engine.protocol.trial import TrialProtocol

Ask = Callable[[str, Mapping[str, object], Mapping[str, object]], dict[str, Any]]


@pytest.fixture(scope="session")
def protocol() -> TrialProtocol:
    return Catalogue().load("NCT07239271", "v1")


@pytest.fixture(scope="session")
def ask(protocol: TrialProtocol) -> Ask:
    """Evaluate one table on facts as a caller sends them, under rulings as a sponsor signs them."""
    variables, ambiguities = protocol.variables, protocol.ambiguities
    compiled = {
        name: compile_table(table, variables, ambiguities, record=protocol.record.id)
        for name, table in protocol.tables.items()
    }

    def answer(point: str, facts: Mapping[str, object], rulings: Mapping[str, object]) -> dict[str, Any]:
        known = read_facts(facts, protocol.tables[point], variables)
        return evaluate(compiled[point], known, read_rulings(rulings, ambiguities)).to_json()

    return answer
