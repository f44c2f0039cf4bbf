"""The chart is the one authority on lawful moves, and holds nothing of the subjects it moves."""

from collections import defaultdict, deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.chart import ENROLMENT, SCREEN_FAILED, SCREENING, START, Chart, Move, MoveNotLawfulError, State
from engine.decide import Trial
from engine.protocol.trial import ON_STUDY
from tests.engine.course import flagship, toy

LOST = {"lost": ON_STUDY, "lost_off_treatment": "off_treatment"}
"""Standing while a subject is lost -> standing once it is found again."""


@pytest.fixture(scope="module", params=[flagship, toy], ids=["flagship", "toy"])
def trial(request: pytest.FixtureRequest) -> Trial:
    made: Trial = request.param()
    return made


@pytest.fixture(scope="module")
def chart(trial: Trial) -> Chart:
    return trial.chart


def fire(chart: Chart, state: State, move: Move) -> State:
    return chart.fire(state, move.kind, move.about, move.regimen)


def walk(chart: Chart, *moves: Move) -> State:
    state = START
    for move in moves:
        state = fire(chart, state, move)
    return state


def total_cycles(trial: Trial, arm: str) -> int:
    return sum(element.cycles for element in trial.protocol.arm[arm].elements)


def end_of(trial: Trial, state: State) -> int:
    """Return the planned number of cycles up to the end of the element in which a subject is."""
    assert state.arm is not None
    planned = 0
    for element in trial.protocol.arm[state.arm].elements:
        planned += element.cycles
        if element.epoch == state.epoch:
            return planned
    return planned


@cache
def moves_of_all(chart: Chart) -> dict[str, Move]:
    return {move.trigger: move for state in chart.states for move in chart.lawful(state)}


def test_each_trigger_fires_exactly_where_it_is_lawful(chart: Chart) -> None:
    edges = {(before, move.trigger): after for before, move, after in chart.edges()}
    everything = moves_of_all(chart)
    assert everything.keys() == chart.machine.events.keys()
    for state in chart.states:
        lawful = {move.trigger for move in chart.lawful(state)}
        for trigger, move in everything.items():
            if trigger in lawful:
                assert fire(chart, state, move) == edges[state, trigger]
                continue
            with pytest.raises(MoveNotLawfulError) as refused:
                fire(chart, state, move)
            assert (refused.value.trigger, refused.value.state) == (trigger, str(state))
            assert refused.value.lawful == lawful


@given(data=st.data())
def test_no_walk_leaves_the_chart(chart: Chart, data: st.DataObject) -> None:
    state, everything, states = START, moves_of_all(chart), set(chart.states)
    for _ in range(data.draw(st.integers(0, 40))):
        lawful = {move.trigger: move for move in chart.lawful(state)}
        tried = data.draw(st.sampled_from(sorted(everything)))
        if tried not in lawful:
            before = replace(state)
            with pytest.raises(MoveNotLawfulError):
                fire(chart, state, everything[tried])
            assert state == before
        if not lawful:
            return
        state = fire(chart, state, lawful[data.draw(st.sampled_from(sorted(lawful)))])
        assert state in states


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_trigger_that_nobody_declared_is_refused(chart: Chart, about: str, regimen: str) -> None:
    for kind in ("screen", "allocate", "ask", "decide", "milestone", "early", "exit"):
        move = Move(kind, "?" + about, regimen)
        with pytest.raises(MoveNotLawfulError):
            fire(chart, START, move)


def test_the_refusal_names_the_way_out(chart: Chart) -> None:
    with pytest.raises(MoveNotLawfulError, match=r"moves from here: .*screen eligible, screen ineligible"):
        chart.fire(START, "give_cycle")
    failed = chart.fire(START, "screen", "ineligible")
    with pytest.raises(MoveNotLawfulError, match="moves from here: none"):
        chart.fire(failed, "observe")


