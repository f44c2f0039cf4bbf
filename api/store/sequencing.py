"""Giving the events of a trial their places in its log, and signing the log's new head.

Events wait in a queue that is written in their own transaction. One that commits late is therefore found
late, never skipped. The events of a stream stand in the log in the order of their versions: a version can
only be written once the one before is visible, so its position is the higher one.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, exists, func, insert, select, text, true

from api.store.errors import LogHeadError
from api.store.schema import checkpoint, event, leaf, unsequenced
from engine.ledger import Checkpoint, Frontier, LedgerError, Signer, sign_note

Signers = Callable[[str], Signer]
"""The signer of a trial's log; its name is the log's origin."""
_SAME_EVENT = and_(event.c.trial == unsequenced.c.trial, event.c.event_id == unsequenced.c.event_id)
_HAS_LEAF = exists().where(leaf.c.trial == unsequenced.c.trial, leaf.c.event_id == unsequenced.c.event_id)


def head(connection: Connection, trial: str, signer: Signer) -> Frontier:
    """Return the right edge of a trial's log once its newest checkpoint is seen to hold.

    A log must never sign a head that contradicts an earlier one; so the key, the signature, the stored
    edge and the number of leaves must all agree with the newest checkpoint.

    Raises:
        LogHeadError: They do not.
    """
    # One statement, so that another process cannot move the head between two.
    by_size = select(checkpoint).where(checkpoint.c.trial == trial).order_by(checkpoint.c.size.desc())
    last = select(func.max(leaf.c.leaf_index).label("last")).where(leaf.c.trial == trial).subquery()
    newest = by_size.limit(1).subquery()
    row = connection.execute(select(last, newest).select_from(last.outerjoin(newest, true()))).one()
    edge = Frontier() if row.note is None else _edge(row, trial, signer)
    if (leaves := 0 if row.last is None else row.last + 1) != edge.size:
        raise LogHeadError(trial=trial, reason=f"it has {leaves} leaves, its newest checkpoint {edge.size}")
    return edge


def _edge(row: Row[*tuple[Any, ...]], trial: str, signer: Signer) -> Frontier:
    """Return the edge that a checkpoint's row holds, if it is the one that was signed."""
    try:
        signed = Checkpoint.parse(signer.verifier.open(row.note))
        edge = Frontier.from_json(json.loads(row.frontier))
    except (LedgerError, ValueError) as error:
        raise LogHeadError(trial=trial, reason=str(error)) from error
    stored = Checkpoint(signer.name, row.size, row.root)
    if not signed == stored == Checkpoint(signer.name, edge.size, edge.root()):
        raise LogHeadError(trial=trial, reason="its newest checkpoint is not the one that was signed")
    return edge


def sequence(connection: Connection, trial: str, signer: Signer, now: datetime) -> int:
    """Move all events that wait in a trial's queue to its log, under one new signed checkpoint.

    Call it in a write transaction. SQLite has one writer; on PostgreSQL a lock by trial makes one.

    Returns:
        How many events were sequenced.

    Raises:
        LogHeadError: The log's head does not hold; nothing was sequenced.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _lock(trial)})
    if not (rows := _waiting(connection, trial)):
        return 0
    edge = head(connection, trial, signer)
    leaves = [
        {"trial": trial, "leaf_index": index, **row._asdict()} for index, row in enumerate(rows, edge.size)
    ]
    for row in rows:
        edge = edge.append(row.leaf_hash)
    connection.execute(insert(leaf), leaves)
    connection.execute(delete(unsequenced).where(unsequenced.c.trial == trial, _HAS_LEAF))
    root = edge.root()
    note = sign_note(Checkpoint(signer.name, edge.size, root).text(), signer)
    connection.execute(
        insert(checkpoint).values(
            trial=trial,
            size=edge.size,
            root=root,
            note=note,
            frontier=json.dumps(edge.to_json()),
            made_at=now,
        )
    )
    return len(rows)


def _waiting(connection: Connection, trial: str) -> Sequence[Row[int, str, bytes]]:
    """Return position, id and leaf hash of the queued events without a leaf, in order of position."""
    columns = select(event.c.pos, event.c.event_id, event.c.leaf_hash)
    queued = columns.join(unsequenced, _SAME_EVENT).where(unsequenced.c.trial == trial, ~_HAS_LEAF)
    return connection.execute(queued.order_by(event.c.pos)).all()


def _lock(trial: str) -> int:
    """Return the trial's number among PostgreSQL's advisory locks, which are signed and of 64 bits."""
    return int.from_bytes(sha256(f"neoadapt log {trial}".encode()).digest()[:8], signed=True)
