"""Every write goes through here once: replay, load, precondition, decide, seal, append, respond."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from pydantic import BaseModel

from api.errors import (
    IdempotencyKeyReusedError,
    PreconditionFailedError,
    ResponseErasedError,
    SubjectExistsError,
)
from api.identity.principal import Principal
from api.resources import Receipt
from api.service.histories import RULINGS, Histories, in_force, stream_of
from api.service.sealing import Sealing
from api.store.records import Append, Appended, KeyTaken, StoredResponse, SubjectRow, VersionConflict
from api.store.writer import Writer
from engine.conduct.deciding import awaiting_verdict, consequences
from engine.conduct.recording import Draft
from engine.decide import Rulings, Trial
from engine.subject.state import Subject, apply

Clock: TypeAlias = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Asked:
    """What every write carries besides its command.

    Attributes:
        key: The Idempotency-Key.
        fingerprint: Of method, path, precondition and body; a key answers one request only.
        expected: The version that If-Match names; None on a write that creates.
    """

    caller: Principal
    request_id: str
    key: str
    fingerprint: str
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What a write is answered, before it is stored."""

    status: int
    body: BaseModel
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Done:
    """What a write was answered; the body is the text that a replay gives again."""

    status: int
    headers: dict[str, str]
    body: str


Handler: TypeAlias = Callable[[Trial, Subject, Rulings, datetime], Sequence[Draft]]
Respond: TypeAlias = Callable[[Trial, Subject, Rulings, tuple[Receipt, ...]], Reply]


class Writing:
    """The one way in which anything is stored.

    Args:
        clock: Now, in UTC.
        origin: Origin of a trial's log.
    """

    def __init__(
        self, histories: Histories, writer: Writer, clock: Clock, origin: Callable[[str], str]
    ) -> None:
        self.histories, self.writer, self.clock, self.origin = histories, writer, clock, origin

    def register(self, trial: Trial, key: str, asked: Asked, draft: Draft, respond: Respond) -> Done:
        """Start a subject's history under a trial version.

        Raises:
            SubjectExistsError: The key is taken.
        """
        name = trial.protocol.trial
        if (replay := self._replay(name, asked)) is not None:
            return replay
        try:
            return self._on_subject(trial, Subject(name, key), asked, [draft], rulings={}, respond=respond)
        except PreconditionFailedError:
            raise SubjectExistsError(subject=key) from None

    def change(self, trial: str, key: str, asked: Asked, handler: Handler, respond: Respond) -> Done:
        """Carry out one command on a subject.

        Raises:
            NotFoundError, PreconditionFailedError, IdempotencyKeyReusedError: Or what the handler raises.
        """
        ready, subject = self.histories.subject(trial, key, asked.caller)
        if (replay := self._replay(trial, asked)) is not None:
            return replay
        if asked.expected != subject.version:
            raise PreconditionFailedError(expected=asked.expected or 0, version=subject.version)
        rulings = in_force(self.histories.rulings(trial))
        drafts = handler(ready, subject, rulings, self.clock())
        if not drafts:
            reply = respond(ready, subject, rulings, ())
            return Done(200, reply.headers, reply.body.model_dump_json())
        return self._on_subject(ready, subject, asked, drafts, rulings=rulings, respond=respond)

    def rule(
        self,
        trial: Trial,
        asked: Asked,
        handler: Callable[[Rulings], Draft],
        respond: Callable[[Receipt], Reply],
    ) -> Done:
        """Sign a ruling in the trial's own stream.

        Raises:
            RulingStandsError, IdempotencyKeyReusedError, and what the handler refuses with.
        """
        name = trial.protocol.trial
        while True:  # each turn that is lost was won by another ruling, and an ambiguity takes one only
            signed = self.histories.rulings(name)
            if (replay := self._replay(name, asked)) is not None:
                return replay
            draft = handler(in_force(signed))
            sealing = self._sealing(trial, RULINGS, len(signed), None, asked)
            sealing.add(sealing.happens(draft))
            with suppress(PreconditionFailedError):
                return self._append(sealing, asked, respond(sealing.receipts[0]), None)

    def _replay(self, trial: str, asked: Asked) -> Done | None:
        """Look the key up; after any history was read, for then a twin is met here or at the append."""
        kept = self.histories.store.response(trial, asked.caller.actor, asked.key)
        return None if kept is None else _again(kept, asked)

    def _on_subject(
        self,
        trial: Trial,
        subject: Subject,
        asked: Asked,
        drafts: Sequence[Draft],
        *,
        rulings: Rulings,
        respond: Respond,
    ) -> Done:
        """Apply the drafts and what follows from them, then store all of it or nothing."""
        site = subject.registered.site if subject.registered else getattr(drafts[0].body, "site", None)
        sealing = self._sealing(trial, stream_of(subject.key), subject.version, site, asked)
        for draft in drafts:
            subject = _applied(sealing, draft, subject, trial)
        for draft in consequences(trial, subject, rulings, sealing.now):
            subject = _applied(sealing, draft, subject, trial)
        reply = respond(trial, subject, rulings, tuple(sealing.receipts))
        return self._append(sealing, asked, reply, _row(trial, subject))

    def _sealing(self, trial: Trial, stream: str, version: int, site: str | None, asked: Asked) -> Sealing:
        return Sealing(
            trial.protocol,
            stream,
            version,
            site=site,
            caller=asked.caller,
            request_id=asked.request_id,
            now=self.clock(),
            origin=self.origin,
        )

    def _append(self, sealing: Sealing, asked: Asked, reply: Reply, row: SubjectRow | None) -> Done:
        done = Done(reply.status, reply.headers, reply.body.model_dump_json())
        before = sealing.version - len(sealing.sealed)
        append = Append(
            trial=sealing.protocol.trial,
            stream=sealing.stream,
            expected_version=before,
            events=tuple(sealing.sealed),
            idempotency=StoredResponse(
                asked.caller.actor, asked.key, asked.fingerprint, done.status, done.headers, done.body
            ),
            subject=row,
        )
        match self.writer.submit(append).result():
            case KeyTaken(response=kept):
                return _again(kept, asked)
            case VersionConflict(actual=actual):
                raise PreconditionFailedError(expected=before, version=actual)
            case Appended():
                return done


def _applied(sealing: Sealing, draft: Draft, subject: Subject, trial: Trial) -> Subject:
    """Fire the move before the event is sealed: what the chart refuses is never stored."""
    happened = sealing.happens(draft)
    after = apply(subject, happened, trial.chart)
    sealing.add(happened)
    return after


def _again(kept: StoredResponse, asked: Asked) -> Done:
    if kept.fingerprint != asked.fingerprint:
        raise IdempotencyKeyReusedError(key=asked.key)
    if kept.body is None:
        raise ResponseErasedError(key=asked.key)
    return Done(kept.status, {**kept.headers, "Idempotency-Replayed": "true"}, kept.body)


def _row(trial: Trial, subject: Subject) -> SubjectRow:
    """The subject's place in lists."""
    state, decision = subject.state, awaiting_verdict(trial, subject)
    assert subject.updated_at is not None  # noqa: S101 at least one event was applied
    return SubjectRow(
        subject=subject.key,
        version=subject.version,
        site=subject.registered.site if subject.registered else None,
        arm=state.arm,
        epoch=state.epoch,
        regimen=state.regimen,
        cycle=state.cycle,
        standing=state.standing,
        decision=str(decision.answer["outcome"]) if decision else None,
        updated_at=subject.updated_at,
    )
