"""decide: the stateless evaluation of what the history says, with everything it knew beside it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decide import Trial, decide
from engine.decision.errors import BadOptionError, CaseError, UnknownRulingError
from engine.protocol.errors import DecisionPointUnknownError
from tests.engine.course import REFERENCE, Course, flagship, toy

POINTS = [(flagship, "after_c2"), (flagship, "after_c4"), (flagship, "pcr"), (toy, "after_c1"), (toy, "cure")]
STATUSES = ("not_done", "not_evaluable", "pending", "expired", "conflicting")


@pytest.fixture(params=POINTS, ids=[point for _, point in POINTS])
def asked(request: pytest.FixtureRequest) -> tuple[Trial, str]:
    made, point = request.param
    return made(), point


@given(st.data())
def test_a_subjects_decision_is_the_stateless_answer_to_its_facts(data: st.DataObject) -> None:
    made, point = data.draw(st.sampled_from(POINTS))
    trial: Trial = made()
    table = trial.protocol.tables[point]
    rulings = {
        key: data.draw(st.sampled_from(trial.protocol.ambiguities[key].domain))
        for key in data.draw(
            st.sets(st.sampled_from(table.rulings)) if table.rulings else st.just(set[str]())
        )
    }
    course, sent = Course(trial, rulings), dict[str, object]()
    for name in [fact for fact in table.facts if fact not in table.derived]:
        said = data.draw(st.sampled_from([None, *(trial.protocol.variables[name].values or ()), *STATUSES]))
        if said in STATUSES:
            course.miss(name, said)
            sent[name] = {"status": said}
        elif said is not None:
            course.see(**{name: said})
            sent[name] = said
    evaluation = decide(trial, course.subject, point, rulings)
    for name in table.derived:
        (known,) = [one for one in evaluation.inputs if one.variable == name]
        sent[name] = known.raw()
    assert evaluation.answer == trial.stamped(trial.evaluate(point, sent, rulings))
    assert evaluation.point == point


def test_the_answer_says_which_version_gave_it_and_cites_its_record(asked: tuple[Trial, str]) -> None:
    trial, point = asked
    answer = trial.stamped(trial.evaluate(point, {}, {}))
    protocol = trial.protocol
    assert (answer["trial"], answer["version"]) == (protocol.trial, protocol.version)
    assert answer["protocol_hash"] == protocol.hash
    assert answer["rulings_used"] == {}
    assert answer["outcome"] == "hold", "of whom nothing is known, nothing is decided"
    cites = answer["cites"]
    assert isinstance(cites, list)
    assert all(isinstance(cite, dict) and cite["record"] == protocol.record.id for cite in cites)
    json.dumps(answer, allow_nan=False)


def test_an_evaluation_carries_every_input_with_its_source_and_times() -> None:
    course = Course(flagship(), REFERENCE).allocated("experimental").see(ctdna_c1="positive")
    evaluation = decide(course.trial, course.subject, "after_c2", REFERENCE)
    known = {one.variable: one for one in evaluation.inputs}
    assert tuple(known) == flagship().protocol.tables["after_c2"].facts
    seen = known["ctdna_c1"]
    assert (seen.value, seen.effective_at, seen.recorded_at) == (
        "positive",
        "2026-01-08T09:00:00Z",
        "2026-01-08T09:00:00Z",
    )
    assert seen.events == ("e-4",)


def test_rulings_in_force_are_used_and_shown() -> None:
    trial = flagship()
    for option, assign in (("pr_or_better", "Nab-P+HP"), ("literal_pr_only", "TCbHP")):
        rulings = REFERENCE | {"AMB-04": option}
        facts = {"ctdna_c1": "negative", "response_c2": "CR", "pam_baseline": "wild_type"}
        answer = trial.stamped(trial.evaluate("after_c2", facts, rulings))
        assert answer["assign"] == assign
        used = answer["rulings_used"]
        assert isinstance(used, dict)
        assert used["AMB-04"] == option


def test_a_table_that_there_is_not_is_refused() -> None:
    course = Course(flagship(), {})
    for point in ("after_c9", "", "pam_c1"):
        with pytest.raises(DecisionPointUnknownError) as refused:
            decide(course.trial, course.subject, point, {})
        assert refused.value.known == ("after_c2", "after_c4", "pcr")


def test_what_is_no_case_is_refused() -> None:
    for facts in ({"mood": "good"}, {"ctdna_c1": "maybe"}, {"ctdna_c1": True}):
        with pytest.raises(CaseError):
            flagship().evaluate("after_c2", facts, {})
    with pytest.raises(UnknownRulingError):
        flagship().read_rulings({"AMB-99": "x"})
    with pytest.raises(BadOptionError):
        flagship().read_rulings({"AMB-04": "x"})
    assert flagship().read_rulings(REFERENCE) == REFERENCE


def test_chart_and_tables_are_built_once() -> None:
    trial = flagship()
    assert trial.chart is trial.chart
    assert trial.compiled is trial.compiled
    assert trial.compiled.keys() == trial.protocol.tables.keys()
