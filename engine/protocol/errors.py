"""What can be wrong with a trial's files, and with asking for a trial that is not there."""

from collections.abc import Sequence

from engine.errors import EngineError
from engine.protocol.source import Fault


class ProtocolFaultsError(EngineError):
    """A version folder has faults; all of them are reported at once."""

    def __init__(self, *, folder: str, faults: Sequence[Fault]) -> None:
        self.folder, self.faults = folder, tuple(faults)
        listed = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(f"{len(self.faults)} fault(s) in {folder}:\n{listed}")


class TrialUnknownError(EngineError):
    """No folder of the catalogue holds this trial."""

    def __init__(self, *, trial: str, known: Sequence[str]) -> None:
        self.trial, self.known = trial, tuple(known)
        super().__init__(f"there is no trial '{trial}' (trials: {', '.join(self.known) or 'none'})")


class VersionUnknownError(EngineError):
    """The trial has no such version."""

    def __init__(self, *, trial: str, version: str, known: Sequence[str]) -> None:
        self.trial, self.version, self.known = trial, version, tuple(known)
        super().__init__(f"{trial} has no version '{version}' (versions: {', '.join(self.known) or 'none'})")


class DecisionPointUnknownError(EngineError):
    """The trial version has no table of this name."""

    def __init__(self, *, trial: str, point: str, known: Sequence[str]) -> None:
        self.trial, self.point, self.known = trial, point, tuple(known)
        super().__init__(
            f"{trial} has no decision point '{point}' (it has: {', '.join(self.known) or 'none'})"
        )
