"""What the core answers on decision points that can be read."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from engine.decision import (
    BadOptionError,
    FactUnknownToPointError,
    Known,
    Unknown,
    ValueOutsideDomainError,
    compile_table,
    evaluate,
)
from tests.engine.decision.conftest import Ask, Build
from tests.engine.decision.strategies import Point

REFERENCE = {
    "AMB-02": "c1_governs",
    "AMB-03": "everoht_first",
    "AMB-04": "pr_or_better",
    "AMB-05": "as_non_pr",
    "AMB-09": "ever_mutated",
}


def c2(*facts: object) -> dict[str, object]:
    """Facts of after_c2 in their order; None is left out."""
    names = ("ctdna_baseline", "ctdna_c1", "pam_baseline", "pam_c1", "response_c2")
    return {name: fact for name, fact in zip(names, facts, strict=True) if fact is not None}


PROPOSALS = [
    (c2("negative", "negative", "wild_type", None, "PR"), "Nab-P+HP", []),
    (c2("negative", "negative", "wild_type", None, "SD"), "TCbHP", []),
    (c2("positive", "positive", "wild_type", "wild_type", "SD"), "PyroHT", []),
    (c2("positive", "negative", "mutated", None, "PR"), "EveroHT", ["responder_escalation"]),
    (c2("positive", "negative", "wild_type", None, "PR"), "Nab-P+HP", []),
    (c2(None, "positive", None, "mutated", "SD"), "EveroHT", []),
    (c2("negative", "negative", None, None, "PD"), "TCbHP", ["progressive_disease"]),
]


@pytest.mark.parametrize(("facts", "regimen", "acknowledge"), PROPOSALS)
def test_one_regimen_follows(
    ask: Ask, after_c2: Point, facts: Mapping[str, object], regimen: str, acknowledge: list[str]
) -> None:
    answer = ask(after_c2, facts, REFERENCE)
    assert (answer["outcome"], answer["assign"], answer["cycles"]) == ("propose", regimen, 2)
    assert (answer["acknowledge"], answer["alerts"]) == (acknowledge, [])
    assert answer["rulings_used"] == REFERENCE
    assert "reasons" not in answer


HOLDS = [
    (
        c2(None, "positive", None, None, "SD"),
        REFERENCE,
        [["pam_baseline", "pam_c1"]],
        [["pam_baseline"], ["pam_c1"]],
    ),
    (c2(None, "positive", None, "wild_type", "SD"), REFERENCE, [["pam_baseline"]], [["pam_baseline"]]),
    (c2("positive", "positive", "mutated", "mutated", None), REFERENCE, [["response_c2"]], [["response_c2"]]),
    (c2("positive", None, "mutated", None, "PR"), REFERENCE, [["ctdna_c1"]], [["ctdna_c1"]]),
    (c2("negative", "negative", "wild_type", None, "CR"), {}, [["AMB-04"]], [["AMB-04"]]),
    (c2("positive", "negative", "mutated", None, "PR"), {}, [["AMB-02", "AMB-03"]], [["AMB-02"], ["AMB-03"]]),
    (
        {},
        REFERENCE,
        [["ctdna_baseline", "ctdna_c1", "pam_baseline", "pam_c1", "response_c2"]],
        [
            ["ctdna_baseline", "ctdna_c1", "response_c2"],
            ["ctdna_c1", "pam_baseline", "response_c2"],
            ["ctdna_c1", "pam_c1", "response_c2"],
        ],
    ),
]


@pytest.mark.parametrize(("facts", "rulings", "needs", "may_settle"), HOLDS)
def test_a_hold_names_what_settles_it(
    ask: Ask,
    after_c2: Point,
    *,
    facts: Mapping[str, object],
    rulings: Mapping[str, str],
    needs: list[list[str]],
    may_settle: list[list[str]],
) -> None:
    answer = ask(after_c2, facts, rulings)
    assert (answer["outcome"], answer["needs"], answer["may_settle"]) == ("hold", needs, may_settle)
    assert "assign" not in answer
    assert "acknowledge" not in answer


def test_a_hold_tells_what_is_known_about_the_unknown(ask: Ask, after_c2: Point) -> None:
    low = {"status": "not_evaluable", "reason": "low input"}
    answer = ask(after_c2, c2(None, "positive", None, low, "NE"), REFERENCE)
    assert answer["reasons"] == [
        {"code": "unknown", "on": ["pam_baseline"]},
        {"code": "unknown", "on": ["pam_c1"], "status": "not_evaluable", "reason": "low input"},
        {"code": "required", "on": ["response_c2"], "status": "not_evaluable"},
    ]
    assert answer["candidates"] == [
        {"outcome": "propose", "assign": "EveroHT"},
        {"outcome": "propose", "assign": "PyroHT"},
    ]


def test_a_contradiction_precedes_everything(ask: Ask, after_c2: Point) -> None:
    answer = ask(after_c2, c2(None, "negative", None, "mutated", None))
    assert answer == {
        "outcome": "hold",
        "reasons": [{"code": "inconsistent_c1", "on": ["ctdna_c1", "pam_c1"]}],
        "needs": [],
        "may_settle": [],
        "candidates": [],
        "rules": [],
        "cites": [],
        "rulings_used": {},
    }


AT_ODDS = """
variables: {a: {values: [u, v]}, b: {values: [u, v]}, c: {values: [u, v]}, d: {values: [u, v]}}
constraints:
  either: {any: [{a: u, b: u}, {a: u, c: u}], all: [{a: u}]}
  first: {b: v, d: u}
  other: {c: v, d: u}
  second: {b: v, d: v}
