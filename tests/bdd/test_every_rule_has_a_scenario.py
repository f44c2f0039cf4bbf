"""Whatever a trial says is shown by a scenario, and no scenario is tagged with what no trial says."""

import pytest

from engine.protocol.catalogue import Catalogue
from engine.protocol.trial import TrialProtocol
from tests.bdd.gherkin import Played, played

Tag = tuple[str, str]
TRIALS = Catalogue().trials()


@pytest.fixture(scope="module")
def scenarios() -> list[Played]:
    return list(played())


def said(protocol: TrialProtocol) -> set[Tag]:
    """Name what a trial says, by the kinds of tag."""
    return {
        *(("point", table.decision_point) for table in protocol.decisions),
        *(("rule", rule.id) for table in protocol.tables.values() for rule in table.rules),
        *(
            ("ambiguity", key)
            for key, ambiguity in protocol.ambiguities.items()
            if ambiguity.governs in ("decision", "endpoint")
        ),
        *(("exit", exit_.id) for exit_ in protocol.exits),
        *(("milestone", milestone.id) for milestone in protocol.milestones),
    }


def tagged(scenarios: list[Played], trial: str) -> set[Tag]:
    """Name what the scenarios of a trial are tagged with."""
    own = (scenario.tags for scenario in scenarios if ("trial", trial) in scenario.tags)
    return {tag for tags in own for tag in tags if tag[0] != "trial"}


@pytest.mark.parametrize("trial", TRIALS)
def test_whatever_a_trial_says_is_shown_by_a_scenario(scenarios: list[Played], trial: str) -> None:
    bare = said(Catalogue().load(trial)) - tagged(scenarios, trial)
    named = ", ".join(f"@{kind}:{value}" for kind, value in sorted(bare))
    assert not bare, f"write a scenario in features/{trial} tagged: {named}"


@pytest.mark.parametrize("trial", TRIALS)
def test_no_scenario_is_tagged_with_what_its_trial_does_not_say(scenarios: list[Played], trial: str) -> None:
    stray = tagged(scenarios, trial) - said(Catalogue().load(trial))
    assert not stray, f"mend or drop these tags in features/{trial}: {sorted(stray)}"


def test_every_scenario_is_of_one_shipped_trial(scenarios: list[Played]) -> None:
    for scenario in scenarios:
        trials = [value for kind, value in scenario.tags if kind == "trial"]
        assert len(trials) == 1, f"{scenario.file}: tag the feature with one @trial:<id>"
        assert trials[0] in TRIALS, f"{scenario.file}: there is no trial {trials[0]}"


def test_a_clinician_reads_no_word_of_the_web(scenarios: list[Played]) -> None:
    words = ("HTTP", "JSON", "POST", "ETag", "If-Match", "Idempotency", "{", "/v1")
    for scenario in scenarios:
        if not scenario.file.startswith("technical/"):
            text = " ".join([scenario.name, *(step for _, step in scenario.steps)])
            found = [word for word in words if word in text]
            assert not found, f"{scenario.file}, '{scenario.name}': move it to features/technical ({found})"
