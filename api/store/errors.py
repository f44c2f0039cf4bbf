"""The store's deliberate errors; facts as fields, one sentence, the way out."""

from pathlib import Path

from engine.errors import EngineError


class StoreError(EngineError):
    """Base of every error of the store."""


class DatabaseUrlError(StoreError):
    """A database URL names a database that the store cannot keep its promises on."""

    def __init__(self, *, url: str, reason: str) -> None:
        """Keep the URL (its password hidden) and the reason."""
        self.url, self.reason = url, reason
        super().__init__(
            f"{url} cannot be used, {reason}: give sqlite:///PATH or postgresql://USER@HOST/DATABASE"
        )


class DataFolderError(StoreError):
    """The data directory cannot be used or made."""

    def __init__(self, *, folder: Path, reason: str) -> None:
        """Keep the folder and what the system said."""
        self.folder, self.reason = folder, reason
        super().__init__(
            f"the data directory {folder} cannot be used ({reason}): name another with --data-dir "
            "or NEOADAPT_DATA_DIR, or let the service's user make and write it"
        )


class SchemaOutdatedError(StoreError):
    """The database holds the tables of another version."""

    def __init__(self, *, revision: str) -> None:
        """Keep the revision that this version needs."""
        self.revision = revision
        super().__init__(f"the database is not at revision {revision}: run `neoadapt migrate` as its owner")


class StoreUnavailableError(StoreError):
    """The database did not answer; a write may or may not have been kept."""

    def __init__(self, *, reason: str) -> None:
        """Keep what the driver said."""
        self.reason = reason
        super().__init__(
            f"the database did not answer ({reason}): see that DATABASE_URL names one that runs; "
            "a write can be tried again with the same Idempotency-Key"
        )


class TransactionLostError(StoreUnavailableError):
    """The database undid the whole transaction to end a deadlock; nothing of it was kept."""


class UnstorableError(StoreError):
    """One append breaks a rule of the tables; nothing of it was kept."""

    def __init__(self, *, stream: str, reason: str) -> None:
        """Keep the stream and what the database said."""
        self.stream, self.reason = stream, reason
        super().__init__(f"nothing was stored in {stream} ({reason}): mend the events and append them anew")


class MisplacedEventError(StoreError):
    """A sealed event does not belong where it was to be appended."""

    def __init__(self, *, event_id: str, reason: str) -> None:
        """Keep the event and the reason."""
        self.event_id, self.reason = event_id, reason
        super().__init__(f"event {event_id} cannot be appended here, {reason}: seal it for this place")


class LogHeadError(StoreError):
    """The newest checkpoint of a log does not hold, so nothing may be appended after it."""

    def __init__(self, *, trial: str, reason: str) -> None:
        """Keep the trial and the reason."""
        self.trial, self.reason = trial, reason
        super().__init__(
            f"the log of {trial} is not extended, {reason}: put back the log.key that signed it, "
            "or verify the log and restore the database"
        )


class TamperedError(StoreError):
    """A stream of events is not what was recorded."""

    def __init__(self, *, trial: str, stream: str, version: int, reason: str) -> None:
        """Keep the place of the first event that cannot be trusted, and the reason."""
        self.trial, self.stream, self.version, self.reason = trial, stream, version, reason
        super().__init__(
            f"event {version} of {stream} in {trial} cannot be trusted, {reason}: "
            "verify the log and restore the database"
        )


class RoleTooPowerfulError(StoreError):
    """The service's database role could alter what is recorded."""

    def __init__(self, *, role: str, reasons: tuple[str, ...]) -> None:
        """Keep the role and what it may do."""
        self.role, self.reasons = role, reasons
        super().__init__(
            f"the database role {role} {', '.join(reasons)}: connect as a role of its own "
            "that `neoadapt migrate --grant-to ROLE` prepared"
        )


class UnknownRoleError(StoreError):
    """Rights were to be granted to a database role that does not exist."""

    def __init__(self, *, role: str) -> None:
        """Keep the role."""
        self.role = role
        super().__init__(
            f"there is no database role {role}: create it first (SQLite has none and needs none)"
        )


class KeyFileError(StoreError):
    """The file with the log's signing key cannot be used."""

    def __init__(self, *, path: Path, reason: str, remedy: str) -> None:
        """Keep the path, the reason and the way out."""
        self.path, self.reason, self.remedy = path, reason, remedy
        super().__init__(f"the signing key {path} {reason}: {remedy}")


class WriterClosedError(StoreError):
    """A write came after the writer was closed."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("the service is stopping and takes no writes: try again once it has started")


class ActorExistsError(StoreError):
    """An actor's id is taken; ids are never used again (21 CFR 11.100)."""

    def __init__(self, *, actor_id: str) -> None:
        """Keep the id."""
        self.actor_id = actor_id
        super().__init__(f"the actor {actor_id} exists already: choose another id")


class UnknownActorError(StoreError):
    """A token was to be given to nobody."""

    def __init__(self, *, actor_id: str) -> None:
        """Keep the id."""
        self.actor_id = actor_id
        super().__init__(f"there is no actor {actor_id}: add the actor first")


class TokenExistsError(StoreError):
    """A token's hash is taken: a token is given out once."""

    def __init__(self) -> None:
        """Say what to do; the hash stays out of the message."""
        super().__init__("this token was given out before: make a new one")


class UnknownTokenError(StoreError):
    """A token that was never given out was to be revoked."""

    def __init__(self) -> None:
        """Say what to do; the hash stays out of the message."""
        super().__init__("there is no such token to revoke: give the whole token, as it was shown once")
