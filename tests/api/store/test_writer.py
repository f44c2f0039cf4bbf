"""Group commit: callers who wait together are committed together, and each learns what became of its own."""

from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from itertools import pairwise
from threading import Thread
from time import sleep

import psycopg
import pytest
from sqlalchemy import Engine, NullPool, create_engine, text

from api.store.errors import LogHeadError, WriterClosedError
from api.store.keys import LogKey
from api.store.records import Append, Appended, VersionConflict
from api.store.store import Store
from api.store.writer import Writer

Make = Callable[..., Append]


@pytest.fixture
def writer(store: Store) -> Iterator[Writer]:
    with Writer(store) as writing:
        yield writing


def test_each_caller_learns_its_own_outcome(writer: Writer, append: Make) -> None:
    futures = [writer.submit(append(stream)) for stream in ("s1", "s2", "s1")]
    first, second, third = (future.result() for future in futures)
    assert isinstance(first, Appended)
    assert isinstance(second, Appended)
    assert third == VersionConflict(0, 1)


def test_those_who_wait_are_committed_together(
    url: str, writer: Writer, store: Store, trial: str, append: Make
) -> None:
    with _writes_blocked(url):
        futures = [writer.submit(append(f"s{n}")) for n in range(20)]
    assert all(isinstance(future.result(), Appended) for future in futures)
    # One checkpoint for each transaction: the first took what was there, the second all the others.
    assert len(store.checkpoints(trial)) <= 2


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_together_means_in_one_transaction(url: str, writer: Writer, append: Make) -> None:
    with _writes_blocked(url):
        futures = [writer.submit(append(f"s{n}")) for n in range(20)]
    assert all(isinstance(future.result(), Appended) for future in futures)
    with psycopg.connect(url) as raw:
        transactions = raw.execute("SELECT count(DISTINCT xmin::text) FROM event").fetchone()
    assert transactions is not None
    assert transactions[0] <= 2


def test_no_more_than_the_maximum_is_committed_at_once(
    url: str, store: Store, trial: str, append: Make
) -> None:
    with Writer(store, maximum=3) as small:
        with _writes_blocked(url):
            futures = [small.submit(append(f"s{n}")) for n in range(10)]
        assert all(isinstance(future.result(), Appended) for future in futures)
    sizes = [0, *(head.size for head in store.checkpoints(trial))]
    assert max(after - before for before, after in pairwise(sizes)) <= 3


def test_a_failure_reaches_all_who_wait_and_the_writer_goes_on(
    url: str, writer: Writer, append: Make, intruder: Callable[..., None]
) -> None:
    with _writes_blocked(url):
        futures = [writer.submit(append(f"s{n}")) for n in range(4)]
    assert all(future.result() for future in futures)
    intruder("ALTER TABLE unsequenced RENAME TO away")
    failing = [writer.submit(append(f"t{n}")) for n in range(4)]
    assert all(future.exception() is not None for future in failing)
    intruder("ALTER TABLE away RENAME TO unsequenced")
    assert isinstance(writer.submit(append("t0")).result(), Appended)


def test_an_error_of_one_is_raised_to_that_one(
    url: str, engine: Engine, writer: Writer, append: Make
) -> None:
    writer.submit(append("s1")).result()
    with Writer(Store(engine, LogKey(bytes(32)).signer)) as stranger, _writes_blocked(url):
        refused, free = stranger.submit(append("s2")), stranger.submit(append("s2", trial="OTHER"))
    with pytest.raises(LogHeadError):
        refused.result()
    assert isinstance(free.result(), Appended)


def test_what_a_caller_cancelled_is_not_written(
    url: str, writer: Writer, store: Store, trial: str, append: Make
) -> None:
    with _writes_blocked(url):
        first = writer.submit(append("s1"))
        while not first.running():
            sleep(0.001)
        second, third = writer.submit(append("s2")), writer.submit(append("s3"))
        assert second.cancel()
    assert isinstance(third.result(), Appended)
    with pytest.raises(CancelledError):
        second.result()
    assert store.events(trial, "s2") == []


def test_closing_commits_what_is_queued_and_takes_no_more(
    url: str, store: Store, trial: str, append: Make
) -> None:
    writer = Writer(store)
    with _writes_blocked(url):
        futures = [writer.submit(append("s0"))]
        while not futures[0].running():
            sleep(0.001)
        futures += [writer.submit(append(f"s{n}")) for n in range(1, 5)]
        closing = Thread(
            target=writer.close, daemon=True
        )  # which waits, behind those that wait to be written
        closing.start()
        closing.join(0.2)
        assert closing.is_alive()
        with pytest.raises(WriterClosedError):
            writer.submit(append("late"))
    closing.join(10)
    assert not closing.is_alive()
    writer.close()
    assert all(future.done() and isinstance(future.result(), Appended) for future in futures)
    assert store.events(trial, "late") == []


@contextmanager
def _writes_blocked(url: str) -> Iterator[None]:
    """Hold the lock that every write needs, so that what is submitted has to wait."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"), poolclass=NullPool)
    locks = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "LOCK TABLE event IN SHARE ROW EXCLUSIVE MODE"}
    with engine.connect() as connection:
        connection.execute(text(locks[engine.dialect.name]))
        yield
        connection.rollback()
