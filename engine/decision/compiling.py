"""A decision table compiled to diagrams: one for the outcome, and one for each rule, flag and constraint."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

from engine.decision.answer import CONFLICT, GAP, Outcome
from engine.decision.diagram import BOTTOM, TOP, Diagrams, Inner, atom, balanced, find, terminals
from engine.decision.domains import Cells, Domain, Value
from engine.decision.errors import NameTwiceError, NotANumberError, PrecedenceCycleError, UnknownNameError
from engine.decision.ordering import arrange
from engine.decision.precedence import Edges, circle, closes, edges_of
from engine.decision.reading import ConditionReader
from engine.decision.scope import domains_of, rows_of
from engine.protocol.base import Citation
from engine.protocol.table import DecisionTable, Flag, Rule, Then, ValueOf
from engine.protocol.variables import Ambiguity, Variable

NO_RULE = atom(0)
"""The terminal of a gap, an outcome like any other to the lattice."""


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """One rule's diagrams, both at BOTTOM where the values are not feasible.

    Attributes:
        holds: True where its condition holds.
        fires: Its outcome where it holds and no true rule stands over it, else BOTTOM.
        cites: Its citations, each with its record where one is known.
    """

    id: str
    holds: int
    fires: int
    cites: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class CompiledTable:
    """A table ready to be evaluated; immutable, so that threads may share it.

    Attributes:
        table: What it was compiled from.
        domains: Each variable's domain; the position is its level in the diagrams.
        nodes: The store of all diagrams below.
        outcomes: What each terminal of ``outcome`` means; BOTTOM, not feasible, is none.
        outcome: Where each outcome follows.
        nevers: By constraint: true where it is violated.
        acknowledge: The flags to tick, each true where its condition holds and the values are feasible.
        alerts: The flags to be told, likewise.
    """

    table: DecisionTable
    domains: Mapping[str, Domain]
    nodes: tuple[Inner, ...]
    outcomes: Mapping[int, Outcome]
    outcome: int
    rules: tuple[CompiledRule, ...]
    nevers: Mapping[str, int]
    acknowledge: tuple[tuple[Flag, int], ...]
    alerts: tuple[tuple[Flag, int], ...]

    def levels(self) -> dict[str, int]:
        """Return the level of each variable."""
        return {name: level for level, name in enumerate(self.domains)}

    def unknown(self) -> list[int | None]:
        """Return the state in which nothing is known."""
        return [None] * len(self.domains)


def compile_table(
    table: DecisionTable,
    variables: Mapping[str, Variable],
    ambiguities: Mapping[str, Ambiguity],
    *,
    record: str | None = None,
) -> CompiledTable:
    """Compile a decision point.

    Args:
        table: The decision point.
        variables: The trial's data dictionary.
        ambiguities: The trial's ambiguities.
        record: The trial's registry record, for citations that name none.

    Raises:
        TableError: A subclass that says what in the table has no meaning.
    """
    return _Compiler(table, domains_of(table, variables, ambiguities)).compile(record)


class _Compiler:
    """The work of one compilation."""

    def __init__(self, table: DecisionTable, domains: Mapping[str, Domain]) -> None:
        self.table, self.diagrams = table, Diagrams()
        self.domains = {name: domains[name] for name in arrange(tuple(domains), rows_of(table))}
        self.reader = ConditionReader(table.decision_point, self.diagrams, self.domains, table.definitions)
        self.terminals: dict[Outcome, int] = {GAP: NO_RULE, CONFLICT: TOP}

    def compile(self, record: str | None) -> CompiledTable:
        """Combine the rules, then keep the nodes that something rests on."""
        d, table, read = self.diagrams, self.table, self.reader.read
        for name in table.definitions:
            self.reader.definition(name)
        nevers = {name: read(constraint.never) for name, constraint in table.constraints.items()}
        feasible = d.negate(balanced(d.join, nevers.values(), BOTTOM))
        holds, fires = self._rules(feasible)
        fired = balanced(d.join, fires.values(), BOTTOM)
        outcome = d.meet(feasible, d.adopt(d.nodes, fired, relabel={BOTTOM: NO_RULE}))
        kept = Diagrams()

        def keep(root: int) -> int:
            return kept.adopt(d.nodes, root)

        def flags(row: tuple[Flag, ...]) -> tuple[tuple[Flag, int], ...]:
            return tuple((flag, keep(d.meet(feasible, read(flag.when)))) for flag in row)

        return CompiledTable(
            table=table,
            domains=self.domains,
            outcomes={terminal: found for found, terminal in self.terminals.items()},
            outcome=keep(outcome),
            rules=tuple(
                CompiledRule(rule.id, keep(holds[rule.id]), keep(fires[rule.id]), _cites(rule, record))
                for rule in table.rules
            ),
            nevers={name: keep(never) for name, never in nevers.items()},
            acknowledge=flags(table.acknowledge),
            alerts=flags(table.alerts),
            nodes=tuple(kept.nodes),  # last: the lines above fill it
        )

    def _rules(self, feasible: int) -> tuple[dict[str, int], dict[str, int]]:
        """Return where each rule holds and what it says where it fires, in the order of the table."""
        d, holds, fires = self.diagrams, dict[str, int](), dict[str, int]()
        for rule in self.table.rules:
            if rule.id in holds:
                raise NameTwiceError(point=self.table.decision_point, name=rule.id)
            holds[rule.id] = d.meet(feasible, self.reader.read(rule.when))
        edges = edges_of(self.table, d, self.reader.read)
        self._refuse_circles(edges, feasible)
        for rule in self.table.rules:
            over = [
                d.meet(edges[first, rule.id], holds[first]) for first in holds if (first, rule.id) in edges
            ]
            stands = d.meet(holds[rule.id], d.negate(reduce(d.join, over, BOTTOM)))
            fires[rule.id] = d.meet(stands, self._outcome(rule.then))
        return holds, fires

    def _refuse_circles(self, edges: Edges, feasible: int) -> None:
        if not circle(edges):
            return
        closed = closes(edges, self.diagrams, feasible)
        found = find(self.diagrams.nodes, (closed,), [None] * len(self.domains), lambda _: True)
        if found is None:
            return
        at = [found.get(level, 0) for level in range(len(self.domains))]
        turning = [
            pair for pair, where in edges.items() if terminals(self.diagrams.nodes, where, at) == {TOP}
        ]
        witness = sample(self.domains, found)
        raise PrecedenceCycleError(point=self.table.decision_point, cycle=circle(turning), witness=witness)

    def _outcome(self, then: Then) -> int:
        """Return the diagram of what a rule says: a terminal, or one for each value of a fact."""
        if not isinstance(then.assign, ValueOf):
            return self._terminal(_plain_outcome(then))
        name, point = then.assign.value_of, self.table.decision_point
        if name not in self.table.facts:
            raise UnknownNameError(point=point, name=name, admissible=self.table.facts)
        domain = self.domains[name]
        if isinstance(domain, Cells):
            raise NotANumberError(
                point=point, variable=name, use="an assignment, which takes one of a list of values"
            )
        says = tuple(self._terminal(Outcome("propose", (str(v),), then.cycles)) for v in domain.values)
        return self.diagrams.node(list(self.domains).index(name), says)

    def _terminal(self, outcome: Outcome) -> int:
        return self.terminals.setdefault(outcome, atom(len(self.terminals) - 1))


def _plain_outcome(then: Then) -> Outcome:
    if then.choose is not None:
        return Outcome("choose", tuple(sorted(set(then.choose))), then.cycles)
    if then.refer is not None:
        return Outcome("refer", (then.refer,))
    return Outcome("propose", (str(then.assign),), then.cycles)


def _cites(rule: Rule, record: str | None) -> tuple[Citation, ...]:
    return tuple(c if c.record or not record else c.model_copy(update={"record": record}) for c in rule.cites)


def sample(domains: Mapping[str, Domain], found: Mapping[int, int]) -> dict[str, Value]:
    """Return one complete assignment that has the found value indexes; elsewhere the first value serves."""
    return {name: domain.sample(found.get(level, 0)) for level, (name, domain) in enumerate(domains.items())}
