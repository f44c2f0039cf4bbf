"""The log: every event gets one place, late ones too; no head is signed after one that does not hold."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from api.store.appending import place
from api.store.auditing import VerifiedTrial
from api.store.database import writing
from api.store.errors import LogHeadError, StoreError
from api.store.keys import LogKey
from api.store.records import Append, Appended
from api.store.store import Store, utc_now
from engine.ledger import Broken, Check, Frontier, SealedEvent, Signer, inclusion_path, verify_inclusion

Make = Callable[..., Append]
Audit = Callable[..., VerifiedTrial | Broken]
ON_POSTGRESQL = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


def test_each_batch_is_covered_by_one_checkpoint(store: Store, trial: str, append: Make, key: LogKey) -> None:
    for size in (3, 1, 4):
        store.append([append(f"s{size}-{n}") for n in range(size)])
    heads = store.checkpoints(trial)
    assert [head.size for head in heads] == [3, 4, 8]
    assert store.latest_checkpoint(trial) == heads[-1]
    assert [key.signer(trial).verifier.open(head.note).split("\n")[:2] for head in heads] == [
        [f"neoadapt/{trial}", f"{head.size}"] for head in heads
    ]
    hashes = store.leaf_hashes(trial, 8)
    path = inclusion_path(hashes, 5, 8)
    assert verify_inclusion(hashes[5], 5, 8, path, heads[-1].root)


def test_the_log_keeps_the_order_of_writing_whatever_the_events_are_called(
    store: Store, trial: str, sealed: Callable[..., SealedEvent]
) -> None:
    events = tuple(sealed("s1", version, event_id=name) for version, name in enumerate("cab", 1))
    store.append([Append(trial=trial, stream="s1", expected_version=0, events=events)])
    assert [entry.event_id for entry in store.entries(trial).items] == ["c", "a", "b"]


@ON_POSTGRESQL
def test_an_event_that_commits_late_is_not_skipped(
    engine: Engine, store: Store, trial: str, append: Make, audit: Audit
) -> None:
    """The first transaction takes the lower positions and commits after the second is sequenced."""
    with writing(engine) as late:
        place(late, trial, [append("late", count=2)], utc_now())
        (outcome,) = store.append([append("early")])
        assert isinstance(outcome, Appended)
        assert [row.leaf_index for row in outcome.leaves] == [0]
    late_events = store.waiting(trial)
    assert len(late_events) == 2
    found = audit()
    assert isinstance(found, VerifiedTrial)
    assert (found.size, list(found.waiting)) == (1, late_events)
    assert store.sequence_waiting() == 2
    assert [entry.stream for entry in store.entries(trial).items] == ["early", "late", "late"]
    assert [entry.version for entry in store.entries(trial).items] == [1, 1, 2]
    assert isinstance(audit(), VerifiedTrial)
    assert store.sequence_waiting() == 0


@ON_POSTGRESQL
def test_the_next_append_takes_late_events_along(
    engine: Engine, store: Store, trial: str, append: Make
) -> None:
    with writing(engine) as late:
        place(late, trial, [append("late")], utc_now())
        store.append([append("early")])
    (outcome,) = store.append([append("next")])
    assert isinstance(outcome, Appended)
    assert [row.leaf_index for row in outcome.leaves] == [2]
    assert [entry.stream for entry in store.entries(trial).items] == ["early", "late", "next"]


@ON_POSTGRESQL
def test_several_processes_grow_one_log(
    url: str, opened: Callable[[str], Engine], append: Make, key: LogKey, audit: Audit
) -> None:
    stores = [Store(opened(url), key.signer) for _ in range(4)]

    def write(n: int) -> None:
        for version in range(15):
            (outcome,) = stores[n].append([append(f"s{n}", version)])
            assert isinstance(outcome, Appended)
            assert outcome.leaves[0].leaf_index is not None

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, range(4)))
    found = audit()
    assert isinstance(found, VerifiedTrial)
    assert (found.size, found.waiting) == (60, ())
    entries = stores[0].entries(append("s").trial, limit=100).items
    for n in range(4):
        assert [entry.version for entry in entries if entry.stream == f"s{n}"] == list(range(1, 16))


@ON_POSTGRESQL
def test_events_stand_though_they_cannot_be_sequenced_yet(
    engine: Engine, trial: str, append: Make, key: LogKey, caplog: pytest.LogCaptureFixture
) -> None:
    calls = []

    def lost_after_first_use(name: str) -> Signer:
        calls.append(name)
        if len(calls) > 1:
            raise StoreError
        return key.signer(name)

    (outcome,) = Store(engine, lost_after_first_use).append([append("s1")])
    assert isinstance(outcome, Appended)
    assert outcome.leaves[0].leaf_index is None
    assert "wait to be sequenced" in caplog.text
    later = Store(engine, key.signer)
    assert later.waiting(trial) == [outcome.leaves[0].event_id]
    assert later.sequence_waiting() == 1
    assert later.leaf(trial, event_id=outcome.leaves[0].event_id) is not None


def test_another_key_does_not_extend_a_log(engine: Engine, store: Store, trial: str, append: Make) -> None:
    store.append([append("s1")])
    other = Store(engine, LogKey(bytes(32)).signer)
    refused, free = other.append([append("s2"), append("s2", trial="OTHER")])
    assert isinstance(refused, LogHeadError)
    assert "log.key" in str(refused)
    assert isinstance(free, Appended)
    assert store.events(trial, "s2") == []


def test_a_head_that_does_not_hold_is_not_extended(
    store: Store, append: Make, intruder: Callable[..., None]
) -> None:
    tamperings = [
        "DELETE FROM checkpoint WHERE trial = :trial AND size = 2",
        "DELETE FROM checkpoint WHERE trial = :trial",
        "DELETE FROM leaf WHERE trial = :trial AND leaf_index = 1",
        "UPDATE checkpoint SET note = replace(note, 'neoadapt', 'other') WHERE trial = :trial",
        "UPDATE checkpoint SET size = 3 WHERE trial = :trial AND size = 2",
        "UPDATE checkpoint SET frontier = '[]' WHERE trial = :trial",
        "UPDATE checkpoint SET frontier = 'x' WHERE trial = :trial",
    ]
    for number, statement in enumerate(tamperings):
        trial = f"T{number}"
        store.append([append("s1", trial=trial)])
        store.append([append("s1", 1, trial=trial)])
        intruder(statement, trial=trial)
        (outcome,) = store.append([append("s1", 2, trial=trial)])
        assert isinstance(outcome, LogHeadError), statement
        assert len(store.events(trial, "s1")) == 2


def test_a_planted_edge_is_not_signed(store: Store, append: Make, intruder: Callable[..., None]) -> None:
    edge = Frontier().append(bytes(32))
    planted = json.dumps(edge.to_json())
    for trial, statement in (
        ("A", "UPDATE checkpoint SET frontier = :planted WHERE trial = 'A'"),
        ("B", "UPDATE checkpoint SET frontier = :planted, root = :root WHERE trial = 'B'"),
    ):
        store.append([append("s1", trial=trial)])
        intruder(statement, planted=planted, root=edge.root())
        (outcome,) = store.append([append("s1", 1, trial=trial)])
        assert isinstance(outcome, LogHeadError)


def test_a_queue_that_names_what_is_logged_does_no_harm(
    store: Store, append: Make, intruder: Callable[..., None], audit: Audit
) -> None:
    store.append([append("s1", event_id="e1")])
    intruder("INSERT INTO unsequenced (trial, event_id) SELECT trial, event_id FROM event")
    assert isinstance(store.append([append("s1", 1)])[0], Appended)
    assert isinstance(audit(), VerifiedTrial)


def test_an_event_that_nobody_queued_is_named(
    engine: Engine, store: Store, append: Make, intruder: Callable[..., None], audit: Audit
) -> None:
    store.append([append("s1")])
    stray = append("s2", event_id="stray")
    with writing(engine) as connection:
        place(connection, stray.trial, [stray], utc_now())
    intruder("DELETE FROM unsequenced")
    found = audit()
    assert isinstance(found, Broken)
    assert (found.index, found.event_id, found.check) == (1, "stray", Check.UNCOVERED)
