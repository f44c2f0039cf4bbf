"""What comes next for a subject: the lawful moves, what is due, and what is awaited from whom."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from engine.chart import Move, MoveKind
from engine.conduct.deciding import awaiting_verdict, unchanged
from engine.conduct.errors import NothingPlannedError
from engine.conduct.reviewing import overtaken
from engine.decide import Rulings, Trial, decide
from engine.protocol.base import Frozen
from engine.protocol.variables import Due
from engine.subject.facts import observed
from engine.subject.state import Decision, Subject

By = Literal["edc", "investigator", "engine"]

_BY: dict[MoveKind, By] = {
    "screen": "edc",
    "allocate": "edc",
    "give_cycle": "edc",
    "give_cycle_off_plan": "edc",
    "observe": "edc",
    "ask": "engine",
    "decide": "investigator",
    "milestone": "edc",
    "early": "edc",
    "exit": "edc",
}


class Step(Frozen):
    """One lawful move.

    Attributes:
        about: The result, arm, decision point or decision, milestone or exit.
        by: Who takes it.
        planned: Whether it lies on the protocol's own path.
    """

    move: MoveKind
    about: str = ""
    by: By
    planned: bool


class Awaited(Frozen):
    """A fact that is owed.

    Attributes:
        variable: Its key.
        label: What a clinician calls it.
        reporter: Who owes it.
        for_decision: The open decision that needs it; None where it is due by the schedule alone.
        status: Why it is unknown, where something was said.
    """

    variable: str
    label: str
    reporter: str | None = None
    for_decision: str | None = None
    status: str | None = None


class Next(Frozen):
    """The answer to 'what now?'.

    Attributes:
        reviews: Judged decisions that would be others on what is known by now; an investigator looks at them.
    """

    moves: tuple[Step, ...]
    awaited: tuple[Awaited, ...]
    rulings_awaited: tuple[str, ...]
    reviews: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Open:
    """The decision on which a verdict is lawful, as it would say now.

    Attributes:
        answer: On the facts and rulings of now, which may be others than when it was proposed.
        overdue: It says something else by now, so it is to be asked again before anybody judges it.
    """

    decision: Decision
    answer: Mapping[str, JsonValue]
    overdue: bool

    @property
    def for_a_person(self) -> bool:
        """Whether a verdict is the planned step: not on a hold, nor once a referral was acknowledged."""
        return not self.overdue and self.answer["outcome"] != "hold" and self.decision.verdict is None

    def needs(self) -> set[str]:
        """The facts and rulings that it waits for."""
        reasons = self.answer.get("reasons")
        asked = {"unknown", "required", "unsigned"}
        return {
            str(name)
            for reason in (reasons if isinstance(reasons, list) else [])
            if isinstance(reason, dict) and reason["code"] in asked and isinstance(reason.get("on"), list)
            for name in reason["on"]  # type: ignore[union-attr]  # narrowed by the isinstance above
        }


def what_next(trial: Trial, subject: Subject, rulings: Rulings) -> Next:
    """List the lawful moves, the facts owed and the rulings that an open decision waits for."""
    open_ = _open(trial, subject, rulings)
    needs = open_.needs() if open_ else set()
    return Next(
        moves=tuple(_steps(trial, subject, open_)),
        awaited=tuple(_awaited(trial, subject, open_)),
        rulings_awaited=tuple(sorted(needs & trial.protocol.ambiguities.keys())),
        reviews=tuple(d.key for d in subject.decisions if overtaken(trial, subject, d) is not None),
    )


def _open(trial: Trial, subject: Subject, rulings: Rulings) -> _Open | None:
    decision = awaiting_verdict(trial, subject)
    if decision is None:
        return None
    evaluation = decide(trial, subject, decision.body.point, rulings)
    return _Open(decision, evaluation.answer, overdue=not unchanged(decision, evaluation))


def point_to_ask(trial: Trial, subject: Subject, rulings: Rulings) -> str:
    """The decision point that the engine may ask by itself, as the one planned step.

    Raises:
        NothingPlannedError: The planned step is for somebody else, or there is not exactly one.
    """
    planned = [step for step in _steps(trial, subject, _open(trial, subject, rulings)) if step.planned]
    if len(planned) != 1 or planned[0].move != "ask":
        names = (" ".join(filter(None, (step.move, step.about, "by", step.by))) for step in planned)
        following = what_next(trial, subject, rulings).model_dump(mode="json")
        raise NothingPlannedError(state=str(subject.state), planned=names, next_=following)
    return planned[0].about


def _steps(trial: Trial, subject: Subject, open_: _Open | None) -> Iterator[Step]:
    seen = set[tuple[MoveKind, str]]()
    for move in trial.chart.lawful(subject.state):
        step = _step(move, open_)
        if step is not None and (step.move, step.about) not in seen:
            seen.add((step.move, step.about))
            yield step


def _step(move: Move, open_: _Open | None) -> Step | None:
    """A verdict needs an open decision, which it names; a point is asked by plan once, and when overtaken."""
    about, planned = move.about, move.planned
    if move.kind == "ask":
        planned = open_ is None or open_.overdue
    elif move.kind == "decide":
        if open_ is None:
            return None
        about, planned = open_.decision.key, open_.for_a_person
    return Step(move=move.kind, about=about, by=_BY[move.kind], planned=planned)


def _awaited(trial: Trial, subject: Subject, open_: _Open | None) -> Iterator[Awaited]:
    needs = open_.needs() if open_ else set()
    observing = any(move.kind == "observe" for move in trial.chart.lawful(subject.state))
    for name, variable in trial.protocol.variables.items():
        derived = any(name in table.derived for table in trial.protocol.tables.values())
        due = variable.due is not None and _has_come(trial, variable.due, subject)
        known = observed(subject, name, variable)
        if derived or not observing or known.value is not None or not (due or name in needs):
            continue
        yield Awaited(
            variable=name,
            label=variable.label,
            reporter=variable.reporter,
            for_decision=open_.decision.key if open_ and name in needs else None,
            status=known.status,
        )


def _has_come(trial: Trial, due: Due, subject: Subject) -> bool:
    """Tell whether a fact is owed by the schedule: its cycle was given, and what it serves is still ahead."""
    arm = trial.protocol.arm.get(subject.state.arm or "")
    if arm is None or due.after_cycle is None or subject.state.cycle < due.after_cycle:
        return False
    if due.before in trial.protocol.tables:
        judged = (d for d in subject.decisions if d.body.point == due.before and d.verdict and not d.open)
        return any(e.decided_by == due.before for e in arm.elements) and not any(judged)
    return True
