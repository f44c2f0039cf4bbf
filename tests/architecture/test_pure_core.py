"""What import contracts cannot see: a clock that is reached through datetime, a setting through os."""

import ast
from pathlib import Path

import pytest

OUTSIDE = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "os.environ",
    "os.getenv",
    "os.urandom",
}


def reaches(source: str) -> list[str]:
    """Name each expression in the source text through which the time or the machine would be read."""
    nodes = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute))
    said = ((".".join(ast.unparse(node).split(".")[-2:]), node.lineno) for node in nodes)
    return [f"{expression}, line {line}" for expression, line in said if expression in OUTSIDE]


def test_the_core_asks_neither_clock_nor_machine(root: Path) -> None:
    found = [
        f"{path.relative_to(root)}: {reach}"
        for path in sorted((root / "engine").rglob("*.py"))
        for reach in reaches(path.read_text())
    ]
    assert not found, f"let api pass it as an argument: {'; '.join(found)}"


@pytest.mark.parametrize("planted", ["datetime.now(UTC)", "datetime.date.today()", "os.environ['HOME']"])
def test_a_planted_reach_is_seen(planted: str) -> None:
    assert reaches(f"value = {planted}\n")
