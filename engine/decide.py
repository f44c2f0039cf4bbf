"""decide(subject, trial, rulings): pure, and the same for the stateless call and for a subject."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from pydantic import JsonValue, TypeAdapter

from engine.chart import Chart
from engine.decision import Answer, CompiledTable, compile_table, evaluate, read_facts, read_rulings
from engine.protocol.errors import DecisionPointUnknownError
from engine.protocol.table import DecisionTable
from engine.protocol.trial import TrialProtocol
from engine.subject.facts import Input, inputs
from engine.subject.state import Subject

_JSON = TypeAdapter(dict[str, JsonValue])
Rulings = Mapping[str, str]
"""Signed rulings: ambiguity -> option."""


class Trial:
    """One trial version ready to run: protocol, chart and compiled tables; shared by all subjects."""

    def __init__(self, protocol: TrialProtocol) -> None:
        self.protocol = protocol

    @cached_property
    def chart(self) -> Chart:
        """The state machine."""
        return Chart(self.protocol)

    @cached_property
    def compiled(self) -> dict[str, CompiledTable]:
        """Every table, compiled once."""
        protocol = self.protocol
        return {
            name: compile_table(table, protocol.variables, protocol.ambiguities, record=protocol.record.id)
            for name, table in protocol.tables.items()
        }

    def ready(self) -> Self:
        """Build the chart and compile every table now, not when the first subject needs them.

        Raises:
            TableError: A table has no meaning.
        """
        _ = self.chart, self.compiled
        return self

    def table(self, point: str) -> DecisionTable:
        """The table of this name.

        Raises:
            DecisionPointUnknownError: There is none.
        """
        if point not in self.protocol.tables:
            known = list(self.protocol.tables)
            raise DecisionPointUnknownError(trial=self.protocol.trial, point=point, known=known)
        return self.protocol.tables[point]

    def evaluate(self, point: str, facts: Mapping[str, object], rulings: Rulings) -> Answer:
        """Evaluate raw facts, as a caller of the stateless call sends them.

        Raises:
            DecisionPointUnknownError: There is no such table.
            CaseError: A fact is unknown to it, or its value is not admissible.
        """
        known = read_facts(facts, self.table(point), self.protocol.variables)
        return evaluate(self.compiled[point], known, rulings)

    def read_rulings(self, raw: Mapping[str, object]) -> dict[str, str]:
        """Read rulings that a caller names.

        Raises:
            UnknownRulingError, BadOptionError: The trial does not declare it.
        """
        return read_rulings(raw, self.protocol.ambiguities)

    def stamped(self, answer: Answer) -> dict[str, JsonValue]:
        """The answer in its normative form with the version that gave it."""
        protocol, told = self.protocol, answer.to_json()
        rulings_used = told.pop("rulings_used")
        told |= {"trial": protocol.trial, "version": protocol.version, "protocol_hash": protocol.hash}
        return _JSON.validate_python(told | {"rulings_used": rulings_used})


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a table says of one subject now, and what it knew.

    Attributes:
        answer: The outcome in the normative form.
        inputs: Every fact with value or status, source and times.
    """

    point: str
    answer: dict[str, JsonValue]
    inputs: tuple[Input, ...]


def decide(trial: Trial, subject: Subject, point: str, rulings: Rulings) -> Evaluation:
    """Evaluate one table on the subject's history under the rulings signed so far.

    Raises:
        DecisionPointUnknownError: The trial has no such table.
    """
    table = trial.table(point)
    known = inputs(subject, table, trial.protocol)
    raw = {fact.variable: fact.raw() for fact in known}
    return Evaluation(point, trial.stamped(trial.evaluate(point, raw, rulings)), known)
