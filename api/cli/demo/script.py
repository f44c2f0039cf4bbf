"""The script of the demonstration, read from its file: one branch of the trial after the other."""

from pathlib import Path
from typing import Any

import yaml

from api.cli.demo.steps import Course, Ends, Step, written

_FILE = Path(__file__).with_name("NCT07239271.yaml")


def _course(raw: dict[str, Any]) -> Course:
    steps: list[Step] = [step for line in raw["steps"] for step in written(line)]
    ends: dict[str, Any] = {
        key: tuple(said) if isinstance(said, list) else said for key, said in raw["ends"].items()
    }
    return Course(raw["subject"], raw["story"], tuple(steps), Ends(**ends))


_SCRIPT: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
TRIAL: str = _SCRIPT["trial"]
COURSES = tuple(_course(raw) for raw in _SCRIPT["courses"])
