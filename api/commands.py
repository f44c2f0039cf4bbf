"""What a caller sends: frozen commands, parsed at the edge; each knows which events it asks for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field

from api.examples import examples
from api.instant import Instant
from engine.conduct import recording
from engine.conduct.deciding import Verdict, ask
from engine.conduct.recording import Draft, happened_by
from engine.decide import Rulings, Trial
from engine.protocol.base import Frozen, Name
from engine.protocol.variables import Status
from engine.subject.events import (
    Allocated,
    Exited,
    MilestoneReached,
    Observed,
    Registered,
    RulingSigned,
    Screened,
    Text,
    Value,
)
from engine.subject.state import Subject


class Command(Frozen):
    """Base of every request body."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Consent(Command):
    """The informed consent that a registration rests on."""

    version: Text
    signed_at: Instant


class Register(Command):
    """Register a subject."""

    model_config = ConfigDict(json_schema_extra=examples("Register"))
    subject: Name
    site: Name
    consent: Consent

    def draft(self, now: datetime) -> Draft:
        """Give the event that starts the history; it was true when the consent was signed."""
        at = happened_by(self.consent.signed_at, now)
        body = Registered(site=self.site, consent_version=self.consent.version, consent_signed_at=at)
        return Draft(body, at)


class RecordEligibility(Command):
    """Record an eligibility outcome that was judged outside."""

    model_config = ConfigDict(json_schema_extra=examples("RecordEligibility"))
    result: Literal["eligible", "ineligible"]
    criteria: tuple[Name, ...] = ()
    source: Text | None = None
    effective_at: Instant

    def drafts(self, _trial: Trial, subject: Subject, _rulings: Rulings, now: datetime) -> Sequence[Draft]:
        """Give the events that this asks for."""
        body = Screened(**self.model_dump(exclude={"effective_at"}))
        return recording.screen(subject, body, happened_by(self.effective_at, now))


class RecordAllocation(Command):
    """Record an allocation that was made outside."""

    model_config = ConfigDict(json_schema_extra=examples("RecordAllocation"))
    arm: Name
    source: Text | None = None
    effective_at: Instant

    def drafts(self, trial: Trial, subject: Subject, _rulings: Rulings, now: datetime) -> Sequence[Draft]:
        """Give the events that this asks for."""
        body = Allocated(**self.model_dump(exclude={"effective_at"}))
        return recording.allocate(trial, subject, body, happened_by(self.effective_at, now))


class RecordObservation(Command):
    """One fact: a value (in its unit), or the status that says why there is none."""

    variable: Name
    value: Value | None = None
    unit: str | None = None
    status: Status | None = None
    reason: Text | None = None
    source: Text | None = None
    effective_at: Instant

    def observed(self, now: datetime) -> tuple[Observed, datetime]:
        """Give the fact and when it was true."""
        body = Observed(**self.model_dump(exclude={"effective_at"}))
        return body, happened_by(self.effective_at, now)


class RecordObservations(Command):
    """One observation or an atomic batch of them."""

    model_config = ConfigDict(json_schema_extra=examples("RecordObservations"))
    observations: tuple[RecordObservation, ...] = Field(min_length=1, max_length=200)

    def drafts(self, trial: Trial, _subject: Subject, _rulings: Rulings, now: datetime) -> Sequence[Draft]:
        """Give the events that this asks for, all or none."""
        return recording.observe(trial, [one.observed(now) for one in self.observations])


class RecordCycle(Command):
    """Record a cycle as given; the regimen is the one that was given."""

    model_config = ConfigDict(json_schema_extra=examples("RecordCycle"))
    number: int = Field(ge=1, strict=True)
    regimen: Name
    effective_at: Instant

    def drafts(self, trial: Trial, subject: Subject, _rulings: Rulings, now: datetime) -> Sequence[Draft]:
        """Give the events that this asks for."""
        at = happened_by(self.effective_at, now)
        return recording.give_cycle(trial, subject, self.number, self.regimen, at)


class AskDecision(Command):
    """Ask a decision point."""

    model_config = ConfigDict(json_schema_extra=examples("AskDecision"))
    point: Name

    def drafts(self, trial: Trial, subject: Subject, rulings: Rulings, now: datetime) -> Sequence[Draft]:
        """Give the events that this asks for; none when the open decision says the same already."""
        return ask(trial, subject, self.point, rulings, now)


class Advance(Command):
    """Take the planned step; there is nothing to say with it."""

    model_config = ConfigDict(json_schema_extra=examples("Advance"))


class GiveVerdict(Verdict):
    """A clinician's verdict on the open decision; it is signed by the caller."""

    model_config = ConfigDict(json_schema_extra=examples("GiveVerdict"))


class RecordExit(Command):
    """Record an exit, or a return."""

    model_config = ConfigDict(json_schema_extra=examples("RecordExit"))
    exit: Name
    scope: Name | None = None
    reason: Text
    effective_at: Instant

    def drafts(self, trial: Trial, _subject: Subject, _rulings: Rulings, now: datetime) -> Sequence[Draft]:
        """Give the events that this asks for."""
        body = Exited(**self.model_dump(exclude={"effective_at"}))
        return recording.leave(trial, body, happened_by(self.effective_at, now))


class RecordMilestone(Command):
    """Record a milestone after treatment (surgery, pathology) with the facts it must carry."""

    model_config = ConfigDict(json_schema_extra=examples("RecordMilestone"))
    milestone: Name
    observations: tuple[RecordObservation, ...] = Field(default=(), max_length=200)
    reason_code: Name | None = None
    reason: Text | None = None
    effective_at: Instant

    def drafts(self, trial: Trial, subject: Subject, _rulings: Rulings, now: datetime) -> Sequence[Draft]:
        """Give the events that this asks for."""
        body = MilestoneReached(**self.model_dump(exclude={"effective_at", "observations"}))
        batch = [one.observed(now) for one in self.observations]
        return recording.reach(trial, subject, body, batch, happened_by(self.effective_at, now))


class SignRuling(Command):
    """Sign the sponsor's pick among the readings of an ambiguous text."""

    model_config = ConfigDict(json_schema_extra=examples("SignRuling"))
    ambiguity: Name
    option: Name
    because: Text | None = None

    def draft(self, trial: Trial, signed: Rulings, now: datetime) -> Draft:
        """Give the event that this asks for."""
        return recording.sign_ruling(trial, signed, RulingSigned(**self.model_dump()), now)
