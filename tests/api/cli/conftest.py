"""The command as it is installed, run in a process of its own; and the data of one whole demonstration."""

import os
import re
import subprocess
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

NEOADAPT = Path(sysconfig.get_path("scripts")) / "neoadapt"
Ran = subprocess.CompletedProcess[bytes]
Run = Callable[..., Ran]
Start = Callable[..., AbstractContextManager[subprocess.Popen[bytes]]]


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What one run of ``neoadapt demo --once`` left behind."""

    ran: Ran
    data_dir: Path


def _environment(more: dict[str, str]) -> dict[str, str]:
    """Nothing of the caller's installation or terminal reaches the command."""
    foreign = re.compile(r"NEOADAPT_|DATABASE_URL$|COLUMNS$|FORCE_COLOR$|NO_COLOR$|TTY_")
    return {key: value for key, value in os.environ.items() if not foreign.match(key)} | more


@pytest.fixture(autouse=True)
def _own_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs in this process sees no installation of the caller either."""
    for name in ("DATABASE_URL", "NEOADAPT_DATA_DIR", "NEOADAPT_TRIALS", "NEOADAPT_CHECK_ROLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def neoadapt() -> Run:
    """Run the command to its end; standard input is bytes, output is bytes."""

    def run(*arguments: str | Path, stdin: bytes = b"", **environment: str) -> Ran:
        return subprocess.run(
            [NEOADAPT, *arguments],
            input=stdin,
            env=_environment(environment),
            capture_output=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def started() -> Start:
    """Start the command with pipes on all sides; what still runs at the end of the block is killed."""

    @contextmanager
    def start(
        *arguments: str | Path, program: tuple[str | Path, ...] = (NEOADAPT,), **environment: str
    ) -> Iterator[subprocess.Popen[bytes]]:
        command, pipe = [*program, *arguments], subprocess.PIPE
        with subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, env=_environment(environment)
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    return start


@pytest.fixture(scope="session")
def demonstration(neoadapt: Run, tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    folder = tmp_path_factory.mktemp("demo")
    ran = neoadapt("demo", "--once", "--data-dir", folder)
    (data_dir,) = folder.iterdir()
    return Demonstration(ran, data_dir)


@pytest.fixture(scope="session")
def sentence() -> Callable[[Ran], str]:
    """Take the one sentence of a deliberate error; the process must have refused with exit status 2."""

    def only(ran: Ran) -> str:
        said = ran.stderr.decode()
        assert (ran.returncode, ran.stdout) == (2, b""), (ran.returncode, ran.stdout, said)
        assert said.count("\n") == 1
        assert said.startswith("neoadapt: ")
        return said.removeprefix("neoadapt: ").rstrip("\n")

    return only