def test_the_machine_is_shared_and_remembers_nobody(chart: Chart) -> None:
    states = list(chart.states) * 3

    def every_move(state: State) -> list[State]:
        return [fire(chart, state, move) for move in chart.lawful(state)]

    alone = [every_move(state) for state in states]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(every_move, states))
    assert together == alone
    assert chart.machine.models == []


def test_the_machine_has_no_automatic_moves_and_no_effects(chart: Chart) -> None:
    machine = chart.machine
    assert not [name for name in machine.events if name.startswith("to_")]
    assert not machine.auto_transitions
    assert not machine.has_queue
    assert not machine.ignore_invalid_triggers
    for event in machine.events.values():
        for transition in (each for found in event.transitions.values() for each in found):
            assert not any(getattr(transition, name) for name in ("conditions", "prepare", "before", "after"))
    assert not [state for state in machine.states.values() if state.on_enter or state.on_exit]
    callbacks = ("prepare_event", "before_state_change", "after_state_change", "finalize_event")
    assert not any(getattr(machine, name) for name in (*callbacks, "on_exception", "on_final"))


def test_each_trigger_has_one_way_from_a_state(chart: Chart) -> None:
    for event in chart.machine.events.values():
        for source, transitions in event.transitions.items():
            assert len(transitions) == 1, f"{event.name} from {source}: the first of two would win"


def test_a_chart_is_the_same_each_time_it_is_built(trial: Trial) -> None:
    assert list(Chart(trial.protocol).edges()) == list(trial.chart.edges())


def test_states_are_told_apart_by_their_names(chart: Chart) -> None:
    assert len({str(state) for state in chart.states}) == len(chart.states)


def test_nothing_moves_a_subject_whose_part_has_ended(trial: Trial, chart: Chart) -> None:
    ended = {"withdrawn", "dead", SCREEN_FAILED}
    for state in chart.states:
        if state.standing in ended:
            moves = [move for move in chart.lawful(state) if move.kind != "milestone"]
            assert {move.kind for move in moves} == (
                {"observe"} if state.standing in trial.protocol.observes_in else set()
            )
            assert all(fire(chart, state, move) == state for move in moves)


def test_pathology_comes_also_after_contact_or_life_has_ended_and_nothing_else_does() -> None:
    """The specimen was taken before; without the report the endpoint would stay open for ever."""
    chart, reached = flagship().chart, set[str]()
    for state in chart.states:
        for move in chart.lawful(state):
            if move.kind in ("milestone", "early") and state.standing not in ("on_study", "off_treatment"):
                assert (move.about, state.epoch) == ("pathology", "surgery")
                assert fire(chart, state, move) == replace(state, epoch="follow_up")
                reached.add(state.standing)
    assert reached == {"lost", "lost_off_treatment", "dead"}


def test_a_pregnancy_is_told_wherever_a_subject_still_takes_part() -> None:
    chart = flagship().chart
    ended = {"withdrawn", "dead", SCREEN_FAILED}
    for state in chart.states:
        told = any(move.trigger == "exit pregnancy" for move in chart.lawful(state))
        assert told == (state.standing not in ended)
        if told:
            after = chart.fire(state, "exit", "pregnancy")
            assert after.standing == ("lost_off_treatment" if "lost" in state.standing else "off_treatment")


def test_treatment_goes_on_only_while_on_study(chart: Chart) -> None:
    treating = {"screen", "allocate", "give_cycle", "give_cycle_off_plan", "ask", "decide"}
    for state in chart.states:
        kinds = {move.kind for move in chart.lawful(state)}
        assert state.standing == ON_STUDY or not kinds & treating


def test_only_what_leads_on_is_planned(chart: Chart) -> None:
    for state in chart.states:
        planned = {move.kind for move in chart.lawful(state) if move.planned}
        assert planned <= {"screen", "allocate", "give_cycle", "ask", "decide", "milestone"}
        assert not planned or state.standing == ON_STUDY


