"""``neoadapt protocol list``, ``show`` and ``diagram``."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import typer
from rich.table import Table

from api.cli.console import stdout
from api.cli.showing import parts
from api.service.trials import catalogue
from engine.chart import Chart
from engine.diagram import page
from engine.protocol.catalogue import Catalogue
from engine.protocol.trial import TrialProtocol


def list_all(further: Sequence[Path], *, as_json: bool) -> None:
    """Print every version of every trial."""
    protocols = list(_chosen(catalogue(further), None, None))
    if as_json:
        said = ("trial", "version", "hash", "title")
        typer.echo(_json([{name: getattr(p, name) for name in said} for p in protocols]))
        return
    table = Table("Trial", "Version", "SHA-256 of the folder", "Title")
    for p in protocols:
        table.add_row(p.trial, p.version, p.hash, p.title)
    stdout().print(table)


def show(trial: str, version: str | None, further: Sequence[Path], *, as_json: bool) -> None:
    """Print one version, the newest when none is named."""
    protocol = catalogue(further).load(trial, version)
    if as_json:
        typer.echo(_json(protocol.model_dump(mode="json", exclude_none=True)))
        return
    out = stdout()
    for part in parts(protocol):
        out.print(part)


def draw(trial: str | None, version: str | None, further: Sequence[Path], folder: Path | None) -> None:
    """Print the pages of the versions chosen, or write each into a folder."""
    for protocol in _chosen(catalogue(further), trial, version):
        text = page(protocol, Chart(protocol))
        if folder is None:
            typer.echo(text, nl=False)
            continue
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{protocol.trial}-{protocol.version}.md"
        file.write_text(text, encoding="utf-8")
        typer.echo(f"wrote {file}")


def _chosen(found: Catalogue, trial: str | None, version: str | None) -> Iterator[TrialProtocol]:
    for name in found.trials() if trial is None else [trial]:
        for each in found.versions(name) if version is None else [version]:
            yield found.load(name, each)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
