"""Each import contract of pyproject.toml holds, and is seen to break on a planted import."""

import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import NamedTuple

import pytest

Run = Callable[..., CompletedProcess[str]]


class Plant(NamedTuple):
    """One import that must not be: the contract that forbids it, the file it is added to, what it imports."""

    contract: str
    file: str
    imported: str


PLANTS = (
    Plant("shell-over-core", "engine/planted.py", "api"),
    Plant("core-layers", "engine/errors.py", "engine.protocol"),
    Plant("core-layers", "engine/protocol/planted.py", "engine.decision"),
    Plant("core-layers", "engine/decision/planted.py", "engine.subject"),
    Plant("core-layers", "engine/decision/planted.py", "engine.decide"),
    Plant("core-layers", "engine/ledger/planted.py", "engine.protocol"),
    Plant("pure-core", "engine/decision/planted.py", "time"),
    Plant("pure-core", "engine/planted.py", "sqlalchemy.orm"),
    Plant("one-chart", "engine/planted.py", "transitions.extensions"),
    Plant("one-chart", "api/planted.py", "transitions"),
    Plant("one-ledger", "engine/planted.py", "cryptography.hazmat"),
    Plant("one-ledger", "engine/planted.py", "rfc8785"),
)


@pytest.fixture(scope="module")
def contracts(root: Path) -> dict[str, str]:
    stated = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return {contract["id"]: contract["name"] for contract in stated}


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    for folder in ("engine", "api"):
        shutil.copytree(root / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_tree_keeps_every_contract(run: Run, contracts: dict[str, str]) -> None:
    judged = run("lint-imports", "--no-logo", "--no-cache")
    assert judged.returncode == 0, judged.stdout
    assert f"Contracts: {len(contracts)} kept, 0 broken." in judged.stdout


def test_each_contract_has_a_planted_import(contracts: dict[str, str]) -> None:
    assert {plant.contract for plant in PLANTS} == contracts.keys(), "plant an import for each contract"


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: f"{plant.contract}-{plant.file}-{plant.imported}")
def test_a_planted_import_breaks_its_contract(
    run: Run, copy: Path, contracts: dict[str, str], plant: Plant
) -> None:
    with (copy / plant.file).open("a") as module:
        module.write(f"\nimport {plant.imported}\n")
    judged = run("lint-imports", "--no-logo", "--no-cache", "--contract", plant.contract, cwd=copy)
    said = " ".join(judged.stdout.split())
    assert judged.returncode == 1, said
    assert f"{contracts[plant.contract]} BROKEN" in said
    assert plant.file.removesuffix(".py").replace("/", ".") in said
