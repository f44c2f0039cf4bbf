"""Group commit: one thread takes what is waiting and commits it together.

A commit costs the same for one append as for many, so callers who come at once share it; a lone caller
does not wait for company.
"""

from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from types import TracebackType
from typing import Self, TypeAlias

from api.store.appending import Outcome
from api.store.errors import WriterClosedError
from api.store.records import Append
from api.store.store import Store

_Waiting: TypeAlias = tuple[Append, Future[Outcome]]


class Writer:
    """The one writer of this process; close it, or leave its ``with`` block, before the process ends."""

    def __init__(self, store: Store, *, maximum: int = 64) -> None:
        """Start the thread; it commits at most ``maximum`` appends at once."""
        self._store, self._maximum = store, maximum
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._closed, self._door = False, Lock()
        self._thread = Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, append: Append) -> Future[Outcome]:
        """Queue an append; the future tells what became of it once that is durable.

        The future raises what `Store.append` raises, and the append's own error where it returns one.

        Raises:
            WriterClosedError: The writer was closed.
        """
        future: Future[Outcome] = Future()
        with self._door:
            if self._closed:
                raise WriterClosedError
            self._queue.put((append, future))
        return future

    def close(self) -> None:
        """Take nothing more, commit what is queued, and end the thread."""
        with self._door:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        """Commit batch after batch until the queue's end mark."""
        while waiting := self._queue.get():
            batch, ends = self._batch(waiting)
            self._commit(batch)
            if ends:
                return

    def _batch(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        """Take what is waiting behind the first; tell whether the end mark was among it."""
        batch = [first]
        while len(batch) < self._maximum:
            try:
                waiting = self._queue.get_nowait()
            except Empty:
                break
            if waiting is None:
                return batch, True
            batch.append(waiting)
        return batch, False

    def _commit(self, batch: list[_Waiting]) -> None:
        """Write a batch and resolve its futures; one that its caller cancelled is left out."""
        live = [(append, future) for append, future in batch if future.set_running_or_notify_cancel()]
        try:
            outcomes = self._store.append([append for append, _ in live])
        except Exception as error:  # noqa: BLE001  # whatever it is, each caller must learn it, and the thread go on
            for _, future in live:
                future.set_exception(error)
            return
        for (_, future), outcome in zip(live, outcomes, strict=True):
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)
