"""What a schema cannot see inside one decision table: undeclared names, foreign values, circles."""

from collections import Counter
from collections.abc import Iterable, Iterator

from engine.protocol.conditions import AnyOf, Bound, Condition, Defined, Is, Within, leaves
from engine.protocol.finding import Finding, dangling
from engine.protocol.source import Step
from engine.protocol.table import DecisionTable, Then, ValueOf
from engine.protocol.trial import TrialProtocol


class TableCheck:
    """The findings of one table."""

    def __init__(self, protocol: TrialProtocol, table: DecisionTable, path: tuple[Step, ...]) -> None:
        self.protocol, self.table, self.path = protocol, table, path
        self.declared = {*table.facts, *table.rulings}

    def findings(self, *, decides: bool) -> Iterator[Finding]:
        """Find what dangles inside the table; one that decides treatment assigns regimens of the trial."""
        yield from self._declarations()
        for where, condition in self._conditions():
            for leaf in leaves(condition):
                yield from self._leaf((*self.path, *where), leaf)
        yield from self._definition_cycles()
        assigns = decides and any(
            e.decided_by == self.table.decision_point for arm in self.protocol.arms for e in arm.elements
        )
        for r, rule in enumerate(self.table.rules):
            yield from self._then((*self.path, "rules", r, "then"), rule.then, regimens=assigns)
        rules = [rule.id for rule in self.table.rules]
        for p, row in enumerate(self.table.precedence):
            yield from dangling((*self.path, "precedence", p, "first"), "rule", row.first, rules)
            for i, name in enumerate(row.over):
                yield from dangling((*self.path, "precedence", p, "over", i), "rule", name, rules)
        yield from self._flags()

    def _declarations(self) -> Iterator[Finding]:
        table, protocol = self.table, self.protocol
        known: dict[str, tuple[Iterable[str], str, Iterable[str]]] = {
            "facts": (table.facts, "variable", protocol.variables),
            "rulings": (table.rulings, "ambiguity", protocol.ambiguities),
            "required": (table.required, "fact or ruling of this table", sorted(self.declared)),
            "derived": (table.derived, "fact of this table", table.facts),
            "assumptions": (table.assumptions, "parameter", protocol.parameters),
        }
        for key, (names, kind, choices) in known.items():
            for index, name in enumerate(names):
                place = name if key == "derived" else index
                yield from dangling((*self.path, key, place), kind, name, choices)
        used = Counter((*table.facts, *table.rulings, *table.definitions))
        for name in (name for name, times in used.items() if times > 1):
            what = f"'{name}' stands twice among facts, rulings and definitions"
            yield Finding((*self.path, "facts"), what, "give each its own name")
        epochs = [epoch.id for epoch in protocol.epochs]
        for name, source in table.derived.items():
            here = (*self.path, "derived", name, "regimen_given")
            yield from dangling(here, "epoch", source.regimen_given, epochs)

    def _conditions(self) -> Iterator[tuple[tuple[Step, ...], Condition]]:
        table = self.table
        for name, constraint in table.constraints.items():
            yield ("constraints", name, "never"), constraint.never
        for name, definition in table.definitions.items():
            yield ("definitions", name), definition
        for r, rule in enumerate(table.rules):
            yield ("rules", r, "when"), rule.when
        for p, row in enumerate(table.precedence):
            yield ("precedence", p, "when"), row.when or AnyOf(())
        for key in ("acknowledge", "alerts"):
            for f, flag in enumerate(getattr(table, key)):
                yield (key, f, "when"), flag.when

    def _leaf(self, path: tuple[Step, ...], leaf: Is | Defined | Within) -> Iterator[Finding]:
        match leaf:
            case Defined(name=name):
                yield from dangling((*path, name), "definition", name, self.table.definitions)
            case Is(variable=name, values=values):
                yield from self._undeclared(path, name)
                domain = self._domain(name)
                for value in values:
                    if domain is not None and value not in domain:
                        choices = ", ".join(map(str, domain)) or "bounds such as {at_least: 50}"
                        yield Finding((*path, name), f"'{name}' is never '{value}'", f"it can be: {choices}")
            case Within(variables=names, bounds=bounds):
                limits = [b.limit for b in bounds if isinstance(b.limit, str)]
                yield from self._numbers(path, names, limits, bounds)

    def _numbers(
        self, path: tuple[Step, ...], names: tuple[str, ...], limits: list[str], bounds: tuple[Bound, ...]
    ) -> Iterator[Finding]:
        lone_quantity = len(names) == 1 and not limits
        for name in (*names, *limits):
            yield from self._undeclared(path, name)
            variable = self.protocol.variables.get(name)
            if variable is None or name not in self.declared:
                continue
            if variable.values is not None or (variable.quantity is not None and not lone_quantity):
                way_out = "compare an integer, or one quantity with numbers"
                yield Finding((*path, name), f"'{name}' cannot be compared with {bounds[0].kind}", way_out)

    def _undeclared(self, path: tuple[Step, ...], name: str) -> Iterator[Finding]:
        if name not in self.declared:
            way_out = "declare it under 'facts' or 'rulings' of this table"
            yield Finding((*path, name), f"'{name}' is not declared by this table", way_out)

    def _domain(self, name: str) -> tuple[str | int, ...] | None:
        if name in self.table.rulings and name in self.protocol.ambiguities:
            return self.protocol.ambiguities[name].domain
        variable = self.protocol.variables.get(name) if name in self.table.facts else None
        if variable is None:
            return None
        return variable.domain if variable.quantity is None else ()

    def _definition_cycles(self) -> Iterator[Finding]:
        uses = {
            name: {leaf.name for leaf in leaves(condition) if isinstance(leaf, Defined)}
            for name, condition in self.table.definitions.items()
        }
        for name in uses:
            seen, pending = set[str](), [name]
            while pending:
                for used in uses.get(pending.pop(), set()) - seen:
                    seen.add(used)
                    pending.append(used)
            if name in seen:
                here = (*self.path, "definitions", name)
                yield Finding(
                    here, f"the definition '{name}' rests on itself", "define it by facts and rulings"
                )

    def _flags(self) -> Iterator[Finding]:
        """Find flags that wait for what no rule of the table gives: they would never be shown."""
        given = {name for rule in self.table.rules for name in self._given(rule.then)}
        for key in ("acknowledge", "alerts"):
            for f, flag in enumerate(getattr(self.table, key)):
                for i, name in enumerate(flag.assign or ()):
                    here = (*self.path, key, f, "assign", i)
                    yield from dangling(here, "rule that gives", name, sorted(given))

    def _given(self, then: Then) -> tuple[str, ...]:
        if isinstance(then.assign, ValueOf):
            return tuple(str(value) for value in self._domain(then.assign.value_of) or ())
        return (*([then.assign] if then.assign else []), *(then.choose or ()))

    def _then(self, path: tuple[Step, ...], then: Then, *, regimens: bool) -> Iterator[Finding]:
        if isinstance(then.assign, ValueOf):
            name = then.assign.value_of
            yield from dangling((*path, "assign"), "fact of this table", name, self.table.facts)
        for name in self._given(then) if regimens else ():
            yield from dangling(
                (*path, "assign" if then.assign else "choose"), "regimen", name, self.protocol.regimen
            )
