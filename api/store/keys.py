"""The file that holds the key which signs the heads of the logs."""

import os
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from api.store.errors import KeyFileError
from engine.ledger import Signer

KEY_FILE = "log.key"
_SEED_SIZE = 32
_FOREIGN = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class LogKey:
    """One secret; it signs each trial's log under that log's own origin.

    Attributes:
        seed: Ed25519 seed, 32 bytes; never shown.
        issuer: First part of each origin.
    """

    seed: bytes = field(repr=False)
    issuer: str = "neoadapt"

    def signer(self, trial: str) -> Signer:
        """Return the signer of a trial's log, whose name is the log's origin, ``issuer/trial``.

        Raises:
            NoteError: The trial's id holds white space or a plus sign.
        """
        return Signer(f"{self.issuer}/{trial}", self.seed)

    def vkey(self, trial: str) -> str:
        """Return the public key of a trial's log as text, for those who verify.

        Raises:
            NoteError: As in ``signer``.
        """
        return self.signer(trial).vkey

    @classmethod
    def read_or_create(cls, directory: Path) -> Self:
        """Read ``log.key`` from the data directory; make both, for this user only, where there is none.

        Raises:
            KeyFileError: The file is open to others, holds no key, or cannot be read or made.
        """
        path = directory / KEY_FILE
        try:
            if not path.exists():
                directory.mkdir(mode=0o700, parents=True, exist_ok=True)
                _create(path)
            return cls(_read(path))
        except OSError as error:
            remedy = "let the service's user read and write its data directory"
            raise KeyFileError(
                path=path, reason=f"cannot be read or made ({error.strerror})", remedy=remedy
            ) from error


def _create(path: Path) -> None:
    """Put a new key in place in one step; a process that came first keeps its key."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(_SEED_SIZE) + "\n")
            file.flush()
            os.fsync(descriptor)
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # what the key has signed must not outlive the key
    finally:
        os.close(folder)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & _FOREIGN:
            remedy = f"chmod 600 {path}, and make a new key if anybody else may have read it"
            raise KeyFileError(path=path, reason=f"is open to others (mode {mode:o})", remedy=remedy)
        text = file.read()
    try:
        seed = bytes.fromhex(text.decode())
    except ValueError:
        seed = b""
    if len(seed) != _SEED_SIZE:
        reason = f"does not hold {_SEED_SIZE} bytes in hex"
        raise KeyFileError(path=path, reason=reason, remedy="put the file back from a backup")
    return seed
