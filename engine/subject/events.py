"""Everything that can have happened, in the past tense: a closed set of kinds, each with its body.

A body is what the ledger keeps apart as an erasable payload; who, when and under which protocol version stand
in the envelope around it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    AwareDatetime,
    ConfigDict,
    Field,
    JsonValue,
    StrictFloat,
    StrictInt,
    StrictStr,
    StringConstraints,
)

from engine.protocol.base import Frozen, Name
from engine.protocol.variables import Status

Text = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]


def _read_alike(value: str | float) -> str | float:
    if isinstance(value, int) and abs(value) >= 2**53:
        raise ValueError("a whole number has at most 15 digits, so that every reader of JSON reads it alike")
    return value


Value: TypeAlias = Annotated[StrictStr | StrictInt | StrictFloat, AfterValidator(_read_alike)]
"""A word or a number; whole numbers only up to where doubles are exact (RFC 7493 section 2.2)."""


class Body(Frozen):
    """Base of every event body; ``kind`` is its stable name in the ledger."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    kind: ClassVar[str]


class RulingSigned(Body):
    """The sponsor picked one admissible reading of an ambiguous text."""

    kind = "trial.ruling.signed"
    ambiguity: Name
    option: Name
    because: Text | None = None


class Registered(Body):
    """A subject entered the trial's records with a signed consent."""

    kind = "subject.registered"
    site: Name
    consent_version: Text
    consent_signed_at: AwareDatetime


class Screened(Body):
    """Eligibility was judged outside and reported."""

    kind = "subject.screened"
    result: Literal["eligible", "ineligible"]
    criteria: tuple[Name, ...] = ()
    source: Text | None = None


class Allocated(Body):
    """An allocation made outside (by an IWRS) was recorded."""

    kind = "subject.allocated"
    arm: Name
    source: Text | None = None


class Observed(Body):
    """One fact was measured, or it was said why it is not known.

    Attributes:
        value: A member of the variable's domain, or a magnitude in ``unit``.
        unit: UCUM unit of a quantity.
        status: Why there is no value.
        reason: What the reporter adds to the status.
        source: Who or what measured it.
        effective_at: When it was true (specimen drawn, scan taken).
    """

    kind = "subject.observation.recorded"
    variable: Name
    value: Value | None = None
    unit: str | None = None
    status: Status | None = None
    reason: Text | None = None
    source: Text | None = None


class CycleGiven(Body):
    """A cycle was given; the regimen is the one given, whatever was assigned.

    Attributes:
        number: 1-based, counted by doses given, not by the calendar.
        off_plan: Given while the decision that should precede it was still open.
    """

    kind = "subject.cycle.given"
    number: int = Field(ge=1)
    regimen: Name
    off_plan: bool = False


class Proposed(Body):
    """A decision point was evaluated.

    Attributes:
        decision: Key of the decision within the subject, ``<point>-<count>``.
        answer: The outcome in the normative form.
        inputs: Each fact with value or status, source and times.
        cycle: Cycles given when it was asked.
    """

    kind = "subject.decision.proposed"
    decision: Name
    point: Name
    answer: dict[str, JsonValue]
    inputs: tuple[dict[str, JsonValue], ...]
    cycle: int


class _Verdict(Body):
    decision: Name
    acknowledged: tuple[Name, ...] = ()
    late: bool = False


class _Assigning(_Verdict):
    point: Name
    regimen: Name
    cycles: int | None = None
    agent: Text | None = None


class Confirmed(_Assigning):
    """A clinician confirmed the proposal."""

    kind = "subject.decision.confirmed"


class Chosen(_Assigning):
    """A clinician chose one of the options that the protocol leaves open."""

    kind = "subject.decision.chosen"


class Overridden(_Assigning):
    """A clinician decided otherwise; the engine's own outcome stays beside it."""

    kind = "subject.decision.overridden"
    reason_code: Name
    reason: Text


class Referred(_Verdict):
    """A clinician took note that the table refers the decision to a clinician; nobody moves."""

    kind = "subject.decision.acknowledged"
    reason: Text


class MilestoneReached(Body):
    """A milestone after treatment was reached, early where treatment was cut short."""

    kind = "subject.milestone.reached"
    milestone: Name
    early: bool = False
    reason_code: Name | None = None
    reason: Text | None = None


class EndpointDerived(Body):
    """An endpoint table was evaluated on what the milestone brought."""

    kind = "subject.endpoint.derived"
    endpoint: Name
    answer: dict[str, JsonValue]
    inputs: tuple[dict[str, JsonValue], ...]


class Exited(Body):
    """The subject's standing changed for an unplanned reason (or changed back)."""

    kind = "subject.exited"
    exit: Name
    scope: Name | None = None
    reason: Text


BODIES: dict[str, type[Body]] = {
    body.kind: body
    for body in (
        RulingSigned,
        Registered,
        Screened,
        Allocated,
        Observed,
        CycleGiven,
        Proposed,
        Confirmed,
        Chosen,
        Overridden,
        Referred,
        MilestoneReached,
        EndpointDerived,
        Exited,
    )
}
"""Every kind of event; adding one is a class here and a row in this table."""

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Signed:
    """What a reader is shown of a signature (21 CFR 11.50), beside who and when.

    Attributes:
        name: Printed name.
        meaning: What the signature means.
        zone: IANA zone in which the signer read the time.
    """

    name: str
    meaning: str
    zone: str


@dataclass(frozen=True, slots=True)
class Happened:
    """One event as the fold sees it: the body between its two times, and where it stands in the ledger.

    Attributes:
        version: 1-based place in the subject's own history.
        effective_at: When it was true.
        recorded_at: When this engine learned it.
        protocol: Version and folder hash in force; None on events of no trial version.
        signed: The signature under it, where a person signs.
    """

    event_id: str
    version: int
    body: Body
    actor: str
    effective_at: datetime
    recorded_at: datetime
    protocol: tuple[str, str] | None = None
    signed: Signed | None = None
