import gc
import json
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import FrozenInstanceError, dataclass, fields, replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ledger import (
    EMPTY_ROOT,
    Broken,
    Check,
    Checkpoint,
    Erased,
    Event,
    LogEntry,
    NoteError,
    Signer,
    Verified,
    canonical_text,
    leaf_hash,
    merkle_root,
    seal,
    sign,
    sign_note,
    verify_log,
)

MakeEvent = Callable[..., Event]
ORIGIN = "audit.example/trial/T-1"
SIGNER = Signer(ORIGIN, bytes(range(32)))
STRANGER = Signer(ORIGIN, bytes(range(1, 33)))


def note_over(entries: Sequence[LogEntry], signer: Signer = SIGNER, origin: str = ORIGIN) -> str:
    root = merkle_root([entry.leaf_hash for entry in entries])
    return sign_note(Checkpoint(origin, len(entries), root).text(), signer)


def row(index: int, event: Event) -> LogEntry:
    salts = {part: sha256(f"{index} {part}".encode()).digest()[:16] for part in ("body", "signature")}
    if (told := event.signature) is not None:
        event = sign(event, salts, name=told.name, meaning=told.meaning, zone=told.zone)
    sealed = seal(event, salts)
    return LogEntry(
        index=index,
        manifest=sealed.manifest,
        leaf_hash=sealed.leaf_hash,
        payloads=sealed.payloads,
        event_id=event.event_id,
        stream=event.stream,
        version=event.version,
        kind=event.kind,
    )


@dataclass(frozen=True)
class Log:
    """Stored rows and checkpoints, as a store would hand them to verification."""

    entries: tuple[LogEntry, ...]
    notes: tuple[str, ...]

    @classmethod
    def of(cls, events: Sequence[Event], *sizes: int) -> "Log":
        return cls(tuple(row(index, event) for index, event in enumerate(events)), ()).resigned(*sizes)

    def resigned(self, *sizes: int) -> "Log":
        """Sign checkpoints over whatever the rows are now, which only the log's own operator can."""
        return replace(self, notes=tuple(note_over(self.entries[:size]) for size in sizes))

    def verify(self) -> Verified | Broken:
        return verify_log(self.entries, self.notes, SIGNER.vkey, origin=ORIGIN, trial="T-1")

    def fault(self) -> tuple[int, str | None, Check]:
        found = self.verify()
        assert isinstance(found, Broken)
        assert found.detail
        return found.index, found.event_id, found.check

    def with_entry(self, at: int, /, **changes: Any) -> "Log":  # noqa: ANN401  # any column
        """Change the columns of one row."""
        changed = replace(self.entries[at], **changes)
        return replace(self, entries=(*self.entries[:at], changed, *self.entries[at + 1 :]))

    def with_leaf(self, index: int, manifest: str) -> "Log":
        """Put another manifest with its leaf hash in the place of one: consistent in itself."""
        return self.with_entry(index, manifest=manifest, leaf_hash=leaf_hash(manifest))

    def with_rows(self, *rows: int) -> "Log":
        """Take these rows in this order, renumbered as a careful forger would."""
        taken = (replace(self.entries[old], index=new) for new, old in enumerate(rows))
        return replace(self, entries=tuple(taken))


@pytest.fixture(scope="module")
def log(make_event: MakeEvent) -> Log:
    """Make five entries of two streams, two of them signed, and checkpoints of size 2, 4 and 5."""
    events = [
        make_event(1),
        make_event(2, signed=True, kind="decision.confirmed"),
        make_event(1, stream="S-2", site=None, protocol=None),
        make_event(3, signed=True, kind="ruling.signed"),
        make_event(2, stream="S-2"),
    ]
    return Log.of(events, 2, 4, 5)


def test_an_honest_log_is_verified(log: Log) -> None:
    root = merkle_root([leaf_hash(entry.manifest) for entry in log.entries])
    assert log.verify() == Verified(size=5, root=root, checkpoints=3, erased=())


def test_an_empty_log_is_verified(log: Log) -> None:
    assert Log((), ()).verify() == Verified(0, EMPTY_ROOT, 0, ())
    assert Log((), ()).resigned(0, 0).verify() == Verified(0, EMPTY_ROOT, 2, ())
    assert log.resigned(0, 2, 2, 5, 5).verify() == replace(expect_verified(log), checkpoints=5)


