"""Why a command is refused; nothing is stored when one of these is raised."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from engine.errors import EngineError


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


class NotDeclaredError(EngineError):
    """The trial version does not declare this name."""

    def __init__(self, *, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind, self.name, self.known = kind, name, sorted(known)
        super().__init__(f"the trial has no {kind} '{name}' (it has: {_listed(self.known)})")


class FutureTimeError(EngineError):
    """Something is said to have happened later than now."""

    def __init__(self, *, effective_at: datetime, now: datetime) -> None:
        self.effective_at, self.now = effective_at, now
        super().__init__(
            f"{effective_at.isoformat()} is after now ({now.isoformat()}); record what has happened"
        )


class CycleNumberError(EngineError):
    """The cycle is not the next one."""

    def __init__(self, *, number: int, expected: int) -> None:
        self.number, self.expected = number, expected
        super().__init__(f"cycle {number} cannot be recorded now, the next one is cycle {expected}")


class TimeOrderError(EngineError):
    """A step is said to have happened before the one that precedes it."""

    def __init__(self, *, step: str, effective_at: datetime, before: str, previous: datetime) -> None:
        self.step, self.effective_at, self.before, self.previous = step, effective_at, before, previous
        super().__init__(
            f"{step} cannot have happened at {effective_at.isoformat()}, "
            f"before {before} at {previous.isoformat()}; check both dates"
        )


class ObservationIncompleteError(EngineError):
    """An observation carries both a value and a status, or neither."""

    def __init__(self, *, variable: str) -> None:
        self.variable = variable
        super().__init__(f"'{variable}' needs either a value or a status, exactly one of them")


class FactFromHistoryError(EngineError):
    """A caller reports what only the history may say."""

    def __init__(self, *, variable: str) -> None:
        self.variable = variable
        super().__init__(f"'{variable}' comes from the cycles recorded as given; record those instead")


class MilestoneIncompleteError(EngineError):
    """A milestone lacks facts that it must carry."""

    def __init__(self, *, milestone: str, missing: Iterable[str]) -> None:
        self.milestone, self.missing = milestone, sorted(missing)
        super().__init__(
            f"'{milestone}' must come with: {_listed(self.missing)} (a value, or a status that says why not)"
        )


class ReasonMissingError(EngineError):
    """An act that needs a reason has none, or an uncoded one."""

    def __init__(self, *, act: str, codes: Iterable[str] = ()) -> None:
        self.act, self.codes = act, sorted(codes)
        coded = f"a code ({_listed(self.codes)}) and " if self.codes else ""
        super().__init__(f"{act} needs a reason: {coded}a text")


class ReasonNotDueError(EngineError):
    """A coded reason stands where nothing departs from the plan."""

    def __init__(self, *, act: str, code: str) -> None:
        self.act, self.code = act, code
        super().__init__(f"{act} departs from nothing, so it takes no reason code ('{code}'); leave it out")


class ScopeMissingError(EngineError):
    """An exit needs one of its scopes."""

    def __init__(self, *, exit_: str, scopes: Iterable[str]) -> None:
        self.exit_, self.scopes = exit_, sorted(scopes)
        super().__init__(f"'{exit_}' needs a scope: {_listed(self.scopes)}")


class DecisionUnknownError(EngineError):
    """The subject has no decision of this key."""

    def __init__(self, *, decision: str, known: Iterable[str]) -> None:
        self.decision, self.known = decision, list(known)
        super().__init__(f"there is no decision '{decision}' (decisions: {', '.join(self.known) or 'none'})")


class DecisionClosedError(EngineError):
    """The decision has its verdict, or a later asking replaced it."""

    def __init__(self, *, decision: str, current: str | None) -> None:
        self.decision, self.current = decision, current
        where = f"the open one is '{current}'" if current else "none is open"
        super().__init__(f"'{decision}' no longer awaits a verdict; {where}")


class DecisionStaleError(EngineError):
    """What the decision rested on has changed since it was proposed."""

    def __init__(self, *, decision: str, point: str) -> None:
        self.decision, self.point = decision, point
        super().__init__(
            f"a fact or a ruling behind '{decision}' has changed; ask '{point}' again and judge what it says"
        )


class VerdictNotFittingError(EngineError):
    """The outcome of the decision takes another verdict."""

    def __init__(self, *, verdict: str, outcome: str, fitting: Iterable[str]) -> None:
        self.verdict, self.outcome, self.fitting = verdict, outcome, sorted(fitting)
        super().__init__(
            f"'{verdict}' does not fit a decision to {outcome} (fitting: {_listed(self.fitting)})"
        )


class VerdictOverfullError(EngineError):
    """The verdict says something that it cannot carry, and that would be lost or mislead."""

    def __init__(self, *, verdict: str, superfluous: Iterable[str]) -> None:
        self.verdict, self.superfluous = verdict, sorted(superfluous)
        super().__init__(f"this '{verdict}' takes no {_listed(self.superfluous)}; say it again without")


class AcknowledgementMissingError(EngineError):
    """Codes that come with the outcome were not ticked, or others were."""

    def __init__(self, *, expected: Iterable[str], given: Iterable[str]) -> None:
        self.expected, self.given = sorted(expected), sorted(given)
        super().__init__(f"tick exactly: {_listed(self.expected)} (ticked: {_listed(self.given)})")


class OptionNotOfferedError(EngineError):
    """The regimen is not one that this verdict can assign."""

    def __init__(self, *, regimen: str | None, offered: Iterable[str]) -> None:
        self.regimen, self.offered = regimen, sorted(offered)
        super().__init__(
            f"'{regimen or 'no regimen'}' cannot be assigned here (offered: {_listed(self.offered)})"
        )


class PreconditionMissingError(EngineError):
    """A regimen needs something before it can be confirmed."""

    def __init__(self, *, regimen: str, missing: Iterable[str]) -> None:
        self.regimen, self.missing = regimen, list(missing)
        super().__init__(f"before {regimen}: {'; '.join(self.missing)}")


class RulingStandsError(EngineError):
    """The ambiguity has a signed ruling."""

    def __init__(self, *, ambiguity: str, option: str) -> None:
        self.ambiguity, self.option = ambiguity, option
        super().__init__(f"{ambiguity} is ruled '{option}' already; a ruling is never overwritten")


class NothingPlannedError(EngineError):
    """There is not exactly one planned step that the engine may take by itself."""

    def __init__(self, *, state: str, planned: Iterable[str], next_: Mapping[str, object]) -> None:
        self.state, self.planned, self.next_ = state, sorted(planned), dict(next_)
        super().__init__(
            f"the engine cannot go on from '{state}' by itself (planned: {_listed(self.planned)}); see 'next'"
        )
