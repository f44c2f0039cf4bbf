"""The state of a subject: a fold over its history, each moving event fired on the chart."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from pydantic import JsonValue

from engine.chart import START, Chart, State
from engine.errors import EngineError
from engine.protocol.trial import TrialProtocol
from engine.subject.events import (
    Allocated,
    Chosen,
    Confirmed,
    CycleGiven,
    EndpointDerived,
    Exited,
    Happened,
    MilestoneReached,
    Observed,
    Overridden,
    Proposed,
    Referred,
    Registered,
    Screened,
)

Verdict: TypeAlias = Confirmed | Chosen | Overridden | Referred


class HistoryForeignError(EngineError):
    """An event of this kind cannot stand in a subject's history."""

    def __init__(self, *, kind: str, version: int) -> None:
        self.kind, self.version = kind, version
        super().__init__(
            f"'{kind}' (version {version}) does not belong in a subject's history; verify the ledger"
        )


class ProtocolChangedError(EngineError):
    """The files of a version are not those under which the subject's history was written."""

    def __init__(self, *, version: str, pinned: str, found: str) -> None:
        self.version, self.pinned, self.found = version, pinned, found
        super().__init__(
            f"the files of {version} have hash {found[:12]}, the history was written under {pinned[:12]}; "
            "restore the files, a change is a new version"
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """One asking of a decision point: the engine's outcome as it was, and the clinician's verdict beside it.

    Attributes:
        key: ``<point>-<count>``.
        proposed: The event that carries the outcome and its inputs.
        verdict: None while it is open.
        superseded: A later asking of the same point replaced it before a verdict.
    """

    key: str
    proposed: Happened
    verdict: Happened | None = None
    superseded: bool = False

    @property
    def body(self) -> Proposed:
        """The outcome as it was proposed."""
        assert isinstance(self.proposed.body, Proposed)  # noqa: S101 the fold puts nothing else here
        return self.proposed.body

    @property
    def answer(self) -> dict[str, JsonValue]:
        """The engine's outcome in the normative form."""
        return self.body.answer

    @property
    def open(self) -> bool:
        """Whether a verdict is still awaited: a referral that was acknowledged still is without a regimen."""
        return not self.superseded and (self.verdict is None or isinstance(self.verdict.body, Referred))


@dataclass(frozen=True, slots=True)
class Cycle:
    """One cycle as given, beside the regimen that stood assigned for it.

    Attributes:
        assigned: None when it was given before the decision that should have assigned one.
    """

    given: Happened
    assigned: str | None

    @property
    def body(self) -> CycleGiven:
        """What was given."""
        assert isinstance(self.given.body, CycleGiven)  # noqa: S101 the fold puts nothing else here
        return self.given.body


@dataclass(frozen=True, slots=True)
class Subject:
    """Everything the engine knows about one subject at one version of its history.

    Attributes:
        key: Pseudonymous key.
        version: Number of events; the ETag of the API.
        state: Place on the chart.
        pinned: Version and hash of the protocol under which the subject was registered.
        last_step: The newest step along the path that was reported; the next one cannot have been earlier.
    """

    trial: str
    key: str
    version: int = 0
    state: State = START
    pinned: tuple[str, str] | None = None
    registered: Registered | None = None
    observations: tuple[Happened, ...] = ()
    cycles: tuple[Cycle, ...] = ()
    decisions: tuple[Decision, ...] = ()
    milestones: tuple[Happened, ...] = ()
    endpoints: tuple[Happened, ...] = ()
    exits: tuple[Happened, ...] = ()
    last_step: Happened | None = None
    updated_at: datetime | None = None

    def decision(self, key: str) -> Decision | None:
        """The decision of this key."""
        return next((d for d in self.decisions if d.key == key), None)

    def open_decision(self, point: str | None = None) -> Decision | None:
        """The decision that awaits a verdict, of one point or of any."""
        found = [d for d in self.decisions if d.open and point in (None, d.body.point)]
        return found[-1] if found else None


def fold(trial: str, key: str, history: Iterable[Happened], protocol: TrialProtocol, chart: Chart) -> Subject:
    """Rebuild a subject from its history.

    Raises:
        ProtocolChangedError: The history was written under other files of the same version.
        MoveNotLawfulError: The history holds a move that the chart refuses.
        HistoryForeignError: The history holds an event that is not a subject's.
    """
    subject = Subject(trial, key)
    for happened in history:
        _same_files(happened, protocol)
        subject = apply(subject, happened, chart)
    return subject


def apply(subject: Subject, happened: Happened, chart: Chart) -> Subject:
    """Give the subject after one more event; a moving event is fired on the chart.

    Raises:
        MoveNotLawfulError: The chart refuses the move.
        HistoryForeignError: The event is not a subject's.
    """
    moved = replace(
        subject,
        state=_moved(subject, happened, chart),
        version=happened.version,
        updated_at=happened.recorded_at,
    )
    match happened.body:
        case Registered():
            return replace(moved, registered=happened.body, pinned=happened.protocol, last_step=happened)
        case Screened() | Allocated():
            return replace(moved, last_step=happened)
        case Observed():
            return replace(moved, observations=(*subject.observations, happened))
        case CycleGiven(off_plan=off_plan):
            cycle = Cycle(happened, None if off_plan else moved.state.regimen)
            return replace(moved, cycles=(*subject.cycles, cycle), last_step=happened)
        case Proposed():
            return replace(moved, decisions=_proposed(subject, happened, happened.body))
        case Confirmed() | Chosen() | Overridden() | Referred():
            return replace(moved, decisions=_decided(subject, happened, happened.body))
        case MilestoneReached():
            return replace(moved, milestones=(*subject.milestones, happened), last_step=happened)
        case EndpointDerived():
            return replace(moved, endpoints=(*subject.endpoints, happened))
        case Exited():
            return replace(moved, exits=(*subject.exits, happened))
        case _:
            raise HistoryForeignError(kind=happened.body.kind, version=happened.version)


def _same_files(happened: Happened, protocol: TrialProtocol) -> None:
    if happened.protocol is None:
        return
    version, pinned = happened.protocol
    if version == protocol.version and pinned != protocol.hash:
        raise ProtocolChangedError(version=version, pinned=pinned, found=protocol.hash)


def _moved(subject: Subject, happened: Happened, chart: Chart) -> State:
    state = subject.state
    match happened.body:
        case Screened(result=result):
            return chart.fire(state, "screen", result)
        case Allocated(arm=arm):
            return chart.fire(state, "allocate", arm)
        case Observed():
            return chart.fire(state, "observe")
        case CycleGiven(off_plan=off_plan):
            return chart.fire(state, "give_cycle_off_plan" if off_plan else "give_cycle")
        case Proposed(point=point):
            return chart.fire(state, "ask", point)
        case Confirmed(point=p, regimen=r) | Chosen(point=p, regimen=r) | Overridden(point=p, regimen=r):
            return chart.fire(state, "decide", p, r)
        case MilestoneReached(milestone=milestone, early=early):
            return chart.fire(state, "early" if early else "milestone", milestone)
        case Exited(exit=exit_):
            return chart.fire(state, "exit", exit_)
        case _:
            return state


def _proposed(subject: Subject, happened: Happened, body: Proposed) -> tuple[Decision, ...]:
    earlier = tuple(
        replace(d, superseded=True) if d.open and d.body.point == body.point else d for d in subject.decisions
    )
    return (*earlier, Decision(body.decision, happened))


def _decided(subject: Subject, happened: Happened, body: Verdict) -> tuple[Decision, ...]:
    return tuple(replace(d, verdict=happened) if d.key == body.decision else d for d in subject.decisions)
