"""What the trial's files must say, whatever else they say."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from engine.decision import Findings, compile_table, verify
from engine.protocol.trial import TrialProtocol
from tests.trials.NCT07239271.oracle import RULINGS

Ask = Callable[[str, Mapping[str, object], Mapping[str, object]], dict[str, Any]]

ELIGIBILITY_RULINGS = {
    "AMB-24": ("any_marker", "hbsag_with_hbv_dna"),
    "AMB-25": ("hard_exclusion", "investigator_discretion"),
    "AMB-26": ("ever_below_55", "current_only"),
    "AMB-27": ("soft_as_headed", "hard"),
    "AMB-28": ("operable_for_early_only", "operable_for_both"),
    "AMB-29": ("all_women", "childbearing_only"),
    "AMB-30": ("any_history", "current_cancer_only"),
    "AMB-31": ("three_year_window", "five_year_disease_free"),
    "AMB-32": ("any_measurement", "treated_only"),
    "AMB-33": ("any_arrhythmia", "grade_2_or_worse"),
    "AMB-34": ("any_other_immunosuppressant", "dose_limit_applies"),
}
CONDUCT_RULINGS = {"AMB-35": ("tissue_or_plasma", "plasma_only")}


def test_the_record_is_cited_as_it_was_counted(protocol: TrialProtocol) -> None:
    assert (protocol.record.id, protocol.record.updated) == ("NCT07239271", "2025-11-20")
    counted = {key: section.sentences for key, section in protocol.record.sections.items()}
    assert counted == {
        "title": 1,
        "status": 6,
        "summary": 28,
        "conditions": 1,
        "design": 5,
        "arms.control": 1,
        "arms.experimental": 9,
        "eligibility.inclusion": 13,
        "eligibility.exclusion": 17,
        "eligibility.fields": 4,
    }


def test_arms_allocation_and_path(protocol: TrialProtocol) -> None:
    assert protocol.planned_subjects == 2000
    assert {arm.id: arm.ratio for arm in protocol.arms} == {"control": 1, "experimental": 3}
    path = {
        arm.id: [(e.epoch, e.cycles, e.regimen or e.decided_by) for e in arm.elements]
        for arm in protocol.arms
    }
    assert path == {
        "control": [("induction", 2, "TCbHP"), ("adaptation", 2, "TCbHP"), ("completion", 2, "TCbHP")],
        "experimental": [
            ("induction", 2, "Nab-P+HP"),
            ("adaptation", 2, "after_c2"),
            ("completion", 2, "after_c4"),
        ],
    }


def test_cycles_are_the_parameters_that_are_shown_as_assumed(protocol: TrialProtocol) -> None:
    value = {key: parameter.value for key, parameter in protocol.parameters.items()}
    assert {sum(e.cycles for e in arm.elements) for arm in protocol.arms} == {value["cycles_total"]} == {6}
    assert value["AMB-17"] == 6
    assert protocol.cycle_days == "cycle_length"
    assert value["cycle_length"] == 21
    choice = next(rule for rule in protocol.tables["after_c4"].rules if rule.then.choose)
    assert choice.then.cycles == value["cycles_after_c4"] == 2


def test_the_register_is_complete(protocol: TrialProtocol) -> None:
    entries = {f"AMB-{number:02}" for number in range(1, 36)}
    assert entries <= {*protocol.ambiguities, *protocol.parameters}
    assert not set(protocol.ambiguities) & set(protocol.parameters)


def test_the_first_option_of_each_ambiguity_is_the_reference(protocol: TrialProtocol) -> None:
    options = {key: ambiguity.domain for key, ambiguity in protocol.ambiguities.items()}
    assert options == {**RULINGS, **ELIGIBILITY_RULINGS, **CONDUCT_RULINGS}
    assert protocol.reference_rulings == {key: domain[0] for key, domain in options.items()}


def test_what_each_ruling_governs(protocol: TrialProtocol) -> None:
    governed = {key: ambiguity.governs for key, ambiguity in protocol.ambiguities.items()}
    decision = set(RULINGS) - {"AMB-16"}
    assert {key for key, what in governed.items() if what == "decision"} == decision
    assert {key for key, what in governed.items() if what == "endpoint"} == {"AMB-16"}
    assert {key for key, what in governed.items() if what == "eligibility"} == set(ELIGIBILITY_RULINGS)
    assert {key for key, what in governed.items() if what == "conduct"} == set(CONDUCT_RULINGS)


def test_regimens_have_agents_and_no_dose(protocol: TrialProtocol) -> None:
    agents = {regimen.id: [agent.name for agent in regimen.agents] for regimen in protocol.regimens}
    assert agents == {
        "Nab-P+HP": ["nab-paclitaxel", "trastuzumab", "pertuzumab"],
        "TCbHP": ["docetaxel", "carboplatin", "trastuzumab", "pertuzumab"],
        "PyroHT": ["pyrotinib", "trastuzumab", "docetaxel"],
        "EveroHT": ["everolimus", "trastuzumab", "docetaxel"],
        "ADC": [],
        "AC+H": ["anthracycline", "cyclophosphamide", "trastuzumab"],
    }
    assert not [agent for regimen in protocol.regimens for agent in regimen.agents if agent.dose]


def test_what_the_two_options_after_cycle_4_need(protocol: TrialProtocol) -> None:
    needed = {regimen.id: regimen.before_confirming for regimen in protocol.regimens}
    assert [need.observation for need in needed["AC+H"]] == ["lvef"]
    assert [need.agent_from for need in needed["ADC"]] == [("T-DM1", "T-DXd", "SHR-A1811")]
    assert not [key for key, need in needed.items() if need and key not in ("AC+H", "ADC")]


def test_the_regimen_of_cycles_3_and_4_comes_from_the_history(protocol: TrialProtocol) -> None:
    derived = {name: table.derived for name, table in protocol.tables.items() if table.derived}
    assert list(derived) == ["after_c4"]
    assert {fact: source.regimen_given for fact, source in derived["after_c4"].items()} == {
        "regimen_c3_c4": "adaptation"
    }


def test_withdrawal_ends_observation_and_death_ends_everything(protocol: TrialProtocol) -> None:
    assert protocol.observes_in == ("on_study", "off_treatment", "lost", "lost_off_treatment", "dead")
    standings = {s for exit_ in protocol.exits for move in exit_.moves.items() for s in move}
    open_ended = standings - {"withdrawn", "dead"}
    assert set(protocol.exit["death"].moves) == set(protocol.exit["withdrawal"].moves) == open_ended
    assert not [e.id for e in protocol.exits if {"withdrawn", "dead"} & set(e.moves)]
    assert {e.id for e in protocol.exits if e.priority == "urgent"} == {"pregnancy", "death"}
    assert protocol.exit["withdrawal_of_treatment"].scope == ("treatment",)
    assert protocol.exit["withdrawal"].scope == ("follow_up", "samples", "data")


@pytest.mark.parametrize("point", ["after_c2", "after_c4", "pcr"])
def test_no_table_has_a_gap_a_conflict_or_an_idle_rule(protocol: TrialProtocol, point: str) -> None:
    found = verify(compile_table(protocol.tables[point], protocol.variables, protocol.ambiguities))
    assert found == Findings(gap=None, clashes=(), shadowed=(), idle_constraints=(), infeasible=False)


def test_an_answer_cites_the_sentence_of_the_rule_that_gave_it(ask: Ask, protocol: TrialProtocol) -> None:
    facts = {"ctdna_c1": "positive", "pam_c1": "mutated", "response_c2": "SD"}
    told = ask("after_c2", facts, protocol.reference_rulings)
    assert told["rules"] == ["C2-4"]
    assert told["cites"] == [{"record": "NCT07239271", "section": "arms.experimental", "sentence": 7}]
    assert told["rulings_used"] == {key: RULINGS[key][0] for key in protocol.tables["after_c2"].rulings}
