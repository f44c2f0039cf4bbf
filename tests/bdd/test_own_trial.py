"""The steps as somebody else uses them: a trial of their own, a conftest of a few lines."""

import subprocess
import sys

import pytest

from tests.toy import write_toy

CONFTEST = """\
from pathlib import Path

import pytest

pytest_plugins = ("api.bdd.plugin",)


@pytest.fixture(scope="session")
def trial_folders():
    return (Path(__file__).parent / "trials",)
"""
FEATURE = """\
@trial:TOY-1 @point:after_c1
Feature: A trial that did not ship

  Background:
    Given the sponsor has signed the reference rulings
    And a subject in the adaptive arm who was given 1 cycle

  @rule:T-1 @ambiguity:AMB-1
  Scenario: its own variables, regimens and cycles
    Given marker after cycle 1 is negative
    And the scan after cycle 1 is CR
    When the decision after cycle 1 is asked for
    Then the decision is propose Light
    When the investigator confirms
    Then the subject's epoch is second

  @rule:T-2
  Scenario: a tag that is not true
    Given marker is negative
    And scan is PR
    When the decision after_c1 is asked for
    Then the decision is propose Light

  Scenario: a refusal that no line expects
    Given the decision after cycle 1 is asked for
    When the investigator confirms

  Scenario: another outcome than the line says
    Given scan is PD
    When the decision after cycle 1 is asked for
    Then the decision is propose Heavy

  Scenario: a word that the trial does not have
    Given ctDNA is positive
"""
ALONE = """\
@trial:TOY-1 @point:after_c1 @rule:T-2
Feature: A table asked without a subject
  Scenario: facts alone
    Given the sponsor has signed only AMB-1 as pr_or_better
    And marker after cycle 1 is positive
    And the scan after cycle 1 is SD
    When the decision after cycle 1 is asked for
    Then the decision is propose Heavy
"""
UNTAGGED = "Feature: no trial\n  Scenario: untagged\n    Given the sponsor has signed no rulings\n"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Play the specifications of a trial that did not ship; returns what pytest says of each scenario."""
    folder = tmp_path_factory.mktemp("own")
    write_toy(folder / "trials")
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_own.py").write_text('from pytest_bdd import scenarios\n\nscenarios(".")\n')
    for name, text in (("own", FEATURE), ("alone", ALONE), ("untagged", UNTAGGED)):
        (folder / f"{name}.feature").write_text(text)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-rA",
        "-p",
        "no:cacheprovider",
        "--strict-markers",
        "--tb=line",
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize("scenario", ["its_own_variables_regimens_and_cycles", "facts_alone"])
def test_a_trial_that_did_not_ship_is_specified_with_the_same_steps(report: str, scenario: str) -> None:
    assert f"PASSED test_own.py::test_{scenario}\n" in report, report


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        ("a_tag_that_is_not_true", "does not show @rule:T-2"),
        ("a_refusal_that_no_line_expects", "'confirm' does not fit a decision to hold"),
        ("another_outcome_than_the_line_says", "found 'refer: progressive disease'"),
        ("a_word_that_the_trial_does_not_have", "no variable 'ctDNA' (it has: marker ("),
        ("untagged", "tag the feature with @trial:<id>"),
    ],
)
def test_what_is_not_so_fails_and_says_why(report: str, scenario: str, said: str) -> None:
    assert f"FAILED test_own.py::test_{scenario}" in report, report
    assert said in report, report