rules: [{id: R, when: {all: []}, then: {assign: X}}]
"""


def test_a_contradiction_names_no_more_facts_than_it_takes(ask: Ask, build: Build) -> None:
    answer = ask(build(AT_ODDS), {"a": "u", "b": "u", "c": "u", "d": "u"})
    assert answer["reasons"] == [{"code": "either", "on": ["a", "b"]}]


def test_constraints_that_contradict_together_only_are_named_together(ask: Ask, build: Build) -> None:
    answer = ask(
        build(AT_ODDS), {"a": "v", "b": "v", "c": "v"}
    )  # d is unknown, and neither of its values is left
    assert answer["reasons"] == [{"code": "first", "on": ["b"]}, {"code": "second", "on": ["b"]}]


SHARED = """
variables: {a: {values: [u, v]}, b: {values: [u, v]}, d: {values: [u, v]}}
constraints: {left: {a: u, d: u}, right: {b: u, d: v}}
rules: [{id: R, when: {all: []}, then: {assign: X}}]
"""


def test_each_of_several_constraints_is_named_on_its_own_facts(ask: Ask, build: Build) -> None:
    answer = ask(build(SHARED), {"a": "u", "b": "u"})
    assert answer["reasons"] == [{"code": "left", "on": ["a"]}, {"code": "right", "on": ["b"]}]


def test_a_referral_has_its_code_alone(ask: Ask, after_c2: Point) -> None:
    answer = ask(after_c2, c2(None, "positive", None, "mutated", "PD"), REFERENCE | {"AMB-05": "refer"})
    assert (answer["outcome"], answer["reasons"]) == ("refer", [{"code": "progressive_disease"}])
    assert "acknowledge" not in answer


def test_an_assignment_can_be_the_value_of_a_fact(ask: Ask, after_c4: Point) -> None:
    stay = ask(after_c4, {"regimen_c3_c4": "PyroHT", "response_c4": "PR"})
    assert (stay["assign"], stay["cycles"], stay["rules"]) == ("PyroHT", 2, ["stay"])
    open_end = ask(after_c4, {"response_c4": "PR"})
    assert open_end["candidates"] == [
        {"outcome": "propose", "assign": name} for name in ("EveroHT", "Nab-P+HP", "PyroHT", "TCbHP")
    ]


def test_a_choice_lists_its_options_and_what_to_tick(ask: Ask, after_c4: Point) -> None:
    rulings = {"AMB-04": "literal_pr_only", "AMB-05": "as_non_pr"}
    choice = ask(after_c4, {"regimen_c3_c4": "TCbHP", "response_c4": "CR"}, rulings)
    assert (choice["outcome"], choice["options"], choice["cycles"]) == ("choose", ["AC+H", "ADC"], 2)
    assert choice["acknowledge"] == ["responder_escalation"]
    progressed = ask(after_c4, {"regimen_c3_c4": "TCbHP", "response_c4": "PD"}, rulings)
    assert progressed["acknowledge"] == ["progressive_disease"]  # the flag names one of the options


@pytest.mark.parametrize(
    ("counts", "rulings", "assign"),
    [
        (("high", 4, 2, None), {}, "reduce_to_10"),
        (("low", 2, 0, 6), {"AMB-G2": "six_in_total", "AMB-G7": "at_least_three_new"}, "enrol_10"),
        (("low", 2, 0, 6), {"AMB-G2": "six_in_total", "AMB-G7": "literal_remainder"}, "proceed_10"),
        (("low", 4, 0, None), {"AMB-G2": "six_in_total"}, "proceed_10"),
        (("low", 3, 1, 4), {"AMB-G2": "six_in_total"}, "proceed_10"),
        (("low", 2, 0, 2), {}, "enrol_10"),
    ],
)
def test_sums_of_counts_decide(
    ask: Ask, dose_review: Point, counts: tuple[object, ...], rulings: Mapping[str, str], assign: str
) -> None:
    names = ("level", "evaluable", "dlt", "evaluable_at_high")
    assert ask(dose_review, dict(zip(names, counts, strict=True)), rulings)["assign"] == assign


def test_a_count_above_another_is_a_contradiction(ask: Ask, dose_review: Point) -> None:
    answer = ask(dose_review, {"evaluable": 2, "dlt": 3})
    assert answer["reasons"] == [{"code": "dlt_exceeds_evaluable", "on": ["dlt", "evaluable"]}]


WEIGHTED = """
variables: {a: {integer: [0, 2]}, b: {integer: [0, 2]}}
rules:
  - {id: twice, when: {sum: [a, a], at_least: 4}, then: {assign: twice}}
  - {id: both, when: {sum: [a, b], above: a}, then: {assign: both}}
  - {id: neither, when: {all: []}, then: {assign: neither}}
