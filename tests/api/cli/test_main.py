"""What every command shares: help, version, errors as one sentence, nothing imported in vain."""

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version

import pytest

Run = Callable[..., subprocess.CompletedProcess[bytes]]

IMPORTED = """\
import sys
from api.cli import main
heavy = {"fastapi", "starlette", "sqlalchemy", "alembic", "uvicorn", "httpx2", "rich"}
try:
    main()
finally:
    print(sorted(heavy & set(sys.modules)))
"""
FAULTY = """\
from api.cli import main
from api.cli.commands import app
@app.command()
def break_down() -> None:
    raise RuntimeError("a fault of ours")
main()
"""


def run(code: str, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)


def test_the_version_is_the_packages(neoadapt: Run) -> None:
    ran = neoadapt("--version")
    assert (ran.returncode, ran.stdout.decode()) == (0, f"neoadapt {version('neoadapt')}\n")


def test_help_names_every_command_in_full(neoadapt: Run) -> None:
    text = neoadapt("--help").stdout.decode()
    for command in ("serve", "demo", "evaluate", "token", "migrate", "protocol", "audit"):
        assert f"\n  {command} " in text
    assert "..." not in text.removeprefix("Usage: neoadapt [OPTIONS] COMMAND [ARGS]...")


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("evaluate", "--nonsense"), ("serve", "--port", "http")]
)
def test_a_wrong_word_is_a_usage_error(neoadapt: Run, arguments: tuple[str, ...]) -> None:
    ran = neoadapt(*arguments)
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert b"--help" in ran.stderr
    assert b"Traceback" not in ran.stderr


@pytest.mark.parametrize(
    "arguments", [("--help",), ("evaluate", "NCT07239271", "after_c2"), ("serve", "--help")]
)
def test_nothing_is_imported_in_vain(arguments: tuple[str, ...]) -> None:
    ran = run(IMPORTED, *arguments, stdin='{"facts": {}}\n')
    assert ran.stdout.splitlines()[-1] == "[]", ran.stderr


def test_a_fault_of_ours_is_not_dressed_up() -> None:
    ran = run(FAULTY, "break-down")
    assert ran.returncode == 1
    assert "Traceback" in ran.stderr
    assert "RuntimeError: a fault of ours" in ran.stderr
