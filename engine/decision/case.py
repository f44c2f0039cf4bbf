"""Reading what a caller sends: facts and rulings, each either understood or refused, never guessed."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias, get_args

from engine.decision.domains import Cells, Domain, Finite, Value
from engine.decision.errors import (
    BadOptionError,
    BadStatusError,
    FactUnknownToPointError,
    UnknownNameError,
    UnknownRulingError,
    ValueOutsideDomainError,
    WrongUnitError,
)
from engine.protocol.table import DecisionTable
from engine.protocol.variables import Ambiguity, Status, Variable

STATUSES: tuple[Status, ...] = get_args(Status)
DIMENSIONLESS = "1"
"""The UCUM unit of a pure number, the only quantity that may come without its unit."""


@dataclass(frozen=True, slots=True)
class Known:
    """A fact with a value: a member of its domain, or the magnitude of a quantity in the declared unit."""

    value: Value


@dataclass(frozen=True, slots=True)
class Unknown:
    """A fact without a value.

    Attributes:
        status: What is known about its absence; None when nothing was said.
        reason: The caller's own words on that.
    """

    status: Status | None = None
    reason: str | None = None


Fact: TypeAlias = Known | Unknown


def read_facts(
    raw: Mapping[str, object], table: DecisionTable, variables: Mapping[str, Variable]
) -> dict[str, Fact]:
    """Read the facts of a case.

    Args:
        raw: By fact key, as parsed from JSON with ``parse_float=Decimal``: null, a status object, the
            variable's own not-evaluable word, a member of the domain, or for a quantity
            ``{"value": number, "unit": UCUM}``.
        table: The decision point.
        variables: The trial's data dictionary.

    Returns:
        Every fact of the point; one that was not sent is `Unknown`.

    Raises:
        CaseError: A subclass that names the fact, what was given and what is admissible.
    """
    for key in raw:
        if key not in table.facts:
            raise FactUnknownToPointError(fact=key, point=table.decision_point, admissible=table.facts)
    undeclared = next((key for key in table.facts if key not in variables), None)
    if undeclared is not None:
        raise UnknownNameError(point=table.decision_point, name=undeclared, admissible=variables)
    return {key: read_fact(key, raw.get(key), variables[key]) for key in table.facts}


def domain_of(variable: Variable) -> Domain:
    """Return the variable's domain; a quantity's has no thresholds yet."""
    if variable.domain is not None:
        return Finite(tuple(variable.domain))
    return Cells((), str(variable.quantity))


def read_fact(key: str, given: object, variable: Variable) -> Fact:
    """Read one fact, as `read_facts` does.

    Raises:
        CaseError: A subclass that names the fact, what was given and what is admissible.
    """
    if given is None:
        return Unknown()
    if isinstance(given, str) and given == variable.not_evaluable:
        return Unknown("not_evaluable")
    if isinstance(given, Mapping) and (variable.quantity is None or "status" in given):
        return _read_status(key, given)
    value = given if variable.quantity is None else _magnitude(key, given, variable.quantity)
    domain = domain_of(variable)
    if isinstance(value, str | int | Decimal) and domain.index(value) is not None:
        return Known(value)
    raise ValueOutsideDomainError(fact=key, given=given, admissible=str(domain))


def _magnitude(key: str, given: object, unit: str) -> object:
    """Take the number out of its quantity object."""
    if not isinstance(given, Mapping):
        if unit != DIMENSIONLESS:
            wanted = f'{{"value": number, "unit": "{unit}"}}'
            raise ValueOutsideDomainError(fact=key, given=given, admissible=wanted)
        return given
    if given.get("unit") != unit:
        raise WrongUnitError(fact=key, given=given.get("unit"), unit=unit)
    if set(given) != {"value", "unit"}:
        raise ValueOutsideDomainError(fact=key, given=given, admissible='exactly "value" and "unit"')
    return given["value"]


def _read_status(key: str, given: Mapping[object, object]) -> Unknown:
    status, reason = given.get("status"), given.get("reason")
    for admissible in STATUSES:
        if (
            status == admissible
            and set(given) <= {"status", "reason"}
            and (reason is None or isinstance(reason, str))
        ):
            return Unknown(admissible, reason)
    raise BadStatusError(fact=key, given=given, admissible=STATUSES)


def read_rulings(raw: Mapping[str, object], ambiguities: Mapping[str, Ambiguity]) -> dict[str, str]:
    """Read signed rulings: option by ambiguity id. What is left out is unsigned.

    Raises:
        UnknownRulingError: The trial declares no such ambiguity.
        BadOptionError: It is none of the ambiguity's options.
    """
    rulings = {}
    for key, option in raw.items():
        if key not in ambiguities:
            raise UnknownRulingError(ruling=key, admissible=ambiguities)
        options = ambiguities[key].domain
        if not isinstance(option, str) or option not in options:
            raise BadOptionError(ruling=key, given=option, admissible=options)
        rulings[key] = option
    return rulings