precedence: [{first: twice, over: [both, neither]}, {first: both, over: [neither]}]
"""


@pytest.mark.parametrize(
    ("a", "b", "assign"),
    [(2, 0, "twice"), (1, 0, "neither"), (1, 1, "both"), (0, 2, "both"), (0, 0, "neither")],
)
def test_a_variable_may_stand_twice_in_a_sum_and_be_its_bound(
    ask: Ask, build: Build, a: int, b: int, assign: str
) -> None:
    assert ask(build(WEIGHTED), {"a": a, "b": b})["assign"] == assign


FLAGGED = """
variables: {a: {values: [u, v]}, b: {values: [u, v]}}
constraints: {apart: {a: u, b: v}}
rules: [{id: R, when: {all: []}, then: {assign: X}}]
acknowledge: [{code: tick, when: {b: v}}]
alerts: [{code: look, when: {b: v}}]
"""


def test_a_flag_is_raised_by_feasible_completions_only(ask: Ask, build: Build) -> None:
    point = build(FLAGGED)
    possible, impossible = ask(point, {"a": "v"}), ask(point, {"a": "u"})
    assert (possible["acknowledge"], possible["alerts"]) == (["tick"], ["look"])
    assert (impossible["acknowledge"], impossible["alerts"]) == ([], [])


TRAP = """
variables: {change: {quantity: "%"}, pam: {values: [mutant, wild_type]}}
rules:
  - {id: continue, when: {change: {at_most: -50}}, then: {assign: Continue}}
  - {id: pyro, when: {change: {above: -50}, pam: mutant}, then: {assign: PyroHT}}
  - {id: tcb, when: {change: {above: -40}, not: {pam: mutant}}, then: {assign: TCbHP}}
  - {id: adc, when: {change: {above: 0}, pam: mutant}, then: {assign: ADC}}
