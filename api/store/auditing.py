"""Verification of a trial's log as the database holds it: row, manifest, signed head.

`engine.ledger.verify_log` does the proving; here each stored column that it does not see is compared too,
so that no list or filter can show something else than the log.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from heapq import merge
from typing import Any

from api.store.reading import Reads
from api.store.store import Store
from api.store.views import CheckpointRow, LogRow
from engine.ledger import (
    Broken,
    Check,
    Checkpoint,
    Frontier,
    LedgerError,
    LogEntry,
    Verified,
    Verifier,
    verify_log,
)


@dataclass(frozen=True, slots=True)
class VerifiedTrial(Verified):
    """The log of a trial holds.

    Attributes:
        waiting: Events that stand in the store and are queued for the log, which does not cover them yet.
    """

    waiting: tuple[str, ...]


class _FoundError(Exception):
    """Ends the walk at the first fault of a row."""

    def __init__(self, broken: Broken) -> None:
        self.broken = broken
        super().__init__(broken.detail)


def verify_trial(store: Store, trial: str, vkey: str, held: Iterable[str] = ()) -> VerifiedTrial | Broken:
    """Verify a trial's log over one snapshot of the database, in one pass.

    Args:
        store: The store.
        trial: The trial.
        vkey: Public key of the log; its name is the log's origin.
        held: Checkpoints kept outside. Entries that were cut off together with their checkpoints show
            only against these.

    Raises:
        NoteError: ``vkey`` is no key; everything else that is wrong is a `Broken`.
    """
    with store.snapshot() as reads:
        try:
            return _verify(reads, trial, vkey, held)
        except _FoundError as found:
            return found.broken


def _verify(reads: Reads, trial: str, vkey: str, held: Iterable[str]) -> VerifiedTrial | Broken:
    origin = Verifier.parse(vkey).name
    try:
        stored = reads.checkpoints(trial)
    except ValueError as error:
        return Broken(0, None, Check.NOTE, f"a checkpoint has a time that is none: {error}")
    notes = merge(_notes(stored), sorted((_size(note), note) for note in held))
    entries = _entries(reads.log(trial))
    result = verify_log(entries, (note for _, note in notes), vkey, origin=origin, trial=trial)
    if isinstance(result, Broken):
        return result
    if strays := reads.strays(trial):
        detail = f"{', '.join(strays)}: neither in the log nor queued for it"
        return Broken(result.size, strays[0], Check.UNCOVERED, detail)
    shared = {field.name: getattr(result, field.name) for field in fields(Verified)}
    return VerifiedTrial(**shared, waiting=tuple(reads.waiting(trial)))


def _entries(rows: Iterable[LogRow]) -> Iterator[LogEntry]:
    """Yield what `verify_log` checks; once it asks for the next, the manifest is good to compare with."""
    for row in rows:
        if row.event is None:
            detail = "the log has this leaf, but the event's row is gone"
            raise _FoundError(Broken(row.leaf_index, row.event_id, Check.MANIFEST, detail))
        named = {name: row.event[name] for name in ("manifest", "event_id", "stream", "version", "kind")}
        yield LogEntry(index=row.leaf_index, leaf_hash=row.leaf_hash, payloads=row.payloads, **named)
        _compare(row, row.event, json.loads(row.event["manifest"]))


def _compare(row: LogRow, stored: Mapping[str, Any], manifest: Mapping[str, Any]) -> None:
    """Compare the columns that `verify_log` does not see, and look for payloads that are gone."""
    same = ("schema_version", "site", "effective_at", "recorded_at", "request_id")
    sealed = {column: manifest[column] for column in same}
    sealed |= {"actor": manifest["actor"]["id"], "role": manifest["actor"]["role"]}
    sealed |= {"pos": row.pos, "leaf_hash": row.leaf_hash}
    for column, value in sealed.items():
        if stored[column] != value:
            detail = f"the log has {column} {value!r}, the event's row has {stored[column]!r}"
            raise _FoundError(Broken(row.leaf_index, row.event_id, Check.COLUMNS, detail))
    # Nothing can be erased lawfully yet, so what is gone was taken away.
    if gone := manifest["payloads"].keys() - {payload.part for payload in row.payloads}:
        detail = f"its {' and '.join(sorted(gone))} is gone, and no erasure is on record"
        raise _FoundError(Broken(row.leaf_index, row.event_id, Check.PAYLOAD, detail))


def _notes(rows: Iterable[CheckpointRow]) -> Iterator[tuple[int, str]]:
    """Yield size and note; once the next is asked for, the note is good to compare the row with."""
    for row in rows:
        yield row.size, row.note
        try:
            edge = Frontier.from_json(json.loads(row.frontier))
        except (LedgerError, ValueError) as error:
            raise _FoundError(
                Broken(row.size, None, Check.ROOT, f"a stored edge cannot be read: {error}")
            ) from None
        signed = Checkpoint.parse(row.note.partition("\n\n")[0] + "\n")
        if not (signed.size, signed.root) == (row.size, row.root) == (edge.size, edge.root()):
            detail = f"the row of the checkpoint of size {row.size} says something else than its note"
            raise _FoundError(Broken(min(row.size, signed.size), None, Check.ROOT, detail))


def _size(note: str) -> int:
    """Return the size that a note claims, to put it in its place; whether it is true is checked there."""
    claim = re.match(r"[^\n]*\n([0-9]{1,19})\n", note)
    return int(claim[1]) if claim else 0
