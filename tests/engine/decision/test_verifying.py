"""The checker's findings on tables that can be read; random ones are in test_against_oracle."""

from engine.decision import Clash, Known, Shadowed, compile_table, evaluate, verify
from tests.engine.decision.conftest import Build
from tests.engine.decision.strategies import Point

FAULTY = """
variables: {marker: {quantity: "%"}, scan: {values: [PR, SD]}}
constraints: {idle: {scan: PR, all: [{scan: SD}]}}
rules:
  - {id: low, when: {marker: {below: 10}}, then: {assign: A}}
  - {id: lower, when: {marker: {below: 5}}, then: {assign: B}}
  - {id: also-low, when: {marker: {below: 7}}, then: {assign: A}}
  - {id: lowest, when: {marker: {below: 1}}, then: {assign: C}}
  - {id: never, when: {marker: {above: 10, below: 10}}, then: {assign: C}}
precedence: [{first: low, over: [lowest]}]
"""


def test_a_sound_table_has_no_findings(after_c2: Point, after_c4: Point, dose_review: Point) -> None:
    for point in (after_c2, after_c4, dose_review):
        found = verify(compile_table(*point))
        assert (found.gap, found.clashes, found.shadowed) == (None, (), ())
        assert (found.idle_constraints, found.infeasible) == ((), False)


def test_each_fault_is_found_with_a_case_that_shows_it(build: Build) -> None:
    compiled = compile_table(*build(FAULTY))
    found = verify(compiled)
    assert [clash.rules for clash in found.clashes] == [("low", "lower"), ("lower", "also-low")]
    assert found.shadowed == (Shadowed("lowest", "always_defeated"), Shadowed("never", "never_true"))
    assert found.idle_constraints == ("idle",)
    assert found.gap is not None
    shown = evaluate(compiled, {name: Known(value) for name, value in found.gap.items()}, {})
    assert [reason.code for reason in shown.reasons or ()] == ["gap"]
    shown = evaluate(compiled, {name: Known(value) for name, value in found.clashes[0].witness.items()}, {})
    assert [(reason.code, reason.on) for reason in shown.reasons or ()] == [
        ("conflict", ("also-low", "low", "lower"))
    ]


def test_constraints_that_leave_nothing_are_found(build: Build) -> None:
    point = build("""
variables: {scan: {values: [PR, SD]}}
constraints: {one: {scan: PR}, two: {scan: SD}}
rules: [{id: R, when: {scan: PR}, then: {assign: A}}]
""")
    found = verify(compile_table(*point))
    assert found.infeasible
    assert found.gap is None
    assert found.clashes == tuple[Clash, ...]()
    assert found.shadowed == (Shadowed("R", "never_true"),)
