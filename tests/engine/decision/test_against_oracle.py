"""Random decision points and cases, answered by the diagrams and by brute force."""

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import combinations, pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.decision import (
    CompiledTable,
    PrecedenceCycleError,
    compile_table,
    evaluate,
    read_facts,
    read_rulings,
    verify,
)
from tests.engine.decision.oracle import Oracle
from tests.engine.decision.strategies import Case, Point, cases, dense_points, points

thorough = settings(
    max_examples=120, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def compiled(point: Point, oracle: Oracle) -> CompiledTable | None:
    """Compile, or see that the refusal is right: where precedence can turn in a circle, and only there."""
    table, refusal = compile_or_refuse(point)
    if refusal is None:
        assert not any(turns(oracle, row.values) for row in oracle.rows)
        return table
    witness = dict(refusal.witness)
    assert turns(oracle, witness)
    assert not oracle.violated(witness)
    assert set(pairwise(refusal.cycle)) <= oracle.defeats(witness)
    assert refusal.cycle[0] == refusal.cycle[-1]
    return None


def compile_or_refuse(point: Point) -> tuple[CompiledTable | None, PrecedenceCycleError | None]:
    try:
        return compile_table(*point, record="REC"), None
    except PrecedenceCycleError as refusal:
        return None, refusal


def turns(oracle: Oracle, values: Mapping[str, object]) -> bool:
    order = TopologicalSorter[str]()
    for first, over in oracle.defeats(dict(values)):
        order.add(over, first)
    try:
        order.prepare()
    except CycleError:
        return True
    return False


def answer(point: Point, table: CompiledTable, case: Case) -> dict[str, Any]:
    facts = read_facts(case.facts, point.table, point.variables)
    return evaluate(table, facts, read_rulings(case.rulings, point.ambiguities)).to_json()


@thorough
@given(data=st.data(), point=points())
def test_answers_are_those_of_every_completion(data: st.DataObject, point: Point) -> None:
    oracle = Oracle(*point)
    table = compiled(point, oracle)
    for _ in range(3 if table is not None else 0):
        case = data.draw(cases(point))
        assert table is not None
        given_answer, expected = answer(point, table, case), oracle.answer(case.known, case.told)
        if not oracle.feasible(case.known):
            check_contradiction(oracle, case.known, given_answer.pop("reasons"))
        assert given_answer == expected


@settings(thorough, max_examples=25)
@given(point=dense_points())
def test_sets_are_minimal_where_many_variables_bear(point: Point) -> None:
    oracle = Oracle(*point)
    given_answer = answer(point, compile_table(*point, record="REC"), Case({}, {}, {}, {}))
    if oracle.rows:
        assert given_answer == oracle.answer({}, {})


def check_contradiction(oracle: Oracle, known: Mapping[str, Any], reasons: list[dict[str, Any]]) -> None:
    """Each reason names a constraint on variables that, all together and no fewer, leave nothing feasible."""

    def barred(names: list[str], values: Mapping[str, Any]) -> bool:
        return all(oracle.violated(row, names) for row in oracle.completions(values))

    def pick(names: list[str]) -> dict[str, Any]:
        return {name: known[name] for name in names}

    named = [reason["code"] for reason in reasons]
    alone = sorted(name for name in oracle.table.constraints if barred([name], known))
    groups = [([r["code"]], r.get("on", [])) for r in reasons]
    if alone:
        assert named == alone
    else:
        groups = [(named, sorted({name for reason in reasons for name in reason.get("on", [])}))]
        assert named == sorted(named)
    for names, on in groups:
        assert on == sorted(on)
        assert barred(names, pick(on))
        assert not any(barred(names, pick(fewer)) for fewer in each_but_one(on))
        assert not any(barred(fewer, known) for fewer in each_but_one(names))


def each_but_one(names: list[str]) -> list[list[str]]:
    return [[name for name in names if name != left_out] for left_out in names]


@thorough
@given(point=points())
def test_findings_are_those_of_every_completion(point: Point) -> None:
    oracle = Oracle(*point)
    table = compiled(point, oracle)
    if table is None:
        return
    found = verify(table)
    rows, rules = oracle.rows, {rule.id: rule for rule in point.table.rules}
    assert found.infeasible == (not rows)
    assert (found.gap is None) == all(row.outcome[1] != "gap" for row in rows)
    if found.gap is not None:
        row = oracle.row(dict(found.gap))
        assert row is not None
        assert row.outcome == ("hold", "gap", None)
    pairs = {
        pair
        for row in rows
        for pair in combinations(row.fired, 2)
        if len({oracle.says(rules[key], row.values) for key in pair}) > 1
    }
    assert {clash.rules for clash in found.clashes} == pairs
    for clash in found.clashes:
        row = oracle.row(dict(clash.witness))
        assert row is not None
        assert set(clash.rules) <= set(row.fired)
        assert len({oracle.says(rules[key], row.values) for key in clash.rules}) == 2
    true = {key for row in rows for key, rule in rules.items() if oracle.true(rule.when, row.values)}
    fired = {key for row in rows for key in row.fired}
    assert [(s.rule, s.why) for s in found.shadowed] == [
        (key, "always_defeated" if key in true else "never_true") for key in rules if key not in fired
    ]
    everything = list(oracle.completions({}))
    assert list(found.idle_constraints) == sorted(
        name
        for name in point.table.constraints
        if not any(oracle.violated(values, [name]) for values in everything)
    )
