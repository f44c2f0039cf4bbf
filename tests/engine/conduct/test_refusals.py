"""Every refusal is raised by a command that deserves it, and a refused command leaves no event."""

import inspect
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from engine.chart import MoveNotLawfulError
from engine.conduct import errors
from engine.conduct.next import point_to_ask
from engine.conduct.recording import (
    allocate,
    give_cycle,
    happened_by,
    observe,
    reach,
    screen,
    sign_ruling,
)
from engine.errors import EngineError
from engine.subject.events import Allocated, MilestoneReached, Observed, RulingSigned, Screened
from tests.engine.course import REFERENCE, START, Course, flagship

ESCALATED = {"ctdna_c1": "positive", "pam_c1": "mutated", "response_c2": "PR"}
"""EveroHT is proposed to a responder, who must be acknowledged as such."""

WHY = {"reason_code": "safety_finding", "reason": "For the test."}
OPERATED = {"surgery_type": "mastectomy", "axillary_procedure": "none"}


BEFORE_START = START - timedelta(seconds=1)


def operation() -> list[tuple[Observed, datetime]]:
    return [(Observed(variable=name, value=value), START) for name, value in OPERATED.items()]


def new() -> Course:
    return Course(flagship(), dict(REFERENCE))


def at_c2(**facts: str) -> Course:
    course = new().allocated("experimental").cycle("Nab-P+HP", 2)
    return course.see(**facts) if facts else course


def asked(**facts: str) -> Course:
    course = at_c2(**facts)
    course.ask("after_c2")
    return course


def at_choice() -> Course:
    """At the choice between ADC and AC+H."""
    course = asked(ctdna_c1="positive", pam_c1="mutated", response_c2="SD")
    course.judge("after_c2-1", "confirm").cycle("EveroHT", 2).see(response_c4="SD")
    course.ask("after_c4")
    return course


def referred() -> Course:
    course = Course(flagship(), REFERENCE | {"AMB-05": "refer"}).allocated("experimental")
    course.cycle("Nab-P+HP", 2).see(ctdna_c1="negative", response_c2="PD")
    course.ask("after_c2")
    return course


def done() -> Course:
    return new().allocated("control").cycle("TCbHP", 6)


def done_with_surgery() -> Course:
    course = done()
    course.reach("surgery", **OPERATED)
    return course


def unruled_then(reach: Callable[[], Course], ambiguity: str) -> Course:
    """Bring a subject somewhere under the reference rulings, and then have another ruling in force."""
    course = reach()
    course.rulings[ambiguity] = "literal_pr_only"
    return course


def observation(**said: object) -> Callable[[Course], object]:
    return lambda course: observe(course.trial, [(Observed.model_validate(said), course.now)])


def cycle(number: int, regimen: str = "Nab-P+HP") -> Callable[[Course], object]:
    return lambda course: give_cycle(course.trial, course.subject, number, regimen, course.now)


def ruling(ambiguity: str, option: str) -> Callable[[Course], object]:
    body = RulingSigned(ambiguity=ambiguity, option=option)
    return lambda course: sign_ruling(course.trial, course.rulings, body, course.now)


