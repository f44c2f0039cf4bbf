"""From drafts to sealed events of one stream: who, where, when and under which rules is added here."""

import secrets
import uuid
from collections.abc import Callable
from datetime import datetime

from api.identity.principal import Principal
from api.resources import Receipt
from engine.conduct.recording import Draft
from engine.ledger import Actor, Event, ProtocolRef, SealedEvent, seal
from engine.ledger.seal import SALT_SIZE
from engine.ledger.signing import sign
from engine.protocol.trial import TrialProtocol
from engine.subject.events import SCHEMA_VERSION, Happened, Signed


class Sealing:
    """The events that one request adds to one stream.

    Args:
        version: The stream's version before.
        site: Site of the subject; None for a stream of the trial.
        now: When the engine learns of it, UTC.
        origin: Origin of the trial's log, for the receipts.
    """

    def __init__(
        self,
        protocol: TrialProtocol,
        stream: str,
        version: int,
        *,
        site: str | None,
        caller: Principal,
        request_id: str,
        now: datetime,
        origin: Callable[[str], str],
    ) -> None:
        self.protocol, self.stream, self.version = protocol, stream, version
        self.site, self.caller, self.request_id, self.now = site, caller, request_id, now
        self.origin = origin(protocol.trial)
        self.sealed: list[SealedEvent] = []
        self.receipts: list[Receipt] = []

    def happens(self, draft: Draft) -> Happened:
        """Give a draft its place, for the engine to apply before anything is sealed."""
        self.version += 1
        caller = self.caller
        return Happened(
            event_id=str(uuid.uuid4()),
            version=self.version,
            body=draft.body,
            actor=self.caller.actor,
            effective_at=draft.effective_at,
            recorded_at=self.now,
            protocol=(self.protocol.version, self.protocol.hash),
            signed=Signed(caller.name, draft.meaning, caller.zone) if draft.meaning else None,
        )

    def add(self, happened: Happened) -> None:
        """Seal an event that the engine has accepted; what has a meaning is signed by the caller."""
        salts = {"body": secrets.token_bytes(SALT_SIZE), "signature": secrets.token_bytes(SALT_SIZE)}
        event = self._event(happened)
        if (signed := happened.signed) is not None:
            event = sign(event, salts, name=signed.name, meaning=signed.meaning, zone=signed.zone)
        sealed = seal(event, salts)
        self.sealed.append(sealed)
        receipt = Receipt(
            event=event.event_id, kind=event.kind, leaf_hash=sealed.leaf_hash.hex(), log=self.origin
        )
        self.receipts.append(receipt)

    def _event(self, happened: Happened) -> Event:
        caller, protocol = self.caller, self.protocol
        return Event(
            event_id=happened.event_id,
            trial=protocol.trial,
            stream=self.stream,
            version=happened.version,
            kind=happened.body.kind,
            schema_version=SCHEMA_VERSION,
            actor=Actor(id=caller.actor, kind=caller.kind, role=caller.role.value),
            site=self.site,
            effective_at=happened.effective_at,
            recorded_at=happened.recorded_at,
            request_id=self.request_id,
            protocol=ProtocolRef(version=protocol.version, hash=protocol.hash),
            body=happened.body.model_dump(mode="json"),
            signature=None,
        )
