"""Reads: each on its own, or several over one snapshot (`Store.snapshot`)."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, fields
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Table,
    Text,
    and_,
    exists,
    func,
    select,
    type_coerce,
    union,
)

from api.store.appending import stored_responses
from api.store.errors import TamperedError
from api.store.records import LeafRow, StoredResponse, SubjectRow
from api.store.schema import UtcText, checkpoint, event, leaf, payload, subject, unsequenced
from api.store.views import CheckpointRow, EntryFilter, EntryRow, LogRow, Page, StoredEvent, SubjectFilter
from engine.ledger import Payload

ALL_SUBJECTS = SubjectFilter()
ALL_ENTRIES = EntryFilter()
LOG_PAGE = 1_000
"""How many leaves are held in memory while a log is streamed."""
_PAYLOAD_OF_EVENT = and_(payload.c.trial == event.c.trial, payload.c.event_id == event.c.event_id)
_EVENT_OF_LEAF = and_(leaf.c.trial == event.c.trial, leaf.c.event_id == event.c.event_id)
_HAS_LEAF = exists().where(_EVENT_OF_LEAF)
_QUEUED = exists().where(unsequenced.c.trial == event.c.trial, unsequenced.c.event_id == event.c.event_id)
_PARTS = (payload.c.part, payload.c.salt, payload.c.text)
# As stored, not as read: a verifier must meet a time that is none without stumbling.
_RAW_EVENT = [
    type_coerce(column, Text).label(f"event_{column.name}")
    if isinstance(column.type, UtcText)
    else column.label(f"event_{column.name}")
    for column in event.columns
]


class Reads:
    """What can be asked of the store; a name that is unknown gives nothing, never an error."""

    def __init__(self, connect: Callable[[], AbstractContextManager[Connection]]) -> None:
        """Read over what ``connect`` gives for the length of one read."""
        self._connect = connect

    def events(self, trial: str, stream: str, upto_version: int | None = None) -> list[StoredEvent]:
        """Return a stream's events, first to newest or to a version; none when there is no such stream.

        Raises:
            TamperedError: A version is missing, so the history would be told wrongly.
        """
        chosen = (event.c.trial == trial) & (event.c.stream == stream)
        if upto_version is not None:
            chosen &= event.c.version <= upto_version
        with self._connect() as connection:
            found = list(_stored_events(connection, chosen))
        for version, stored in enumerate(found, 1):
            if stored.version != version:
                raise TamperedError(trial=trial, stream=stream, version=version, reason="it is missing")
        return found

    def event(self, trial: str, event_id: str) -> StoredEvent | None:
        """Return one event by its id."""
        with self._connect() as connection:
            chosen = (event.c.trial == trial) & (event.c.event_id == event_id)
            return next(_stored_events(connection, chosen), None)

    def response(self, trial: str, actor: str, key: str) -> StoredResponse | None:
        """Return what was answered under an Idempotency-Key; its body is None once erased."""
        with self._connect() as connection:
            return stored_responses(connection, trial, [(actor, key)]).get((actor, key))

    def subjects(
        self, trial: str, only: SubjectFilter = ALL_SUBJECTS, *, after: str | None = None, limit: int = 100
    ) -> Page[SubjectRow, str]:
        """Return at most ``limit`` subjects in the order of their keys, from behind the key ``after``."""
        listed = select(*_columns(SubjectRow, subject)).where(
            subject.c.trial == trial, *_equal(only, subject)
        )
        if after is not None:
            listed = listed.where(subject.c.subject > after)
        with self._connect() as connection:
            rows = connection.execute(listed.order_by(subject.c.subject).limit(limit + 1)).all()
        items = tuple(SubjectRow(**row._asdict()) for row in rows[:limit])
        return Page(items, items[-1].subject if len(rows) > limit else None)

    def entries(
        self, trial: str, only: EntryFilter = ALL_ENTRIES, *, after: int | None = None, limit: int = 100
    ) -> Page[EntryRow, int]:
        """Return at most ``limit`` entries in the log's order, from behind the leaf index ``after``.

        Pages never shift: the log only grows at its end.
        """
        listed = select(*_columns(EntryRow, leaf, event)).join(event, _EVENT_OF_LEAF)
        listed = listed.where(leaf.c.trial == trial, *_equal(only, event))
        if only.recorded_from is not None:
            listed = listed.where(event.c.recorded_at >= only.recorded_from)
        if only.recorded_before is not None:
            listed = listed.where(event.c.recorded_at < only.recorded_before)
        if after is not None:
            listed = listed.where(leaf.c.leaf_index > after)
        with self._connect() as connection:
            rows = connection.execute(listed.order_by(leaf.c.leaf_index).limit(limit + 1)).all()
        items = tuple(EntryRow(**row._asdict()) for row in rows[:limit])
        return Page(items, items[-1].leaf_index if len(rows) > limit else None)

    def leaf(self, trial: str, *, index: int | None = None, event_id: str | None = None) -> LeafRow | None:
        """Return a leaf by its index or by its event; an event that still waits has none."""
        chosen = leaf.c.leaf_index == index if event_id is None else leaf.c.event_id == event_id
        with self._connect() as connection:
            found = select(*_columns(LeafRow, leaf)).where(leaf.c.trial == trial, chosen)
            row = connection.execute(found).one_or_none()
        return LeafRow(**row._asdict()) if row else None

    def leaf_hashes(self, trial: str, upto: int) -> list[bytes]:
        """Return the leaf hashes of the first ``upto`` leaves, for proofs."""
        hashes = select(leaf.c.leaf_hash).where(leaf.c.trial == trial, leaf.c.leaf_index < upto)
        with self._connect() as connection:
            return list(connection.scalars(hashes.order_by(leaf.c.leaf_index)))

    def checkpoints(self, trial: str) -> list[CheckpointRow]:
        """Return the signed heads, smallest first."""
        heads = select(*_columns(CheckpointRow, checkpoint)).where(checkpoint.c.trial == trial)
        with self._connect() as connection:
            rows = connection.execute(heads.order_by(checkpoint.c.size)).all()
        return [CheckpointRow(**row._asdict()) for row in rows]

    def latest_checkpoint(self, trial: str) -> CheckpointRow | None:
        """Return the newest signed head; None while the log is empty."""
        heads = select(*_columns(CheckpointRow, checkpoint)).where(checkpoint.c.trial == trial)
        with self._connect() as connection:
            row = connection.execute(heads.order_by(checkpoint.c.size.desc()).limit(1)).one_or_none()
        return CheckpointRow(**row._asdict()) if row else None

    def log(self, trial: str) -> Iterator[LogRow]:
        """Stream the whole log in its order, the rows as they are stored; for verification and export."""
        with self._connect() as connection:
            last = connection.scalar(select(func.max(leaf.c.leaf_index)).where(leaf.c.trial == trial))
            for start in range(0, 0 if last is None else last + 1, LOG_PAGE):
                yield from _log_rows(connection, trial, start)

    def trials(self) -> list[str]:
        """Return every trial of which there is any part of a log, sorted."""
        named = union(*(select(table.c.trial) for table in (event, leaf, checkpoint)))
        with self._connect() as connection:
            return sorted(connection.scalars(named))

    def waiting(self, trial: str) -> list[str]:
        """Return the events that are queued for the log, in the order in which it will take them."""
        with self._connect() as connection:
            return _without_leaf(connection, trial, _QUEUED)

    def strays(self, trial: str) -> list[str]:
        """Return the events that neither stand in the log nor wait for it: the store never wrote them."""
        with self._connect() as connection:
            return _without_leaf(connection, trial, ~_QUEUED)


def _without_leaf(connection: Connection, trial: str, chosen: ColumnElement[bool]) -> list[str]:
    loose = select(event.c.event_id).where(event.c.trial == trial, ~_HAS_LEAF, chosen)
    return list(connection.scalars(loose.order_by(event.c.pos)))


def _stored_events(connection: Connection, chosen: ColumnElement[bool]) -> Iterator[StoredEvent]:
    """Yield events in the order of their versions, each with its payloads."""
    columns = [event.c[name] for name in ("trial", "stream", "version", "leaf_hash", "manifest")]
    joined = select(*columns, *_PARTS).outerjoin(payload, _PAYLOAD_OF_EVENT).where(chosen)
    rows = connection.execute(joined.order_by(event.c.version, payload.c.part))
    for _, group in groupby(rows, attrgetter("version")):
        parts = list(group)
        first = parts[0]
        yield StoredEvent(
            trial=first.trial,
            stream=first.stream,
            version=first.version,
            leaf_hash=first.leaf_hash,
            manifest=first.manifest,
            payloads=_payloads(parts),
        )


def _log_rows(connection: Connection, trial: str, start: int) -> Iterator[LogRow]:
    """Yield one page of the log."""
    columns = [leaf.c[name] for name in ("leaf_index", "pos", "event_id", "leaf_hash")]
    joined = (
        select(*columns, *_RAW_EVENT, *_PARTS)
        .outerjoin(event, _EVENT_OF_LEAF)
        .outerjoin(payload, _PAYLOAD_OF_EVENT)
        .where(leaf.c.trial == trial, leaf.c.leaf_index.between(start, start + LOG_PAGE - 1))
        .order_by(leaf.c.leaf_index, payload.c.part)
    )
    for _, group in groupby(connection.execute(joined), attrgetter("leaf_index")):
        parts = list(group)
        first = parts[0]
        row = first._asdict()
        stored = {column.name: row[f"event_{column.name}"] for column in event.columns}
        yield LogRow(
            leaf_index=first.leaf_index,
            pos=first.pos,
            event_id=first.event_id,
            leaf_hash=first.leaf_hash,
            event=None if stored["pos"] is None else stored,
            payloads=_payloads(parts),
        )


def _payloads(rows: Iterable[Row[*tuple[Any, ...]]]) -> tuple[Payload, ...]:
    return tuple(Payload(row.part, row.salt, row.text) for row in rows if row.part is not None)


def _columns(
    record: type[SubjectRow | EntryRow | LeafRow | CheckpointRow], *tables: Table
) -> list[ColumnElement[Any]]:
    """Return the column of the first table that has it, for each field of a record."""
    return [next(t.c[name] for t in tables if name in t.c) for name in (f.name for f in fields(record))]


def _equal(only: SubjectFilter | EntryFilter, table: Table) -> Iterator[ColumnElement[bool]]:
    """Yield a condition for each field of a filter that is given and names a column."""
    for name, value in asdict(only).items():
        if value is not None and name in table.c:
            yield table.c[name] == value
