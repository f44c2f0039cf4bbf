"""Sealing: the split of an event into a manifest that stays and payloads that may be erased.

The manifest is the leaf of the Merkle log. Erasing a payload together with its salt leaves every hash
and proof as it was, and without the salt the hash that stays cannot confirm a guess.
"""

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, JsonValue, TypeAdapter, ValidationError

from engine.ledger.canonical import canonical_text, read_canonical, sha256_hex, utf8
from engine.ledger.envelope import Envelope, Event, Manifest, Part, Signature, SignatureMark
from engine.ledger.errors import (
    CanonicalError,
    ManifestError,
    ManifestTooLargeError,
    PayloadErasedError,
    PayloadError,
    SaltError,
)
from engine.ledger.merkle import leaf_hash

MANIFEST_LIMIT = 65_535
"""Largest manifest in bytes: C2SP tlog-tiles gives an entry a 16-bit length."""
SALT_SIZE = 16
"""Least bytes of a salt."""
_SALT = re.compile(rf"(?:[0-9a-f]{{2}}){{{SALT_SIZE},}}")
_BODY = TypeAdapter(dict[str, JsonValue])
_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Payload:
    """One erasable part of an event, as stored.

    Attributes:
        part: ``body`` or ``signature``.
        salt: Lower-case hex of the random bytes hashed before the text.
        text: Canonical JSON.
    """

    part: Part
    salt: str
    text: str

    def digest(self) -> str:
        """Return ``sha256_hex(salt || text)``; a text that UTF-8 cannot write has one too, and no match.

        Raises:
            ValueError: The salt is no hex.
        """
        return sha256_hex(bytes.fromhex(self.salt) + self.text.encode(errors="surrogatepass"))


@dataclass(frozen=True, slots=True)
class SealedEvent:
    """An event ready to be stored.

    Attributes:
        manifest: Canonical JSON text; store it as it is.
        leaf_hash: RFC 6962 leaf hash of that text.
        payloads: The erasable parts.
    """

    manifest: str
    leaf_hash: bytes
    payloads: tuple[Payload, ...]


class Opened(NamedTuple):
    """What the stored payloads of an event still say.

    Attributes:
        body: The facts; None once erased.
        signature: The signature with its printed name; None once erased, or if never signed.
        erased: The parts that the manifest names and the store no longer holds.
    """

    body: dict[str, JsonValue] | None
    signature: Signature | None
    erased: tuple[Part, ...]


def seal(event: Event, salts: Mapping[str, bytes]) -> SealedEvent:
    """Split an event into its manifest and its payloads.

    Args:
        event: The event.
        salts: Random bytes for each part, ``body`` and (when signed) ``signature``; 16 or more,
            no two alike, or the part that is left would give away the salt of an erased one.

    Raises:
        SaltError: A salt is missing, short or shared.
        CanonicalError: The event has no canonical text.
        ManifestTooLargeError: The manifest has more than 65,535 bytes.
    """
    parts: dict[Part, str] = {"body": canonical_text(event.body)}
    if event.signature:
        parts["signature"] = _text(event.signature)
    payloads = {part: Payload(part, _salt(salts, part), text) for part, text in parts.items()}
    if len({payload.salt for payload in payloads.values()}) < len(payloads):
        raise SaltError(part="signature", reason="the same as that of the body")
    manifest = _text(
        Manifest(
            **_shared(event),
            payloads={part: payload.digest() for part, payload in payloads.items()},
            signature=event.signature and event.signature.mark(),
        )
    )
    if (size := len(utf8(manifest))) > MANIFEST_LIMIT:
        raise ManifestTooLargeError(event_id=event.event_id, size=size, limit=MANIFEST_LIMIT)
    return SealedEvent(manifest, leaf_hash(manifest), tuple(payloads.values()))


