"""Known facts that leave nothing feasible: which constraint they violate, and which of them are at odds."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from engine.decision.answer import Reason
from engine.decision.compiling import CompiledTable
from engine.decision.diagram import BOTTOM, TOP, Diagrams, Known, balanced, support

T = TypeVar("T")


def contradictions(compiled: CompiledTable, known: Known) -> tuple[Reason, ...]:
    """Name what is at odds in a case that has no feasible completion.

    Returns:
        Each constraint that the known values violate by themselves, on an inclusion-minimal set of variables
        that do. When none is violated alone, an inclusion-minimal set of constraints that leave nothing
        together, on an inclusion-minimal set of variables, each constraint with its own of them. Sorted by
        constraint.
    """
    names, constraints = tuple(compiled.domains), sorted(compiled.nevers)
    told = sorted((level for level, value in enumerate(known) if value is not None), key=names.__getitem__)

    def barred(group: list[str], levels: list[int]) -> bool:
        """Tell whether what is known at these levels makes every completion violate one of the group."""
        at = [value if level in levels else None for level, value in enumerate(known)]
        scratch = Diagrams()
        violated = (scratch.adopt(compiled.nodes, compiled.nevers[name], at) for name in group)
        return balanced(scratch.join, violated, BOTTOM) == TOP

    def reasons(group: list[str]) -> Iterator[Reason]:
        odds = least(told, lambda levels: barred(group, levels))
        for name in group:
            bearing = support(compiled.nodes, compiled.nevers[name])
            yield Reason(name, tuple(names[level] for level in odds if level in bearing))

    alone = [[name] for name in constraints if barred([name], told)]
    groups = alone or [least(constraints, lambda group: barred(group, told))]
    return tuple(reason for group in groups for reason in reasons(group))


def least(items: Iterable[T], enough: Callable[[list[T]], bool]) -> list[T]:
    """Drop what is not needed, from the last to the first: inclusion-minimal, as ``enough`` is monotone."""
    kept = list(items)
    for item in reversed(tuple(kept)):
        rest = [other for other in kept if other != item]
        if enough(rest):
            kept = rest
    return kept
