"""Races: whoever comes at the same time, exactly one wins and each other learns why not."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep

import psycopg
import pytest
from sqlalchemy import Engine

from api.store.auditing import VerifiedTrial
from api.store.keys import LogKey
from api.store.records import Append, Appended, KeyTaken, StoredResponse, VersionConflict
from api.store.store import Store
from api.store.writer import Writer
from engine.ledger import Broken

Make = Callable[..., Append]
Audit = Callable[..., VerifiedTrial | Broken]
Answer = Callable[..., StoredResponse]
WRITERS, ROUNDS = 8, 200
ON_POSTGRESQL = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


def test_of_eight_writers_on_one_version_one_wins_each_time(
    store: Store, trial: str, append: Make, audit: Audit
) -> None:
    start = Barrier(WRITERS)

    def race(writer: int) -> list[object]:
        seen: list[object] = []
        for version in range(ROUNDS):
            mine = append("s1", version, event_id=f"{writer}/{version}")
            start.wait()
            seen += store.append([mine])
        return seen

    with ThreadPoolExecutor(WRITERS) as threads:
        rounds = list(zip(*threads.map(race, range(WRITERS)), strict=True))
    for version, outcomes in enumerate(rounds):
        assert Counter(type(outcome) for outcome in outcomes) == {Appended: 1, VersionConflict: WRITERS - 1}
        assert VersionConflict(version, version + 1) in outcomes
    assert [event.version for event in store.events(trial, "s1")] == list(range(1, ROUNDS + 1))
    assert isinstance(audit(), VerifiedTrial)


def test_of_fifty_equal_requests_one_is_carried_out(
    store: Store, trial: str, append: Make, answer: Answer
) -> None:
    requests = [append("s1", idempotency=answer("k1", body=f"{n}")) for n in range(50)]
    with Writer(store) as writer, ThreadPoolExecutor(WRITERS) as threads:
        through_writer = list(threads.map(lambda one: writer.submit(one).result(), requests[:25]))
        straight = list(threads.map(lambda one: store.append([one])[0], requests[25:]))
    outcomes = through_writer + straight
    kept = store.response(trial, "edc-1", "k1")
    assert sum(isinstance(outcome, Appended) for outcome in outcomes) == 1
    assert sum(outcome == KeyTaken(kept) for outcome in outcomes if kept) == 49
    assert len(store.events(trial, "s1")) == 1


@ON_POSTGRESQL
def test_processes_that_batch_the_same_streams_in_opposite_order(
    url: str, opened: Callable[[str], Engine], append: Make, key: LogKey, audit: Audit
) -> None:
    """Each holds what the other waits for; PostgreSQL undoes one batch, which is then tried again."""
    stores = [Store(opened(url), key.signer) for _ in range(2)]
    streams = [f"s{n}" for n in range(40)]
    start = Barrier(2)

    def race(turn: int) -> list[object]:
        batch = [append(stream) for stream in streams[:: (1, -1)[turn]]]
        start.wait()
        return list(stores[turn].append(batch))

    for _ in range(3):
        with ThreadPoolExecutor(2) as threads:
            first, second = threads.map(race, range(2))
        assert {type(outcome) for outcome in first + second} == {Appended, VersionConflict}
        assert sum(isinstance(outcome, Appended) for outcome in first + second) == len(streams)
        streams = [f"{stream}'" for stream in streams]
    assert isinstance(audit(), VerifiedTrial)


@ON_POSTGRESQL
def test_a_deadlock_is_survived(url: str, store: Store, trial: str, append: Make) -> None:
    """A stranger holds s1 and wants s0, which the batch holds while it waits for s1."""
    columns = (
        "trial, stream, version, event_id, kind, schema_version, actor, role, effective_at, recorded_at, "
    )
    columns += "request_id, manifest, leaf_hash"
    row = f"INSERT INTO event ({columns}) VALUES (%s, %s, 1, %s, 'k', 1, 'a', 'r', 't', 't', 'q', '{{}}', %s)"  # noqa: S608  # written here
    with ThreadPoolExecutor(1) as threads, psycopg.connect(url) as stranger:
        stranger.execute("SET deadlock_timeout = '10s'")  # so that it is the batch that is undone
        stranger.execute(row.encode(), (trial, "s1", "x1", bytes(32)))
        batch = threads.submit(store.append, [append("s0"), append("s1")])
        _wait_for_a_lock(url)
        stranger.execute(row.encode(), (trial, "s0", "x0", bytes(32)))
        stranger.rollback()
        assert [type(outcome) for outcome in batch.result()] == [Appended, Appended]


def _wait_for_a_lock(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as watcher:
        while not watcher.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone():
            sleep(0.01)
