"""The store: appends in, reads out."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeAlias

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import SQLAlchemyError

from api.store.appending import Outcome, place
from api.store.database import reading, writing
from api.store.errors import LogHeadError, StoreError, TransactionLostError
from api.store.reading import Reads
from api.store.records import Append, Appended
from api.store.schema import leaf, unsequenced
from api.store.sequencing import Signers, head, sequence
from engine.errors import EngineError
from engine.ledger import NoteError

ATTEMPTS = 5
"""How often a batch is tried that PostgreSQL undoes to end a deadlock."""
_Outcomes: TypeAlias = list[Outcome | EngineError]
_log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """Return the time now, UTC."""
    return datetime.now(UTC)


class Store(Reads):
    """The store over one database.

    Args:
        engine: From `open_database`, migrated.
        signers: The signer of each trial's log.
        clock: What time it is, UTC.
    """

    def __init__(self, engine: Engine, signers: Signers, clock: Callable[[], datetime] = utc_now) -> None:
        """Take the database and the keys."""
        super().__init__(lambda: reading(engine))
        self._engine, self._signers, self._clock = engine, signers, clock
        # SQLite has one writer, so the log grows in the very transaction of the append. On PostgreSQL
        # that would make the writers of a trial wait for each other's commits.
        self._sequences_at_once = engine.dialect.name == "sqlite"

    @contextmanager
    def snapshot(self) -> Iterator[Reads]:
        """Give reads that all see the same state of the database."""
        with reading(self._engine) as connection:
            yield Reads(lambda: nullcontext(connection))

    def append(self, appends: Sequence[Append]) -> list[Outcome | EngineError]:
        """Write appends in one transaction, each all or none, those of a trial as if one after the other.

        Returns:
            What became of each, in order. Where an append's trial or tables refuse it, its error stands
            here and is not raised, for the others are kept.

        Raises:
            StoreUnavailableError: The database did not answer. All or nothing may have been kept; only
                a retry under the same Idempotency-Key can tell.
        """
        batches: dict[str, list[Append]] = {}
        for append in appends:
            batches.setdefault(append.trial, []).append(append)
        placed = self._write_again(batches)
        if not self._sequences_at_once:
            placed = {trial: self._cover_later(trial, outcomes) for trial, outcomes in placed.items()}
        in_order = {trial: iter(outcomes) for trial, outcomes in placed.items()}
        return [next(in_order[append.trial]) for append in appends]

    def sequence_waiting(self) -> int:
        """Sequence whatever an earlier process left in the queues; call it at start-up.

        Returns:
            How many events were sequenced.

        Raises:
            LogHeadError: The log of a trial cannot be extended.
        """
        with reading(self._engine) as connection:
            trials = connection.scalars(select(unsequenced.c.trial).distinct()).all()
        count = 0
        for trial in trials:
            with writing(self._engine) as connection:
                count += sequence(connection, trial, self._signers(trial), self._clock())
        return count

    def _write_again(self, batches: Mapping[str, Sequence[Append]]) -> dict[str, _Outcomes]:
        """Write until PostgreSQL does not undo it to end a deadlock; what it undid left nothing."""
        for _ in range(ATTEMPTS - 1):
            with suppress(TransactionLostError):
                return self._write(batches)
        return self._write(batches)

    def _write(self, batches: Mapping[str, Sequence[Append]]) -> dict[str, _Outcomes]:
        with writing(self._engine) as connection:
            return {trial: self._place(connection, trial, batch) for trial, batch in batches.items()}

    def _place(self, connection: Connection, trial: str, batch: Sequence[Append]) -> _Outcomes:
        """Place one trial's appends; a log whose head does not hold takes none, before or after."""
        try:
            head(connection, trial, self._signers(trial))
        except (LogHeadError, NoteError) as error:
            return [error for _ in batch]
        outcomes = place(connection, trial, batch, self._clock())
        return self._cover(connection, trial, outcomes) if self._sequences_at_once else outcomes

    def _cover_later(self, trial: str, outcomes: _Outcomes) -> _Outcomes:
        """Cover what is committed already: if that fails, it stands all the same and is covered later."""
        try:
            with writing(self._engine) as connection:
                return self._cover(connection, trial, outcomes)
        except (StoreError, SQLAlchemyError):
            _log.exception("events of %s wait to be sequenced with the next append", trial)
            return outcomes

    def _cover(self, connection: Connection, trial: str, outcomes: _Outcomes) -> _Outcomes:
        """Sequence what waits in the trial's queue, and tell the outcomes their places in the log."""
        ids = [row.event_id for kept in outcomes if isinstance(kept, Appended) for row in kept.leaves]
        if not ids:
            return outcomes
        sequence(connection, trial, self._signers(trial), self._clock())
        places = select(leaf.c.event_id, leaf.c.leaf_index).where(leaf.c.trial == trial)
        found = connection.execute(places.where(leaf.c.event_id.in_(ids)))
        index = {row.event_id: int(row.leaf_index) for row in found}
        return [
            replace(
                kept, leaves=tuple(replace(row, leaf_index=index.get(row.event_id)) for row in kept.leaves)
            )
            if isinstance(kept, Appended)
            else kept
            for kept in outcomes
        ]
