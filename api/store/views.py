"""What reads ask for and give back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from api.store.errors import TamperedError
from api.store.records import misfit
from engine.ledger import Event, Payload, unseal

Item = TypeVar("Item")
Cursor = TypeVar("Cursor", int, str)


@dataclass(frozen=True, slots=True)
class Page(Generic[Item, Cursor]):
    """A part of a list.

    Attributes:
        items: In the order of the list.
        after: What the next page comes after; None on the last one.
    """

    items: tuple[Item, ...]
    after: Cursor | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectFilter:
    """Which subjects to list: those that equal each field that is given."""

    site: str | None = None
    arm: str | None = None
    epoch: str | None = None
    regimen: str | None = None
    standing: str | None = None
    decision: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFilter:
    """Which entries of the log to list: those that equal each field that is given.

    Attributes:
        recorded_from: Recorded at this time or later.
        recorded_before: Recorded before this time.
    """

    stream: str | None = None
    kind: str | None = None
    actor: str | None = None
    role: str | None = None
    site: str | None = None
    recorded_from: datetime | None = None
    recorded_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry of the log, without its payloads: who did what, when, and the manifest that proves it."""

    leaf_index: int
    leaf_hash: bytes
    event_id: str
    stream: str
    version: int
    kind: str
    actor: str
    role: str
    site: str | None
    effective_at: datetime
    recorded_at: datetime
    request_id: str
    manifest: str


@dataclass(frozen=True, slots=True)
class CheckpointRow:
    """A signed head of the log.

    Attributes:
        size: Number of leaves under it.
        root: Merkle root over them.
        note: The signed note.
        frontier: The tree's right edge, JSON.
        made_at: When it was signed.
    """

    size: int
    root: bytes
    note: str
    frontier: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One event as stored.

    Attributes:
        trial: The row's own column, as are the next three.
        stream: See ``trial``.
        version: See ``trial``.
        leaf_hash: See ``trial``.
        manifest: Text of the manifest.
        payloads: The parts that are still there.
    """

    trial: str
    stream: str
    version: int
    leaf_hash: bytes
    manifest: str
    payloads: tuple[Payload, ...]

    def unseal(self) -> Event:
        """Rebuild the event, once the row is seen to be what was sealed.

        Raises:
            TamperedError: The manifest was altered, or the row was moved.
            PayloadError: A payload was altered.
            PayloadErasedError: A payload was erased.
            ManifestError: The manifest cannot be read.
        """
        event = unseal(self.manifest, self.payloads)
        if fault := misfit(self.manifest, self.leaf_hash, event, (self.trial, self.stream, self.version)):
            raise TamperedError(trial=self.trial, stream=self.stream, version=self.version, reason=fault)
        return event


@dataclass(frozen=True, slots=True)
class LogRow:
    """One leaf with its event and payloads, as the rows have it.

    Attributes:
        leaf_index: The leaf's own column, as are the next three.
        pos: See ``leaf_index``.
        event_id: See ``leaf_index``.
        leaf_hash: See ``leaf_index``.
        event: Every column of the event's row, times as text; None when there is no such row.
        payloads: The parts that are still there.
    """

    leaf_index: int
    pos: int
    event_id: str
    leaf_hash: bytes
    event: Mapping[str, Any] | None
    payloads: tuple[Payload, ...]
