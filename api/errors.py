"""Why the shell refuses a request before the engine sees it."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import JsonValue


class ShellError(Exception):
    """Base of every refusal of the shell."""


class RequestInvalidError(ShellError):
    """The request cannot be read as what this operation takes."""

    def __init__(self, *, errors: Sequence[JsonValue]) -> None:
        self.errors = list(errors)
        super().__init__("the request is not of the documented form; 'errors' names each fault and its place")


class BodyTooLargeError(ShellError):
    """The body is larger than any request of this API."""

    def __init__(self, *, limit: int) -> None:
        self.limit = limit
        super().__init__(f"the body has more than {limit} bytes; send observations in smaller batches")


class NotFoundError(ShellError):
    """There is no such thing, or it is not for this caller."""

    def __init__(self, *, what: str, key: str) -> None:
        self.what, self.key = what, key
        super().__init__(f"there is no {what} '{key}' here")


class SubjectExistsError(ShellError):
    """The key is taken by a subject of this trial."""

    def __init__(self, *, subject: str) -> None:
        self.subject = subject
        super().__init__(f"subject '{subject}' is registered already; a key is never used twice")


class IdempotencyKeyMissingError(ShellError):
    """A write needs an Idempotency-Key, so that a retry cannot do it twice."""

    def __init__(self) -> None:
        super().__init__(
            "send 'Idempotency-Key: <unique text of up to 255 characters>' and repeat it on a retry"
        )


class IdempotencyKeyReusedError(ShellError):
    """The key was used for another request."""

    def __init__(self, *, key: str) -> None:
        self.key = key
        super().__init__(
            "this Idempotency-Key belongs to another request of yours; take a new key for a new request"
        )


class IfMatchMissingError(ShellError):
    """A write to a subject needs If-Match with the version it was decided on."""

    def __init__(self) -> None:
        super().__init__("send 'If-Match' with the ETag that the subject was read with")


class PreconditionFailedError(ShellError):
    """The subject has changed since it was read."""

    def __init__(self, *, expected: int, version: int) -> None:
        self.expected, self.version = expected, version
        super().__init__(
            f"the subject is at version {version}, not {expected}; read it again and decide anew"
        )


class ResponseErasedError(ShellError):
    """The first answer to this key held data that has since been erased."""

    def __init__(self, *, key: str) -> None:
        self.key = key
        super().__init__("the request was carried out; its answer has been erased and cannot be repeated")


class TrialsFolderMissingError(ShellError):
    """A folder that should hold further trials is not there."""

    def __init__(self, *, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"there is no folder '{folder}' with trials; name one that holds <trial id>/<version>/"
        )
