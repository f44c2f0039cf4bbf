"""``neoadapt protocol check``: everything that is wrong with a trial, before a subject meets it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import typer

from api.cli import wording
from api.service.trials import catalogue
from engine.chart import Chart
from engine.decision import Findings, TableError, compile_table, verify
from engine.protocol.catalogue import Catalogue
from engine.protocol.errors import ProtocolFaultsError
from engine.protocol.trial import TrialProtocol


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        where: File and line as compilers write them, or trial, version and part.
        what: The fault, with the way out.
    """

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found of one version."""

    trial: str
    version: str
    faults: tuple[Fault, ...]


def check(trial: str | None, version: str | None, further: Sequence[Path], *, as_json: bool) -> bool:
    """Check the versions chosen and print what was found; tells whether there is no fault."""
    found = catalogue(further)
    checked = [
        Checked(name, each, tuple(_faults(found, name, each)))
        for name in (found.trials() if trial is None else [trial])
        for each in (found.versions(name) if version is None else [version])
    ]
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in checked], ensure_ascii=False, indent=2))
    else:
        for one in checked:
            for fault in one.faults:
                typer.echo(f"{fault.where}: {fault.what}")
            typer.echo(f"{one.trial} {one.version}: {len(one.faults) or 'no'} fault(s)")
    return not any(one.faults for one in checked)


def _faults(found: Catalogue, trial: str, version: str) -> Iterator[Fault]:
    """Find the faults of the files; where there are none, those of what the files say."""
    try:
        protocol = found.load(trial, version)
    except ProtocolFaultsError as error:
        folder = next(root / trial / version for root in found.roots if (root / trial).is_dir())
        for fault in error.faults:
            yield Fault(f"{folder / fault.file}:{fault.line}", f"{fault.what} ({fault.way_out})")
        return
    yield from _in_tables(protocol)
    yield from _in_chart(protocol)


def _in_tables(protocol: TrialProtocol) -> Iterator[Fault]:
    for name, table in protocol.tables.items():
        where = f"{protocol.trial} {protocol.version} {name}"
        try:
            compiled = compile_table(table, protocol.variables, protocol.ambiguities)
        except TableError as error:
            yield Fault(where, str(error))
        else:
            yield from (Fault(where, what) for what in _findings(verify(compiled)))


def _findings(findings: Findings) -> Iterator[str]:
    if findings.infeasible:
        yield "no values keep all constraints (mend the constraints)"
    if findings.gap is not None:
        yield f"no rule fires for {wording.values(findings.gap)} (add a rule that says what follows)"
    for clash in findings.clashes:
        rules, values = " and ".join(clash.rules), wording.values(clash.witness)
        yield f"{rules} fire together with different outcomes for {values} (declare which has precedence)"
    for shadowed in findings.shadowed:
        never = "its condition holds for no feasible values"
        why = never if shadowed.why == "never_true" else "a rule with precedence holds whenever it does"
        yield f"rule {shadowed.rule} never answers: {why} (correct it or remove it)"
    for name in findings.idle_constraints:
        yield f"constraint {name} forbids nothing (correct it or remove it)"


def _in_chart(protocol: TrialProtocol) -> Iterator[Fault]:
    """Find what is declared and stands on no path that a subject can take."""
    chart, where = Chart(protocol), f"{protocol.trial} {protocol.version} chart"
    epochs = {state.epoch for state in chart.states}
    moves = {(move.kind, move.about) for _, move, _ in chart.edges()}
    reached = {
        "epoch": ([epoch.id for epoch in protocol.epochs], epochs),
        "milestone": (protocol.milestone, {about for kind, about in moves if kind in ("milestone", "early")}),
        "exit": (protocol.exit, {about for kind, about in moves if kind == "exit"}),
    }
    for kind, (declared, met) in reached.items():
        for name in declared:
            if name not in met:
                yield Fault(where, f"no subject can reach the {kind} '{name}' (lead to it, or remove it)")