def read_manifest(text: str) -> Manifest:
    """Read a stored manifest; it is refused unless sealing would write the very same text.

    Raises:
        ManifestError: The text is no manifest, not in canonical form, or too large.
    """
    try:
        if len(utf8(text)) > MANIFEST_LIMIT:
            raise ManifestError(reason=f"it has more than {MANIFEST_LIMIT} bytes")
        return _parse(Manifest, text)
    except CanonicalError as error:
        raise ManifestError(reason=error.reason) from error


def open_payloads(manifest: Manifest, payloads: Iterable[Payload]) -> Opened:
    """Check the stored payloads of an event against its manifest, and read them.

    Raises:
        PayloadError: A payload is foreign, doubled, malformed or altered, or the signature says
            something else than its mark in the manifest.
    """
    body: dict[str, JsonValue] | None = None
    signature: Signature | None = None
    erased = list(manifest.payloads)
    for payload in payloads:
        if fault := _hash_fault(payload, manifest, erased):
            raise PayloadError(event_id=manifest.event_id, part=payload.part, reason=fault)
        erased.remove(payload.part)
        try:
            if payload.part == "body":
                body = _read_body(payload.text)
            else:
                signature = _read_signature(payload.text, manifest.signature)
        except CanonicalError as error:
            raise PayloadError(event_id=manifest.event_id, part=payload.part, reason=error.reason) from error
    return Opened(body, signature, tuple(erased))


def unseal(manifest_text: str, payloads: Iterable[Payload]) -> Event:
    """Rebuild an event from its stored manifest and payloads.

    Raises:
        ManifestError: The manifest cannot be read.
        PayloadError: A payload is not the one the manifest vouches for.
        PayloadErasedError: A payload is no longer there.
    """
    manifest = read_manifest(manifest_text)
    opened = open_payloads(manifest, payloads)
    if opened.body is None or opened.erased:
        raise PayloadErasedError(event_id=manifest.event_id, parts=opened.erased)
    return Event(**_shared(manifest), body=opened.body, signature=opened.signature)


def _shared(envelope: Envelope) -> dict[str, Any]:
    return {field: getattr(envelope, field) for field in Envelope.model_fields}


def _salt(salts: Mapping[str, bytes], part: str) -> str:
    salt = salts.get(part)
    if salt is None:
        raise SaltError(part=part, reason="missing")
    if len(salt) < SALT_SIZE:
        raise SaltError(part=part, reason=f"only {len(salt)} bytes")
    return salt.hex()


def _hash_fault(payload: Payload, manifest: Manifest, expected: Container[str]) -> str | None:
    """Say what is wrong with a payload row before its text is read."""
    if payload.part not in expected:
        return "its manifest names no such part, or the part is here twice"
    if not _SALT.fullmatch(payload.salt):
        return f"its salt is no lower-case hex of {SALT_SIZE} bytes or more"
    found, sealed = payload.digest(), manifest.payloads[payload.part]
    return None if found == sealed else f"its hash is {found}, the manifest says {sealed}"


def _read_body(text: str) -> dict[str, JsonValue]:
    # Reading the text strictly also fixes where the salt ends, which the hash alone does not.
    try:
        return _BODY.validate_python(read_canonical(text))
    except ValidationError as error:
        raise CanonicalError(reason=_first(error)) from error


def _read_signature(text: str, mark: SignatureMark | None) -> Signature:
    signature = _parse(Signature, text)
    if signature.mark() != mark:
        raise CanonicalError(reason="it says something else than its mark in the manifest")
    return signature


def _text(model: BaseModel) -> str:
    return canonical_text(model.model_dump(mode="json"))


def _parse(model: type[_Model], text: str) -> _Model:
    """Read a model from the one text that writing it would give; anything else is refused."""
    try:
        value = model.model_validate_json(text)
    except ValidationError as error:
        raise CanonicalError(reason=_first(error)) from error
    if _text(value) != text:
        raise CanonicalError(reason="another text is the canonical one for this value")
    return value


def _first(error: ValidationError) -> str:
    """Name the first fault without its value, which may be personal."""
    fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return f"{'.'.join(map(str, fault['loc'])) or 'the text'}: {fault['msg']}"
