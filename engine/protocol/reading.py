"""Read a version folder into a TrialProtocol, or report every fault with its file and line."""

import difflib
import hashlib
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from engine.protocol.base import Frozen
from engine.protocol.checking import findings
from engine.protocol.errors import ProtocolFaultsError
from engine.protocol.finding import Finding
from engine.protocol.source import Document, Fault, Plain, Step, parse
from engine.protocol.trial import TrialProtocol

TABLE_FOLDERS = ("decisions", "endpoints")


def read_protocol(folder: Path) -> TrialProtocol:
    """Read ``<trial id>/<version>/``.

    Raises:
        ProtocolFaultsError: With all faults of all files at once. What one part says about another
            is looked at when every part can be read.
    """
    sources = _Sources(folder)
    try:
        protocol = TrialProtocol.model_validate(sources.merged)
    except ValidationError as error:
        sources.report(sources.findings(error))
    else:
        if sources.complete:
            sources.report(findings(protocol))
        if not sources.faults:
            return protocol
    ordered = sorted(set(sources.faults), key=lambda f: (f.file, f.line, f.what))
    raise ProtocolFaultsError(folder=f"{folder.parent.name}/{folder.name}", faults=ordered)


def folder_hash(folder: Path) -> str:
    """SHA-256 over the sorted relative paths and bytes of the folder's files, each closed by its length."""
    digest = hashlib.sha256()
    for path in _files(folder):
        name, content = path.relative_to(folder).as_posix().encode(), path.read_bytes()
        digest.update(b"%d:%s%d:%s" % (len(name), name, len(content), content))
    return digest.hexdigest()


def _files(folder: Path) -> list[Path]:
    paths = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    shown = [name for name in paths if not any(part.startswith((".", "__")) for part in name.parts)]
    return [paths[name] for name in sorted(shown, key=lambda name: name.as_posix())]


class _Sources:
    """The files of a version folder merged into one value, each part remembering where it came from."""

    def __init__(self, folder: Path) -> None:
        self.faults: list[Fault] = []
        self.complete = True
        self.merged: dict[str, Plain] = {
            "trial": folder.parent.name,
            "version": folder.name,
            "hash": folder_hash(folder),
            **{kind: [] for kind in TABLE_FOLDERS},
        }
        self._origin: dict[Step, Document] = {}
        self._tables: dict[str, list[Document]] = {kind: [] for kind in TABLE_FOLDERS}
        for path in _files(folder):
            self._add(folder, path)

    def _add(self, folder: Path, path: Path) -> None:
        kind = path.parent.name if path.parent.parent == folder else ""
        if path.parent == folder and path.suffix == ".md":
            return
        if path.suffix != ".yaml" or (path.parent != folder and kind not in TABLE_FOLDERS):
            way_out = f"a version folder holds *.yaml, *.md and the folders {', '.join(TABLE_FOLDERS)}"
            self.faults.append(
                Fault(path.relative_to(folder).as_posix(), 1, "this file has no place here", way_out)
            )
            return
        document = parse(folder, path)
        self.faults += document.faults
        if not isinstance(document.value, dict):
            self.complete = False
            if not document.faults:
                self.faults.append(
                    Fault(document.file, 1, "the file is no mapping", "write its parts as 'name: ...'")
                )
        elif kind:
            self._add_table(kind, document)
        else:
            self._add_parts(document, document.value)

    def _add_table(self, kind: str, document: Document) -> None:
        tables = self.merged[kind]
        assert isinstance(tables, list)  # noqa: S101 made so in __init__
        tables.append(document.value)
        self._tables[kind].append(document)

    def _add_parts(self, document: Document, parts: dict[str, Plain]) -> None:
        for key, value in parts.items():
            if key in self.merged:
                other = self._origin[key].file if key in self._origin else "the folder's own name and tables"
                self.faults.append(
                    Fault(
                        document.file,
                        document.line((key,)),
                        f"'{key}' is given by {other} already",
                        "keep one",
                    )
                )
                continue
            self.merged[key], self._origin[key] = value, document

    def findings(self, error: ValidationError) -> Iterator[Finding]:
        """Turn what pydantic says into findings; a part may stand in a file that could not be read."""
        for detail in error.errors(include_url=False):
            if self.complete or detail["type"] != "missing" or len(detail["loc"]) > 1:
                yield _as_finding(detail, self._real(detail["loc"]))

    def _real(self, loc: tuple[Step, ...]) -> tuple[Step, ...]:
        """Leave out the steps that stand in no file: a member of a union, what is missing."""
        here: Plain = self.merged
        path: list[Step] = []
        for step in loc:
            match here, step:
                case dict(), str() if step in here:
                    here = here[step]
                case list(), int():
                    here = here[step]
                case _:
                    continue
            path.append(step)
        return tuple(path)

    def report(self, found: Iterator[Finding]) -> None:
        """Turn findings into faults with file and line."""
        self.faults += [Fault(*self._where(f.path), f.what, f.way_out) for f in found]

    def _where(self, path: tuple[Step, ...]) -> tuple[str, int]:
        match path:
            case (str() as kind, int() as index, *rest) if kind in self._tables:
                document = self._tables[kind][index]
                return document.file, document.line(tuple(rest))
            case (key, *_) if key in self._origin:
                document = self._origin[key]
                return document.file, document.line(path)
        return "protocol.yaml", 1


def _as_finding(detail: ErrorDetails, path: tuple[Step, ...]) -> Finding:
    kind = detail["type"]
    name = detail["loc"][-1] if kind == "missing" else path[-1]
    if kind == "extra_forbidden":
        close = difflib.get_close_matches(str(name), _vocabulary(), n=1, cutoff=0.75)
        return Finding(path, f"unknown key '{name}'", f"did you mean '{close[0]}'?" if close else "remove it")
    if kind == "missing":
        return Finding(path, f"'{name}' is missing", f"add '{name}' here")
    said = detail["msg"].removeprefix("Value error, ")
    return Finding(path, f"'{name}': {said}", f"given was {detail['input']!r:.80}")


def _vocabulary() -> set[str]:
    pending, seen = [Frozen], set[str]()
    while pending:
        model = pending.pop()
        seen |= set(model.model_fields)
        pending += model.__subclasses__()
    return seen
