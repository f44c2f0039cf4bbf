import json
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields, replace
from datetime import UTC
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from engine.errors import EngineError
from engine.ledger import (
    CanonicalError,
    Event,
    ManifestError,
    ManifestTooLargeError,
    Payload,
    PayloadErasedError,
    PayloadError,
    SaltError,
    SealedEvent,
    Signature,
    canonical_text,
    leaf_hash,
    open_payloads,
    read_manifest,
    seal,
    unseal,
)

MakeEvent = Callable[..., Event]
SALTS = {"body": b"b" * 16, "signature": b"s" * 16}
LIMIT = 65_535

texts = st.text(st.characters(exclude_categories=["Cs"]))
names = texts.filter(bool)
numbers = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | texts
bodies = st.dictionaries(
    texts, st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=6)
)


@pytest.fixture(scope="module")
def event(make_event: MakeEvent) -> Event:
    return make_event(signed=True)


@pytest.fixture(scope="module")
def sealed(event: Event) -> SealedEvent:
    return seal(event, SALTS)


def with_payload(sealed: SealedEvent, place: int, payload: Payload) -> tuple[Payload, ...]:
    return (*sealed.payloads[:place], payload, *sealed.payloads[place + 1 :])


drafts = st.fixed_dictionaries(
    {
        "body": bodies,
        "stream": names,
        "site": st.none() | names,
        "signed": st.booleans(),
        "effective_at": st.datetimes(timezones=st.just(UTC)),
    }
)


@given(draft=drafts, salt=st.binary(min_size=16, max_size=40))
def test_sealing_and_unsealing_gives_the_event_back(
    make_event: MakeEvent, draft: dict[str, Any], salt: bytes
) -> None:
    event = make_event(**draft)
    sealed = seal(event, {"body": salt, "signature": salt + b"s"})
    assert unseal(sealed.manifest, sealed.payloads) == event
    assert unseal(sealed.manifest, sealed.payloads[::-1]) == event
    assert sealed.leaf_hash == leaf_hash(sealed.manifest)
    assert sealed.manifest == canonical_text(json.loads(sealed.manifest))


def test_the_manifest_is_written_out(event: Event, sealed: SealedEvent, signature: Signature) -> None:
    body_text = '{"size":4.5,"value":"PR","variable":"response_c2"}'
    signature_text = (
        '{"content_hash":"' + "ab" * 32 + '","meaning":"approval","name":"A. Example",'
        '"signed_at":"2026-03-01T08:00:00.000000Z","signer":"u-7","zone":"Asia/Shanghai"}'
    )
    assert sealed.payloads == (
        Payload("body", b"b".hex() * 16, body_text),
        Payload("signature", b"s".hex() * 16, signature_text),
    )
    assert json.loads(sealed.manifest) == {
        "format": 1,
        "event_id": "e-S-1-1",
        "trial": "T-1",
        "stream": "S-1",
        "version": 1,
        "kind": "observation.recorded",
        "schema_version": 1,
        "actor": {"id": "u-7", "kind": "person", "role": "investigator"},
        "site": "site-03",
        "effective_at": "2026-03-01T08:00:00.000000Z",
        "recorded_at": "2026-03-01T09:00:00.000000Z",
        "request_id": "r-1",
        "protocol": {"version": "1", "hash": "cd" * 32},
        "signature": {
            "signer": "u-7",
            "meaning": "approval",
            "signed_at": "2026-03-01T08:00:00.000000Z",
            "zone": "Asia/Shanghai",
            "content_hash": "ab" * 32,
        },
        "payloads": {
            "body": sha256(b"b" * 16 + body_text.encode()).hexdigest(),
            "signature": sha256(b"s" * 16 + signature_text.encode()).hexdigest(),
        },
    }
    assert signature.name not in sealed.manifest
    assert str(event.body["value"]) not in sealed.manifest


def test_an_unsigned_event_has_a_body_only(make_event: MakeEvent) -> None:
    sealed = seal(make_event(), {"body": b"b" * 16})
    assert [payload.part for payload in sealed.payloads] == ["body"]
    assert '"signature":null' in sealed.manifest


@pytest.mark.parametrize(
    ("salts", "part", "reason"),
    [
        ({}, "body", "missing"),
        ({"body": b"b" * 16}, "signature", "missing"),
        ({"body": b"b" * 15, "signature": b"s" * 16}, "body", "15 bytes"),
        ({"body": b"b" * 16, "signature": b""}, "signature", "0 bytes"),
        ({"body": b"b" * 16, "signature": b"b" * 16}, "signature", "same"),
    ],
)
def test_a_weak_salt_is_refused(event: Event, salts: dict[str, bytes], part: str, reason: str) -> None:
    with pytest.raises(SaltError, match=reason) as caught:
        seal(event, salts)
    assert isinstance(caught.value, EngineError)
    assert caught.value.part == part


