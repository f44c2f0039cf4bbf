"""What can happen to a subject of the demonstration; each step is one request and what is expected of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from api.identity.roles import Role

At: TypeAlias = str
"""When a step happened, RFC 3339."""


@dataclass(frozen=True, slots=True)
class Step:
    """One request.

    Attributes:
        role: Who sends it.
        path: Below the subject; ``{open}`` stands for the decision that awaits a verdict. With a leading
            slash: below the trial.
        body: The body, given the time of the step.
        days: How long after the step before.
        says: What the decision that is open afterwards says, in the words of `show.answer`.
        refused: The problem it is refused with instead of being carried out.
    """

    role: Role
    path: str
    body: Callable[[At], Mapping[str, Any]]
    days: int = 0
    says: str | None = None
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Ends:
    """Where a subject is at the end, in the words that are printed.

    Attributes:
        stands: Its place and standing, then its endpoint if there is one.
        decisions: Every asking with the verdict on it, oldest first.
        deviations: Every departure from the plan, oldest first.
    """

    stands: str
    decisions: tuple[str, ...] = ()
    deviations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Course:
    """One subject: what happens, step by step, and where it ends."""

    subject: str
    story: str
    steps: tuple[Step, ...]
    ends: Ends


def written(line: Mapping[str, Any]) -> tuple[Step, ...]:
    """Read one line of a script: a word with what it is about, and what is expected of its last step.

    Raises:
        KeyError: The word is none of those below.
    """
    (word, about), *expected = line.items()
    *before, last = _WORDS[word](about)
    return (*before, replace(last, **dict(expected)))


def _register(_: None) -> tuple[Step, ...]:
    """A subject signs its consent; the walk adds its key."""

    def body(at: At) -> Mapping[str, Any]:
        return {"site": "SITE-01", "consent": {"version": "ICF 1.0", "signed_at": at}}

    return (Step(Role.EDC, "", body),)


def _screen(about: Mapping[str, Any]) -> tuple[Step, ...]:
    """Eligibility is judged."""
    return (Step(Role.EDC, "eligibility", lambda at: {**about, "effective_at": at}, days=5),)


def _enter(arm: str) -> tuple[Step, ...]:
    """A subject is registered, found eligible and allocated."""
    allocation = Step(
        Role.EDC, "allocation", lambda at: {"arm": arm, "source": "IWRS", "effective_at": at}, days=2
    )
    return (*_register(None), *_screen({"result": "eligible"}), allocation)


def _observe(facts: Mapping[str, object]) -> tuple[Step, ...]:
    """Facts are reported: a value, or a mapping with value and unit, or with a status."""
    return (Step(Role.EDC, "observations", lambda at: {"observations": _batch(facts, at)}, days=2),)


def _batch(facts: Mapping[str, object], at: At) -> list[dict[str, object]]:
    return [
        {"variable": name, "effective_at": at, **(said if isinstance(said, Mapping) else {"value": said})}
        for name, said in facts.items()
    ]


def _give(about: Mapping[str, Any]) -> tuple[Step, ...]:
    """Cycles are given, three weeks apart."""
    return tuple(_cycle(about["regimen"], number) for number in about["cycles"])


def _cycle(regimen: str, number: int) -> Step:
    return Step(
        Role.EDC,
        "cycles",
        lambda at: {"number": number, "regimen": regimen, "effective_at": at},
        days=21,
    )


def _ask(point: str | None) -> tuple[Step, ...]:
    """The engine takes its own step; with a point named, an investigator asks it again."""
    if point is None:
        return (Step(Role.EDC, "advance", lambda _: {}, days=1),)
    return (Step(Role.INVESTIGATOR, "decisions", lambda _: {"point": point}, days=1),)


def _judge(about: Mapping[str, Any]) -> tuple[Step, ...]:
    """A clinician signs a verdict on the open decision."""
    return (Step(Role.INVESTIGATOR, "decisions/{open}/verdict", lambda _: about),)


def _rule(rulings: Mapping[str, str]) -> tuple[Step, ...]:
    """The sponsor signs rulings."""
    return tuple(_ruling(ambiguity, option) for ambiguity, option in rulings.items())


def _ruling(ambiguity: str, option: str) -> Step:
    return Step(Role.SPONSOR, "/rulings", lambda _: {"ambiguity": ambiguity, "option": option})


def _leave(about: Mapping[str, Any]) -> tuple[Step, ...]:
    """The subject's standing changes."""
    return (Step(Role.EDC, "exits", lambda at: {**about, "effective_at": at}, days=9),)


def _reach(about: Mapping[str, Any]) -> tuple[Step, ...]:
    """A milestone is reached with the facts that it must carry."""
    rest = {key: said for key, said in about.items() if key != "facts"}

    def body(at: At) -> Mapping[str, Any]:
        return {**rest, "observations": _batch(about["facts"], at), "effective_at": at}

    return (Step(Role.EDC, "milestones", body, days=14),)


_WORDS: dict[str, Callable[[Any], tuple[Step, ...]]] = {
    "register": _register,
    "screen": _screen,
    "enter": _enter,
    "observe": _observe,
    "give": _give,
    "ask": _ask,
    "judge": _judge,
    "rule": _rule,
    "leave": _leave,
    "reach": _reach,
}
