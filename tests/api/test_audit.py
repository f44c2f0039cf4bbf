"""The audit trail over HTTP: what a caller keeps is enough to check it without trusting the service."""

import base64
import json
from typing import Any

import pytest

from api.store.auditing import VerifiedTrial, verify_trial
from api.store.database import open_database
from api.store.keys import LogKey
from api.store.store import Store
from engine.ledger import Checkpoint, leaf_hash, read_manifest, sha256_hex, verify_inclusion, verify_note
from engine.ledger.signing import signature_holds
from tests.api.serving import FLAGSHIP, LONG_AGO, Api, Course

WHY = {"reason_code": "toxicity_concern", "reason": "Grade 3 diarrhoea."}


@pytest.fixture(scope="module")
def course(api: Api) -> Course:
    course = api.subject(site="SITE-05").at_c2()
    course.observe(ctdna_c1="positive", pam_c1="mutated", response_c2="SD")
    course.ask("after_c2")
    course.judge("after_c2-1", verdict="override", regimen="TCbHP", **WHY)
    return course


def entries(api: Api, trial: str = FLAGSHIP, **only: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get("auditor", f"{trial}/audit/entries", limit="1000", **only)["items"]
    return found


def test_each_entry_stands_under_the_signed_head(api: Api, course: Course) -> None:
    head = api.get("auditor", f"{FLAGSHIP}/audit/checkpoint")
    signed = Checkpoint.parse(verify_note(head["note"], head["vkey"]))
    assert (signed.origin, signed.size) == (f"neoadapt/{FLAGSHIP}", head["size"])
    for entry in entries(api, subject=course.key):
        proof = api.get("auditor", f"{FLAGSHIP}/audit/entries/{entry['event']}/proof")
        root = Checkpoint.parse(verify_note(proof["checkpoint"]["note"], head["vkey"])).root
        path = [base64.b64decode(node) for node in proof["path"]]
        leaf = leaf_hash(entry["manifest"])
        assert proof["index"] == entry["index"]
        assert proof["leaf_hash"] == entry["leaf_hash"] == leaf.hex()
        size = proof["checkpoint"]["size"]
        assert verify_inclusion(leaf, entry["index"], size, path, root)
        altered = entry["manifest"].replace("SITE-05", "SITE-06")
        assert not verify_inclusion(leaf_hash(altered), entry["index"], size, path, root)


def test_the_key_is_the_installations(api: Api, course: Course) -> None:
    assert course.version
    key = LogKey.read_or_create(api.settings.data_dir)
    assert api.get("auditor", f"{FLAGSHIP}/audit/checkpoint")["vkey"] == key.vkey(FLAGSHIP)


def test_a_receipt_is_enough_to_find_the_entry(api: Api) -> None:
    course = api.subject()
    said = course.observe(ctdna_c1="positive", pam_c1="mutated")
    for receipt in said["receipts"]:
        proof = api.get("auditor", f"{FLAGSHIP}/audit/entries/{receipt['event']}/proof")
        assert proof["leaf_hash"] == receipt["leaf_hash"]
        assert proof["checkpoint"]["note"].startswith(receipt["log"] + "\n")


def test_an_entry_repeats_its_manifest(api: Api, course: Course) -> None:
    for entry in entries(api, subject=course.key):
        manifest = read_manifest(entry["manifest"])
        assert manifest.trial == FLAGSHIP
        assert manifest.stream == f"subject/{entry['subject']}"
        assert (manifest.event_id, manifest.version, manifest.kind) == (
            entry["event"],
            entry["version"],
            entry["kind"],
        )
        assert (manifest.actor.id, manifest.actor.role) == (entry["actor"], entry["role"])
        assert (manifest.site, manifest.request_id) == (entry["site"], entry["request_id"])
        told = json.loads(entry["manifest"])
        assert told["recorded_at"].startswith(entry["recorded_at"].removesuffix("Z"))


def test_no_manifest_holds_what_was_measured_or_who_signed(api: Api, course: Course) -> None:
    """It stays in the log for ever, so what may name a person stands in a payload that can be erased."""
    history = course.read("history")
    for entry, event in zip(entries(api, subject=course.key), history, strict=True):
        assert entry["event"] == event["event_id"]
        for word in ("positive", "mutated", "Grade 3", "Example Investigator", "ICF 1.0"):
            assert word not in entry["manifest"]


def test_a_signature_is_over_the_content_that_was_signed(api: Api, course: Course) -> None:
    signed = [read_manifest(entry["manifest"]) for entry in entries(api, subject=course.key)]
    (verdict,) = [manifest for manifest in signed if manifest.signature is not None]
    assert verdict.kind == "subject.decision.overridden"
    assert verdict.signature is not None
    assert verdict.signature.meaning == "overrode"
    assert signature_holds(verdict)
    assert len(verdict.signature.content_hash) == len(sha256_hex(""))


@pytest.mark.parametrize(
    ("only", "kinds"),
    [
        ({"kind": "subject.decision.overridden"}, {"subject.decision.overridden"}),
        ({"role": "investigator"}, {"subject.decision.overridden"}),
        ({"kind": "subject.exited"}, set()),
        ({"kind": "subject.cycle.given"}, {"subject.cycle.given"}),
    ],
)
def test_filters_pick_entries(api: Api, course: Course, only: dict[str, str], kinds: set[str]) -> None:
    found = entries(api, site="SITE-05", **only)
    assert {one["kind"] for one in found} == kinds
    assert {one["subject"] for one in found} <= {course.key}


def test_the_filters_together_are_all_of_them(api: Api, course: Course) -> None:
    everything, mine = entries(api), entries(api, subject=course.key)
    assert mine == [one for one in everything if one["subject"] == course.key]
    actor = mine[0]["actor"]
    assert entries(api, actor=actor) == [one for one in everything if one["actor"] == actor]
    assert (
        entries(api, site="SITE-05") == [one for one in everything if one["site"] == "SITE-05"] != everything
    )
    at = mine[3]["recorded_at"]
    later = [one for one in everything if one["recorded_at"] >= at]
    assert entries(api, recorded_from=at) == later
    assert entries(api, recorded_before=at) == everything[: len(everything) - len(later)]
    assert entries(api, recorded_from=at, recorded_before=at) == []
    assert entries(api, subject="nobody") == []


def test_rulings_stand_in_the_log_signed_and_without_a_subject(api: Api) -> None:
    found = entries(api, kind="trial.ruling.signed")
    assert len(found) == 6
    for entry in found:
        assert (entry["subject"], entry["site"], entry["role"]) == (None, None, "sponsor")
        assert signature_holds(read_manifest(entry["manifest"]))


def test_an_empty_log_has_no_head_yet(api: Api) -> None:
    answer = api.call("auditor", "GET", "TOY-1/audit/checkpoint")
    assert answer.status_code == 404
    assert entries(api, "TOY-1") == []


def test_the_whole_trail_verifies(api: Api, course: Course) -> None:
    key, engine = LogKey.read_or_create(api.settings.data_dir), open_database(api.settings.database_url)
    held = api.get("auditor", f"{FLAGSHIP}/audit/checkpoint")["note"]
    course.observe(lvef=(60, "%"))
    found = verify_trial(Store(engine, key.signer), FLAGSHIP, key.vkey(FLAGSHIP), [held])
    engine.dispose()
    assert isinstance(found, VerifiedTrial), found
    assert found.size == len(entries(api))
    assert found.erased == ()


def test_the_order_of_the_log_is_that_of_each_history(api: Api, course: Course) -> None:
    places = {one["event"]: one["index"] for one in entries(api)}
    assert [places[one["event_id"]] for one in course.read("history")] == sorted(
        places[one["event_id"]] for one in course.read("history")
    )


def test_what_was_true_and_when_it_was_learned_are_kept_apart(api: Api) -> None:
    course = api.subject()
    course.observe(ctdna_c1={"value": "positive", "effective_at": "2025-12-31T23:00:00-05:00"})
    entry = entries(api, subject=course.key)[-1]
    assert entry["effective_at"] == "2026-01-01T04:00:00Z"
    assert entry["recorded_at"] > LONG_AGO
