"""What the architecture tests share: where the tree stands, how one of our tools is run."""

import os
import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

# What a terminal or a caller's habit would add to the output that the tests read.
HABITS = {"FORCE_COLOR", "PY_COLORS", "PYTEST_ADDOPTS"}


@pytest.fixture(scope="session")
def root() -> Path:
    return Path(__file__).parents[2]


@pytest.fixture(scope="session")
def run(root: Path) -> Run:
    """Run a command-line tool of this environment; output is text, the exit code is the caller's to judge."""
    environment = {name: value for name, value in os.environ.items() if name not in HABITS}

    def tool(name: str, *arguments: str | Path, cwd: Path = root) -> subprocess.CompletedProcess[str]:
        program = Path(sysconfig.get_path("scripts")) / name
        return subprocess.run(
            [program, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
        )

    return tool
