"""Tampering behind the guards: whatever the tables' owner alters, the first broken entry is named."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select

from api.store.auditing import VerifiedTrial, verify_trial
from api.store.database import reading
from api.store.keys import LogKey
from api.store.records import Append
from api.store.schema import APPEND_ONLY, event
from api.store.store import Store
from engine.ledger import Broken, Check, NoteError, leaf_hash, sign_note

Make = Callable[..., Append]
Intruder = Callable[..., None]
Audit = Callable[..., VerifiedTrial | Broken]

# Statement, the first broken entry, the check that finds it. Entries 0..5 are events e0..e5 under checkpoints
# of size 2, 4 and 6; event e5 is signed; pos is leaf_index + 1.
TAMPERINGS = [
    (
        "UPDATE event SET manifest = replace(manifest, 'site-1', 'site-2') WHERE event_id = 'e3'",
        3,
        Check.LEAF,
    ),
    ("UPDATE event SET manifest = manifest || ' ' WHERE event_id = 'e0'", 0, Check.LEAF),
    (
        "UPDATE leaf SET leaf_hash = (SELECT leaf_hash FROM event WHERE pos = 1) WHERE leaf_index = 2",
        2,
        Check.LEAF,
    ),
    (
        "UPDATE event SET leaf_hash = (SELECT leaf_hash FROM event WHERE pos = 1) WHERE pos = 3",
        2,
        Check.COLUMNS,
    ),
    ("UPDATE event SET stream = 'other' WHERE event_id = 'e1'", 1, Check.COLUMNS),
    ("UPDATE event SET version = 9 WHERE event_id = 'e2'", 2, Check.COLUMNS),
    ("UPDATE event SET kind = 'other' WHERE event_id = 'e4'", 4, Check.COLUMNS),
    ("UPDATE event SET schema_version = 2 WHERE event_id = 'e4'", 4, Check.COLUMNS),
    ("UPDATE event SET actor = 'other' WHERE event_id = 'e4'", 4, Check.COLUMNS),
    ("UPDATE event SET role = 'other' WHERE event_id = 'e0'", 0, Check.COLUMNS),
    ("UPDATE event SET site = NULL WHERE event_id = 'e5'", 5, Check.COLUMNS),
    ("UPDATE event SET effective_at = 'never' WHERE event_id = 'e5'", 5, Check.COLUMNS),
    ("UPDATE event SET recorded_at = recorded_at || ' ' WHERE event_id = 'e3'", 3, Check.COLUMNS),
    ("UPDATE event SET request_id = 'other' WHERE event_id = 'e3'", 3, Check.COLUMNS),
    ("UPDATE leaf SET pos = 99 WHERE leaf_index = 3", 3, Check.COLUMNS),
    ("UPDATE event SET event_id = 'other' WHERE event_id = 'e2'", 2, Check.MANIFEST),
    ("UPDATE event SET trial = 'other' WHERE event_id = 'e2'", 2, Check.MANIFEST),
    ("UPDATE payload SET text = replace(text, 'PR', 'CR') WHERE event_id = 'e2'", 2, Check.PAYLOAD),
    (
        "UPDATE payload SET salt = '00' || substr(salt, 3) WHERE event_id = 'e1' AND salt NOT LIKE '00%'",
        1,
        Check.PAYLOAD,
    ),
    ("UPDATE payload SET text = replace(text, 'A. Name', 'B. Name') WHERE event_id = 'e5'", 5, Check.PAYLOAD),
    ("UPDATE payload SET part = 'signature' WHERE event_id = 'e3'", 3, Check.PAYLOAD),
    ("DELETE FROM payload WHERE event_id = 'e3'", 3, Check.PAYLOAD),
    ("DELETE FROM payload WHERE event_id = 'e5' AND part = 'signature'", 5, Check.PAYLOAD),
    ("DELETE FROM event WHERE event_id = 'e3'", 3, Check.MANIFEST),
    ("DELETE FROM leaf WHERE leaf_index = 1", 1, Check.INDEX),
    ("DELETE FROM leaf WHERE leaf_index = 5", 5, Check.TRUNCATED),
    ("DELETE FROM leaf", 0, Check.TRUNCATED),
    ("DELETE FROM checkpoint WHERE size = 6", 4, Check.UNCOVERED),
    ("DELETE FROM checkpoint", 0, Check.UNCOVERED),
    ("UPDATE checkpoint SET note = replace(note, 'neoadapt', 'other') WHERE size = 4", 2, Check.NOTE),
    ("UPDATE checkpoint SET size = 5 WHERE size = 6", 5, Check.ROOT),
    ("UPDATE checkpoint SET root = leaf_hash FROM leaf WHERE leaf_index = 0 AND size = 4", 4, Check.ROOT),
    ("UPDATE checkpoint SET frontier = replace(frontier, '4', '5') WHERE size = 4", 4, Check.ROOT),
    ("UPDATE checkpoint SET made_at = 'never' WHERE size = 4", 0, Check.NOTE),
]


@pytest.fixture(autouse=True)
def _six_events(store: Store, append: Make) -> None:
    for n in (0, 2, 4):
        signed = n == 4
        store.append(
            [append("s1", n // 2, event_id=f"e{n}"), append(f"t{n}", event_id=f"e{n + 1}", signed=signed)]
        )


def test_an_untouched_log_holds(audit: Audit, store: Store, trial: str) -> None:
    found = audit()
    assert isinstance(found, VerifiedTrial)
    assert (found.size, found.checkpoints, found.erased, found.waiting) == (6, 3, (), ())
    assert found.root == store.checkpoints(trial)[-1].root


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("statement", "index", "check"), TAMPERINGS)
def test_tampering_is_found(
    audit: Audit, intruder: Intruder, statement: str, index: int, check: Check
) -> None:
    intruder(statement)
    found = audit()
    assert isinstance(found, Broken), statement
    assert (found.index, found.check) == (index, check), found.detail
    if found.event_id is not None and check is not Check.INDEX:
        assert found.event_id in {f"e{index}", "other"}


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_tampering_is_found_on_postgresql(audit: Audit, intruder: Intruder) -> None:
    """All of them on one database, whose rows are put back in between."""
    intruder("CREATE SCHEMA kept", *(f"CREATE TABLE kept.{name} AS TABLE {name}" for name in APPEND_ONLY))
    restore = [f"INSERT INTO {name} OVERRIDING SYSTEM VALUE TABLE kept.{name}" for name in APPEND_ONLY]
    for statement, index, check in TAMPERINGS:
        intruder(f"TRUNCATE {', '.join(APPEND_ONLY)}", *restore)
        assert isinstance(audit(), VerifiedTrial)
        intruder(statement)
        found = audit()
        assert isinstance(found, Broken), statement
        assert (found.index, found.check) == (index, check), found.detail


def test_a_log_rewritten_in_all_its_rows_still_misses_the_signed_root(
    audit: Audit, intruder: Intruder, engine: Engine
) -> None:
    with reading(engine) as connection:
        manifest: str = connection.scalars(select(event.c.manifest).where(event.c.event_id == "e2")).one()
    forged = manifest.replace('"site-1"', '"site-9"')
    intruder(
        "UPDATE event SET manifest = :forged, site = 'site-9', leaf_hash = :digest WHERE event_id = 'e2'",
        "UPDATE leaf SET leaf_hash = :digest WHERE event_id = 'e2'",
        forged=forged,
        digest=leaf_hash(forged),
    )
    found = audit()
    assert isinstance(found, Broken)
    assert (found.index, found.check) == (2, Check.ROOT)


def test_two_entries_swapped_are_found(audit: Audit, intruder: Intruder) -> None:
    intruder(
        "UPDATE leaf SET leaf_index = 99 WHERE leaf_index = 1",
        "UPDATE leaf SET leaf_index = 1 WHERE leaf_index = 3",
        "UPDATE leaf SET leaf_index = 3 WHERE leaf_index = 99",
    )
    found = audit()
    assert isinstance(found, Broken)
    assert (found.index, found.check) == (0, Check.ROOT)  # the first checkpoint, of size 2, covers 0 and 1


def test_two_payloads_swapped_are_found(audit: Audit, intruder: Intruder) -> None:
    intruder(
        "UPDATE payload SET event_id = 'x' WHERE event_id = 'e1'",
        "UPDATE payload SET event_id = 'e1' WHERE event_id = 'e3'",
        "UPDATE payload SET event_id = 'e3' WHERE event_id = 'x'",
    )
    found = audit()
    assert isinstance(found, Broken)
    assert (found.index, found.event_id, found.check) == (1, "e1", Check.PAYLOAD)


def test_a_tail_cut_off_with_its_checkpoint_shows_against_one_held_outside(
    store: Store, audit: Audit, intruder: Intruder, trial: str
) -> None:
    old, _, newest = (head.note for head in store.checkpoints(trial))
    intruder(
        "DELETE FROM checkpoint WHERE size = 6",
        "DELETE FROM leaf WHERE leaf_index > 3",
        "DELETE FROM payload WHERE event_id IN ('e4', 'e5')",
        "DELETE FROM event WHERE event_id IN ('e4', 'e5')",
    )
    assert isinstance(audit(), VerifiedTrial)  # which is why checkpoints are filed outside
    assert isinstance(audit(old), VerifiedTrial)
    found = audit(newest, old)
    assert isinstance(found, Broken)
    assert (found.index, found.check) == (4, Check.TRUNCATED)


def test_an_old_checkpoint_replayed_is_found(
    store: Store, audit: Audit, intruder: Intruder, trial: str
) -> None:
    old = store.checkpoints(trial)[1].note
    intruder("UPDATE checkpoint SET note = :old WHERE size = 6", old=old)
    found = audit()
    assert isinstance(found, Broken)
    assert (found.index, found.check) == (4, Check.ROOT)  # entries 4 and 5 lost what signed them


def test_a_log_signed_again_with_another_key_is_found(
    store: Store, audit: Audit, intruder: Intruder, trial: str
) -> None:
    thief = LogKey(bytes(32)).signer(trial)
    for head in store.checkpoints(trial):
        forged = sign_note(head.note.partition("\n\n")[0] + "\n", thief)
        intruder("UPDATE checkpoint SET note = :note WHERE size = :size", note=forged, size=head.size)
    found = audit()
    assert isinstance(found, Broken)
    assert (found.index, found.check) == (0, Check.NOTE)


def test_a_forged_checkpoint_held_outside_is_no_reason_to_stumble(audit: Audit) -> None:
    for note in ("", "x", "x\n1\n", "neoadapt/NCT00000001\n3\nAAAA\n\n— x y\n", "a\n" + "9" * 5000 + "\nb"):
        found = audit(note)
        assert isinstance(found, Broken)
        assert found.check is Check.NOTE


def test_the_read_model_is_no_evidence(audit: Audit, intruder: Intruder) -> None:
    intruder(
        "INSERT INTO subject (trial, subject, version, updated_at) VALUES ('NCT00000001', 's1', 9, 'never')"
    )
    assert isinstance(audit(), VerifiedTrial)


def test_a_text_that_is_no_key_is_the_callers_mistake(store: Store, trial: str) -> None:
    with pytest.raises(NoteError):
        verify_trial(store, trial, "no key")
