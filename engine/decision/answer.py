"""What an evaluation answers, as a value and as the JSON object that callers read."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Literal, TypeAlias

from engine.protocol.base import Citation
from engine.protocol.variables import Status

Kind: TypeAlias = Literal["propose", "choose", "refer", "hold"]
VALUE_KEY: dict[Kind, str] = {"propose": "assign", "choose": "options", "refer": "reason", "hold": "reason"}
"""Under which key a candidate carries its value."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one complete set of values leads to; two are the same when all of it is equal.

    Attributes:
        kind: ``hold`` for a gap and a conflict only.
        names: The one assignment, the sorted options, or the one code of a referral or hold.
        cycles: For how many cycles, where the point says so.
    """

    kind: Kind
    names: tuple[str, ...]
    cycles: int | None = None

    def to_json(self) -> dict[str, object]:
        """Return the candidate object; cycles do not show in it."""
        value = list(self.names) if self.kind == "choose" else self.names[0]
        return {"outcome": self.kind, VALUE_KEY[self.kind]: value}


GAP = Outcome("hold", ("gap",))
"""No rule fires."""
CONFLICT = Outcome("hold", ("conflict",))
"""Rules with different outcomes fire."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why it is a referral or a hold.

    Attributes:
        code: A refer code, a constraint's name, or one of required, unsigned, unknown, gap, conflict.
        on: The variables (for a conflict: the rules) it is about, sorted.
        status: The known state of an unknown fact.
        text: What the caller said about that state; ``reason`` in JSON.
    """

    code: str
    on: tuple[str, ...] = ()
    status: Status | None = None
    text: str | None = None

    def to_json(self) -> dict[str, object]:
        """Return the reason object without the keys that do not apply."""
        told = {"code": self.code, "on": list(self.on) or None, "status": self.status, "reason": self.text}
        return {key: value for key, value in told.items() if value is not None}


Sets: TypeAlias = tuple[tuple[str, ...], ...]
"""Inclusion-minimal sets of fact keys and ambiguity ids: each sorted, the whole sorted."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one case; None where a key does not apply.

    Attributes:
        outcome: The kind of answer.
        assign: propose: the regimen, arm or action.
        cycles: propose, choose: for how many cycles, where the point says so.
        options: choose: what a clinician chooses between, sorted.
        reasons: refer, hold: why.
        needs: hold: the sets of unknown variables that settle it whatever their values turn out to be.
        may_settle: hold: the sets that settle it for some of their values. None when the search for them was
            given up at its allowance of steps: no list then, rather than a wrong one.
        may_settle_capped: hold: that it was given up.
        candidates: hold: the outcomes still possible, sorted by kind, then value.
        acknowledge: propose, choose: codes to tick, sorted.
        alerts: propose, choose: codes to be told, sorted.
        rules: Ids of the rules that may fire over the feasible completions, sorted.
        cites: Their citations, sorted.
        rulings_used: Ambiguity and option of each signed ruling that the point declares, sorted.
    """

    outcome: Kind
    assign: str | None = None
    cycles: int | None = None
    options: tuple[str, ...] | None = None
    reasons: tuple[Reason, ...] | None = None
    needs: Sets | None = None
    may_settle: Sets | None = None
    may_settle_capped: bool = False
    candidates: tuple[Outcome, ...] | None = None
    acknowledge: tuple[str, ...] | None = None
    alerts: tuple[str, ...] | None = None
    rules: tuple[str, ...] = ()
    cites: tuple[Citation, ...] = ()
    rulings_used: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return the normative object, without what the caller adds (case, trial, version, protocol hash)."""
        told: dict[str, object] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None and value is not False:
                told[field.name] = _WRITTEN.get(field.name, _as_is)(value)
        return told


def _as_is(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


_WRITTEN: dict[str, Callable[..., object]] = {
    "reasons": lambda reasons: [r.to_json() for r in reasons],
    "needs": lambda sets: [list(s) for s in sets],
    "may_settle": lambda sets: [list(s) for s in sets],
    "candidates": lambda outcomes: [o.to_json() for o in outcomes],
    "cites": lambda cites: [c.model_dump(exclude_none=True) for c in cites],
    "rulings_used": dict,
}
