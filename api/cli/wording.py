"""Conditions, outcomes and citations as a clinician reads them, one line each."""

from collections.abc import Iterable, Mapping
from typing import assert_never

from engine.protocol.base import Citation
from engine.protocol.conditions import All, AnyOf, Condition, Defined, Is, Not, Within
from engine.protocol.table import Then, ValueOf


def condition(said: Condition, *, inside: bool = False) -> str:
    """Word a condition; one inside another stands in brackets where it has several parts."""
    match said:
        case Is(variable=name, values=values):
            return f"{name} is {' or '.join(map(str, values))}"
        case Defined(name=name, holds=holds):
            return name if holds else f"not {name}"
        case Within(variables=names, bounds=bounds):
            limits = " and ".join(f"{bound.kind.replace('_', ' ')} {bound.limit}" for bound in bounds)
            return f"{' + '.join(names)} is {limits}"
        case All(parts=parts):
            return _joined(parts, "and", inside=inside)
        case AnyOf(parts=parts):
            return _joined(parts, "or", inside=inside)
        case Not(part=part):
            return f"not ({condition(part)})"
        case _:
            assert_never(said)


def _joined(parts: tuple[Condition, ...], word: str, *, inside: bool) -> str:
    text = f" {word} ".join(condition(part, inside=True) for part in parts)
    return f"({text})" if inside and len(parts) > 1 else text


def outcome(then: Then) -> str:
    """Word what follows from a rule."""
    cycles = f", {then.cycles} cycles" if then.cycles else ""
    if then.choose is not None:
        return f"choose {' or '.join(then.choose)}{cycles}"
    if then.refer is not None:
        return f"refer: {then.refer}"
    assign = f"the same as {then.assign.value_of}" if isinstance(then.assign, ValueOf) else then.assign
    return f"{assign}{cycles}"


def citations(cites: Iterable[Citation]) -> str:
    """Word the places in the record, its sentences or items gathered by section."""
    sections: dict[str, list[str]] = {}
    for cite in cites:
        sections.setdefault(cite.section, []).append(str(cite.sentence))
    return "; ".join(f"{section} {', '.join(numbers)}" for section, numbers in sections.items())


def values(assigned: Mapping[str, object]) -> str:
    """Word one assignment of values to variables."""
    return ", ".join(f"{name}={value}" for name, value in assigned.items())
