"""What the documents promise by name exists."""

import ast
import re
from pathlib import Path

TEST = re.compile(r"`(tests/[\w/.-]+\.py)(?:::(\w+))?`")


def test_each_test_that_the_architecture_names_exists(root: Path) -> None:
    named = TEST.findall((root / "ARCHITECTURE.md").read_text())
    missing = [f"{path}::{name}" if name else path for path, name in named if not _exists(root / path, name)]
    assert named
    assert not missing, f"name the test that enforces it now, for: {', '.join(missing)}"


def test_each_invariant_names_a_test(root: Path) -> None:
    text = (root / "ARCHITECTURE.md").read_text()
    section = text.partition("## What must always hold")[2].partition("\n## ")[0]
    lines = re.split(r"\n(?=[0-9]+\. )", section)[1:]
    bare = [line.partition(".")[0] for line in lines if not TEST.search(line)]
    assert lines
    assert not bare, f"name a test in backticks at invariant(s) {', '.join(bare)}"


def test_each_folder_and_module_of_the_map_exists(root: Path) -> None:
    text = (root / "ARCHITECTURE.md").read_text()
    block = text.partition("## Map")[2].split("```")[1]
    parent, missing = "", []
    for line in block.strip().splitlines():
        name = re.split(r"\s{2,}", line.strip())[0]
        if not line.startswith(" "):
            parent = name.partition("<")[0]
        path = parent if not line.startswith(" ") else parent + name.partition("<")[0]
        if not (root / path).exists():
            missing.append(path)
    assert not missing, f"the map shows what is not there: {', '.join(missing)}"


def _exists(path: Path, name: str) -> bool:
    if not path.is_file():
        return False
    found = {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}
    found |= {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ClassDef)}
    return not name or name in found
