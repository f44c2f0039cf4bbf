"""From the engine's values to resources: the one place where a resource is made."""

from collections.abc import Iterable

from pydantic import JsonValue

from api.resources import (
    Assumption,
    ConsentView,
    CycleView,
    DecisionResource,
    DecisionStatus,
    ExitView,
    HappeningView,
    ObservationView,
    ProtocolRef,
    Receipt,
    StateView,
    SubjectResource,
    VerdictView,
    Written,
)
from engine.conduct.deciding import awaiting_verdict
from engine.conduct.next import what_next
from engine.conduct.reviewing import overtaken
from engine.decide import Rulings, Trial
from engine.subject.deviations import deviations
from engine.subject.events import (
    Body,
    Chosen,
    Confirmed,
    EndpointDerived,
    Exited,
    Happened,
    MilestoneReached,
    Observed,
    Overridden,
    Referred,
)
from engine.subject.state import Cycle, Decision, Subject


def view_state(subject: Subject) -> StateView:
    """View the place on the chart."""
    s = subject.state
    return StateView(arm=s.arm, epoch=s.epoch, regimen=s.regimen, cycle=s.cycle, standing=s.standing)


def view_decision(trial: Trial, subject: Subject, decision: Decision) -> DecisionResource:
    """View one decision with what it rests on."""
    table = trial.protocol.tables[decision.body.point]
    parameters = trial.protocol.parameters
    verdict = decision.verdict
    said = verdict.body.kind.rpartition(".")[2] if verdict else None
    return DecisionResource(
        decision=decision.key,
        subject=subject.key,
        point=decision.body.point,
        status=_status(trial, subject, decision),
        proposed_at=decision.proposed.recorded_at,
        answer=decision.answer,
        inputs=decision.body.inputs,
        assumptions=tuple(
            Assumption(
                parameter=key,
                question=parameters[key].question,
                value=parameters[key].value,
                unit=parameters[key].unit,
            )
            for key in table.assumptions
        ),
        before_confirming=_before_confirming(trial, decision.answer),
        verdict=_verdict(verdict, said) if verdict else None,
        overtaken=overtaken(trial, subject, decision),
        event=decision.proposed.event_id,
    )


def _status(trial: Trial, subject: Subject, decision: Decision) -> DecisionStatus:
    said: dict[type[Body], DecisionStatus] = {
        Confirmed: "confirmed",
        Chosen: "chosen",
        Overridden: "overridden",
        Referred: "acknowledged",
    }
    if decision.superseded:
        return "superseded"
    if decision.verdict is not None:
        return said[type(decision.verdict.body)]
    return "open" if decision == awaiting_verdict(trial, subject) else "lapsed"


def _before_confirming(trial: Trial, answer: dict[str, JsonValue]) -> dict[str, tuple[str, ...]]:
    options = answer.get("options")
    named = [answer.get("assign"), *(options if isinstance(options, list) else [])]
    regimens = [trial.protocol.regimen[str(name)] for name in named if str(name) in trial.protocol.regimen]
    return {r.id: tuple(need.says for need in r.before_confirming) for r in regimens if r.before_confirming}


def _verdict(happened: Happened, said: str | None) -> VerdictView:
    signed = happened.signed
    assert signed is not None  # noqa: S101 a verdict is never drafted without a meaning
    return VerdictView.model_validate(
        {
            "verdict": said,
            "by": happened.actor,
            "name": signed.name,
            "meaning": signed.meaning,
            "at": happened.recorded_at,
            "zone": signed.zone,
            "event": happened.event_id,
            **happened.body.model_dump(mode="json", exclude={"decision", "point"}, exclude_none=True),
        }
    )


def view_subject(trial: Trial, subject: Subject) -> SubjectResource:
    """View everything that is known of a subject."""
    assert subject.registered is not None  # noqa: S101 a history starts with the registration
    assert subject.pinned is not None  # noqa: S101 which carries the protocol version
    consent = subject.registered
    return SubjectResource(
        trial=subject.trial,
        subject=subject.key,
        version=subject.version,
        protocol=ProtocolRef(version=subject.pinned[0], hash=subject.pinned[1]),
        site=consent.site,
        state=view_state(subject),
        consent=ConsentView(version=consent.consent_version, signed_at=consent.consent_signed_at),
        observations=tuple(_observation(h) for h in subject.observations),
        cycles=tuple(_cycle(c) for c in subject.cycles),
        decisions=tuple(view_decision(trial, subject, d) for d in subject.decisions),
        milestones=tuple(_happenings(subject.milestones)),
        endpoints=tuple(_happenings(subject.endpoints)),
        exits=tuple(_exits(trial, subject)),
        deviations=deviations(subject),
    )


def _observation(happened: Happened) -> ObservationView:
    assert isinstance(happened.body, Observed)  # noqa: S101 the fold puts nothing else here
    return ObservationView(
        **happened.body.model_dump(),
        event=happened.event_id,
        effective_at=happened.effective_at,
        recorded_at=happened.recorded_at,
    )


def _cycle(cycle: Cycle) -> CycleView:
    return CycleView(
        event=cycle.given.event_id,
        number=cycle.body.number,
        regimen=cycle.body.regimen,
        assigned=cycle.assigned,
        effective_at=cycle.given.effective_at,
    )


def _happenings(happened: Iterable[Happened]) -> Iterable[HappeningView]:
    for one in happened:
        assert isinstance(one.body, MilestoneReached | EndpointDerived)  # noqa: S101 nothing else is put here
        said = one.body.model_dump(mode="json", exclude_none=True)
        yield HappeningView.model_validate({**said, "event": one.event_id, "effective_at": one.effective_at})


def _exits(trial: Trial, subject: Subject) -> Iterable[ExitView]:
    for one in subject.exits:
        assert isinstance(one.body, Exited)  # noqa: S101 the fold puts nothing else here
        priority = trial.protocol.exit[one.body.exit].priority
        said = one.body.model_dump()
        yield ExitView(**said, event=one.event_id, priority=priority, effective_at=one.effective_at)


def written(trial: Trial, subject: Subject, rulings: Rulings, receipts: tuple[Receipt, ...]) -> Written:
    """View a write: the decisions shown are those that it touched, await a verdict or were overtaken."""
    events = {receipt.event for receipt in receipts}
    following = what_next(trial, subject, rulings)
    touched = [
        decision
        for decision in subject.decisions
        if decision.open
        or decision.key in following.reviews
        or decision.proposed.event_id in events
        or (decision.verdict is not None and decision.verdict.event_id in events)
    ]
    return Written(
        subject=subject.key,
        version=subject.version,
        state=view_state(subject),
        next=following,
        decisions=tuple(view_decision(trial, subject, decision) for decision in touched),
        receipts=receipts,
    )
