"""The suite's own settings hold: nothing outside is reached, tags become markers, warnings are errors."""

import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Run = Callable[..., CompletedProcess[str]]

FEATURE = """\
{tags}
Feature: a toy
  Scenario: one
    Given a step
"""
STEPS = """\
from pytest_bdd import given, scenarios

scenarios("toy.feature")


@given("a step")
def step():
    {body}
"""


@pytest.fixture
def suite(root: Path, tmp_path: Path, run: Run) -> Callable[..., CompletedProcess[str]]:
    """Run a toy suite under this project's settings; returns what pytest printed."""

    def play(
        *options: str, tags: str = "@trial:T1 @rule:C2-1 @technical", body: str = "pass"
    ) -> CompletedProcess[str]:
        for name in ("pyproject.toml", "conftest.py"):
            shutil.copy(root / name, tmp_path)
        for folder, name, text in (("features", "toy.feature", FEATURE), ("tests", "test_toy.py", STEPS)):
            (tmp_path / folder).mkdir()
            (tmp_path / folder / name).write_text(text.format(tags=tags, body=body))
        return run("pytest", "-p", "no:cacheprovider", *options, cwd=tmp_path)

    return play


def test_nothing_beyond_loopback_is_reached() -> None:
    # pytest-socket warns before it refuses, and a warning is an error here.
    with socket.socket() as plug, pytest.raises(UserWarning, match=r"192\.0\.2\.1"):
        plug.connect(("192.0.2.1", 80))


def test_loopback_and_unix_sockets_are_reached(tmp_path: Path) -> None:
    for family, address in ((socket.AF_INET, ("127.0.0.1", 0)), (socket.AF_UNIX, str(tmp_path / "socket"))):
        with socket.socket(family) as server, socket.socket(family) as client:
            server.bind(address)
            server.listen()
            client.connect(server.getsockname())


def test_a_tag_with_a_colon_is_a_marker_with_a_value(suite: Callable[..., CompletedProcess[str]]) -> None:
    played = suite("-m", "rule and trial and technical")
    assert "1 passed" in played.stdout, played.stdout


def test_an_unregistered_tag_stops_the_suite(suite: Callable[..., CompletedProcess[str]]) -> None:
    played = suite(tags="@arm:experimental")
    assert played.returncode != 0
    assert "'arm' not found in `markers`" in played.stdout


def test_a_warning_is_an_error(suite: Callable[..., CompletedProcess[str]]) -> None:
    played = suite(body="__import__('warnings').warn('planted')")
    assert "UserWarning: planted" in played.stdout
    assert played.returncode == 1
