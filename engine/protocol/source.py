"""YAML with a memory: plain values, and the line on which each of them stands.

Words stay words (``yes`` and ``no`` are values of facts here), a fraction becomes a Decimal, a key that
stands twice in one mapping is a fault, and so is an alias: each part says itself what it says.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import yaml

Plain: TypeAlias = "bool | int | Decimal | str | list[Plain] | dict[str, Plain] | None"
Step: TypeAlias = str | int

_INTEGER = re.compile(r"[-+]?[0-9]+")
_FRACTION = re.compile(r"[-+]?[0-9]+\.[0-9]+")
_WORDS: Mapping[str, bool | None] = {"": None, "null": None, "~": None, "true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a protocol file, where, and the way out."""

    file: str
    line: int
    what: str
    way_out: str

    def __str__(self) -> str:
        """Render as compilers do, so that an editor can jump there."""
        return f"{self.file}:{self.line}: {self.what} ({self.way_out})"


@dataclass(slots=True)
class Document:
    """One parsed file.

    Attributes:
        file: Path relative to the version folder.
        value: Its content as plain values; None when it could not be parsed.
        lines: 1-based line of every path of keys and indexes.
        faults: What the parser itself found.
    """

    file: str
    value: Plain = None
    lines: dict[tuple[Step, ...], int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line(self, path: tuple[Step, ...]) -> int:
        """Give the line of ``path``, or else of its nearest known ancestor.

        A part of a condition is known by the path of the whole and its own key; the first such key below
        counts.
        """
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        below = (p for p in self.lines if p[: len(known)] == known and p[-1:] == path[-1:])
        return self.lines.get(known if known == path else next(below, known), 1)


class _Loader(yaml.SafeLoader):
    """The safe loader without aliases: they hide what a row says, and one in its own anchor never ends."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.get_event().start_mark  # type: ignore[no-untyped-call]  # so in its stubs
            raise yaml.composer.ComposerError(None, None, "an alias is not read, write it out", mark)
        return super().compose_node(parent, index)


def parse(folder: Path, path: Path) -> Document:
    """Parse one file of a version folder; faults are collected, never raised."""
    document = Document(path.relative_to(folder).as_posix())
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        what = str(getattr(error, "problem", None) or error)
        document.faults.append(
            Fault(
                document.file,
                mark.line + 1 if mark else 1,
                f"not YAML: {what}",
                "correct the syntax on this line",
            )
        )
        return document
    if root is not None:
        document.value = _plain(root, (), document)
    return document


def _plain(node: yaml.Node, path: tuple[Step, ...], document: Document) -> Plain:
    document.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, index), document) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, document)
    assert isinstance(node, yaml.ScalarNode)  # noqa: S101 there is no fourth kind of node
    return _scalar(node)


def _mapping(node: yaml.MappingNode, path: tuple[Step, ...], document: Document) -> dict[str, Plain]:
    found: dict[str, Plain] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        line = key_node.start_mark.line + 1
        if key in found:
            document.faults.append(
                Fault(document.file, line, f"the key '{key}' stands twice", "keep one of them")
            )
            continue
        document.lines[(*path, key)] = line
        found[key] = _plain(value_node, (*path, key), document)
    return found


def _scalar(node: yaml.ScalarNode) -> Plain:
    text = str(node.value)
    if node.style is not None:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return Decimal(text) if _FRACTION.fullmatch(text) else text