def expect_verified(log: Log) -> Verified:
    found = log.verify()
    assert isinstance(found, Verified)
    return found


def test_an_erased_payload_is_reported_and_breaks_nothing(log: Log) -> None:
    entries = log.entries
    erased = log.with_entry(1, payloads=entries[1].payloads[:1]).with_entry(2, payloads=())
    assert erased.verify() == replace(
        expect_verified(log), erased=(Erased(1, "e-S-1-2", "signature"), Erased(2, "e-S-2-1", "body"))
    )


def test_entries_and_results_are_frozen(log: Log) -> None:
    for value in (log.entries[0], log.verify(), replace(log, notes=()).verify(), Erased(0, "e-1", "body")):
        for field in fields(value):
            with pytest.raises(FrozenInstanceError):
                setattr(value, field.name, None)


# Every byte.

FLIPS = (0x01, 0x20, 0x80)  # another character, the other case, no ASCII


def flipped(text: str) -> Iterator[str]:
    for at, character in enumerate(text):
        for bit in FLIPS:
            yield text[:at] + chr(ord(character) ^ bit) + text[at + 1 :]


@pytest.mark.parametrize("index", range(5))
def test_each_changed_byte_of_a_row_is_found_in_that_row(log: Log, index: int) -> None:
    entry = log.entries[index]
    # The rows up to this one suffice: verification stops there.
    short = replace(log, entries=log.entries[: index + 1], notes=()).resigned(index + 1)
    assert isinstance(short.verify(), Verified)
    for text in flipped(entry.manifest):
        assert short.with_entry(index, manifest=text).fault() == (index, entry.event_id, Check.LEAF)
    for at in range(32):
        other = bytes(byte ^ (at == place) for place, byte in enumerate(entry.leaf_hash))
        assert short.with_entry(index, leaf_hash=other).fault() == (index, entry.event_id, Check.LEAF)
    for column in ("event_id", "stream", "kind"):
        for text in flipped(getattr(entry, column)):
            found = short.with_entry(index, **{column: text}).fault()
            assert found == (index, text if column == "event_id" else entry.event_id, Check.COLUMNS)


@pytest.mark.parametrize("index", range(5))
def test_each_changed_byte_of_a_payload_is_found_in_its_row(log: Log, index: int) -> None:
    entry = log.entries[index]
    short = replace(log, entries=log.entries[: index + 1])
    for place, payload in enumerate(entry.payloads):
        for field in ("part", "salt", "text"):
            for text in flipped(getattr(payload, field)):
                columns: dict[str, Any] = {field: text}
                changed = replace(payload, **columns)
                payloads = (*entry.payloads[:place], changed, *entry.payloads[place + 1 :])
                found = short.with_entry(index, payloads=payloads).fault()
                assert found == (index, entry.event_id, Check.PAYLOAD)


@pytest.mark.parametrize("place", range(3))
def test_each_changed_byte_of_a_checkpoint_is_found(log: Log, place: int) -> None:
    raw = log.notes[place].encode()
    covered = (0, 2, 4)[place]
    for at in range(len(raw)):
        for bit in FLIPS:
            text = (raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :]).decode(errors="surrogateescape")
            notes = (*log.notes[:place], text, *log.notes[place + 1 :])
            assert replace(log, notes=notes).fault() == (covered, None, Check.NOTE)


# Each check by itself, in its order.


@pytest.mark.parametrize("index", [1, -1, 7])
def test_the_index_runs_from_zero_without_a_gap(log: Log, index: int) -> None:
    assert log.with_entry(0, index=index).fault() == (0, "e-S-1-1", Check.INDEX)
    late = replace(log, entries=log.entries[1:])
    assert late.fault() == (0, "e-S-1-2", Check.INDEX)


@pytest.mark.parametrize("stored", [b"", b"\x00" * 31, b"\x00" * 32])
def test_the_leaf_hash_is_that_of_the_stored_text(log: Log, stored: bytes) -> None:
    assert log.with_entry(3, leaf_hash=stored).fault() == (3, "e-S-1-3", Check.LEAF)


def spaced(manifest: str) -> str:
    return json.dumps(json.loads(manifest))


