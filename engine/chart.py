"""The state machine of a trial version: the one authority on which moves are lawful.

A state is (arm, epoch, regimen, cycle) and the standing of the subject. All states that a subject can reach
are explored from the protocol, then one `transitions` machine is built from them, without a model and without
automatic transitions, and shared by every subject: each move is fired on a throw-away carrier that holds the
subject's state.
Guards live in the decision tables; no callback of the machine has an effect.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from transitions import Machine, MachineError

from engine.errors import EngineError
from engine.protocol.table import DecisionTable, ValueOf
from engine.protocol.trial import ON_STUDY, Arm, Element, TrialProtocol

SCREENING, ENROLMENT = "screening", "enrolment"
SCREEN_FAILED = "screen_failed"

MoveKind = Literal[
    "screen",
    "allocate",
    "give_cycle",
    "give_cycle_off_plan",
    "ask",
    "decide",
    "milestone",
    "early",
    "exit",
    "observe",
]


@dataclass(frozen=True, slots=True)
class State:
    """Where a subject stands; a plain value.

    Attributes:
        arm: None until allocated.
        epoch: Period of the trial.
        regimen: The assigned regimen (as decided, not as given); None until allocated.
        cycle: Number of cycles given so far.
        standing: Whether the subject still takes part.
    """

    arm: str | None
    epoch: str
    regimen: str | None
    cycle: int
    standing: str = ON_STUDY

    def __str__(self) -> str:
        """Give the name of the state in the machine."""
        return "/".join((self.arm or "-", self.epoch, self.regimen or "-", str(self.cycle), self.standing))


START = State(arm=None, epoch=SCREENING, regimen=None, cycle=0)


@dataclass(frozen=True, slots=True)
class Move:
    """A kind of step and what it is about.

    Attributes:
        kind: Which sort of step.
        about: The result, arm, decision point, milestone or exit; empty where the kind says it all.
        regimen: The regimen that a verdict assigns.
        planned: Whether the protocol's own path leads this way.
    """

    kind: MoveKind
    about: str = ""
    regimen: str = ""
    planned: bool = False

    @property
    def trigger(self) -> str:
        """The name of the trigger in the machine."""
        return " ".join(part for part in (self.kind, self.about, self.regimen) if part)


class MoveNotLawfulError(EngineError):
    """The chart has no move for this trigger from the subject's state."""

    def __init__(self, *, trigger: str, state: str, lawful: frozenset[str]) -> None:
        self.trigger, self.state, self.lawful = trigger, state, lawful
        moves = ", ".join(sorted(lawful)) or "none"
        super().__init__(f"'{trigger}' is not a move from '{state}' (moves from here: {moves})")


class Chart:
    """The lawful moves of one trial version, as a shared machine that is fired.

    Args:
        protocol: The version; its decision points, milestones and exits become triggers.
    """

    def __init__(self, protocol: TrialProtocol) -> None:
        self._moves: dict[State, dict[str, Move]] = {}
        edges = list(_explore(protocol, self._moves))
        self._states = {str(state): state for state in self._moves}
        self.machine = Machine(
            model=None,
            states=list(self._states),
            transitions=[[move.trigger, str(source), str(dest)] for source, move, dest in edges],
            initial=None,
            auto_transitions=False,
        )

    @property
    def states(self) -> tuple[State, ...]:
        """Every state that a subject can reach."""
        return tuple(self._moves)

    def lawful(self, state: State) -> tuple[Move, ...]:
        """The moves from a state, in the order of the protocol."""
        return tuple(self._moves[state].values())

    def fire(self, state: State, kind: MoveKind, about: str = "", regimen: str = "") -> State:
        """Fire one move and give the state after it.

        Raises:
            MoveNotLawfulError: The machine refuses it.
        """
        trigger = Move(kind, about, regimen).trigger
        carrier = _Carrier(str(state))
        try:
            self.machine.events[trigger].trigger(carrier)
        except (KeyError, MachineError):
            lawful = frozenset(self._moves[state])
            raise MoveNotLawfulError(trigger=trigger, state=str(state), lawful=lawful) from None
        return self._states[carrier.state]

    def edges(self) -> Iterator[tuple[State, Move, State]]:
        """Every transition of the machine as it was built, read back from the machine itself."""
        for event in self.machine.events.values():
            for source, transitions in event.transitions.items():
                for transition in transitions:
                    before = self._states[str(source)]
                    yield before, self._moves[before][event.name], self._states[str(transition.dest)]


@dataclass(slots=True)
class _Carrier:
    state: str


