"""Modules and functions stay small enough to be read in one go."""

import ast
from pathlib import Path

import pytest

FUNCTION_LIMIT = 40
MODULE_LIMIT = 300


@pytest.fixture(scope="module")
def sources(root: Path) -> dict[str, str]:
    files = (path for folder in ("engine", "api") for path in sorted((root / folder).rglob("*.py")))
    return {path.relative_to(root).as_posix(): path.read_text() for path in files}


def long_functions(source: str) -> list[str]:
    """Name each function of the source text that is longer than the limit, with its length in lines."""
    functions = (
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    sizes = ((node.name, (node.end_lineno or node.lineno) - node.lineno + 1) for node in functions)
    return [f"{name} ({size} lines)" for name, size in sizes if size > FUNCTION_LIMIT]


def test_no_function_is_long(sources: dict[str, str]) -> None:
    found = [f"{file}: {name}" for file, source in sources.items() for name in long_functions(source)]
    assert not found, f"name a step and move it out, to {FUNCTION_LIMIT} lines: {'; '.join(found)}"


def test_no_module_is_long(sources: dict[str, str]) -> None:
    found = [
        f"{file} ({size} lines)"
        for file, text in sources.items()
        if (size := text.count("\n")) > MODULE_LIMIT
    ]
    assert not found, f"split by subject, to {MODULE_LIMIT} lines: {'; '.join(found)}"


def test_a_planted_long_function_is_seen() -> None:
    body = "    pass\n"
    assert not long_functions("def f():\n" + body * (FUNCTION_LIMIT - 1))
    assert long_functions("async def f():\n" + body * FUNCTION_LIMIT) == [f"f ({FUNCTION_LIMIT + 1} lines)"]