@pytest.mark.parametrize("damage", [spaced, lambda manifest: manifest + " ", lambda _: "{}", lambda _: ""])
def test_a_manifest_must_be_canonical_though_its_hash_is_right(
    log: Log, damage: Callable[[str], str]
) -> None:
    forged = log.with_leaf(2, damage(log.entries[2].manifest))
    assert forged.resigned(5).fault() == (2, "e-S-2-1", Check.MANIFEST)


def test_a_manifest_must_be_text(log: Log) -> None:
    assert log.with_entry(2, manifest="\ud800").fault() == (2, "e-S-2-1", Check.MANIFEST)


@pytest.mark.parametrize(
    ("column", "value"),
    [("event_id", "e-0"), ("stream", "S-3"), ("version", 4), ("kind", "subject.enrolled")],
)
def test_the_columns_agree_with_the_manifest(log: Log, column: str, value: object) -> None:
    found = log.with_entry(3, **{column: value}).verify()
    assert isinstance(found, Broken)
    assert (found.index, found.check) == (3, Check.COLUMNS)
    assert repr(value) in found.detail
    assert repr(getattr(log.entries[3], column)) in found.detail


def test_every_entry_is_of_the_log_s_trial(log: Log) -> None:
    found = verify_log(log.entries, log.notes, SIGNER.vkey, origin=ORIGIN, trial="T-2")
    assert isinstance(found, Broken)
    assert (found.index, found.check) == (0, Check.COLUMNS)


def test_no_payload_can_be_moved_to_another_event(log: Log) -> None:
    for index, entry in enumerate(log.entries):
        for other in log.entries:
            if entry is not other:
                moved = log.with_entry(index, payloads=other.payloads)
                assert moved.fault() == (index, entry.event_id, Check.PAYLOAD)
    signature = log.entries[1].payloads[1]
    transplant = log.with_entry(3, payloads=(log.entries[3].payloads[0], signature))
    assert transplant.fault() == (3, "e-S-1-3", Check.PAYLOAD)


@pytest.mark.parametrize(("index", "versions"), [(1, (1, 3)), (1, (1, 1)), (0, (2, 3)), (2, (1, 2, 4))])
def test_the_versions_of_a_stream_run_from_one_in_leaf_order(
    make_event: MakeEvent, index: int, versions: tuple[int, ...]
) -> None:
    events = [make_event(version, event_id=f"e-{place}") for place, version in enumerate(versions)]
    assert Log.of(events, len(events)).fault() == (index, f"e-{index}", Check.VERSION)


def test_the_first_of_several_faults_is_named(log: Log) -> None:
    twice = log.with_entry(3, kind="x").with_entry(1, leaf_hash=bytes(32), kind="x", payloads=())
    assert twice.fault() == (1, "e-S-1-2", Check.LEAF)


# Checkpoints.


def test_a_key_that_is_no_key_is_the_caller_s_fault(log: Log) -> None:
    with pytest.raises(NoteError):
        verify_log(log.entries, log.notes, "no key", origin=ORIGIN, trial="T-1")


def test_a_checkpoint_of_another_key_is_refused(log: Log) -> None:
    notes = (*log.notes[:2], note_over(log.entries, STRANGER))
    assert replace(log, notes=notes).fault() == (4, None, Check.NOTE)


def test_a_signed_note_that_is_no_checkpoint_is_refused(log: Log) -> None:
    notes = (log.notes[0], sign_note("hello\n", SIGNER))
    assert replace(log, notes=notes).fault() == (2, None, Check.NOTE)


def test_a_checkpoint_of_another_origin_is_refused(log: Log) -> None:
    notes = (*log.notes[:2], note_over(log.entries, origin="audit.example/trial/T-2"))
    assert replace(log, notes=notes).fault() == (4, None, Check.ORIGIN)


def test_checkpoints_stand_in_order_of_size(log: Log) -> None:
    assert log.resigned(4, 2, 5).fault() == (4, None, Check.ORDER)
    assert log.resigned(5, 4).fault() == (5, None, Check.ORDER)


def test_a_log_cut_at_its_end_is_found(log: Log) -> None:
    for size in range(5):
        cut = replace(log, entries=log.entries[:size])
        assert cut.fault() == (size, None, Check.TRUNCATED)