Case = tuple[type[EngineError], Callable[[], Course], Callable[[Course], object], dict[str, object]]
CASES: dict[str, Case] = {
    "arm unknown": (
        errors.NotDeclaredError,
        lambda: new().screened(),
        lambda c: allocate(c.trial, c.subject, Allocated(arm="third"), c.now),
        {"kind": "arm", "name": "third", "known": ["control", "experimental"]},
    ),
    "variable unknown": (
        errors.NotDeclaredError,
        new,
        observation(variable="mood", value="good"),
        {"kind": "variable", "name": "mood"},
    ),
    "regimen unknown": (
        errors.NotDeclaredError,
        at_c2,
        cycle(3, "Aspirin"),
        {"kind": "regimen", "name": "Aspirin"},
    ),
    "milestone unknown": (
        errors.NotDeclaredError,
        done,
        lambda c: c.reach("radiotherapy"),
        {"kind": "milestone", "known": ["pathology", "surgery"]},
    ),
    "exit unknown": (errors.NotDeclaredError, new, lambda c: c.leave("boredom"), {"kind": "exit"}),
    "point unknown": (
        errors.NotDeclaredError,
        at_c2,
        lambda c: c.ask("after_c9"),
        {"kind": "decision point", "known": ["after_c2", "after_c4"]},
    ),
    "an endpoint is no decision point": (
        errors.NotDeclaredError,
        at_c2,
        lambda c: c.ask("pcr"),
        {"kind": "decision point", "name": "pcr"},
    ),
    "ambiguity unknown": (
        errors.NotDeclaredError,
        new,
        ruling("AMB-99", "x"),
        {"kind": "ambiguity", "name": "AMB-99"},
    ),
    "option unknown": (
        errors.NotDeclaredError,
        new,
        ruling("AMB-24", "perhaps"),
        {"kind": "option of AMB-24", "known": ["any_marker", "hbsag_with_hbv_dna"]},
    ),
    "in the future": (
        errors.FutureTimeError,
        new,
        lambda _: happened_by(START + timedelta(microseconds=1), START),
        {"effective_at": START + timedelta(microseconds=1), "now": START},
    ),
    "a cycle twice": (errors.CycleNumberError, at_c2, cycle(2), {"number": 2, "expected": 3}),
    "a cycle left out": (errors.CycleNumberError, at_c2, cycle(4), {"number": 4, "expected": 3}),
    "a cycle before the one before": (
        errors.TimeOrderError,
        at_c2,
        lambda c: give_cycle(c.trial, c.subject, 3, "Nab-P+HP", START),
        {"step": "cycle 3", "effective_at": START, "before": "subject.cycle.given"},
    ),
    "eligibility before consent": (
        errors.TimeOrderError,
        new,
        lambda c: screen(c.subject, Screened(result="eligible"), BEFORE_START),
        {"before": "subject.registered"},
    ),
    "allocation before eligibility": (
        errors.TimeOrderError,
        lambda: new().screened(),
        lambda c: allocate(c.trial, c.subject, Allocated(arm="control"), BEFORE_START),
        {"before": "subject.screened"},
    ),
    "the first cycle before allocation": (
        errors.TimeOrderError,
        lambda: new().allocated("control"),
        lambda c: give_cycle(c.trial, c.subject, 1, "TCbHP", BEFORE_START),
        {"before": "subject.allocated"},
    ),
    "surgery before the last cycle": (
        errors.TimeOrderError,
        done,
        lambda c: reach(c.trial, c.subject, MilestoneReached(milestone="surgery"), operation(), BEFORE_START),
        {"before": "subject.cycle.given"},
    ),
    "surgery in time with a reason code": (
        errors.ReasonNotDueError,
        done,
        lambda c: c.reach("surgery", **OPERATED, reason_code="safety_finding", reason="x"),
        {"code": "safety_finding"},
    ),
    "value and status": (
        errors.ObservationIncompleteError,
        new,
        observation(variable="ctdna_c1", value="positive", status="pending"),
        {"variable": "ctdna_c1"},
    ),
    "neither value nor status": (
        errors.ObservationIncompleteError,
        new,
        observation(variable="ctdna_c1"),
        {"variable": "ctdna_c1"},
    ),
    "what the history says": (
        errors.FactFromHistoryError,
        at_c2,
        observation(variable="regimen_c3_c4", value="TCbHP"),
        {"variable": "regimen_c3_c4"},
    ),
    "surgery without its facts": (
        errors.MilestoneIncompleteError,
        done,
        lambda c: c.reach("surgery", surgery_type="mastectomy"),
        {"milestone": "surgery", "missing": ["axillary_procedure"]},
    ),
    "early surgery without a reason": (
        errors.ReasonMissingError,
        at_c2,
        lambda c: c.reach("surgery", **OPERATED),
        {"act": "an early surgery"},
    ),
    "early surgery without a text": (
        errors.ReasonMissingError,
        at_c2,
        lambda c: c.reach("surgery", **OPERATED, reason_code="safety_finding"),
        {"act": "an early surgery"},
    ),
    "early surgery with a code of nobody's": (
        errors.ReasonMissingError,
        at_c2,
        lambda c: c.reach("surgery", **OPERATED, reason_code="whim", reason="x"),
        {"act": "an early surgery"},
    ),
    "override without a code": (
        errors.ReasonMissingError,
        asked,
        lambda c: c.judge("after_c2-1", "override", regimen="TCbHP", reason="x"),
        {"act": "an override"},
    ),
    "override with a code of nobody's": (
        errors.ReasonMissingError,
        asked,
        lambda c: c.judge("after_c2-1", "override", regimen="TCbHP", reason_code="whim", reason="x"),
        {"act": "an override"},
    ),
    "override without a text": (
        errors.ReasonMissingError,
        asked,
        lambda c: c.judge("after_c2-1", "override", regimen="TCbHP", reason_code="safety_finding"),
        {"act": "an override"},
    ),
    "a referral taken note of without a word": (
        errors.ReasonMissingError,
        referred,
        lambda c: c.judge("after_c2-1", "acknowledge"),
        {"act": "acknowledging a referral", "codes": []},
    ),
    "withdrawal without a scope": (
        errors.ScopeMissingError,
        new,
        lambda c: c.leave("withdrawal"),
        {"exit_": "withdrawal", "scopes": ["data", "follow_up", "samples"]},
    ),
    "withdrawal with a scope of nobody's": (
        errors.ScopeMissingError,
        new,
        lambda c: c.leave("withdrawal", "everything"),
        {"exit_": "withdrawal"},
    ),
    "an exit with a scope it does not have": (
        errors.ScopeMissingError,
        new,
        lambda c: c.leave("death", "data"),
        {"exit_": "death", "scopes": []},
    ),
    "no such decision": (
        errors.DecisionUnknownError,
        asked,
        lambda c: c.judge("after_c2-2", "confirm"),
        {"decision": "after_c2-2", "known": ["after_c2-1"]},
    ),
    "judged before": (
        errors.DecisionClosedError,
        lambda: asked(ctdna_c1="positive", pam_c1="mutated", response_c2="SD").judge("after_c2-1", "confirm"),
        lambda c: c.judge("after_c2-1", "confirm"),
        {"decision": "after_c2-1", "current": None},
    ),
    "superseded": (
        errors.DecisionClosedError,
        lambda: asked().see(ctdna_c1="positive"),
        lambda c: c.judge("after_c2-1", "override", regimen="TCbHP", **WHY),
        {"decision": "after_c2-1", "current": "after_c2-2"},
    ),
    "a ruling has changed": (
        errors.DecisionStaleError,
        lambda: unruled_then(asked, "AMB-04"),
        lambda c: c.judge("after_c2-1", "override", regimen="TCbHP", **WHY),
        {"decision": "after_c2-1", "point": "after_c2"},
    ),
    "a hold is not confirmed": (
        errors.VerdictNotFittingError,
        asked,
        lambda c: c.judge("after_c2-1", "confirm"),
        {"verdict": "confirm", "outcome": "hold", "fitting": ["override"]},
    ),
    "a confirmation with a reason": (
        errors.VerdictOverfullError,
        lambda: asked(ctdna_c1="positive", pam_c1="mutated", response_c2="SD"),
        lambda c: c.judge("after_c2-1", "confirm", reason_code="disease_course", reason="x"),
        {"verdict": "confirm", "superfluous": ["reason", "reason_code"]},
    ),
    "an override that ticks": (
        errors.VerdictOverfullError,
        asked,
        lambda c: c.judge("after_c2-1", "override", regimen="TCbHP", acknowledged=["nonsense"], **WHY),
        {"verdict": "override", "superfluous": ["acknowledged"]},
    ),
    "a referral taken note of with a regimen": (
        errors.VerdictOverfullError,
        referred,
        lambda c: c.judge("after_c2-1", "acknowledge", reason="x", regimen="TCbHP", agent="T-DXd"),
        {"verdict": "acknowledge", "superfluous": ["agent", "regimen"]},
    ),
    "an agent of a regimen that leaves none open": (
        errors.VerdictOverfullError,
        asked,
        lambda c: c.judge("after_c2-1", "override", regimen="TCbHP", agent="T-DXd", **WHY),
        {"verdict": "override", "superfluous": ["agent"]},
    ),
    "nothing ticked": (
        errors.AcknowledgementMissingError,
        lambda: asked(**ESCALATED),
        lambda c: c.judge("after_c2-1", "confirm"),
        {"expected": ["responder_escalation"], "given": []},
    ),
    "something else ticked too": (
        errors.AcknowledgementMissingError,
        lambda: asked(**ESCALATED),
        lambda c: c.judge(
            "after_c2-1", "confirm", acknowledged=["responder_escalation", "progressive_disease"]
        ),
        {"expected": ["responder_escalation"]},
    ),
    "confirmed as something else": (
        errors.OptionNotOfferedError,
        lambda: asked(ctdna_c1="positive", pam_c1="mutated", response_c2="SD"),
        lambda c: c.judge("after_c2-1", "confirm", regimen="PyroHT"),
        {"regimen": "PyroHT", "offered": ["EveroHT"]},
    ),
    "overridden with the proposal": (
        errors.OptionNotOfferedError,
        lambda: asked(ctdna_c1="positive", pam_c1="mutated", response_c2="SD"),
        lambda c: c.judge("after_c2-1", "override", regimen="EveroHT", **WHY),
        {"regimen": "EveroHT", "offered": ["AC+H", "ADC", "Nab-P+HP", "PyroHT", "TCbHP"]},
    ),
    "overridden with an option": (
        errors.OptionNotOfferedError,
        at_choice,
        lambda c: c.judge("after_c4-1", "override", regimen="ADC", agent="T-DXd", **WHY),
        {"regimen": "ADC", "offered": ["EveroHT", "Nab-P+HP", "PyroHT", "TCbHP"]},
    ),
    "overridden with nothing": (
        errors.OptionNotOfferedError,
        asked,
        lambda c: c.judge("after_c2-1", "override", **WHY),
        {"regimen": None},
    ),
    "overridden with what is no regimen": (
        errors.OptionNotOfferedError,
        asked,
        lambda c: c.judge("after_c2-1", "override", regimen="Aspirin", **WHY),
        {"regimen": "Aspirin"},
    ),
    "chosen beside the options": (
        errors.OptionNotOfferedError,
        at_choice,
        lambda c: c.judge("after_c4-1", "choose", regimen="EveroHT"),
        {"regimen": "EveroHT", "offered": ["AC+H", "ADC"]},
    ),
    "chosen without saying what": (
        errors.OptionNotOfferedError,
        at_choice,
        lambda c: c.judge("after_c4-1", "choose"),
        {"regimen": None},
    ),
    "AC+H without an ejection fraction": (
        errors.PreconditionMissingError,
        at_choice,
        lambda c: c.judge("after_c4-1", "choose", regimen="AC+H"),
        {"regimen": "AC+H", "missing": ["a result of 'lvef' in the history"]},
    ),
    "ADC without an agent": (
        errors.PreconditionMissingError,
        at_choice,
        lambda c: c.judge("after_c4-1", "choose", regimen="ADC"),
        {"regimen": "ADC", "missing": ["an agent of the approved list (T-DM1, T-DXd, SHR-A1811)"]},
    ),
    "a ruling twice": (
        errors.RulingStandsError,
        new,
        ruling("AMB-04", "literal_pr_only"),
        {"ambiguity": "AMB-04", "option": "pr_or_better"},
    ),
    "nothing to go on with": (
        errors.NothingPlannedError,
        new,
        lambda c: point_to_ask(c.trial, c.subject, c.rulings),
        {"planned": ["screen eligible by edc", "screen ineligible by edc"]},
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_command_is_refused_and_leaves_nothing(case: Case) -> None:
    kind, reach, command, facts = case
    course = reach()
    before = (course.subject, list(course.history))
    with pytest.raises(kind) as refused:
        command(course)
    assert type(refused.value) is kind
    assert {name: vars(refused.value)[name] for name in facts} == facts
    assert (course.subject, course.history) == before


def test_every_refusal_is_shown() -> None:
    declared = {
        kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind.__module__ == errors.__name__
    }
    assert declared == {kind for kind, *_ in CASES.values()}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_refusal_is_one_sentence_with_its_facts_beside_it(case: Case) -> None:
    kind, reach, command, _ = case
    with pytest.raises(kind) as refused:
        command(reach())
    said = str(refused.value)
    assert said
    assert "\n" not in said
    assert vars(refused.value), "the facts stand as fields"


BEFORE_ITS_TIME: dict[str, tuple[Callable[[], Course], Callable[[Course], object]]] = {
    "allocated unscreened": (
        new,
        lambda c: c.happen(allocate(c.trial, c.subject, Allocated(arm="control"), c.now)),
    ),
    "screened twice": (lambda: new().screened(), lambda c: c.screened()),
    "allocated after failing": (
        lambda: new().screened("ineligible"),
        lambda c: c.happen(allocate(c.trial, c.subject, Allocated(arm="control"), c.now)),
    ),
    "a cycle before allocation": (new, lambda c: c.cycle("TCbHP")),
    "a seventh cycle": (done, lambda c: c.cycle("TCbHP")),
    "asked before cycle 2": (
        lambda: new().allocated("experimental").cycle("Nab-P+HP"),
        lambda c: c.ask("after_c2"),
    ),
    "asked in the control arm": (done, lambda c: c.ask("after_c2")),
    "asked for the wrong point": (at_c2, lambda c: c.ask("after_c4")),
    "pathology before surgery": (done, lambda c: c.reach("pathology", ypt="ypT0", ypn="ypN0")),
    "pathology in the midst of treatment": (
        at_c2,
        lambda c: c.reach("pathology", ypt="ypT0", ypn="ypN0", **WHY),
    ),
    "pathology in the midst of treatment, without a reason": (
        at_c2,
        lambda c: c.reach("pathology", ypt="ypT0", ypn="ypN0"),
    ),
    "surgery before allocation": (new, lambda c: c.reach("surgery", **OPERATED, **WHY)),
    "surgery twice": (
        done_with_surgery,
        lambda c: c.reach("surgery", **OPERATED),
    ),
    "found without being lost": (new, lambda c: c.leave("found")),
    "judged after death": (
        lambda: asked().leave("death"),
        lambda c: c.judge("after_c2-1", "override", regimen="TCbHP", **WHY),
    ),
    "judged while lost": (
        lambda: asked().leave("lost"),
        lambda c: c.judge("after_c2-1", "override", regimen="TCbHP", **WHY),
    ),
    "observed after withdrawal": (
        lambda: at_c2().leave("withdrawal", "follow_up"),
        lambda c: c.see(ctdna_c1="positive"),
    ),
    "treated off treatment": (lambda: at_c2().leave("toxicity"), lambda c: c.cycle("Nab-P+HP")),
}


@pytest.mark.parametrize("case", BEFORE_ITS_TIME.values(), ids=BEFORE_ITS_TIME.keys())
def test_what_the_chart_does_not_allow_does_not_happen(
    case: tuple[Callable[[], Course], Callable[[Course], object]],
) -> None:
    reach, command = case
    course = reach()
    state = course.subject.state
    with pytest.raises(MoveNotLawfulError) as refused:
        command(course)
    assert refused.value.state == str(state)
    assert course.subject.state == state
