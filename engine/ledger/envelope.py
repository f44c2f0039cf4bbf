"""The envelope that every event carries, the whole event, and the manifest that stays of it.

A manifest holds every field of the envelope and a salted hash of each payload. What may name a person
or be long stands in a payload (see `engine.ledger.seal`).
"""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    JsonValue,
    PlainSerializer,
    PositiveInt,
    StringConstraints,
    model_validator,
)


def _to_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("the time has no place in the UTC calendar") from error


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


Instant = Annotated[AwareDatetime, AfterValidator(_to_utc), PlainSerializer(_rfc3339, when_used="json")]
"""A time in UTC. Its one text is RFC 3339 with six decimals, ``2026-03-01T08:00:00.000000Z``, so
that the order of the texts is the order of the times. A naive datetime is refused."""
Name = Annotated[str, StringConstraints(min_length=1)]
Sha256Hex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Zone = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$")]
"""An IANA zone name by its form, ``Asia/Shanghai``; whether it exists is for the shell to know."""
Part = Literal["body", "signature"]


class _Frozen(BaseModel):
    """A value: frozen, without foreign fields, without silent conversions."""

    # pydantic would keep the values it reads in a cache of the process: memory, and names after an erasure.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, cache_strings="keys")


class Actor(_Frozen):
    """Who did it: one person or one service.

    Attributes:
        id: Stable pseudonymous key; never a printed name, for it stays in the manifest.
        kind: Person or service.
        role: The role in which they acted.
    """

    id: Name
    kind: Literal["person", "service"]
    role: Name


class ProtocolRef(_Frozen):
    """Which rules were in force.

    Attributes:
        version: Version of the trial protocol.
        hash: SHA-256 of its pinned text, hex.
    """

    version: Name
    hash: Sha256Hex


class SignatureMark(_Frozen):
    """What the manifest keeps of a signature: everything but the printed name.

    Attributes:
        signer: Pseudonymous key of the person who signed.
        meaning: What the signature means, such as approval or responsibility (21 CFR 11.50).
        signed_at: When, UTC.
        zone: IANA zone in which the signer saw that time.
        content_hash: SHA-256 of the content signed, hex. It outlives an erasure, so it must be over
            content that cannot be guessed (one that carries a salt, such as a manifest).
    """

    signer: Name
    meaning: Name
    signed_at: Instant
    zone: Zone
    content_hash: Sha256Hex


class Signature(SignatureMark):
    """A person's signature; the whole block is an erasable payload.

    Attributes:
        name: The printed name (21 CFR 11.50).
    """

    name: Name

    def mark(self) -> SignatureMark:
        """Return the signature without the printed name."""
        return SignatureMark(**{field: getattr(self, field) for field in SignatureMark.model_fields})


class Envelope(_Frozen):
    """What every event carries besides its payloads.

    Attributes:
        event_id: Unique key of the event.
        trial: Trial id; one Merkle log per trial.
        stream: What the event belongs to, such as one subject; never a printed name.
        version: Place in the stream, from 1 without a gap.
        kind: What happened, past tense.
        schema_version: Form of the body.
        actor: Who did it.
        site: Site id; None when the act belongs to no site.
        effective_at: When it was true, UTC.
        recorded_at: When the engine learned it, UTC. The order of events is the log's, never this.
        request_id: The request that caused it.
        protocol: Rules in force; None when the act rests on none.
    """

    event_id: Name
    trial: Name
    stream: Name
    version: PositiveInt
    kind: Name
    schema_version: PositiveInt
    actor: Actor
    site: Name | None
    effective_at: Instant
    recorded_at: Instant
    request_id: Name
    protocol: ProtocolRef | None


class Event(Envelope):
    """One thing that happened, whole.

    Attributes:
        body: The facts of the event, JSON.
        signature: Present on acts that a person signs.
    """

    body: dict[str, JsonValue]
    signature: Signature | None


class Manifest(Envelope):
    """The leaf: an event whose payloads are replaced by their salted hashes.

    Attributes:
        format: Version of this form.
        payloads: ``sha256_hex(salt || text)`` of each payload part.
        signature: The signature without its printed name.
    """

    format: Literal[1] = 1
    payloads: dict[Part, Sha256Hex]
    signature: SignatureMark | None

    @model_validator(mode="after")
    def _has_its_parts(self) -> Self:
        if self.payloads.keys() != ({"body", "signature"} if self.signature else {"body"}):
            raise ValueError("a manifest vouches for its body, and for a signature if it is signed")
        return self