def test_a_signature_that_was_moved_here_is_found(make_event: MakeEvent) -> None:
    salts = {part: sha256(part.encode()).digest()[:16] for part in ("body", "signature")}
    mine = sign(make_event(1), salts, name="A. Example", meaning="confirmed", zone="Etc/UTC")
    theirs = make_event(1, stream="S-2").model_copy(update={"signature": mine.signature})
    sealed = seal(theirs, salts)
    entry = replace(row(0, make_event(1, stream="S-2")), manifest=sealed.manifest)
    moved = replace(entry, leaf_hash=sealed.leaf_hash, payloads=sealed.payloads)
    found = Log((moved,), ()).resigned(1).verify()
    assert isinstance(found, Broken)
    assert (found.index, found.check) == (0, Check.SIGNATURE)


def test_a_fork_is_found(log: Log, make_event: MakeEvent) -> None:
    other = Log.of([make_event(1), make_event(2), make_event(3), make_event(4), make_event(5)], 2, 4, 5)
    for place, covered in enumerate((0, 2, 4)):
        notes = (*log.notes[:place], other.notes[place], *log.notes[place + 1 :])
        assert replace(log, notes=notes).fault() == (covered, None, Check.ROOT)
    both = replace(log, notes=(*log.notes, other.notes[2]))
    assert both.fault() == (5, None, Check.ROOT)
    empty = sign_note(Checkpoint(ORIGIN, 0, bytes(32)).text(), SIGNER)
    assert replace(log, notes=(empty, *log.notes)).fault() == (0, None, Check.ROOT)


def test_an_entry_rewritten_whole_is_found_by_the_next_checkpoint(log: Log, make_event: MakeEvent) -> None:
    forged = row(2, make_event(1, stream="S-2", body={"value": "CR"}))
    entries = (*log.entries[:2], forged, *log.entries[3:])
    found = replace(log, entries=entries).verify()
    assert isinstance(found, Broken)
    assert (found.index, found.event_id, found.check) == (2, None, Check.ROOT)
    assert "size 4" in found.detail


def test_entries_past_the_last_checkpoint_are_named(log: Log) -> None:
    for size, detail in ((4, "entry 4 is"), (2, "entries 2 to 4 are")):
        found = log.resigned(size).verify()
        assert isinstance(found, Broken)
        assert (found.index, found.event_id, found.check) == (size, None, Check.UNCOVERED)
        assert found.detail.startswith(detail)
    assert replace(log, notes=()).fault() == (0, None, Check.UNCOVERED)


def test_a_fault_past_the_last_checkpoint_comes_before_that(log: Log) -> None:
    assert log.resigned(2).with_entry(4, kind="x").fault() == (4, "e-S-2-2", Check.COLUMNS)


@given(st.data())
def test_no_other_sequence_of_rows_is_verified(log: Log, data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.integers(0, 4), max_size=7))
    found = log.with_rows(*rows).verify()
    assert isinstance(found, Verified) is (rows == [0, 1, 2, 3, 4])


@given(st.data())
def test_no_consistent_rewriting_of_one_leaf_is_verified(log: Log, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, 4))
    stored = json.loads(log.entries[index].manifest)
    field = data.draw(st.sampled_from(sorted(stored)))
    value = data.draw(st.none() | st.integers(1, 3) | st.text(max_size=8) | st.just(stored[field]))
    forged = log.with_leaf(index, canonical_text(stored | {field: value}))
    assert isinstance(forged.verify(), Verified) is (value == stored[field])


# Scale.


def peak_memory(make_event: MakeEvent, size: int) -> int:
    """Give the peak while a log is verified whose rows are made one at a time, in bytes."""
    head = note_over([row(index, make_event(index + 1)) for index in range(size)])
    gc.collect()
    tracemalloc.start()
    try:
        rows = (row(index, make_event(index + 1)) for index in range(size))
        found = verify_log(rows, [head], SIGNER.vkey, origin=ORIGIN, trial="T-1")
        assert isinstance(found, Verified)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_number_of_entries(make_event: MakeEvent) -> None:
    peak_memory(make_event, 20)
    # Garbage not yet collected moves the peak by some 20,000 bytes; one hash kept for each entry adds 80,000.
    assert peak_memory(make_event, 1200) < peak_memory(make_event, 100) + 50_000
