"""What the protocol checker asks of a compiled table before a patient does, with a witness for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from engine.decision.compiling import NO_RULE, CompiledTable, sample
from engine.decision.diagram import BOTTOM, TOP, find
from engine.decision.domains import Value

Witness = Mapping[str, Value]
"""One complete, feasible assignment by variable; a quantity by some number of its interval."""


@dataclass(frozen=True, slots=True)
class Clash:
    """Two rules that fire together with different outcomes."""

    rules: tuple[str, str]
    witness: Witness


@dataclass(frozen=True, slots=True)
class Shadowed:
    """A rule that never answers.

    Attributes:
        why: Its condition holds of no feasible values, or always under a rule that stands over it.
    """

    rule: str
    why: Literal["never_true", "always_defeated"]


@dataclass(frozen=True, slots=True)
class Findings:
    """All that is wrong with a table.

    Attributes:
        gap: Values for which no rule fires, or None.
        clashes: Each pair of rules that can be in conflict.
        shadowed: The rules that never fire.
        idle_constraints: Constraints that no values violate.
        infeasible: Whether no values keep all constraints.
    """

    gap: Witness | None
    clashes: tuple[Clash, ...]
    shadowed: tuple[Shadowed, ...]
    idle_constraints: tuple[str, ...]
    infeasible: bool


def verify(compiled: CompiledTable) -> Findings:
    """Look for everything that is wrong with a table, over all its values and rulings."""
    return Findings(
        gap=_gap(compiled),
        clashes=_clashes(compiled),
        shadowed=tuple(
            Shadowed(rule.id, "never_true" if rule.holds == BOTTOM else "always_defeated")
            for rule in compiled.rules
            if rule.fires == BOTTOM
        ),
        idle_constraints=tuple(sorted(name for name, never in compiled.nevers.items() if never == BOTTOM)),
        infeasible=compiled.outcome == BOTTOM,
    )


def _gap(compiled: CompiledTable) -> Witness | None:
    found = find(compiled.nodes, (compiled.outcome,), compiled.unknown(), lambda ends: ends[0] == NO_RULE)
    return None if found is None else sample(compiled.domains, found)


def _clashes(compiled: CompiledTable) -> tuple[Clash, ...]:
    """Pair the rules wherever the table can be in conflict at all."""
    unknown, clashes = compiled.unknown(), []
    if find(compiled.nodes, (compiled.outcome,), unknown, lambda ends: ends[0] == TOP) is None:
        return ()
    for first, second in combinations(compiled.rules, 2):
        found = find(compiled.nodes, (first.fires, second.fires), unknown, lambda ends: ends[0] != ends[1])
        if found is not None:
            clashes.append(Clash((first.id, second.id), sample(compiled.domains, found)))
    return tuple(clashes)
