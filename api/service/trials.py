"""The trials of this installation, loaded once: every version of each, ready to run."""

from collections.abc import Sequence
from pathlib import Path

from api.errors import TrialsFolderMissingError
from engine.decide import Trial
from engine.protocol.catalogue import SHIPPED, Catalogue
from engine.protocol.errors import TrialUnknownError, VersionUnknownError


def catalogue(further: Sequence[Path] = ()) -> Catalogue:
    """The shipped trials and those of further folders; a trial that stands twice is taken from the first.

    Raises:
        TrialsFolderMissingError: A folder is not there.
    """
    for folder in further:
        if not folder.is_dir():
            raise TrialsFolderMissingError(folder=folder)
    return Catalogue((SHIPPED, *further))


class Trials:
    """Every version of every trial, read, checked and compiled when the service starts.

    A folder that changes while the service runs changes nothing until the next start, and then every subject
    whose history was written under the old files is refused.

    Args:
        further: Folders with trials beside the shipped ones.

    Raises:
        TrialsFolderMissingError: A folder is not there.
        ProtocolFaultsError: A trial's files have faults.
        TableError: A table cannot be compiled.
    """

    def __init__(self, further: Sequence[Path] = ()) -> None:
        found = catalogue(further)
        self._versions = {
            trial: {version: Trial(found.load(trial, version)).ready() for version in found.versions(trial)}
            for trial in found.trials()
        }

    def ids(self) -> list[str]:
        """Ids of all trials, sorted."""
        return list(self._versions)

    def versions(self, trial: str) -> list[Trial]:
        """All versions of a trial, oldest first.

        Raises:
            TrialUnknownError: There is no such trial.
        """
        if trial not in self._versions:
            raise TrialUnknownError(trial=trial, known=self.ids())
        return list(self._versions[trial].values())

    def get(self, trial: str, version: str | None = None) -> Trial:
        """One version of a trial, the newest when none is named.

        Raises:
            TrialUnknownError, VersionUnknownError: It is not there.
        """
        versions = self.versions(trial)
        if version is None:
            return versions[-1]
        if version not in self._versions[trial]:
            raise VersionUnknownError(trial=trial, version=version, known=list(self._versions[trial]))
        return self._versions[trial][version]
