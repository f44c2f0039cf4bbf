"""A signature holds under the record it was given for, and under no other."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

from engine.ledger import Event, Manifest, read_manifest, seal, sign, signature_holds

SALTS = {"body": bytes(range(16)), "signature": bytes(range(16, 32))}
RECORDS: list[dict[str, Any]] = [
    {},
    {"version": 2},
    {"stream": "S-2"},
    {"trial": "T-2"},
    {"body": {"variable": "response_c2", "value": "SD"}},
    {"kind": "decision.overridden"},
    {"protocol": None},
]


def _signed(event: Event, meaning: str = "confirmed") -> Event:
    return sign(event, SALTS, name="A. Example", meaning=meaning, zone="Asia/Shanghai")


def _manifest(event: Event) -> Manifest:
    return read_manifest(seal(event, SALTS).manifest)


@pytest.fixture
def signed(make_event: Callable[..., Event]) -> list[Event]:
    return [_signed(make_event(**{"version": 1, **record})) for record in RECORDS]


def test_each_signature_holds_under_its_own_record(signed: list[Event]) -> None:
    assert all(signature_holds(_manifest(event)) for event in signed)


def test_no_signature_holds_under_another_record(signed: list[Event]) -> None:
    pairs = list(permutations(signed, 2))
    moved = [theirs.model_copy(update={"signature": mine.signature}) for mine, theirs in pairs]
    assert len(pairs) == len(RECORDS) * (len(RECORDS) - 1)
    assert not any(signature_holds(_manifest(event)) for event in moved)


def test_it_is_the_acting_person_s_with_its_time_and_meaning(signed: list[Event]) -> None:
    signature = signed[0].signature
    assert signature is not None
    changes = {"signer": "u-8", "signed_at": signed[0].effective_at, "meaning": "overrode", "zone": "Etc/UTC"}
    for field, value in changes.items():
        other = signed[0].model_copy(update={"signature": signature.model_copy(update={field: value})})
        assert not signature_holds(_manifest(other))


def test_an_event_without_one_needs_none(make_event: Callable[..., Event]) -> None:
    assert signature_holds(_manifest(make_event(1)))


def test_the_content_cannot_be_guessed_from_the_hash(make_event: Callable[..., Event]) -> None:
    others = {"body": bytes(16), "signature": bytes(range(16))}
    mine, theirs = (
        _signed(make_event(1)),
        sign(make_event(1), others, name="A", meaning="confirmed", zone="Etc/UTC"),
    )
    assert mine.signature is not None
    assert theirs.signature is not None
    assert mine.signature.content_hash != theirs.signature.content_hash
