"""What a signature under an event is over: its meaning, and the manifest of the event without it.

That text names the record, its version, its times and the salted hash of its body, so a signature that is
moved to another record, or to another version of the same one, does not hold (21 CFR 11.70); and it can be
checked from the manifest alone, also after an erasure.
"""

from collections.abc import Mapping

from engine.ledger.canonical import canonical_text, sha256_hex
from engine.ledger.envelope import Event, Manifest, Signature
from engine.ledger.seal import seal


def sign(event: Event, salts: Mapping[str, bytes], *, name: str, meaning: str, zone: str) -> Event:
    """Put the acting person's signature under an event that has none yet.

    Args:
        event: The event; its actor signs, at the time it is recorded.
        salts: Those that the event will be sealed with.
        name: Printed name of the signer.
        meaning: What the signature means.
        zone: IANA zone in which the signer reads a clock.

    Raises:
        SaltError: The salt of the body is missing or short.
    """
    unsigned = seal(event.model_copy(update={"signature": None}), salts)
    signature = Signature(
        signer=event.actor.id,
        name=name,
        meaning=meaning,
        signed_at=event.recorded_at,
        zone=zone,
        content_hash=_content_hash(unsigned.manifest, meaning, zone),
    )
    return event.model_copy(update={"signature": signature})


def signature_holds(manifest: Manifest) -> bool:
    """Tell whether the signature in a manifest is its actor's, over this very record; true without one."""
    mark = manifest.signature
    if mark is None:
        return True
    payloads = {part: digest for part, digest in manifest.payloads.items() if part != "signature"}
    unsigned = {**manifest.model_dump(mode="json"), "payloads": payloads, "signature": None}
    content = _content_hash(canonical_text(unsigned), mark.meaning, mark.zone)
    return (mark.signer, mark.signed_at, mark.content_hash) == (
        manifest.actor.id,
        manifest.recorded_at,
        content,
    )


def _content_hash(unsigned: str, meaning: str, zone: str) -> str:
    said = {"manifest": unsigned, "meaning": meaning, "zone": zone}
    return sha256_hex(canonical_text(said).encode())
