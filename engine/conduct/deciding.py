"""Ask a decision point, judge what it says, and carry the consequences of what was recorded."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from engine.conduct.errors import (
    AcknowledgementMissingError,
    DecisionClosedError,
    DecisionStaleError,
    DecisionUnknownError,
    OptionNotOfferedError,
    PreconditionMissingError,
    ReasonMissingError,
    VerdictNotFittingError,
    VerdictOverfullError,
)
from engine.conduct.recording import Draft, declared
from engine.decide import Evaluation, Rulings, Trial, decide
from engine.protocol.base import Frozen, Name
from engine.subject.events import (
    Body,
    Chosen,
    Confirmed,
    EndpointDerived,
    MilestoneReached,
    Overridden,
    Proposed,
    Referred,
    Text,
)
from engine.subject.facts import last_observed
from engine.subject.state import Decision, Subject

VerdictKind = Literal["confirm", "choose", "override", "acknowledge"]

FITTING: dict[str, tuple[VerdictKind, ...]] = {
    "propose": ("confirm", "override"),
    "choose": ("choose", "override"),
    "refer": ("acknowledge", "override"),
    "hold": ("override",),
}
"""Which verdicts an outcome takes; a referral that was acknowledged stays open for an override."""

TAKES: dict[VerdictKind, frozenset[str]] = {
    "confirm": frozenset({"regimen", "agent", "acknowledged"}),
    "choose": frozenset({"regimen", "agent", "acknowledged"}),
    "override": frozenset({"regimen", "agent", "reason_code", "reason"}),
    "acknowledge": frozenset({"reason"}),
}
"""What each verdict is said with; anything else would be signed and lost, or be kept and mean nothing."""


class Verdict(Frozen):
    """What a clinician says to a decision.

    Attributes:
        regimen: The option chosen, or what an override assigns; a confirmation may repeat the proposal.
        agent: The agent, where the regimen leaves it open.
        acknowledged: The codes ticked; a confirmation or a choice ticks exactly those of the outcome.
        reason_code: Coded reason of an override.
        reason: Free text of an override or of an acknowledged referral.
    """

    verdict: VerdictKind
    regimen: Name | None = None
    agent: Text | None = None
    acknowledged: tuple[Name, ...] = ()
    reason_code: Name | None = None
    reason: Text | None = None


def ask(trial: Trial, subject: Subject, point: str, rulings: Rulings, at: datetime) -> list[Draft]:
    """Evaluate a decision point; no event when the open decision already says the same on the same inputs."""
    declared("decision point", point, (table.decision_point for table in trial.protocol.decisions))
    trial.chart.fire(subject.state, "ask", point)
    evaluation = decide(trial, subject, point, rulings)
    standing = subject.open_decision(point)
    if standing is not None and unchanged(standing, evaluation):
        return []
    return [Draft(_proposed(subject, evaluation), at)]


def awaiting_verdict(trial: Trial, subject: Subject) -> Decision | None:
    """The decision on which a verdict is lawful now; none once the subject has left, or was never asked."""
    lawful = {move.about for move in trial.chart.lawful(subject.state) if move.kind == "ask"}
    return next((d for d in subject.decisions if d.open and d.body.point in lawful), None)


def consequences(trial: Trial, subject: Subject, rulings: Rulings, at: datetime) -> Iterator[Draft]:
    """What follows from the history as it now stands: open decisions proposed anew, endpoints derived.

    Nothing is stored twice: a draft is given only where the outcome or its inputs differ from what stands.
    """
    decision = awaiting_verdict(trial, subject)
    if decision is not None:
        evaluation = decide(trial, subject, decision.body.point, rulings)
        if not unchanged(decision, evaluation):
            yield Draft(_proposed(subject, evaluation), at)
    for happened in subject.milestones:
        assert isinstance(happened.body, MilestoneReached)  # noqa: S101 the fold puts nothing else here
        for endpoint in trial.protocol.milestone[happened.body.milestone].derives:
            yield from _derived(trial, subject, endpoint, rulings, at)


def _derived(
    trial: Trial, subject: Subject, endpoint: str, rulings: Rulings, at: datetime
) -> Iterator[Draft]:
    evaluation = decide(trial, subject, endpoint, rulings)
    shown = tuple(fact.shown() for fact in evaluation.inputs)
    standing = [
        h.body
        for h in subject.endpoints
        if isinstance(h.body, EndpointDerived) and h.body.endpoint == endpoint
    ]
    if not standing or (standing[-1].answer, standing[-1].inputs) != (evaluation.answer, shown):
        yield Draft(EndpointDerived(endpoint=endpoint, answer=evaluation.answer, inputs=shown), at)


def unchanged(decision: Decision, evaluation: Evaluation) -> bool:
    """Tell whether a decision still says what it was proposed as, on the same inputs."""
    shown = tuple(fact.shown() for fact in evaluation.inputs)
    return (decision.answer, decision.body.inputs) == (evaluation.answer, shown)


def _proposed(subject: Subject, evaluation: Evaluation) -> Proposed:
    count = sum(decision.body.point == evaluation.point for decision in subject.decisions)
    return Proposed(
        decision=f"{evaluation.point}-{count + 1}",
        point=evaluation.point,
        answer=evaluation.answer,
        inputs=tuple(fact.shown() for fact in evaluation.inputs),
        cycle=subject.state.cycle,
    )


def judge(
    trial: Trial, subject: Subject, key: str, said: Verdict, *, rulings: Rulings, at: datetime
) -> list[Draft]:
    """Take a clinician's verdict on an open decision.

    Raises:
        DecisionUnknownError, DecisionClosedError, DecisionStaleError: There is nothing (any more) to judge.
        VerdictNotFittingError, OptionNotOfferedError, AcknowledgementMissingError, ReasonMissingError,
        PreconditionMissingError, VerdictOverfullError: The verdict does not fit, or lacks something, or says
        what it cannot.
    """
    decision = _awaiting(trial, subject, key, rulings)
    outcome = str(decision.answer["outcome"])
    if said.verdict not in FITTING[outcome]:
        raise VerdictNotFittingError(verdict=said.verdict, outcome=outcome, fitting=FITTING[outcome])
    _nothing_beside(said, TAKES[said.verdict])
    late = subject.state.cycle > _due_cycle(trial, subject)
    if said.verdict == "acknowledge":
        if said.reason is None:
            raise ReasonMissingError(act="acknowledging a referral")
        return [Draft(Referred(decision=key, late=late, reason=said.reason), at, meaning="acknowledged")]
    regimen = _regimen(trial, decision, said)
    _preconditions(trial, subject, regimen, said)
    return [Draft(_assigning(decision, said, regimen, late=late), at, meaning=_MEANINGS[said.verdict])]


_MEANINGS = {"confirm": "confirmed", "choose": "chose", "override": "overrode"}


def _awaiting(trial: Trial, subject: Subject, key: str, rulings: Rulings) -> Decision:
    decision = subject.decision(key)
    if decision is None:
        raise DecisionUnknownError(decision=key, known=(d.key for d in subject.decisions))
    if not decision.open:
        current = subject.open_decision(decision.body.point)
        raise DecisionClosedError(decision=key, current=current.key if current else None)
    trial.chart.fire(subject.state, "ask", decision.body.point)
    if not unchanged(decision, decide(trial, subject, decision.body.point, rulings)):
        raise DecisionStaleError(decision=key, point=decision.body.point)
    return decision


def _nothing_beside(said: Verdict, takes: frozenset[str]) -> None:
    given = {name for name, value in said if value and name != "verdict"}
    if given - takes:
        raise VerdictOverfullError(verdict=said.verdict, superfluous=given - takes)


def _due_cycle(trial: Trial, subject: Subject) -> int:
    """The last planned cycle of the element in which the subject is."""
    arm = trial.protocol.arm[str(subject.state.arm)]
    planned = 0
    for element in arm.elements:
        planned += element.cycles
        if element.epoch == subject.state.epoch:
            break
    return planned


def _regimen(trial: Trial, decision: Decision, said: Verdict) -> str:
    answer: dict[str, Any] = decision.answer
    if said.verdict == "override":
        offered = set(trial.protocol.regimen) - {answer.get("assign"), *answer.get("options", ())}
        codes = {reason.code for reason in trial.protocol.override_reasons}
        if said.reason_code not in codes or said.reason is None:
            raise ReasonMissingError(act="an override", codes=codes)
    else:
        offered = {answer["assign"]} if said.verdict == "confirm" else set(answer["options"])
        if set(said.acknowledged) != set(answer["acknowledge"]):
            raise AcknowledgementMissingError(expected=answer["acknowledge"], given=said.acknowledged)
    regimen = said.regimen or (answer["assign"] if said.verdict == "confirm" else None)
    if regimen not in offered:
        raise OptionNotOfferedError(regimen=regimen, offered=offered)
    return str(regimen)


def _preconditions(trial: Trial, subject: Subject, regimen: str, said: Verdict) -> None:
    missing, needs = [], trial.protocol.regimen[regimen].before_confirming
    if not any(need.agent_from for need in needs):
        _nothing_beside(said, TAKES[said.verdict] - {"agent"})
    for need in needs:
        name = need.observation
        if name is not None and last_observed(subject, name, trial.protocol.variables[name]).value is None:
            missing.append(f"a result of '{name}' in the history")
        if need.agent_from is not None and said.agent not in need.agent_from:
            missing.append(f"an agent of the approved list ({', '.join(need.agent_from)})")
    if missing:
        raise PreconditionMissingError(regimen=regimen, missing=missing)


def _assigning(decision: Decision, said: Verdict, regimen: str, *, late: bool) -> Body:
    kinds: dict[str, type[Body]] = {"confirm": Confirmed, "choose": Chosen, "override": Overridden}
    kind = kinds[said.verdict]
    reasons = {"reason_code": said.reason_code, "reason": said.reason} if kind is Overridden else {}
    return kind.model_validate(
        {
            "decision": decision.key,
            "point": decision.body.point,
            "regimen": regimen,
            "cycles": decision.answer.get("cycles"),
            "agent": said.agent,
            "acknowledged": said.acknowledged,
            "late": late,
            **reasons,
        }
    )
