"""Conditions of a decision table: read from the mapping that a clinician writes.

The written form, keys side by side being a conjunction::

    {marker: positive}                    the variable has this value
    {scan: [CR, PR]}                      or one of these
    {responded: true}                     a definition of the same table holds (false: does not)
    {age: {at_least: 18, below: 70}}      a number lies between the bounds
    {sum: [dlt, pending], above: 1}       a sum of integers; a bound may be the name of another integer
    {all: [...]}, {any: [...]}, {not: ...}
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, TypeAlias, assert_never

from pydantic import GetPydanticSchema
from pydantic_core import core_schema

from engine.protocol.base import Scalar

Number: TypeAlias = int | Decimal
BOUNDS = ("at_least", "above", "at_most", "below", "equals")


@dataclass(frozen=True, slots=True)
class Is:
    """The variable has one of the values."""

    variable: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Defined:
    """A definition of the table holds, or does not."""

    name: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Bound:
    """One side of a comparison; ``limit`` is a number or the name of an integer variable."""

    kind: str
    limit: Number | str

    def admits(self, value: Number, limit: Number) -> bool:
        """Tell whether ``value`` keeps this bound once its limit is known to be ``limit``."""
        return {
            "at_least": value >= limit,
            "above": value > limit,
            "at_most": value <= limit,
            "below": value < limit,
            "equals": value == limit,
        }[self.kind]


@dataclass(frozen=True, slots=True)
class Within:
    """The sum of the variables (often just one) keeps every bound."""

    variables: tuple[str, ...]
    bounds: tuple[Bound, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; with no part it is true."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds; with no part it is false."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"


Condition: TypeAlias = Is | Defined | Within | All | AnyOf | Not


def read_condition(raw: object) -> Condition:
    """Read the written form.

    Raises:
        ValueError: With the way out, when the form is none of those at the top of this module.
    """
    if isinstance(raw, Is | Defined | Within | All | AnyOf | Not):
        return raw
    if not isinstance(raw, Mapping) or not raw:
        msg = "a condition is a mapping such as {variable: value}, {any: [...]}, {all: [...]} or {not: ...}"
        raise ValueError(msg)
    if "sum" in raw:
        return _read_sum(raw)
    parts = tuple(_read_entry(key, value) for key, value in raw.items())
    return parts[0] if len(parts) == 1 else All(parts)


def _read_entry(key: str, value: object) -> Condition:
    match key, value:
        case (("all" | "any"), list()):
            parts = tuple(read_condition(part) for part in value)
            return All(parts) if key == "all" else AnyOf(parts)
        case "not", _:
            return Not(read_condition(value))
        case _, bool():
            return Defined(key, value)
        case _, str() | int():
            return Is(key, (value,))
        case _, list() if value and all(isinstance(v, str | int) and not isinstance(v, bool) for v in value):
            return Is(key, tuple(value))
        case _, Mapping():
            return Within((key,), _read_bounds(value))
        case _:
            msg = (
                f"'{key}' takes a value, a list of values, true or false, or bounds such as {{at_least: 50}}"
            )
            raise ValueError(msg)


def _read_sum(raw: Mapping[str, object]) -> Within:
    names = raw["sum"]
    if not isinstance(names, list) or not names or not all(isinstance(n, str) for n in names):
        msg = "'sum' takes a list of integer variables, beside a bound: {sum: [a, b], at_least: 6}"
        raise ValueError(msg)
    return Within(tuple(names), _read_bounds({k: v for k, v in raw.items() if k != "sum"}))


def _read_bounds(raw: Mapping[str, object]) -> tuple[Bound, ...]:
    bounds = []
    for kind, limit in raw.items():
        if kind not in BOUNDS or isinstance(limit, bool) or not isinstance(limit, int | Decimal | str):
            msg = f"'{kind}: {limit}' is no bound ({', '.join(BOUNDS)}; each takes a number or a variable)"
            raise ValueError(msg)
        bounds.append(Bound(kind, limit))
    if not bounds:
        msg = f"give at least one bound ({', '.join(BOUNDS)})"
        raise ValueError(msg)
    return tuple(bounds)


def leaves(condition: Condition) -> Iterator[Is | Defined | Within]:
    """Walk the atoms of a condition, left to right."""
    match condition:
        case Is() | Defined() | Within():
            yield condition
        case All(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from leaves(part)
        case Not(part=part):
            yield from leaves(part)
        case _:
            assert_never(condition)


def write_condition(condition: Condition) -> dict[str, object]:
    """Write a condition in a form that `read_condition` reads; a fraction as a float, as JSON has it."""
    match condition:
        case Is(variable=name, values=values):
            return {name: values[0] if len(values) == 1 else list(values)}
        case Defined(name=name, holds=holds):
            return {name: holds}
        case Within(variables=names, bounds=bounds):
            limits = {b.kind: float(b.limit) if isinstance(b.limit, Decimal) else b.limit for b in bounds}
            return {names[0]: limits} if len(names) == 1 else {"sum": list(names), **limits}
        case All(parts=parts):
            return {"all": [write_condition(part) for part in parts]}
        case AnyOf(parts=parts):
            return {"any": [write_condition(part) for part in parts]}
        case Not(part=part):
            return {"not": write_condition(part)}
        case _:
            assert_never(condition)


Written = Annotated[
    Condition,
    GetPydanticSchema(
        lambda _source, _handler: core_schema.no_info_plain_validator_function(
            read_condition, serialization=core_schema.plain_serializer_function_ser_schema(write_condition)
        )
    ),
]
"""A condition as a pydantic field: given and shown in its written form, kept as one of the classes above."""