"""


def percent(value: object) -> dict[str, object]:
    return {"value": value, "unit": "%"}


@pytest.mark.parametrize("pam", [{}, {"pam": None}, {"pam": {"status": "pending"}}])
def test_a_missing_mutation_never_assigns_though_a_rule_says_not_mutant(
    ask: Ask, build: Build, pam: Mapping[str, object]
) -> None:
    answer = ask(build(TRAP), {"change": percent(-10), **pam})
    assert answer["outcome"] == "hold"
    assert answer["needs"] == [["pam"]]
    assert "assign" not in answer


def test_a_gap_is_a_hold_and_not_an_empty_answer(ask: Ask, build: Build) -> None:
    answer = ask(build(TRAP), {"change": percent(-45), "pam": "wild_type"})
    assert (answer["reasons"], answer["rules"]) == ([{"code": "gap"}], [])
    assert (answer["needs"], answer["may_settle"], answer["candidates"]) == ([], [], [])


def test_two_true_rules_are_a_conflict_and_not_the_first_match(ask: Ask, build: Build) -> None:
    answer = ask(build(TRAP), {"change": percent(Decimal("10.5")), "pam": "mutant"})
    assert answer["reasons"] == [{"code": "conflict", "on": ["adc", "pyro"]}]
    assert (answer["needs"], answer["may_settle"], answer["candidates"]) == ([], [], [])


def test_a_possible_gap_leaves_nothing_that_always_settles(ask: Ask, build: Build) -> None:
    answer = ask(build(TRAP), {"change": percent(-45)})
    assert (answer["needs"], answer["may_settle"]) == ([], [["pam"]])
    assert answer["reasons"] == [{"code": "unknown", "on": ["pam"]}, {"code": "gap"}]
    assert answer["candidates"] == [
        {"outcome": "hold", "reason": "gap"},
        {"outcome": "propose", "assign": "PyroHT"},
    ]


def test_a_possible_conflict_names_its_rules_only(ask: Ask, build: Build) -> None:
    answer = ask(build(TRAP), {"pam": "mutant"})
    assert answer["reasons"] == [
        {"code": "unknown", "on": ["change"]},
        {"code": "conflict", "on": ["adc", "pyro"]},
    ]
    assert {"outcome": "hold", "reason": "conflict"} in answer["candidates"]


@pytest.mark.parametrize(
    ("value", "assign"), [(-50, "Continue"), (Decimal("-49.99"), "PyroHT"), (0, "PyroHT"), (-51, "Continue")]
)
def test_both_sides_of_a_threshold(ask: Ask, build: Build, value: object, assign: str) -> None:
    assert ask(build(TRAP), {"change": percent(value), "pam": "mutant"})["assign"] == assign


ONE_CORNER = """
variables: {a: {values: [u, v]}, b: {values: [u, v]}}
rules: [{id: one, when: {a: u, b: u}, then: {assign: X}}]
"""


def test_agreeing_on_a_gap_settles_nothing(ask: Ask, build: Build) -> None:
    answer = ask(build(ONE_CORNER), {})
    assert (answer["needs"], answer["may_settle"]) == ([], [["a", "b"]])  # a: v alone tells of a gap, no more


HOPELESS = """
variables: {a: {values: [u, v]}, b: {values: [u, v]}}
required: [b]
rules:
  - {id: one, when: {a: u}, then: {assign: X}}
  - {id: two, when: {a: u}, then: {assign: Y}}
"""


def test_a_required_fact_is_asked_for_though_nothing_can_settle(ask: Ask, build: Build) -> None:
    answer = ask(build(HOPELESS), {})
    assert (answer["needs"], answer["may_settle"]) == ([], [])
    assert answer["reasons"] == [
        {"code": "required", "on": ["b"]},
        {"code": "gap"},
        {"code": "conflict", "on": ["one", "two"]},
    ]
    assert answer["candidates"] == [
        {"outcome": "hold", "reason": "conflict"},
        {"outcome": "hold", "reason": "gap"},
    ]


TWICE = """
variables: {a: {values: ["yes", "no"]}}
rules:
  - {id: two, when: {a: "yes"}, then: {assign: X, cycles: 2}}
  - {id: three, when: {a: "no"}, then: {assign: X, cycles: 3}}
"""


def test_outcomes_that_differ_in_cycles_differ(ask: Ask, build: Build) -> None:
    answer = ask(build(TWICE), {})
    assert (answer["needs"], answer["candidates"]) == ([["a"]], [{"outcome": "propose", "assign": "X"}])


REQUIRED_RULING = """
variables: {a: {values: ["yes", "no"]}}
ambiguities: {AMB-1: [x, y]}
required: [AMB-1]
rules:
  - {id: one, when: {all: []}, then: {assign: X}}