def test_cycles_are_bounded_also_off_plan(trial: Trial, chart: Chart) -> None:
    for state in chart.states:
        if state.arm is None:
            assert state.cycle == 0
            continue
        total = total_cycles(trial, state.arm)
        assert state.cycle <= total
        kinds = {move.kind for move in chart.lawful(state)}
        assert not {"give_cycle", "give_cycle_off_plan"} <= kinds
        if state.cycle == total:
            assert not kinds & {"give_cycle", "give_cycle_off_plan"}
        if "give_cycle_off_plan" in kinds:
            assert "ask" in kinds, "a cycle is off plan only while a decision should precede it"
            assert state.cycle >= end_of(trial, state)


def test_an_off_plan_cycle_keeps_place_and_regimen(chart: Chart) -> None:
    for state in chart.states:
        if any(move.kind == "give_cycle_off_plan" for move in chart.lawful(state)):
            after = chart.fire(state, "give_cycle_off_plan")
            assert after == replace(state, cycle=state.cycle + 1)


def test_a_verdict_assigns_the_next_element_and_gives_nothing(trial: Trial, chart: Chart) -> None:
    seen = set()
    for state in chart.states:
        for move in chart.lawful(state):
            if move.kind != "decide":
                continue
            after = fire(chart, state, move)
            assert state.arm is not None
            (element,) = [e for e in trial.protocol.arm[state.arm].elements if e.decided_by == move.about]
            assert after == replace(state, epoch=element.epoch, regimen=move.regimen)
            seen.add((move.about, move.regimen))
    points = [table.decision_point for table in trial.protocol.decisions]
    assert seen == {(point, regimen) for point in points for regimen in trial.protocol.regimen}


def test_to_ask_and_to_observe_move_nobody(chart: Chart) -> None:
    for state in chart.states:
        for move in chart.lawful(state):
            if move.kind in ("ask", "observe"):
                assert fire(chart, state, move) == state


def test_an_early_milestone_is_early(trial: Trial, chart: Chart) -> None:
    early = {milestone.id for milestone in trial.protocol.milestones if milestone.early}
    elements = {arm.id: {e.epoch for e in arm.elements} for arm in trial.protocol.arms}
    cut_short, in_time = set[str](), set[str]()
    for state in chart.states:
        for move in chart.lawful(state):
            if move.kind not in ("early", "milestone"):
                continue
            assert state.arm is not None
            treated = state.epoch in elements[state.arm]
            complete = end_of(trial, state) == total_cycles(trial, state.arm) == state.cycle
            assert move.kind == ("early" if treated and not complete else "milestone"), str(state)
            assert move.kind == "milestone" or move.about in early
            (cut_short if move.kind == "early" else in_time).add(move.about)
    assert cut_short == early
    assert in_time == {milestone.id for milestone in trial.protocol.milestones}


def test_milestones_come_in_their_order_and_once(trial: Trial, chart: Chart) -> None:
    order = [milestone.epoch for milestone in trial.protocol.milestones]
    for before, move, after in chart.edges():
        if move.kind in ("early", "milestone"):
            reached = order.index(before.epoch) if before.epoch in order else -1
            assert order.index(after.epoch) == reached + 1


def test_a_lost_subject_is_found_where_contact_broke_off(chart: Chart) -> None:
    seen = set()
    for state in chart.states:
        if state.standing in LOST.values() and any(move.about == "lost" for move in chart.lawful(state)):
            lost = chart.fire(state, "exit", "lost")
            assert LOST[lost.standing] == state.standing
            assert chart.fire(lost, "exit", "found") == state
            seen.add(state.standing)
    assert ON_STUDY in seen


def test_an_exit_changes_the_standing_only(chart: Chart) -> None:
    for before, move, after in chart.edges():
        if move.kind == "exit":
            assert after == replace(before, standing=after.standing)
            assert after != before or move.about == "pregnancy", "told also once treatment has ended"


def test_every_state_leads_to_an_end(trial: Trial, chart: Chart) -> None:
    back = defaultdict(set)
    for before, _, after in chart.edges():
        back[after].add(before)
    last = trial.protocol.milestones[-1].epoch
    ended = {"withdrawn", "dead", SCREEN_FAILED}
    reaching = {state for state in chart.states if state.epoch == last or state.standing in ended}
    pending = deque(reaching)
    while pending:
        for before in back[pending.popleft()] - reaching:
            reaching.add(before)
            pending.append(before)
    assert reaching == set(chart.states)


