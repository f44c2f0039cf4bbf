"""What the names of a table mean: its variables with their domains, and all the conditions that use them."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from engine.decision.case import domain_of
from engine.decision.domains import Cells, Domain, Finite
from engine.decision.errors import NameTwiceError, UnknownNameError
from engine.protocol.conditions import Condition, Defined, Is, Number, Within, leaves
from engine.protocol.table import DecisionTable
from engine.protocol.variables import Ambiguity, Variable


def domains_of(
    table: DecisionTable, variables: Mapping[str, Variable], ambiguities: Mapping[str, Ambiguity]
) -> dict[str, Domain]:
    """Return the domain of each fact and ruling of the table, quantities cut at the table's thresholds.

    Raises:
        UnknownNameError: A fact, ruling or required name that nothing declares.
        NameTwiceError: One name for two variables, or for a variable and a definition.
    """
    point, found = table.decision_point, dict[str, Domain]()
    for name in (*table.facts, *table.rulings):
        if name in found or name in table.definitions:
            raise NameTwiceError(point=point, name=name)
        if name in table.facts and name in variables:
            found[name] = domain_of(variables[name])
        elif name in table.rulings and name in ambiguities:
            found[name] = Finite(ambiguities[name].domain)
        else:
            raise UnknownNameError(point=point, name=name, admissible=(*variables, *ambiguities))
    for name in table.required:
        if name not in found:
            raise UnknownNameError(point=point, name=name, admissible=found)
    for name, domain in found.items():
        if isinstance(domain, Cells):
            found[name] = Cells.cut(_thresholds(table, name), domain.unit)
    return found


def conditions_of(table: DecisionTable) -> Iterator[Condition]:
    """Walk every condition of the table."""
    yield from table.definitions.values()
    yield from (constraint.never for constraint in table.constraints.values())
    yield from (rule.when for rule in table.rules)
    yield from (order.when for order in table.precedence if order.when is not None)
    yield from (flag.when for flag in (*table.acknowledge, *table.alerts))


def rows_of(table: DecisionTable) -> list[frozenset[str]]:
    """Return the variables of each condition, those behind a definition included."""
    declared, behind = {*table.facts, *table.rulings}, dict[str, frozenset[str]]()

    def names(condition: Condition) -> frozenset[str]:
        return frozenset(chain.from_iterable(map(of_leaf, leaves(condition)))) & declared

    def of_leaf(leaf: Is | Defined | Within) -> Iterable[str]:
        match leaf:
            case Is(variable=name):
                return (name,)
            case Within(variables=summed, bounds=bounds):
                return (*summed, *(bound.limit for bound in bounds if isinstance(bound.limit, str)))
            case Defined(name=name):
                if name not in behind and name in table.definitions:
                    behind[name] = frozenset()  # ends a circle, which compiling refuses
                    behind[name] = names(table.definitions[name])
                return behind.get(name, ())

    return [names(condition) for condition in conditions_of(table)]


def _thresholds(table: DecisionTable, name: str) -> Iterator[Number]:
    for leaf in chain.from_iterable(map(leaves, conditions_of(table))):
        if isinstance(leaf, Within) and leaf.variables == (name,):
            yield from (bound.limit for bound in leaf.bounds if not isinstance(bound.limit, str))
