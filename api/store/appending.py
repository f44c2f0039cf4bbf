"""Writing appends to one trial, inside a transaction that the caller holds.

First everything at once; only if the database refuses that, one append after the other, each in its own
savepoint. So a batch costs a few statements, and what one append does wrong never undoes another.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Connection, Table, and_, func, insert, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, IntegrityError

from api.store.database import first_line
from api.store.errors import UnstorableError
from api.store.records import Append, Appended, KeyTaken, LeafRow, StoredResponse, VersionConflict
from api.store.schema import event, idempotency, payload, response, subject, unsequenced
from engine.errors import EngineError
from engine.ledger import Manifest, SealedEvent

Outcome: TypeAlias = Appended | VersionConflict | KeyTaken
_Key: TypeAlias = tuple[str, str]
_Row: TypeAlias = dict[str, Any]


def place(
    connection: Connection, trial: str, appends: Sequence[Append], now: datetime
) -> list[Outcome | EngineError]:
    """Write the appends of one trial as if one after the other.

    Two that race over a version or a key are told apart by the UNIQUE keys, whatever the isolation level.

    Returns:
        What became of each, in order; an `UnstorableError` where the tables refuse an append for
        another reason than a version or a key.
    """
    try:
        with connection.begin_nested():
            return _attempt(connection, trial, appends, now)
    except (IntegrityError, DataError, UnicodeError) as error:
        if len(appends) > 1:
            return [place(connection, trial, [append], now)[0] for append in appends]
        return [_refused(connection, trial, appends[0], error)]


def stored_responses(connection: Connection, trial: str, keys: Iterable[_Key]) -> dict[_Key, StoredResponse]:
    """Return the answers that were kept under these pairs of actor and key."""
    same = and_(
        response.c.trial == idempotency.c.trial,
        response.c.actor == idempotency.c.actor,
        response.c.key == idempotency.c.key,
    )
    kept = (
        select(idempotency, response.c.text)
        .outerjoin(response, same)
        .where(idempotency.c.trial == trial, tuple_(idempotency.c.actor, idempotency.c.key).in_(list(keys)))
    )
    return {
        (row.actor, row.key): StoredResponse(
            row.actor, row.key, row.fingerprint, row.status, json.loads(row.headers), row.text
        )
        for row in connection.execute(kept)
    }


def _attempt(
    connection: Connection, trial: str, appends: Sequence[Append], now: datetime
) -> list[Outcome | EngineError]:
    outcomes = _judge(connection, trial, appends)
    kept = [
        append for append, outcome in zip(appends, outcomes, strict=True) if isinstance(outcome, Appended)
    ]
    for table, rows in _rows(kept, now).items():
        if rows:
            connection.execute(insert(table), rows)
    if moved := [{"trial": trial, **asdict(append.subject)} for append in kept if append.subject]:
        _move_subjects(connection, moved)
    return [*outcomes]


def _judge(connection: Connection, trial: str, appends: Sequence[Append]) -> list[Outcome]:
    """Say what becomes of each append, from the keys and versions that are visible; write nothing."""
    streams = {append.stream for append in appends}
    newest = select(event.c.stream, func.max(event.c.version).label("version")).group_by(event.c.stream)
    mine = newest.where(event.c.trial == trial, event.c.stream.in_(streams))
    versions = {row.stream: int(row.version) for row in connection.execute(mine)}
    # The keys after the versions: a twin that commits between the two is then met as a replay.
    keys = {_key(append.idempotency) for append in appends if append.idempotency}
    taken = stored_responses(connection, trial, keys) if keys else {}
    outcomes: list[Outcome] = []
    for append in appends:
        answer = append.idempotency
        actual = versions.get(append.stream, 0)
        if answer and (earlier := taken.get(_key(answer))):
            outcomes.append(KeyTaken(earlier))
        elif actual != append.expected_version:
            outcomes.append(VersionConflict(append.expected_version, actual))
        else:
            outcomes.append(Appended(append.version, tuple(_leaves(append))))
            versions[append.stream] = append.version
            if answer:
                taken[_key(answer)] = answer
    return outcomes


def _refused(connection: Connection, trial: str, append: Append, error: Exception) -> Outcome | EngineError:
    """Tell a race that was lost, which shows now, from an append that fits no table."""
    if isinstance(error, IntegrityError):
        (outcome,) = _judge(connection, trial, [append])
        if not isinstance(outcome, Appended):
            return outcome
    return UnstorableError(stream=append.stream, reason=first_line(getattr(error, "orig", error)))


def _rows(appends: Sequence[Append], now: datetime) -> Mapping[Table, list[_Row]]:
    """Return the rows of the appends by table, in the order in which the tables refer to each other."""
    rows: dict[Table, list[_Row]] = {
        table: [] for table in (event, payload, unsequenced, idempotency, response)
    }
    for append in appends:
        for sealed, manifest in zip(append.events, append.manifests, strict=True):
            ids = {"trial": append.trial, "event_id": manifest.event_id}
            rows[event].append(_event_row(sealed, manifest))
            rows[payload] += (ids | asdict(part) for part in sealed.payloads)
            rows[unsequenced].append(ids)
        if answer := append.idempotency:
            kept = {"trial": append.trial, "stream": append.stream, "created_at": now} | asdict(answer)
            text = kept.pop("body")
            kept["headers"] = json.dumps(answer.headers)
            rows[idempotency].append(kept)
            rows[response].append(
                {column: kept[column] for column in ("trial", "actor", "key")} | {"text": text}
            )
    return rows


def _event_row(sealed: SealedEvent, manifest: Manifest) -> _Row:
    repeated = ("trial", "stream", "version", "event_id", "kind", "schema_version", "site", "request_id")
    return {column: getattr(manifest, column) for column in repeated} | {
        "actor": manifest.actor.id,
        "role": manifest.actor.role,
        "effective_at": manifest.effective_at,
        "recorded_at": manifest.recorded_at,
        "manifest": sealed.manifest,
        "leaf_hash": sealed.leaf_hash,
    }


def _leaves(append: Append) -> Iterator[LeafRow]:
    for sealed, manifest in zip(append.events, append.manifests, strict=True):
        yield LeafRow(manifest.event_id, sealed.leaf_hash, None)


def _move_subjects(connection: Connection, rows: list[_Row]) -> None:
    """Note where the subjects stand now; a row that was folded from more events stays."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    new = dialect.insert(subject)
    columns = {c.name: new.excluded[c.name] for c in subject.columns if not c.primary_key}
    keys = list(subject.primary_key)
    older = subject.c.version < new.excluded.version
    connection.execute(new.on_conflict_do_update(index_elements=keys, set_=columns, where=older), rows)


def _key(answer: StoredResponse) -> _Key:
    return answer.actor, answer.key