def test_from_each_place_on_study_treatment_can_be_completed(trial: Trial, chart: Chart) -> None:
    """No verdict, off-plan cycle or spell of absence leads into a place from which the plan has no way on."""
    last = trial.protocol.milestones[-1].epoch
    back = defaultdict(set)
    for before, move, after in chart.edges():
        if move.planned:
            back[after].add(before)
    reaching = {state for state in chart.states if state.epoch == last and state.standing == ON_STUDY}
    pending = deque(reaching)
    while pending:
        for before in back[pending.popleft()] - reaching:
            reaching.add(before)
            pending.append(before)
    assert reaching == {state for state in chart.states if state.standing == ON_STUDY}


def test_the_control_arm_as_the_record_has_it() -> None:
    """The planned path, written out: six cycles of TCbHP, surgery, pathology; there is nothing to decide."""
    chart, state, path = flagship().chart, START, []
    for step in [Move("screen", "eligible"), Move("allocate", "control"), *[Move("give_cycle")] * 6]:
        state = fire(chart, state, step)
        path.append((state.epoch, state.regimen, state.cycle))
        assert not [move for move in chart.lawful(state) if move.kind in ("ask", "decide")]
    treated = [("induction", 0), ("induction", 1), ("induction", 2), ("adaptation", 3), ("adaptation", 4)]
    treated += [("completion", 5), ("completion", 6)]
    assert path == [(ENROLMENT, None, 0), *((epoch, "TCbHP", cycle) for epoch, cycle in treated)]
    assert [move.trigger for move in chart.lawful(state) if move.planned] == ["milestone surgery"]
    state = chart.fire(state, "milestone", "surgery")
    assert [move.trigger for move in chart.lawful(state) if move.planned] == ["milestone pathology"]
    assert chart.fire(state, "milestone", "pathology") == State("control", "follow_up", "TCbHP", 6)


def test_the_adaptive_arm_as_the_record_has_it() -> None:
    """The planned path, written out: after cycles 2 and 4 nothing but a decision leads on."""
    chart = flagship().chart
    give = Move("give_cycle")
    decided = Move("decide", "after_c2", "EveroHT"), Move("decide", "after_c4", "AC+H")
    start = (Move("screen", "eligible"), Move("allocate", "experimental"))
    at_c2 = walk(chart, *start, give, give)
    assert at_c2 == State("experimental", "induction", "Nab-P+HP", 2)
    assert {move.trigger for move in chart.lawful(at_c2) if move.planned} == {
        "ask after_c2",
        *(f"decide after_c2 {regimen}" for regimen in ("Nab-P+HP", "TCbHP", "PyroHT", "EveroHT")),
    }
    at_c4 = walk(chart, *start, give, give, decided[0], give, give)
    assert at_c4 == State("experimental", "adaptation", "EveroHT", 4)
    assert {move.trigger for move in chart.lawful(at_c4) if move.planned} == {
        "ask after_c4",
        *(f"decide after_c4 {regimen}" for regimen in ("EveroHT", "ADC", "AC+H")),
    }
    done = walk(chart, *start, give, give, decided[0], give, give, decided[1], give, give)
    assert done == State("experimental", "completion", "AC+H", 6)
    assert [move.trigger for move in chart.lawful(done) if move.planned] == ["milestone surgery"]


def test_nobody_is_allocated_before_eligibility() -> None:
    chart = flagship().chart
    assert State(arm=None, epoch=SCREENING, regimen=None, cycle=0) == START
    with pytest.raises(MoveNotLawfulError):
        chart.fire(START, "allocate", "experimental")
    with pytest.raises(MoveNotLawfulError):
        chart.fire(chart.fire(START, "screen", "ineligible"), "allocate", "experimental")
