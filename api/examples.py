"""Examples of requests, kept as data: no trial's words stand in the code."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).with_name("examples.yaml")


@cache
def _all() -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return found


def examples(command: str) -> dict[str, Any]:
    """Give the examples of a command as JSON Schema shows them."""
    return {"examples": _all()[command]}
