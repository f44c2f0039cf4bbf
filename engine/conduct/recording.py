"""Record what happened: allocation, observations, cycles, milestones, exits, rulings.

Each function checks one command against the trial version and gives the drafts of its events; whether the
move is lawful is for the chart to say when the drafts are applied.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from engine.conduct.errors import (
    CycleNumberError,
    FactFromHistoryError,
    FutureTimeError,
    MilestoneIncompleteError,
    NotDeclaredError,
    ObservationIncompleteError,
    ReasonMissingError,
    ReasonNotDueError,
    RulingStandsError,
    ScopeMissingError,
    TimeOrderError,
)
from engine.decide import Trial
from engine.decision import read_fact
from engine.subject.events import (
    Allocated,
    Body,
    CycleGiven,
    Exited,
    MilestoneReached,
    Observed,
    RulingSigned,
    Screened,
)
from engine.subject.state import Subject


@dataclass(frozen=True, slots=True)
class Draft:
    """An event to be: what happened and when; who, where and under which version is for the shell to add.

    Attributes:
        meaning: What a signature under it means; None where none is needed.
    """

    body: Body
    effective_at: datetime
    meaning: str | None = None


def happened_by(effective_at: datetime, now: datetime) -> datetime:
    """Give the time in UTC, unless it lies in the future.

    Raises:
        FutureTimeError: It does.
    """
    if effective_at > now:
        raise FutureTimeError(effective_at=effective_at, now=now)
    return effective_at.astimezone(UTC)


def declared(kind: str, name: str, known: Iterable[str]) -> None:
    """Refuse a name that the trial version does not declare.

    Raises:
        NotDeclaredError: With the names that there are.
    """
    choices = list(known)
    if name not in choices:
        raise NotDeclaredError(kind=kind, name=name, known=choices)


def _in_order(subject: Subject, step: str, at: datetime) -> None:
    """Refuse a step of the path that is said to come before the one that leads to it.

    Raises:
        TimeOrderError: One of the two dates is wrong.
    """
    last = subject.last_step
    if last is not None and at < last.effective_at:
        raise TimeOrderError(step=step, effective_at=at, before=last.body.kind, previous=last.effective_at)


def screen(subject: Subject, body: Screened, at: datetime) -> list[Draft]:
    """Record an eligibility outcome judged outside."""
    _in_order(subject, "the eligibility outcome", at)
    return [Draft(body, at)]


def allocate(trial: Trial, subject: Subject, body: Allocated, at: datetime) -> list[Draft]:
    """Record an allocation made outside; the engine never invents one."""
    declared("arm", body.arm, trial.protocol.arm)
    _in_order(subject, "the allocation", at)
    return [Draft(body, at)]


def observe(trial: Trial, batch: Sequence[tuple[Observed, datetime]]) -> list[Draft]:
    """Record a batch of observations, all or none."""
    for body, _ in batch:
        _check_observation(trial, body)
    return [Draft(body, at) for body, at in batch]


def _check_observation(trial: Trial, body: Observed) -> None:
    protocol = trial.protocol
    declared("variable", body.variable, protocol.variables)
    if any(body.variable in table.derived for table in protocol.tables.values()):
        raise FactFromHistoryError(variable=body.variable)
    if (body.value is None) == (body.status is None):
        raise ObservationIncompleteError(variable=body.variable)
    if body.value is not None:
        quantity = protocol.variables[body.variable].quantity is not None or body.unit is not None
        number = Decimal(str(body.value)) if isinstance(body.value, float) else body.value
        raw: object = {"value": number, "unit": body.unit} if quantity else number
        read_fact(body.variable, raw, protocol.variables[body.variable])


def give_cycle(trial: Trial, subject: Subject, number: int, regimen: str, at: datetime) -> list[Draft]:
    """Record a cycle as given: a fact, also while the decision that should precede it is open."""
    declared("regimen", regimen, trial.protocol.regimen)
    expected = subject.state.cycle + 1
    if number != expected:
        raise CycleNumberError(number=number, expected=expected)
    _in_order(subject, f"cycle {number}", at)
    off_plan = any(move.kind == "give_cycle_off_plan" for move in trial.chart.lawful(subject.state))
    return [Draft(CycleGiven(number=number, regimen=regimen, off_plan=off_plan), at)]


def reach(
    trial: Trial,
    subject: Subject,
    body: MilestoneReached,
    batch: Sequence[tuple[Observed, datetime]],
    at: datetime,
) -> list[Draft]:
    """Record a milestone with the facts it must carry; an early one needs a coded reason."""
    milestones = trial.protocol.milestone
    declared("milestone", body.milestone, milestones)
    missing = set(milestones[body.milestone].requires) - {observed.variable for observed, _ in batch}
    if missing:
        raise MilestoneIncompleteError(milestone=body.milestone, missing=missing)
    _in_order(subject, body.milestone, at)
    kinds = {move.kind for move in trial.chart.lawful(subject.state) if move.about == body.milestone}
    early = "early" in kinds
    codes = {reason.code for reason in trial.protocol.override_reasons}
    if early and (body.reason_code not in codes or body.reason is None):
        raise ReasonMissingError(act=f"an early {body.milestone}", codes=codes)
    if "milestone" in kinds and body.reason_code is not None:
        raise ReasonNotDueError(act=f"'{body.milestone}' in its time", code=body.reason_code)
    return [*observe(trial, batch), Draft(body.model_copy(update={"early": early}), at)]


def leave(trial: Trial, body: Exited, at: datetime) -> list[Draft]:
    """Record an exit (or a return) with its reason and, where the exit has scopes, its scope."""
    exits = trial.protocol.exit
    declared("exit", body.exit, exits)
    scopes = exits[body.exit].scope
    if (body.scope is None) == bool(scopes) or (body.scope is not None and body.scope not in scopes):
        raise ScopeMissingError(exit_=body.exit, scopes=scopes)
    return [Draft(body, at)]


def sign_ruling(trial: Trial, signed: Mapping[str, str], body: RulingSigned, at: datetime) -> Draft:
    """Sign the sponsor's pick among the readings of an ambiguous text."""
    ambiguities = trial.protocol.ambiguities
    declared("ambiguity", body.ambiguity, ambiguities)
    declared(f"option of {body.ambiguity}", body.option, ambiguities[body.ambiguity].domain)
    if body.ambiguity in signed:
        raise RulingStandsError(ambiguity=body.ambiguity, option=signed[body.ambiguity])
    return Draft(body, at, meaning="ruled")
