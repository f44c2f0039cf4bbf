"""Conditions as boolean diagrams."""

from collections.abc import Mapping, Sequence
from functools import reduce

from engine.decision.diagram import BOTTOM, TOP, Diagrams
from engine.decision.domains import Cells, Domain, Finite
from engine.decision.errors import DefinitionCycleError, ForeignValueError, NotANumberError, UnknownNameError
from engine.protocol.conditions import All, AnyOf, Bound, Condition, Defined, Is, Not, Number, Within


class ConditionReader:
    """Turns the conditions of one table into boolean diagrams, each definition once.

    Raises (any reading):
        UnknownNameError: Neither a variable of the table nor one of its definitions.
        ForeignValueError: A value outside the variable's domain, or a quantity compared with a single value.
        NotANumberError: A word in a sum or beside a bound, a quantity in a sum or beside a variable.
        DefinitionCycleError: A definition that rests on itself.
    """

    def __init__(
        self,
        point: str,
        diagrams: Diagrams,
        domains: Mapping[str, Domain],
        definitions: Mapping[str, Condition],
    ) -> None:
        """Read in the order of ``domains``: a variable's position is its level."""
        self._point, self._diagrams, self._domains, self._definitions = point, diagrams, domains, definitions
        self._level = {name: level for level, name in enumerate(domains)}
        self._defined: dict[str, int] = {}
        self._open: list[str] = []

    def read(self, condition: Condition) -> int:
        """Return the diagram that is true where the condition holds."""
        d = self._diagrams
        match condition:
            case Is(variable=name, values=values):
                return self.literal(name, values)
            case Defined(name=name, holds=holds):
                found = self.definition(name)
                return found if holds else d.negate(found)
            case Within(variables=names, bounds=bounds):
                return reduce(d.meet, [self._bounded(names, bound) for bound in bounds], TOP)
            case All(parts=parts):
                return reduce(d.meet, map(self.read, parts), TOP)
            case AnyOf(parts=parts):
                return reduce(d.join, map(self.read, parts), BOTTOM)
            case Not(part=part):
                return d.negate(self.read(part))

    def literal(self, name: str, values: Sequence[object]) -> int:
        """Return the diagram of "the variable has one of the values"."""
        domain = self._domain(name)
        for value in values:
            if isinstance(domain, Cells) or domain.index(value) is None:
                raise ForeignValueError(point=self._point, variable=name, value=value, admissible=str(domain))
        return self._where(name, {domain.index(value) for value in values})

    def _where(self, name: str, indexes: set[int | None]) -> int:
        size = self._domain(name).size
        return self._diagrams.node(
            self._level[name], tuple(TOP if i in indexes else BOTTOM for i in range(size))
        )

    def _domain(self, name: str) -> Domain:
        if name not in self._domains:
            raise UnknownNameError(point=self._point, name=name, admissible=self._domains)
        return self._domains[name]

    def definition(self, name: str) -> int:
        """Return where the definition holds."""
        if name not in self._definitions:
            raise UnknownNameError(point=self._point, name=name, admissible=self._definitions)
        if name in self._open:
            raise DefinitionCycleError(point=self._point, cycle=(*self._open[self._open.index(name) :], name))
        if name not in self._defined:
            self._open.append(name)
            self._defined[name] = self.read(self._definitions[name])
            self._open.pop()
        return self._defined[name]

    def _bounded(self, names: tuple[str, ...], bound: Bound) -> int:
        domain = self._domain(names[0])
        if isinstance(domain, Cells) and len(names) == 1 and not isinstance(bound.limit, str):
            limit = bound.limit
            return self._where(
                names[0], {i for i in range(domain.size) if bound.admits(domain.sample(i), limit)}
            )
        weights = dict.fromkeys(names, 0)
        for name in names:
            weights[name] += 1
        if isinstance(bound.limit, str):
            weights[bound.limit] = weights.get(bound.limit, 0) - 1
            return self._sum(weights, bound, 0)
        return self._sum(weights, bound, bound.limit)

    def _sum(self, weights: Mapping[str, int], bound: Bound, limit: Number) -> int:
        """Return where the weighted sum of whole numbers keeps the bound, by level and partial sum."""
        numbers = {name: self._numbers(name) for name in weights}
        terms = sorted((self._level[name], numbers[name], weight) for name, weight in weights.items())
        seen: dict[tuple[int, int], int] = {}

        def rest(place: int, total: int) -> int:
            if place == len(terms):
                return TOP if bound.admits(total, limit) else BOTTOM
            level, row, weight = terms[place]
            key = place, total
            if key not in seen:
                seen[key] = self._diagrams.node(
                    level, tuple(rest(place + 1, total + weight * n) for n in row)
                )
            return seen[key]

        return rest(0, 0)

    def _numbers(self, name: str) -> tuple[int, ...]:
        domain = self._domain(name)
        numbers = domain.numbers if isinstance(domain, Finite) else None
        if numbers is None:
            raise NotANumberError(
                point=self._point, variable=name, use="a sum or beside a bound that is not a number"
            )
        return numbers
