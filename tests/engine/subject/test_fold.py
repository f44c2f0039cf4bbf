"""A subject's state is a fold over its history, and nothing else."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.chart import START, MoveNotLawfulError
from engine.decide import Trial
from engine.subject.events import (
    Chosen,
    Confirmed,
    CycleGiven,
    Exited,
    Happened,
    Overridden,
    Proposed,
    Referred,
    RulingSigned,
)
from engine.subject.state import HistoryForeignError, ProtocolChangedError, Subject, apply, fold
from tests.engine.course import toy
from tests.engine.subject.histories import DRAWN, FEWER, happened


def folded(trial: Trial, history: Sequence[Happened]) -> Subject:
    return fold(trial.protocol.trial, "S-1", history, trial.protocol, trial.chart)


@FEWER
@given(DRAWN, st.data())
def test_folding_a_part_and_applying_the_rest_is_folding_the_whole(
    drawn: tuple[Trial, list[Happened]], data: st.DataObject
) -> None:
    trial, history = drawn
    cut = data.draw(st.integers(0, len(history)))
    subject = folded(trial, history[:cut])
    for event in history[cut:]:
        subject = apply(subject, event, trial.chart)
    assert subject == folded(trial, history)


@FEWER
@given(DRAWN)
def test_nothing_is_lost_or_added(drawn: tuple[Trial, list[Happened]]) -> None:
    trial, history = drawn
    subject = folded(trial, history)
    kinds = Counter(event.body.kind for event in history)
    assert subject.version == len(history)
    assert subject.updated_at == history[-1].recorded_at
    assert subject.pinned == (trial.protocol.version, trial.protocol.hash)
    assert subject.registered == history[0].body
    assert kinds["subject.observation.recorded"] == len(subject.observations)
    assert kinds["subject.cycle.given"] == len(subject.cycles) == subject.state.cycle
    assert kinds["subject.decision.proposed"] == len(subject.decisions)
    assert kinds["subject.milestone.reached"] == len(subject.milestones)
    assert kinds["subject.endpoint.derived"] == len(subject.endpoints)
    assert kinds["subject.exited"] == len(subject.exits)
    kept = [*subject.observations, *subject.milestones, *subject.endpoints, *subject.exits]
    assert sorted(kept, key=lambda event: event.version) == [
        event
        for event in history
        if event.body.kind
        in {
            "subject.observation.recorded",
            "subject.milestone.reached",
            "subject.endpoint.derived",
            "subject.exited",
        }
    ]
    assert [cycle.given for cycle in subject.cycles] == [e for e in history if isinstance(e.body, CycleGiven)]


@dataclass
class Asked:
    """A decision as a reader of the history keeps it in mind."""

    body: Proposed
    verdict: Happened | None = None
    superseded: bool = False

    @property
    def open(self) -> bool:
        awaits = self.verdict is None or isinstance(self.verdict.body, Referred)
        return awaits and not self.superseded


@FEWER
@given(DRAWN)
def test_each_decision_keeps_what_was_proposed_beside_what_was_said(
    drawn: tuple[Trial, list[Happened]],
) -> None:
    trial, history = drawn
    expected: dict[str, Asked] = {}
    for event in history:
        match event.body:
            case Proposed(decision=key, point=point):
                for asked in expected.values():
                    asked.superseded |= asked.body.point == point and asked.open
                expected[key] = Asked(event.body)
            case Confirmed() | Chosen() | Overridden() | Referred():
                if event.body.decision in expected:
                    expected[event.body.decision].verdict = event
            case _:
                pass
    subject = folded(trial, history)
    found = {d.key: Asked(d.body, d.verdict, d.superseded) for d in subject.decisions}
    assert found == expected
    assert [d.key for d in subject.decisions if d.open] == [key for key, a in expected.items() if a.open]
    for point in {asked.body.point for asked in expected.values()}:
        still = [key for key, asked in expected.items() if asked.open and asked.body.point == point]
        assert len(still) <= 1
        shown = subject.open_decision(point)
        assert (shown.key if shown else None) == (still[-1] if still else None)


@FEWER
@given(DRAWN)
def test_the_standing_is_what_the_last_exit_says(drawn: tuple[Trial, list[Happened]]) -> None:
    trial, history = drawn
    standing = START.standing
    for event in history:
        if isinstance(event.body, Exited):
            standing = trial.protocol.exit[event.body.exit].moves[standing]
    found = folded(trial, history).state.standing
    assert found == standing or (found, standing) == ("screen_failed", START.standing)


@FEWER
@given(DRAWN)
def test_a_cycle_stands_beside_the_regimen_assigned_when_it_was_given(
    drawn: tuple[Trial, list[Happened]],
) -> None:
    trial, history = drawn
    for before, after in pairwise(range(len(history) + 1)):
        then, now = folded(trial, history[:before]), folded(trial, history[:after])
        if len(now.cycles) > len(then.cycles):
            off_plan = now.cycles[-1].body.off_plan
            assert now.cycles[-1].assigned == (None if off_plan else now.state.regimen)
        assert now.cycles[: len(then.cycles)] == then.cycles, "a later event rewrites no cycle"


@FEWER
@given(DRAWN, st.data())
def test_a_history_with_a_move_that_is_not_lawful_is_refused(
    drawn: tuple[Trial, list[Happened]], data: st.DataObject
) -> None:
    trial, history = drawn
    state = folded(trial, history).state
    lawful = {move.trigger for move in trial.chart.lawful(state)}
    wrong = [Exited(exit=exit_, reason="?") for exit_ in trial.protocol.exit if f"exit {exit_}" not in lawful]
    extra = happened(data.draw(st.sampled_from(wrong)), len(history) + 1, history[0].protocol)
    with pytest.raises(MoveNotLawfulError):
        folded(trial, [*history, extra])


@FEWER
@given(DRAWN, st.data())
def test_a_history_under_other_files_of_the_version_is_refused(
    drawn: tuple[Trial, list[Happened]], data: st.DataObject
) -> None:
    trial, history = drawn
    place = data.draw(st.integers(0, len(history) - 1))
    version = trial.protocol.version
    history[place] = replace(history[place], protocol=(version, "0" * 64))
    with pytest.raises(ProtocolChangedError, match="restore the files") as refused:
        folded(trial, history)
    assert (refused.value.version, refused.value.pinned) == (version, "0" * 64)
    assert refused.value.found == trial.protocol.hash


def test_an_event_of_another_version_is_not_held_against_this_one() -> None:
    trial = toy()
    history = [happened(Exited(exit="death", reason="?"), 1, ("v9", "0" * 64))]
    assert folded(trial, history).state.standing == "dead"


def test_an_event_of_the_trial_has_no_place_in_a_subjects_history() -> None:
    trial = toy()
    ruling = happened(RulingSigned(ambiguity="AMB-1", option="pr_or_better"), 1, None)
    with pytest.raises(HistoryForeignError, match="verify the ledger") as refused:
        folded(trial, [ruling])
    assert (refused.value.kind, refused.value.version) == ("trial.ruling.signed", 1)


def test_an_empty_history_is_a_subject_that_nothing_is_known_of() -> None:
    assert folded(toy(), []) == Subject("TOY-1", "S-1")
    assert folded(toy(), []).state == START
    assert folded(toy(), []).open_decision() is None
    assert folded(toy(), []).decision("after_c1-1") is None
