"""What a tag of a feature can name."""

from collections.abc import Mapping
from typing import Final

KINDS: Final[Mapping[str, str]] = {
    "trial": "the trial that a scenario speaks about",
    "point": "the decision point that a scenario asks",
    "rule": "the rule of a table that a scenario shows deciding",
    "ambiguity": "the ambiguity whose rulings a scenario shows",
    "exit": "the exit that a scenario shows",
    "milestone": "the milestone that a scenario shows",
}
