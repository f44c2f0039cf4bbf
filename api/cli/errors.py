"""Why a command is refused before anything else sees it."""

from collections.abc import Iterable
from pathlib import Path

from api.errors import ShellError


class RulingsUnreadableError(ShellError):
    """The rulings are neither a profile nor a readable file."""

    def __init__(self, *, named: str, reason: str) -> None:
        self.named, self.reason = named, reason
        super().__init__(
            f"the rulings '{named}' cannot be read ({reason}); "
            'give none, reference, or a JSON file such as {"<ambiguity>": "<option>"}'
        )


class ActorKeyError(ShellError):
    """The key cannot stand in events."""

    def __init__(self, *, actor: str) -> None:
        self.actor = actor
        super().__init__(
            f"'{actor}' is no key of an actor; take up to 64 letters, digits and the signs _ + . - "
            "(a pseudonym: it stays in the audit trail)"
        )


class ActorNameError(ShellError):
    """Nobody could read from a signature who gave it."""

    def __init__(self, *, actor: str) -> None:
        self.actor = actor
        super().__init__(
            f"actor '{actor}' has no printed name; give with --name what stands under a signature"
        )


class ActorDiffersError(ShellError):
    """The actor exists and is somebody else."""

    def __init__(self, *, actor: str, what: str, known: str, given: str) -> None:
        self.actor, self.what, self.known, self.given = actor, what, known, given
        super().__init__(
            f"actor '{actor}' exists with {what} '{known}', not '{given}'; an actor is never changed, "
            "so leave it as it is or take a new key"
        )


class ZoneUnknownError(ShellError):
    """There is no such time zone."""

    def __init__(self, *, zone: str) -> None:
        self.zone = zone
        super().__init__(f"there is no time zone '{zone}'; give an IANA name such as Asia/Shanghai or UTC")


class LogMissingError(ShellError):
    """There is no audit trail to verify."""

    def __init__(self, *, trial: str, known: Iterable[str]) -> None:
        self.trial, self.known = trial, sorted(known)
        super().__init__(
            f"there is no audit trail of '{trial}' here (there are: {', '.join(self.known) or 'none'}); "
            "name the trial and the data directory of the service"
        )


class CheckpointUnplacedError(ShellError):
    """A checkpoint that was kept outside belongs to no log that is verified."""

    def __init__(self, *, file: Path, reason: str) -> None:
        self.file, self.reason = file, reason
        super().__init__(f"the checkpoint {file} {reason}; give a signed note of a trial that is verified")


class PortTakenError(ShellError):
    """The service cannot listen there."""

    def __init__(self, *, host: str, port: int, reason: str) -> None:
        self.host, self.port, self.reason = host, port, reason
        super().__init__(f"cannot listen on {host}:{port} ({reason}); choose another with --host and --port")
