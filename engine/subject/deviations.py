"""Where a subject's course left the plan: computed from the history, never typed in."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from engine.protocol.base import Frozen
from engine.subject.events import Chosen, Confirmed, MilestoneReached, Overridden, Referred
from engine.subject.state import Subject

DeviationKind = Literal[
    "cycle_before_decision",
    "regimen_not_as_assigned",
    "decision_late",
    "decision_overridden",
    "milestone_early",
]


class Deviation(Frozen):
    """One departure from the plan.

    Attributes:
        about: The cycle, decision or milestone.
        decided: What the plan or the engine said, where it said something.
        given: What was done instead.
        events: Ids of the events that show it.
    """

    kind: DeviationKind
    about: str
    decided: str | None = None
    given: str | None = None
    effective_at: datetime
    events: tuple[str, ...]


def deviations(subject: Subject) -> tuple[Deviation, ...]:
    """List every departure from the plan, oldest first."""
    found = [*_cycles(subject), *_decisions(subject), *_milestones(subject)]
    return tuple(sorted(found, key=lambda d: d.effective_at))


def _cycles(subject: Subject) -> Iterator[Deviation]:
    for cycle in subject.cycles:
        if cycle.assigned == cycle.body.regimen:
            continue
        yield Deviation(
            kind="cycle_before_decision" if cycle.assigned is None else "regimen_not_as_assigned",
            about=f"cycle {cycle.body.number}",
            decided=cycle.assigned,
            given=cycle.body.regimen,
            effective_at=cycle.given.effective_at,
            events=(cycle.given.event_id,),
        )


def _decisions(subject: Subject) -> Iterator[Deviation]:
    for decision in subject.decisions:
        verdict = decision.verdict
        if verdict is None or not isinstance(verdict.body, Confirmed | Chosen | Overridden | Referred):
            continue
        events = (decision.proposed.event_id, verdict.event_id)
        if isinstance(verdict.body, Overridden):
            assign = decision.answer.get("assign")
            yield Deviation(
                kind="decision_overridden",
                about=decision.key,
                decided=str(assign) if assign is not None else None,
                given=verdict.body.regimen,
                effective_at=verdict.effective_at,
                events=events,
            )
        if verdict.body.late:
            yield Deviation(
                kind="decision_late", about=decision.key, effective_at=verdict.effective_at, events=events
            )


def _milestones(subject: Subject) -> Iterator[Deviation]:
    for happened in subject.milestones:
        if isinstance(happened.body, MilestoneReached) and happened.body.early:
            yield Deviation(
                kind="milestone_early",
                about=happened.body.milestone,
                effective_at=happened.effective_at,
                events=(happened.event_id,),
            )
