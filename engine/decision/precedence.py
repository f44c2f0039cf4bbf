"""Which rule stands over which, and that no circle of them can close."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import product

from engine.decision.diagram import BOTTOM, TOP, Diagrams
from engine.decision.errors import UnknownNameError
from engine.protocol.conditions import Condition
from engine.protocol.table import DecisionTable

Edges = Mapping[tuple[str, str], int]
"""By (rule that stands, rule it defeats): the boolean diagram of where it does."""


def edges_of(table: DecisionTable, diagrams: Diagrams, read: Callable[[Condition], int]) -> Edges:
    """Return the declared precedence; several rows on the same pair hold side by side.

    Raises:
        UnknownNameError: A row names no rule of the table.
    """
    rules = {rule.id for rule in table.rules}
    edges: dict[tuple[str, str], int] = defaultdict(lambda: BOTTOM)
    for row in table.precedence:
        where = TOP if row.when is None else read(row.when)
        for defeated in row.over:
            for name in (row.first, defeated):
                if name not in rules:
                    raise UnknownNameError(point=table.decision_point, name=name, admissible=rules)
            edges[row.first, defeated] = diagrams.join(edges[row.first, defeated], where)
    return edges


def circle(edges: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return rules that stand over each other in a circle (the first again at the end), or nothing."""
    order = TopologicalSorter[str]()
    for first, defeated in sorted(edges):
        order.add(defeated, first)
    try:
        order.prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return tuple(found)
    return ()


def closes(edges: Edges, diagrams: Diagrams, feasible: int) -> int:
    """Return where some circle of precedence closes: conditional rows may run both ways, but not at once.

    Warshall's transitive closure with a diagram for each bit; needed only when the bare edges have a circle.
    """
    reach = defaultdict(
        lambda: BOTTOM, {pair: diagrams.meet(where, feasible) for pair, where in edges.items()}
    )
    rules = sorted({rule for pair in edges for rule in pair})
    for via, first, last in product(rules, repeat=3):
        detour = diagrams.meet(reach[first, via], reach[via, last])
        reach[first, last] = diagrams.join(reach[first, last], detour)
    closed = BOTTOM
    for rule in rules:
        closed = diagrams.join(closed, reach[rule, rule])
    return closed
