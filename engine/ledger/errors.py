"""The ledger's deliberate errors: what was refused, in one sentence, and the way out."""

from engine.errors import EngineError


class LedgerError(EngineError):
    """Base of every error of the ledger."""


class CanonicalError(LedgerError):
    """A value has no RFC 8785 text, or a text is not the RFC 8785 text of its value."""

    def __init__(self, *, reason: str) -> None:
        self.reason = reason
        super().__init__(f"not canonical JSON (RFC 8785): {reason}")


class TreeError(LedgerError):
    """A Merkle tree was asked for something it does not hold, or was rebuilt from a bad form."""

    def __init__(self, *, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the Merkle tree cannot serve this: {reason}")


class NoteError(LedgerError):
    """A note, a key of a note or a checkpoint is malformed, or its signature does not hold."""

    def __init__(self, *, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the signed note is refused: {reason}")


class SaltError(LedgerError):
    """The salt of a payload part is missing, too short, or shared with another part."""

    def __init__(self, *, part: str, reason: str) -> None:
        self.part, self.reason = part, reason
        super().__init__(f"the salt of the {part} is {reason}: give each part 16 random bytes or more")


class ManifestTooLargeError(LedgerError):
    """A manifest would not fit a log entry, whose length is a 16-bit number (C2SP tlog-tiles)."""

    def __init__(self, *, event_id: str, size: int, limit: int) -> None:
        self.event_id, self.size, self.limit = event_id, size, limit
        super().__init__(
            f"the manifest of event {event_id} has {size} bytes, at most {limit} are allowed: "
            "move what is long into the body"
        )


class ManifestError(LedgerError):
    """A stored manifest is not a text that sealing could have written."""

    def __init__(self, *, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the manifest cannot be read: {reason}")


class PayloadError(LedgerError):
    """A stored payload is not the one its manifest vouches for."""

    def __init__(self, *, event_id: str, part: str, reason: str) -> None:
        self.event_id, self.part, self.reason = event_id, part, reason
        super().__init__(f"the {part} of event {event_id} is not what was sealed: {reason}")


class PayloadErasedError(LedgerError):
    """A payload that the manifest names is no longer stored; the event itself still stands."""

    def __init__(self, *, event_id: str, parts: tuple[str, ...]) -> None:
        self.event_id, self.parts = event_id, parts
        super().__init__(
            f"event {event_id} has lost its {' and '.join(parts)} to an erasure: "
            "only its manifest can be read"
        )
