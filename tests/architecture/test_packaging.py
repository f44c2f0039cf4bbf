"""The wheel holds what the product needs and nothing else; the locks are complete and hashed."""

import configparser
import re
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = ("build", "runtime", "dev")


@pytest.fixture(scope="module")
def wheel(
    run: Callable[..., CompletedProcess[str]], tmp_path_factory: pytest.TempPathFactory
) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    built = run("hatchling", "build", "--target", "wheel", "--directory", folder)
    assert built.returncode == 0, built.stderr
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def requirements(lock: str) -> dict[str, str]:
    """Map each requirement of a lock file (its text) to the hashes and comments that follow it."""
    logical = re.sub(r"\\\n", " ", lock)
    lines = [line for line in logical.splitlines() if line and not line.lstrip().startswith("#")]
    return {line.split("--hash")[0].strip(): line for line in lines}


def unhashed(lock: str) -> list[str]:
    """Name what pip would take on trust: requirements without a hash, options that name a place."""
    return [name for name, line in requirements(lock).items() if "--hash=sha256:" not in line]


def pins(root: Path, lock: str) -> dict[str, str]:
    text = (root / "requirements" / f"{lock}.txt").read_text()
    found = (Requirement(line) for line in requirements(text))
    return {canonicalize_name(one.name): str(one.specifier) for one in found}


@pytest.mark.parametrize("folder", ["engine", "api"])
def test_the_wheel_holds_each_file_of_the_packages(root: Path, wheel: zipfile.ZipFile, folder: str) -> None:
    files = (path for path in (root / folder).rglob("*") if path.is_file())
    wanted = {path.relative_to(root).as_posix() for path in files if "__pycache__" not in path.parts}
    missing = wanted - set(wheel.namelist())
    assert not missing, f"pyproject.toml or .gitignore keeps these out of the wheel: {sorted(missing)}"


@pytest.mark.parametrize(
    "pattern",
    [
        r"engine/trials/[^/]+/[^/]+/protocol\.yaml",
        r"engine/trials/[^/]+/[^/]+/CHANGES\.md",
        r"api/bdd/.+\.py",
        r"api/store/migrations/versions/.+\.py",
    ],
)
def test_trials_steps_and_migrations_are_in_the_wheel(wheel: zipfile.ZipFile, pattern: str) -> None:
    assert any(re.fullmatch(pattern, name) for name in wheel.namelist()), f"no {pattern} in the wheel"


def test_the_wheel_holds_nothing_but_the_packages(wheel: zipfile.ZipFile) -> None:
    folders = {name.split("/")[0] for name in wheel.namelist()}
    assert {re.sub(r"^neoadapt-.*\.", "", folder) for folder in folders} == {"engine", "api", "dist-info"}


def test_the_wheel_brings_the_command(wheel: zipfile.ZipFile) -> None:
    entry_points = configparser.ConfigParser()
    stated = next(name for name in wheel.namelist() if name.endswith(".dist-info/entry_points.txt"))
    entry_points.read_string(wheel.read(stated).decode())
    assert dict(entry_points["console_scripts"]) == {"neoadapt": "api.cli:main"}


@pytest.mark.parametrize("lock", LOCKS)
def test_each_locked_requirement_has_a_hash(root: Path, lock: str) -> None:
    bare = unhashed((root / "requirements" / f"{lock}.txt").read_text())
    assert not bare, f"run `make lock`; these are taken on trust: {bare}"


@pytest.mark.parametrize("line", ["rich==15.0.0", "--index-url https://a.example/simple", "-e ."])
def test_a_bare_line_in_a_lock_is_seen(line: str) -> None:
    good = "six==1.17.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n    # via transitions\n"
    assert unhashed(good + line) == [line]


def test_the_locks_serve_what_pyproject_asks_for(root: Path) -> None:
    stated = tomllib.loads((root / "pyproject.toml").read_text())
    groups = stated["dependency-groups"]
    asked = {
        "build": stated["build-system"]["requires"] + groups["build"],
        "runtime": stated["project"]["dependencies"],
        "dev": stated["project"]["dependencies"]
        + stated["project"]["optional-dependencies"]["specs"]
        + [entry for entry in groups["dev"] if isinstance(entry, str)],
    }
    for lock, entries in asked.items():
        locked = pins(root, lock)
        for entry in map(Requirement, entries):
            pin = locked.get(canonicalize_name(entry.name), "")
            assert entry.specifier.contains(pin.removeprefix("==")), f"run `make lock`: {lock} lacks {entry}"


def test_tests_run_on_the_versions_that_are_shipped(root: Path) -> None:
    runtime, dev = pins(root, "runtime"), pins(root, "dev")
    assert {name: dev.get(name) for name in runtime} == runtime


def test_this_python_is_one_the_project_supports(root: Path) -> None:
    stated = tomllib.loads((root / "pyproject.toml").read_text())["project"]["requires-python"]
    assert Requirement(f"python{stated}").specifier.contains("{}.{}.{}".format(*sys.version_info[:3]))
