"""The same answers by brute force: every completion over plain values, every subset of the unknown variables.

Nothing here is from the package under test, only the vocabulary of engine.protocol: conditions are weighed
directly, quantities by one number from each interval, minimal sets by trying all subsets in order of size.
"""

import operator
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import combinations, pairwise, product
from typing import Any, NamedTuple

from engine.protocol.conditions import All, AnyOf, Condition, Defined, Is, Not, Within, leaves
from engine.protocol.table import DecisionTable, Flag, Rule, ValueOf
from engine.protocol.variables import Ambiguity, Variable

Values = dict[str, Any]
COMPARE = {
    "at_least": operator.ge,
    "above": operator.gt,
    "at_most": operator.le,
    "below": operator.lt,
    "equals": operator.eq,
}
UNDECIDED = ({"outcome": "hold", "reason": "gap"}, {"outcome": "hold", "reason": "conflict"})


class Row(NamedTuple):
    """One feasible completion: its values, what follows (with cycles), and the rules that fire."""

    values: Values
    outcome: tuple[Any, ...]
    fired: tuple[str, ...]


class Oracle:
    """A decision point weighed row by row."""

    def __init__(
        self, table: DecisionTable, variables: Mapping[str, Variable], ambiguities: Mapping[str, Ambiguity]
    ) -> None:
        self.table = table
        self.domains = {name: self._domain(name, variables[name]) for name in table.facts}
        self.domains |= {name: list(ambiguities[name].domain) for name in table.rulings}
        self.quantities = {name for name in table.facts if variables[name].quantity is not None}
        self.rows = [row for values in self.completions({}) if (row := self.row(values)) is not None]

    def _domain(self, name: str, variable: Variable) -> list[Any]:
        if variable.domain is not None:
            return list(variable.domain)
        cuts = sorted(
            {
                Decimal(bound.limit)
                for condition in self.conditions()
                for leaf in leaves(condition)
                if isinstance(leaf, Within) and name in leaf.variables
                for bound in leaf.bounds
                if not isinstance(bound.limit, str)
            }
        )
        between = [(low + high) / 2 for low, high in pairwise(cuts)]
        return sorted({*cuts, *between, *([cuts[0] - 7, cuts[-1] + 7] if cuts else [Decimal(0)])})

    def conditions(self) -> Iterator[Condition]:
        table = self.table
        yield from table.definitions.values()
        yield from (c.never for c in table.constraints.values())
        yield from (r.when for r in table.rules)
        yield from (p.when for p in table.precedence if p.when is not None)
        yield from (f.when for f in (*table.acknowledge, *table.alerts))

    def completions(self, known: Mapping[str, Any]) -> Iterator[Values]:
        names = list(self.domains)
        for values in product(*([known[n]] if n in known else self.domains[n] for n in names)):
            yield dict(zip(names, values, strict=True))

    def true(self, condition: Condition, values: Values) -> bool:
        match condition:
            case Is(variable=name, values=wanted):
                return values[name] in wanted
            case Defined(name=name, holds=holds):
                return self.true(self.table.definitions[name], values) is holds
            case Within(variables=names, bounds=bounds):
                total = sum(values[name] for name in names)
                return all(
                    COMPARE[b.kind](total, values[b.limit] if isinstance(b.limit, str) else b.limit)
                    for b in bounds
                )
            case All(parts=parts):
                return all(self.true(part, values) for part in parts)
            case AnyOf(parts=parts):
                return any(self.true(part, values) for part in parts)
            case Not(part=part):
                return not self.true(part, values)

    def defeats(self, values: Values) -> set[tuple[str, str]]:
        return {
            (row.first, over)
            for row in self.table.precedence
            if row.when is None or self.true(row.when, values)
            for over in row.over
        }

    def violated(self, values: Values, names: Iterator[str] | list[str] | None = None) -> bool:
        chosen = self.table.constraints if names is None else names
        return any(self.true(self.table.constraints[name].never, values) for name in chosen)

    def row(self, values: Values) -> Row | None:
        if self.violated(values):
            return None
        true = {rule.id: rule for rule in self.table.rules if self.true(rule.when, values)}
        beaten = {over for first, over in self.defeats(values) if first in true}
        fired = [rule for key, rule in true.items() if key not in beaten]
        outcomes = {self.says(rule, values) for rule in fired}
        ids = tuple(rule.id for rule in fired)
        if not outcomes:
            return Row(values, ("hold", "gap", None), ids)
        return Row(values, outcomes.pop() if len(outcomes) == 1 else ("hold", "conflict", None), ids)

    @staticmethod
    def says(rule: Rule, values: Values) -> tuple[Any, ...]:
        then = rule.then
        if then.refer is not None:
            return ("refer", then.refer, None)
        if then.choose is not None:
            return ("choose", tuple(sorted(then.choose)), then.cycles)
        name = str(values[then.assign.value_of]) if isinstance(then.assign, ValueOf) else then.assign
        return ("propose", name, then.cycles)

    def feasible(self, known: Mapping[str, Any]) -> list[Row]:
        """Return the feasible completions of what is known; a known number stands for itself."""
        if self.quantities.isdisjoint(known):
            return [row for row in self.rows if all(row.values[name] == known[name] for name in known)]
        return [row for values in self.completions(known) if (row := self.row(values)) is not None]

    def answer(self, known: Mapping[str, Any], told: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
        """Return the normative object; contradictions are left to the caller, reasons then absent.

        Args:
            known: Values of the known facts and signed rulings.
            told: Status and reason of unknown facts, where something was said.
        """
        rows = self.feasible(known)
        unknown = [name for name in self.domains if name not in known]
        required = {name for name in unknown if name in self.table.required}
        outcomes = {row.outcome for row in rows}
        answer = self._body(rows, outcomes, unknown, required, told)
        fired = {key for row in rows for key in row.fired}
        answer["rules"] = sorted(fired)
        cites = {
            (c.record, c.section, c.sentence) for r in self.table.rules if r.id in fired for c in r.cites
        }
        answer["cites"] = [
            {"record": record or "REC", "section": section, "sentence": sentence}
            for record, section, sentence in sorted(cites, key=lambda c: (c[0] or "REC", *c[1:]))
        ]
        answer["rulings_used"] = {n: known[n] for n in sorted(self.table.rulings) if n in known}
        return answer

    def _body(
        self,
        rows: list[Row],
        outcomes: set[tuple[Any, ...]],
        unknown: list[str],
        required: set[str],
        told: Mapping[str, Mapping[str, str]],
    ) -> dict[str, Any]:
        hold = {"outcome": "hold", "needs": [], "may_settle": [], "candidates": []}
        if not rows:
            return hold
        undecided = self._undecided(rows)
        if len(outcomes) == 1 and (undecided or not required):
            [(kind, what, cycles)] = outcomes
            if undecided:
                return {**hold, "reasons": undecided}
            if kind == "refer":
                return {"outcome": "refer", "reasons": [{"code": what}]}
            decided = {"outcome": kind} | ({"cycles": cycles} if cycles is not None else {})
            named = {"assign": what} if kind == "propose" else {"options": list(what)}
            flags = {
                key: sorted({f.code for f in getattr(self.table, key) if self._raised(f, rows)})
                for key in ("acknowledge", "alerts")
            }
            return {**decided, **named, **flags}
        needs, may = self.minimal_sets(rows, unknown, required)
        asked = required.union(*(needs or may))
        return {
            "outcome": "hold",
            "needs": needs,
            "may_settle": may,
            "candidates": self._candidates(outcomes),
            "reasons": [*(self._reason(name, told) for name in sorted(asked)), *undecided],
        }

    def _undecided(self, rows: list[Row]) -> list[dict[str, Any]]:
        gap = (
            [{"code": "gap"}]
            if any(row.outcome[1] == "gap" for row in rows if row.outcome[0] == "hold")
            else []
        )
        odds = {key for row in rows if row.outcome == ("hold", "conflict", None) for key in row.fired}
        return gap + ([{"code": "conflict", "on": sorted(odds)}] if odds else [])

    def _reason(self, name: str, told: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
        if name in self.table.rulings:
            return {"code": "unsigned", "on": [name]}
        return {
            "code": "required" if name in self.table.required else "unknown",
            "on": [name],
            **told.get(name, {}),
        }

    @staticmethod
    def _candidates(outcomes: set[tuple[Any, ...]]) -> list[dict[str, Any]]:
        keys = {"propose": "assign", "choose": "options", "refer": "reason", "hold": "reason"}
        found = sorted({outcome[:2] for outcome in outcomes})
        return [
            {"outcome": kind, keys[kind]: list(what) if kind == "choose" else what} for kind, what in found
        ]

    def _raised(self, flag: Flag, rows: list[Row]) -> bool:
        for row in rows:
            kind, what, _ = row.outcome
            names = set(what) if kind == "choose" else {what}
            meant = flag.outcome in (None, kind) and (flag.assign is None or bool(names & set(flag.assign)))
            if meant and self.true(flag.when, row.values):
                return True
        return False

    @staticmethod
    def minimal_sets(
        rows: list[Row], unknown: list[str], required: set[str]
    ) -> tuple[list[list[str]], list[list[str]]]:
        """Return needs and may_settle by trying every subset."""
        needs: list[set[str]] = []
        may: list[set[str]] = []
        for size in range(len(unknown) + 1):
            for chosen in map(set, combinations(unknown, size)):
                if not required <= chosen or (
                    any(s <= chosen for s in needs) and any(s <= chosen for s in may)
                ):
                    continue
                branches: dict[tuple[Any, ...], set[tuple[Any, ...]]] = {}
                for row in rows:
                    branches.setdefault(tuple(row.values[n] for n in sorted(chosen)), set()).add(row.outcome)
                decided = [len(found) == 1 and next(iter(found))[0] != "hold" for found in branches.values()]
                if all(decided) and not any(s <= chosen for s in needs):
                    needs.append(chosen)
                if any(decided) and not any(s <= chosen for s in may):
                    may.append(chosen)
        return sorted(map(sorted, needs)), sorted(map(sorted, may))
