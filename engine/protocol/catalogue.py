"""Where trials are found: the folders ``<root>/<trial id>/<version>/`` of one or several roots."""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from engine.protocol.errors import TrialUnknownError, VersionUnknownError
from engine.protocol.reading import folder_hash, read_protocol
from engine.protocol.trial import TrialProtocol

SHIPPED = Path(__file__).parent.parent / "trials"
_VERSION = re.compile(r"v([1-9][0-9]*)")


class Catalogue:
    """The trials that this installation can run.

    A later root adds trials; the same trial in two roots is taken from the first.

    Args:
        roots: Folders that hold trial folders; the shipped ones when none is given.
    """

    def __init__(self, roots: Sequence[Path] = ()) -> None:
        self.roots = tuple(roots) or (SHIPPED,)

    def trials(self) -> list[str]:
        """Ids of all trials, sorted."""
        found = {
            path.name for root in self.roots if root.is_dir() for path in root.iterdir() if _versions(path)
        }
        return sorted(found)

    def versions(self, trial: str) -> list[str]:
        """Versions of one trial, oldest first.

        Raises:
            TrialUnknownError: No root holds it.
        """
        return _versions(self._folder(trial))

    def latest(self, trial: str) -> str:
        """The newest version of a trial."""
        return self.versions(trial)[-1]

    def load(self, trial: str, version: str | None = None) -> TrialProtocol:
        """Read one version, the newest when none is named; a folder is parsed once per content.

        Raises:
            TrialUnknownError, VersionUnknownError: It is not there.
            ProtocolFaultsError: Its files have faults.
        """
        folder = self._folder(trial)
        chosen = version or self.latest(trial)
        if chosen not in _versions(folder):
            raise VersionUnknownError(trial=trial, version=chosen, known=_versions(folder))
        return _read(folder / chosen, folder_hash(folder / chosen))

    def _folder(self, trial: str) -> Path:
        for root in self.roots:
            if root.is_dir() and trial in {path.name for path in root.iterdir() if _versions(path)}:
                return root / trial
        raise TrialUnknownError(trial=trial, known=self.trials())


@lru_cache(maxsize=64)
def _read(folder: Path, content_hash: str) -> TrialProtocol:  # noqa: ARG001 the hash is the key of the cache
    return read_protocol(folder)


def _versions(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    found = [path.name for path in folder.iterdir() if path.is_dir() and _VERSION.fullmatch(path.name)]
    return sorted(found, key=lambda name: int(name[1:]))