def test_a_manifest_fits_a_log_entry(make_event: MakeEvent) -> None:
    def sealed_with(stream: str) -> SealedEvent:
        return seal(make_event(stream=stream, event_id="e-1"), SALTS)

    room = LIMIT - len(sealed_with("S").manifest)
    fits = sealed_with("S" * (room + 1))
    assert len(fits.manifest.encode()) == LIMIT
    assert len(unseal(fits.manifest, fits.payloads).stream) == room + 1
    for stream in ("S" * (room + 2), "S" * room + "\u00e9"):
        with pytest.raises(ManifestTooLargeError, match="event e-1 has 65536 bytes") as caught:
            sealed_with(stream)
        assert (caught.value.event_id, caught.value.size, caught.value.limit) == ("e-1", LIMIT + 1, LIMIT)
    with pytest.raises(ManifestError, match="more than 65535"):
        read_manifest(fits.manifest.replace("SS", "SSS", 1))


@pytest.mark.parametrize("body", [{"a": float("nan")}, {"a": 2**53}, {"a": "\ud800"}])
def test_a_body_without_canonical_text_is_not_sealed(
    make_event: MakeEvent, body: dict[str, JsonValue]
) -> None:
    with pytest.raises(CanonicalError):
        seal(make_event(body=body), SALTS)


def test_the_deepest_body_an_event_takes_is_sealed(make_event: MakeEvent) -> None:
    body: dict[str, JsonValue] = {}
    for _ in range(250):
        body = {"a": body}
    event = make_event(body=body)
    sealed = seal(event, SALTS)
    assert unseal(sealed.manifest, sealed.payloads) == event


def test_what_is_sealed_is_frozen(sealed: SealedEvent) -> None:
    for value in (sealed, sealed.payloads[0]):
        for field in fields(value):
            with pytest.raises(FrozenInstanceError):
                setattr(value, field.name, None)


# Manifests that were not written by sealing.


def changed(sealed: SealedEvent, **fields: object) -> str:
    """Write the manifest anew with other fields: what an operator with no scruples would store."""
    return canonical_text(json.loads(sealed.manifest) | fields)


def test_a_manifest_has_one_text(sealed: SealedEvent) -> None:
    read_manifest(sealed.manifest)
    stored = json.loads(sealed.manifest)
    for text in (
        json.dumps(stored),
        json.dumps(dict(reversed(stored.items())), separators=(",", ":")),
        sealed.manifest + "\n",
        sealed.manifest.replace('"site"', ' "site"'),
        sealed.manifest.replace('"format":1', '"format":1,"format":1'),
        sealed.manifest.replace(".000000Z", "Z"),
        sealed.manifest.replace(".000000Z", ".000000+00:00"),
        sealed.manifest.replace("site-03", "\\u0073ite-03"),
    ):
        with pytest.raises(ManifestError, match="canonical one"):
            read_manifest(text)


def test_another_text_is_no_manifest(sealed: SealedEvent) -> None:
    stored = json.loads(sealed.manifest)
    hashes = stored["payloads"]
    for text in (
        "",
        "{}",
        "[]",
        sealed.manifest[:-1],
        sealed.manifest + "\ud800",
        changed(sealed, format=2),
        changed(sealed, version=0),
        changed(sealed, body={}),
        changed(sealed, recorded_at=1_772_352_000),
        changed(sealed, recorded_at="2026-03-01T09:00:00.000000"),
        changed(sealed, payloads={}),
        changed(sealed, payloads={"body": hashes["body"]}),
        changed(sealed, payloads={"signature": hashes["signature"]}),
        changed(sealed, payloads=hashes | {"more": hashes["body"]}),
        changed(sealed, payloads=hashes | {"body": "AB" * 32}),
        changed(sealed, signature=None),
        changed(sealed, signature=stored["signature"] | {"name": "A. Example"}),
        canonical_text({key: value for key, value in stored.items() if key != "site"}),
    ):
        with pytest.raises(ManifestError) as caught:
            read_manifest(text)
        assert isinstance(caught.value, EngineError)


def test_a_refused_manifest_does_not_repeat_its_values(sealed: SealedEvent) -> None:
    with pytest.raises(ManifestError) as caught:
        read_manifest(changed(sealed, site=["a personal value"]))
    assert "site" in caught.value.reason
    assert "personal" not in str(caught.value)


def test_a_manifest_that_is_no_json_is_called_a_text() -> None:
    with pytest.raises(ManifestError, match="the text: Invalid JSON"):
        read_manifest("{")


# Payloads that are not those that were sealed.


