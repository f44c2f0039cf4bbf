"""What a table may not say, and what compiling makes of what it may."""

import dataclasses

import pytest

from engine.decision import (
    DefinitionCycleError,
    ForeignValueError,
    NameTwiceError,
    NotANumberError,
    PrecedenceCycleError,
    TableError,
    UnknownNameError,
    compile_table,
)
from tests.engine.decision.conftest import Ask, Build
from tests.engine.decision.strategies import Point

HEAD = """
variables: {a: {values: [u, v]}, n: {integer: [0, 2]}, q: {quantity: "%"}}
ambiguities: {AMB-1: [x, y]}
"""
RULE = "rules: [{id: R1, when: {a: u}, then: {assign: A}}, {id: R2, when: {a: v}, then: {assign: B}}]"


@pytest.mark.parametrize(
    ("body", "error", "names"),
    [
        ("rules: [{id: R, when: {b: u}, then: {assign: A}}]", UnknownNameError, "'b'"),
        ("rules: [{id: R, when: {a: true}, then: {assign: A}}]", UnknownNameError, "'a'"),
        ("rules: [{id: R, when: {n: {below: m}}, then: {assign: A}}]", UnknownNameError, "'m'"),
        ("rules: [{id: R, when: {a: u}, then: {assign: {value_of: AMB-1}}}]", UnknownNameError, "AMB-1"),
        (f"{RULE}\nrequired: [b]", UnknownNameError, "'b'"),
        (f"{RULE}\nfacts: [a, b]", UnknownNameError, "'b'"),
        (f"{RULE}\nrulings: [AMB-2]", UnknownNameError, "AMB-2"),
        (f"{RULE}\nprecedence: [{{first: R1, over: [R3]}}]", UnknownNameError, "R3"),
        (f"{RULE}\nprecedence: [{{first: R3, over: [R1]}}]", UnknownNameError, "R3"),
        (f"{RULE}\ndefinitions: {{idle: {{b: u}}}}", UnknownNameError, "'b'"),
        (f"{RULE}\nfacts: [a, a]", NameTwiceError, "'a'"),
        (f"{RULE}\ndefinitions: {{a: {{n: 1}}}}", NameTwiceError, "'a'"),
        (RULE.replace("R2", "R1"), NameTwiceError, "R1"),
        ("rules: [{id: R, when: {a: w}, then: {assign: A}}]", ForeignValueError, "'w'"),
        ("rules: [{id: R, when: {n: 3}, then: {assign: A}}]", ForeignValueError, "3"),
        ("rules: [{id: R, when: {n: u}, then: {assign: A}}]", ForeignValueError, "'u'"),
        ("rules: [{id: R, when: {q: 3}, then: {assign: A}}]", ForeignValueError, "'q'"),
        ("rules: [{id: R, when: {AMB-1: z}, then: {assign: A}}]", ForeignValueError, "AMB-1"),
        ("rules: [{id: R, when: {a: {at_least: 1}}, then: {assign: A}}]", NotANumberError, "'a'"),
        ("rules: [{id: R, when: {sum: [n, q], below: 1}, then: {assign: A}}]", NotANumberError, "'q'"),
        ("rules: [{id: R, when: {q: {below: n}}, then: {assign: A}}]", NotANumberError, "'q'"),
        ("rules: [{id: R, when: {n: {below: q}}, then: {assign: A}}]", NotANumberError, "'q'"),
        ("rules: [{id: R, when: {a: u}, then: {assign: {value_of: q}}}]", NotANumberError, "'q'"),
        (
            f"{RULE}\ndefinitions: {{d: {{e: true}}, e: {{any: [{{d: false}}]}}}}",
            DefinitionCycleError,
            "d -> e -> d",
        ),
        (f"{RULE}\nprecedence: [{{first: R1, over: [R1]}}]", PrecedenceCycleError, "R1 over R1"),
    ],
)
def test_a_table_without_meaning_is_refused(
    build: Build, body: str, error: type[TableError], names: str
) -> None:
    point = build(HEAD + body)
    with pytest.raises(error, match=names):
        compile_table(*point)


CIRCLE = """
variables: {a: {values: [u, v]}}
ambiguities: {AMB-1: [x, y]}
rules:
  - {id: R1, when: {all: []}, then: {assign: A}}
  - {id: R2, when: {all: []}, then: {assign: B}}
  - {id: R3, when: {all: []}, then: {assign: C}}
precedence:
  - {first: R1, over: [R2, R3], when: {AMB-1: x}}
  - {first: R2, over: [R3]}
"""


def test_precedence_may_run_both_ways_under_different_rulings(ask: Ask, build: Build) -> None:
    point = build(CIRCLE + "  - {first: R2, over: [R1], when: {AMB-1: y}}")
    assert ask(point, {}, {"AMB-1": "x"})["assign"] == "A"
    assert ask(point, {}, {"AMB-1": "y"})["assign"] == "B"
    assert ask(point, {})["needs"] == [["AMB-1"]]


def test_a_circle_that_can_close_is_refused_with_a_case(build: Build) -> None:
    with pytest.raises(PrecedenceCycleError) as refused:
        compile_table(*build(CIRCLE + "  - {first: R3, over: [R1], when: {a: v}}"))
    assert refused.value.cycle[0] == refused.value.cycle[-1]
    assert {"R1", "R3"} <= set(refused.value.cycle)
    assert refused.value.witness == {"a": "v", "AMB-1": "x"}


def test_a_circle_that_only_infeasible_values_close_is_none(build: Build) -> None:
    never = "\nconstraints: {c: {a: v, AMB-1: x}}"
    compile_table(*build(CIRCLE + "  - {first: R3, over: [R1], when: {a: v}}" + never))


def test_a_defeated_rule_still_defeats(ask: Ask, build: Build) -> None:
    point = build("""
variables: {a: {values: [u, v]}}
rules:
  - {id: R1, when: {all: []}, then: {assign: A}}
  - {id: R2, when: {all: []}, then: {assign: B}}
  - {id: R3, when: {all: []}, then: {assign: C}}
precedence: [{first: R1, over: [R2]}, {first: R2, over: [R3]}]
""")
    assert ask(point, {})["rules"] == ["R1"]


def test_a_compiled_table_is_immutable(after_c2: Point) -> None:
    compiled = compile_table(*after_c2)
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(compiled, "outcome", 0)  # noqa: B010 mypy would refuse the plain assignment, as it should
    assert isinstance(compiled.nodes, tuple)


def test_the_flagship_stays_small(after_c2: Point) -> None:
    assert len(compile_table(*after_c2).nodes) < 200


def test_deep_definitions_are_weighed_once(build: Build) -> None:
    chain = "".join(f"  d{i + 1}: {{any: [{{d{i}: true}}, {{d{i}: true, n: 1}}]}}\n" for i in range(60))
    rules = "rules: [{id: R, when: {d60: true}, then: {assign: A}}]"
    compiled = compile_table(*build(f"{HEAD}definitions:\n  d0: {{a: u}}\n{chain}{rules}"))
    assert len(compiled.nodes) < 10
