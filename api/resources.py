"""What a caller gets back: the shapes; `api/views.py` fills them."""

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict

from engine.conduct.next import Next
from engine.conduct.reviewing import Overtaken
from engine.protocol.base import Frozen
from engine.subject.deviations import Deviation


class Receipt(Frozen):
    """What the caller keeps to fetch the proof of one event later.

    Attributes:
        leaf_hash: RFC 6962 leaf hash of the event's manifest, hexadecimal.
        log: Origin of the trial's log.
    """

    event: str
    kind: str
    leaf_hash: str
    log: str


class ProtocolRef(Frozen):
    """The rules that a subject is on."""

    version: str
    hash: str


class StateView(Frozen):
    """Where a subject stands."""

    arm: str | None
    epoch: str
    regimen: str | None
    cycle: int
    standing: str


class ObservationView(Frozen):
    """An observation as it was recorded."""

    event: str
    variable: str
    value: str | int | float | None = None
    unit: str | None = None
    status: str | None = None
    reason: str | None = None
    source: str | None = None
    effective_at: datetime
    recorded_at: datetime


class CycleView(Frozen):
    """A cycle as given, beside what stood assigned for it."""

    event: str
    number: int
    regimen: str
    assigned: str | None
    effective_at: datetime


class VerdictView(Frozen):
    """What a clinician said to a decision, signed with printed name, time and meaning (21 CFR 11.50)."""

    model_config = ConfigDict(frozen=True, extra="allow")
    verdict: Literal["confirmed", "chosen", "overridden", "acknowledged"]
    by: str
    name: str
    meaning: str
    at: datetime
    zone: str
    event: str


class Assumption(Frozen):
    """A silent point of the record that bears on a decision, and what this version runs with."""

    parameter: str
    question: str
    value: str | int | None
    unit: str | None = None


DecisionStatus = Literal["open", "confirmed", "chosen", "overridden", "acknowledged", "superseded", "lapsed"]


class DecisionResource(Frozen):
    """One asking of a decision point: outcome, inputs, assumptions, and the verdict beside it.

    Attributes:
        status: ``open`` while a verdict is awaited; ``lapsed`` where the subject left before one was given.
        answer: The engine's outcome in the normative form; never altered by a verdict.
        inputs: Each fact with value or status, source and times, as the decision knew them.
        overtaken: Where it would be another decision on what is known by now; a person reviews it.
    """

    decision: str
    subject: str
    point: str
    status: DecisionStatus
    proposed_at: datetime
    answer: dict[str, Any]
    inputs: tuple[dict[str, Any], ...]
    assumptions: tuple[Assumption, ...]
    before_confirming: dict[str, tuple[str, ...]]
    verdict: VerdictView | None = None
    overtaken: Overtaken | None = None
    event: str


class ConsentView(Frozen):
    """The consent that the registration rests on."""

    version: str
    signed_at: datetime


class HappeningView(Frozen):
    """A milestone or an endpoint."""

    model_config = ConfigDict(frozen=True, extra="allow")
    event: str
    effective_at: datetime


class ExitView(Frozen):
    """An exit or a return; ``urgent`` where a person must be told at once."""

    event: str
    exit: str
    priority: Literal["routine", "urgent"]
    scope: str | None = None
    reason: str
    effective_at: datetime


class SubjectResource(Frozen):
    """A subject's state; ``version`` is the ETag."""

    trial: str
    subject: str
    version: int
    protocol: ProtocolRef
    site: str
    state: StateView
    consent: ConsentView
    observations: tuple[ObservationView, ...]
    cycles: tuple[CycleView, ...]
    decisions: tuple[DecisionResource, ...]
    milestones: tuple[HappeningView, ...]
    endpoints: tuple[HappeningView, ...]
    exits: tuple[ExitView, ...]
    deviations: tuple[Deviation, ...]


class Written(Frozen):
    """The answer to a write: where the subject stands now, what comes next, and the receipts."""

    subject: str
    version: int
    state: StateView
    next: Next
    decisions: tuple[DecisionResource, ...]
    receipts: tuple[Receipt, ...]