def _explore(
    protocol: TrialProtocol, moves: dict[State, dict[str, Move]]
) -> Iterator[tuple[State, Move, State]]:
    pending = deque([START])
    while pending:
        state = pending.popleft()
        if state in moves:
            continue
        moves[state] = {}
        for move, dest in _moves_from(protocol, state):
            moves[state][move.trigger] = move
            pending.append(dest)
            yield state, move, dest


def _moves_from(protocol: TrialProtocol, state: State) -> Iterator[tuple[Move, State]]:
    if state.standing == SCREEN_FAILED:
        return
    if state.standing in protocol.observes_in:
        yield Move("observe"), state
    if state.epoch == SCREENING and state.standing == ON_STUDY:
        yield Move("screen", "eligible", planned=True), replace(state, epoch=ENROLMENT)
        yield Move("screen", "ineligible", planned=True), replace(state, standing=SCREEN_FAILED)
    if state.epoch == ENROLMENT and state.standing == ON_STUDY:
        for arm in protocol.arms:
            first = arm.elements[0]
            yield (
                Move("allocate", arm.id, planned=True),
                State(arm=arm.id, epoch=first.epoch, regimen=first.regimen, cycle=0),
            )
    if state.arm is not None:
        yield from _on_arm(protocol, protocol.arm[state.arm], state)
    for exit_ in protocol.exits:
        if state.standing in exit_.moves:
            yield Move("exit", exit_.id), replace(state, standing=exit_.moves[state.standing])


def _on_arm(protocol: TrialProtocol, arm: Arm, state: State) -> Iterator[tuple[Move, State]]:
    place = next((i for i, e in enumerate(arm.elements) if e.epoch == state.epoch), None)
    if place is not None and state.standing == ON_STUDY:
        yield from _in_treatment(protocol, arm, place, state)
    yield from _milestones(protocol, arm, place, state)


def _in_treatment(
    protocol: TrialProtocol, arm: Arm, place: int, state: State
) -> Iterator[tuple[Move, State]]:
    end, total = _last_cycle(arm, place), _last_cycle(arm, len(arm.elements) - 1)
    following = arm.elements[place + 1] if place + 1 < len(arm.elements) else None
    given = replace(state, cycle=state.cycle + 1)
    if state.cycle < end:
        yield Move("give_cycle", planned=True), given
    elif following is not None and following.decided_by is None:
        yield (
            Move("give_cycle", planned=True),
            replace(given, epoch=following.epoch, regimen=following.regimen),
        )
    elif following is not None:
        yield from _decision(protocol, following, state)
        if state.cycle < total:
            yield Move("give_cycle_off_plan"), given


def _decision(protocol: TrialProtocol, following: Element, state: State) -> Iterator[tuple[Move, State]]:
    point = str(following.decided_by)
    yield Move("ask", point, planned=True), state
    intended = _intended(protocol.tables[point], state)
    for regimen in protocol.regimens:
        move = Move("decide", point, regimen.id, planned=regimen.id in intended)
        yield move, replace(state, epoch=following.epoch, regimen=regimen.id)


def _intended(table: DecisionTable, state: State) -> set[str | None]:
    """Regimens that the table itself may lead to from here; any other takes an override."""
    named: set[str | None] = set()
    for rule in table.rules:
        named |= {state.regimen} if isinstance(rule.then.assign, ValueOf) else {rule.then.assign}
        named |= set(rule.then.choose or ())
    return named


def _milestones(
    protocol: TrialProtocol, arm: Arm, place: int | None, state: State
) -> Iterator[tuple[Move, State]]:
    """Milestones follow the last element, in order; an early one may cut treatment short."""
    epochs = [milestone.epoch for milestone in protocol.milestones]
    if place is None and state.epoch not in epochs:
        return
    reached = 0 if place is not None else epochs.index(state.epoch) + 1
    if reached == len(epochs):
        return
    milestone = protocol.milestones[reached]
    if state.standing not in (*protocol.milestones_in, *milestone.also_in):
        return
    last = len(arm.elements) - 1
    complete = place is None or (place == last and state.cycle >= _last_cycle(arm, last))
    if complete:
        planned = state.standing == ON_STUDY
        yield Move("milestone", milestone.id, planned=planned), replace(state, epoch=milestone.epoch)
    elif milestone.early:
        yield Move("early", milestone.id), replace(state, epoch=milestone.epoch)


def _last_cycle(arm: Arm, place: int) -> int:
    return sum(element.cycles for element in arm.elements[: place + 1])