"""


def test_a_required_ruling_holds_though_all_agree(ask: Ask, build: Build) -> None:
    point = build(REQUIRED_RULING)
    held = ask(point, {})
    assert held["reasons"] == [{"code": "unsigned", "on": ["AMB-1"]}]
    assert (held["needs"], held["may_settle"]) == ([["AMB-1"]], [["AMB-1"]])
    assert ask(point, {}, {"AMB-1": "y"})["assign"] == "X"


def test_a_ruling_of_another_point_is_ignored(after_c4: Point) -> None:
    facts = {"regimen_c3_c4": Known("TCbHP"), "response_c4": Known("PR")}
    answer = evaluate(compile_table(*after_c4), facts, {"AMB-02": "c1_governs", "AMB-05": "refer"})
    assert (answer.assign, answer.rulings_used) == ("TCbHP", (("AMB-05", "refer"),))


def test_rulings_used_are_sorted_however_the_table_declares_them(after_c4: Point) -> None:
    turned = after_c4._replace(table=after_c4.table.model_copy(update={"rulings": ("AMB-05", "AMB-04")}))
    signed = {"AMB-05": "refer", "AMB-04": "pr_or_better"}
    answer = evaluate(compile_table(*turned), {}, signed)
    assert answer.rulings_used == (("AMB-04", "pr_or_better"), ("AMB-05", "refer"))


@pytest.mark.parametrize(
    ("facts", "rulings", "error"),
    [
        ({"pam": Known("x")}, {}, FactUnknownToPointError),
        ({"response_c4": Known("NE")}, {}, ValueOutsideDomainError),
        ({"response_c4": Known(value=True)}, {}, ValueOutsideDomainError),
        ({}, {"AMB-05": "as_pr"}, BadOptionError),
    ],
)
def test_what_has_no_place_in_the_table_is_refused(
    after_c4: Point, facts: dict[str, Known | Unknown], rulings: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        evaluate(compile_table(*after_c4), facts, rulings)


def test_a_search_that_is_given_up_says_so_and_lists_nothing(ask: Ask, after_c2: Point) -> None:
    full, capped = ask(after_c2, {}), ask(after_c2, {}, allowance=10)
    assert capped["may_settle_capped"] is True
    assert "may_settle" not in capped
    assert "may_settle_capped" not in full
    assert {k: v for k, v in capped.items() if k != "may_settle_capped"} == {
        k: v for k, v in full.items() if k != "may_settle"
    }


def test_reasons_of_a_possible_gap_name_every_variable_when_the_search_is_given_up(
    ask: Ask, build: Build
) -> None:
    answer = ask(build(TRAP), {}, allowance=0)
    assert [reason.get("on") for reason in answer["reasons"]] == [["change"], ["pam"], None, ["adc", "pyro"]]
    assert (answer["needs"], answer["may_settle_capped"]) == ([], True)


def test_the_order_of_the_declaration_changes_no_answer(ask: Ask, after_c2: Point) -> None:
    table = after_c2.table
    turned = after_c2._replace(
        table=table.model_copy(
            update={
                "facts": table.facts[::-1],
                "rulings": table.rulings[::-1],
                "rules": table.rules[::-1],
                "precedence": table.precedence[::-1],
            }
        )
    )
    for facts in (
        {},
        c2(None, "positive", None, None, "SD"),
        c2("positive", "negative", "mutated", None, "CR"),
    ):
        assert ask(turned, facts) == ask(after_c2, facts)


def test_threads_share_one_compiled_table(after_c2: Point) -> None:
    compiled = compile_table(*after_c2)

    def answers(_: int) -> list[Any]:
        states = product([None, "positive"], [None, "negative"], [None, "SD", "CR"])
        return [
            evaluate(
                compiled,
                {
                    name: Known(value)
                    for name, value in zip(("ctdna_baseline", "ctdna_c1", "response_c2"), state, strict=True)
                    if value is not None
                },
                {},
            )
            for state in states
        ]

    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(answers, range(8))
    assert all(other == first for other in others)


def test_citations_are_those_of_the_rules_that_may_fire(after_c4: Point) -> None:
    facts = {"regimen_c3_c4": Known("TCbHP"), "response_c4": Known("PR")}
    cite = {"section": "s", "sentence": 1}
    assert evaluate(compile_table(*after_c4), facts, {}).to_json()["cites"] == [cite]
    cited = evaluate(compile_table(*after_c4, record="NCT1"), facts, {}).to_json()["cites"]
    assert cited == [{"record": "NCT1", **cite}]
