"""A fault before it has a file and a line."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from engine.protocol.source import Step


class Finding(NamedTuple):
    """A fault by its path in the merged files; the reader turns the path into file and line."""

    path: tuple[Step, ...]
    what: str
    way_out: str


def dangling(path: tuple[Step, ...], kind: str, name: object, known: Iterable[str]) -> Iterator[Finding]:
    """Find a name that none of the declared ones is."""
    choices = list(known)
    if name not in choices:
        yield Finding(path, f"there is no {kind} '{name}'", f"declared: {', '.join(choices) or 'none'}")
