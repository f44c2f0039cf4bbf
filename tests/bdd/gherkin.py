"""The features as data: each scenario with its tags and its steps as they are played."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler

FEATURES = Path(__file__).parents[2] / "features"
_KEYWORDS = {"Context": "given", "Action": "when", "Outcome": "then"}


@dataclass(frozen=True, slots=True)
class Played:
    """One scenario, or one row of an outline.

    Attributes:
        tags: Kind and value of each tag that has both.
        steps: Type (given, when, then) and text.
    """

    file: str
    name: str
    tags: frozenset[tuple[str, str]]
    steps: tuple[tuple[str, str], ...]


def played(root: Path = FEATURES) -> Iterator[Played]:
    """Read every scenario of every feature below a folder."""
    for path in sorted(root.rglob("*.feature")):
        document = Parser().parse(path.read_text())
        for pickle in Compiler().compile({**document, "uri": str(path)}):
            tags = (tag["name"].removeprefix("@").partition(":") for tag in pickle["tags"])
            yield Played(
                file=str(path.relative_to(root)),
                name=pickle["name"],
                tags=frozenset((kind, value) for kind, colon, value in tags if colon),
                steps=tuple((_KEYWORDS[step["type"]], step["text"]) for step in pickle["steps"]),
            )
