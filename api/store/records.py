"""What is appended, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from api.store.errors import MisplacedEventError
from engine.ledger import Envelope, Manifest, SealedEvent, leaf_hash, read_manifest


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """The answer to a request that carried an Idempotency-Key.

    Attributes:
        actor: Whose key it is; keys of two actors never meet.
        key: The key.
        fingerprint: Of the request, to tell a replay from another request under the same key.
        status: HTTP status.
        headers: HTTP headers to repeat.
        body: The body; None once it was erased.
    """

    actor: str
    key: str
    fingerprint: str
    status: int
    headers: Mapping[str, str]
    body: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectRow:
    """Where a subject stands, for lists only.

    Attributes:
        subject: The subject's pseudonymous key.
        version: Version of the stream that this row was folded from; a row never goes back.
        decision: The decision that is open, if any.
    """

    subject: str
    version: int
    site: str | None
    arm: str | None
    epoch: str | None
    regimen: str | None
    cycle: int | None
    standing: str | None
    decision: str | None
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Append:
    """Events to append to one stream, all or none.

    Attributes:
        trial: The trial.
        stream: The stream.
        expected_version: Version the stream must have; 0 for a new one.
        events: Sealed for the versions that follow; one at least.
        idempotency: The answer to keep for a replay; its body is given.
        subject: The subject's new place in lists, when the stream is a subject's.
        manifests: Those of the events, read.

    Raises:
        MisplacedEventError: An event was sealed for another trial, stream or version, or its leaf hash
            is not that of its manifest.
        ManifestError: A manifest is not one that sealing writes.
        ValueError: There is no event, or an answer without a body.
    """

    trial: str
    stream: str
    expected_version: int
    events: tuple[SealedEvent, ...]
    idempotency: StoredResponse | None = None
    subject: SubjectRow | None = None
    manifests: tuple[Manifest, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Read the manifests, so that the columns can say nothing else."""
        if not self.events or (self.idempotency and self.idempotency.body is None):
            raise ValueError("an append has events, and the answer it keeps has a body")
        manifests = tuple(read_manifest(sealed.manifest) for sealed in self.events)
        places = zip(self.events, manifests, strict=True)
        for version, (sealed, manifest) in enumerate(places, self.expected_version + 1):
            place = (self.trial, self.stream, version)
            if fault := misfit(sealed.manifest, sealed.leaf_hash, manifest, place):
                raise MisplacedEventError(event_id=manifest.event_id, reason=fault)
        object.__setattr__(self, "manifests", manifests)

    @property
    def version(self) -> int:
        """The version of the stream once this is appended."""
        return self.expected_version + len(self.events)


@dataclass(frozen=True, slots=True)
class LeafRow:
    """What the log holds of an event.

    Attributes:
        event_id: The event.
        leaf_hash: Its leaf hash.
        leaf_index: Its place in the log; None while it waits to be sequenced.
    """

    event_id: str
    leaf_hash: bytes
    leaf_index: int | None


@dataclass(frozen=True, slots=True)
class Appended:
    """The events stand.

    Attributes:
        version: The stream's version now.
        leaves: The events in order, for the receipt.
    """

    version: int
    leaves: tuple[LeafRow, ...]


@dataclass(frozen=True, slots=True)
class VersionConflict:
    """The stream has moved on; nothing was stored.

    Attributes:
        expected: The version that the append was made for.
        actual: The version the stream has.
    """

    expected: int
    actual: int


@dataclass(frozen=True, slots=True)
class KeyTaken:
    """The Idempotency-Key was used before; nothing was stored.

    Attributes:
        response: What was answered then. Another fingerprint means another request.
    """

    response: StoredResponse


def misfit(text: str, digest: bytes, sealed: Envelope, place: tuple[str, str, int]) -> str | None:
    """Say how a sealed event does not fit the row that it stands in.

    Args:
        text: The manifest as stored.
        digest: The leaf hash as stored.
        sealed: What the manifest says.
        place: Trial, stream and version of the row.
    """
    if leaf_hash(text) != digest:
        return "its leaf hash is not that of its manifest"
    if (found := (sealed.trial, sealed.stream, sealed.version)) != place:
        return f"it was sealed for {_place(found)}, not for {_place(place)}"
    return None


def _place(place: tuple[str, str, int]) -> str:
    trial, stream, version = place
    return f"version {version} of {stream} in {trial}"
