"""The pytest plugin: the world of a scenario, and the steps; see the package."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.bdd.installation import Installations
from api.bdd.kinds import KINDS
from api.bdd.world import World

pytest_plugins = (
    "api.bdd.tags",
    "api.bdd.steps_course",
    "api.bdd.steps_decision",
    "api.bdd.steps_rulings",
    "api.bdd.steps_outcome",
    "api.bdd.steps_record",
)
_WORLD = pytest.StashKey[World]()


class TagUntrueError(AssertionError):
    """A scenario is tagged with something that it did not show."""

    def __init__(self, missing: set[tuple[str, str]]) -> None:
        named = ", ".join(f"@{kind}:{value}" for kind, value in sorted(missing))
        super().__init__(
            f"the scenario does not show {named}; a rule is shown where it decides, not on a hold"
        )


@pytest.fixture(scope="session")
def trial_folders() -> tuple[Path, ...]:
    """Folders of trials beside the shipped ones; override it for trials of your own."""
    return ()


@pytest.fixture(scope="session")
def installations(
    tmp_path_factory: pytest.TempPathFactory, trial_folders: tuple[Path, ...]
) -> Iterator[Installations]:
    """The services that the scenarios of this process use."""
    started = Installations(lambda: tmp_path_factory.mktemp("installation"), trial_folders)
    yield started
    started.stop()


@pytest.fixture
def world(request: pytest.FixtureRequest, installations: Installations) -> World:
    """The world of one scenario, in the trial that its feature is tagged with."""
    marker = request.node.get_closest_marker("trial")
    if marker is None:
        raise pytest.UsageError("tag the feature with @trial:<id>, so that the steps know the trial's words")
    here = World(installations, str(marker.args[0]))
    request.node.stash[_WORLD] = here
    return here


def pytest_bdd_step_error(request: pytest.FixtureRequest) -> None:
    """Remember that the scenario has failed already."""
    if _WORLD in request.node.stash:
        request.node.stash[_WORLD].failed = True


def pytest_bdd_step_func_lookup_error(request: pytest.FixtureRequest) -> None:
    """Remember the same of a line that no step reads."""
    pytest_bdd_step_error(request)


def pytest_bdd_after_scenario(request: pytest.FixtureRequest) -> None:
    """Look back when every line was played: no refusal is left over, and the tags are true.

    Raises:
        UnlikeError: Something was refused that no Then expected.
        TagUntrueError: A tag names what the scenario did not show.
    """
    here = request.node.stash.get(_WORLD, None)
    if here is None or here.failed:
        return
    here.nothing_refused()
    tags = {(mark.name, str(mark.args[0])) for mark in request.node.iter_markers() if mark.name in KINDS}
    claimed = {tag for tag in tags if tag[0] != "trial"}
    if missing := claimed - here.shown() if claimed else set():
        raise TagUntrueError(missing)