def test_no_changed_byte_of_a_payload_is_accepted(sealed: SealedEvent) -> None:
    manifest = read_manifest(sealed.manifest)
    for place, payload in enumerate(sealed.payloads):
        for field in ("salt", "text"):
            stored = getattr(payload, field)
            for at, character in enumerate(stored):
                # 0x20 turns the case of a letter, 0x80 leaves ASCII.
                for bit in (0x01, 0x20, 0x80):
                    other = stored[:at] + chr(ord(character) ^ bit) + stored[at + 1 :]
                    damaged = with_payload(sealed, place, replace(payload, **{field: other}))
                    with pytest.raises(PayloadError):
                        open_payloads(manifest, damaged)


def test_a_payload_row_has_one_form(sealed: SealedEvent) -> None:
    body, signature = sealed.payloads
    for payloads in (
        (replace(body, salt=body.salt.replace("6", " 6")), signature),
        (replace(body, salt=body.salt[:-2]), signature),
        (replace(body, salt=""), signature),
        (replace(body, salt=body.salt + "\n"), signature),
        (replace(body, text=body.text + "\ud800"), signature),
        (body, signature, body),
        (body, body),
        (body, replace(signature, part="body")),
        (body, replace(signature, part="photograph")),  # type: ignore[arg-type]  # rows come from outside
        (replace(body, part="signature"), replace(signature, part="body")),
    ):
        with pytest.raises(PayloadError) as caught:
            unseal(sealed.manifest, payloads)
        assert isinstance(caught.value, EngineError)
        assert caught.value.event_id == "e-S-1-1"
        assert caught.value.part in {"body", "signature", "photograph"}


def test_a_signature_payload_of_an_unsigned_event_is_foreign(
    make_event: MakeEvent, sealed: SealedEvent
) -> None:
    unsigned = seal(make_event(), SALTS)
    with pytest.raises(PayloadError, match="no such part"):
        unseal(unsigned.manifest, sealed.payloads)


def vouched(sealed: SealedEvent, *payloads: Payload) -> str:
    """Write a manifest that vouches for these payloads."""
    return changed(sealed, payloads={payload.part: payload.digest() for payload in payloads})


@pytest.mark.parametrize("field", ["signer", "meaning", "signed_at", "zone", "content_hash"])
def test_a_signature_must_say_what_its_mark_says(sealed: SealedEvent, field: str) -> None:
    body, signature = sealed.payloads
    others = {
        "signer": "u-8",
        "meaning": "review",
        "signed_at": "2026-03-01T08:00:01.000000Z",
        "zone": "UTC",
        "content_hash": "ef" * 32,
    }
    text = canonical_text(json.loads(signature.text) | {field: others[field]})
    payloads = (body, replace(signature, text=text))
    with pytest.raises(PayloadError, match="something else than its mark") as caught:
        unseal(vouched(sealed, *payloads), payloads)
    assert caught.value.part == "signature"


@pytest.mark.parametrize(
    "text", ["[]", "null", "", "{", '{"a": 1}', '{"a":1.0}', '{"a":' * 600 + "1" + "}" * 600]
)
def test_a_vouched_body_must_still_be_a_canonical_object(sealed: SealedEvent, text: str) -> None:
    body, signature = sealed.payloads
    payloads = (replace(body, text=text), signature)
    with pytest.raises(PayloadError) as caught:
        unseal(vouched(sealed, *payloads), payloads)
    assert caught.value.part == "body"


def test_the_salt_cannot_take_a_piece_of_the_text(make_event: MakeEvent) -> None:
    # The two payloads hash alike, for the hash does not say where the salt ends.
    sealed = seal(make_event(body={"dose": 1}), SALTS)
    (body,) = sealed.payloads
    for cut in range(1, len(body.text)):
        moved = replace(body, salt=body.salt + body.text[:cut].encode().hex(), text=body.text[cut:])
        assert moved.digest() == body.digest()
        with pytest.raises(PayloadError):
            unseal(sealed.manifest, [moved])


# Erasure.


@pytest.mark.parametrize(
    ("kept", "parts", "names"),
    [
        ([0], ("signature",), "signature"),
        ([1], ("body",), "body"),
        ([], ("body", "signature"), "body and signature"),
    ],
)
def test_an_erased_part_is_named_and_the_rest_stays(
    event: Event, sealed: SealedEvent, kept: list[int], parts: tuple[str, ...], names: str
) -> None:
    payloads = [sealed.payloads[place] for place in kept]
    with pytest.raises(PayloadErasedError, match=f"lost its {names} to") as caught:
        unseal(sealed.manifest, payloads)
    assert isinstance(caught.value, EngineError)
    assert (caught.value.event_id, caught.value.parts) == (event.event_id, parts)
    manifest = read_manifest(sealed.manifest)
    opened = open_payloads(manifest, payloads)
    assert opened.erased == parts
    assert opened.body == (event.body if 0 in kept else None)
    assert opened.signature == (event.signature if 1 in kept else None)
    assert (manifest.event_id, manifest.actor) == (event.event_id, event.actor)
