"""What can be typed: each command with its arguments, its help and the module that does the work.

That module is imported when its command runs: the shell waits for nothing that it does not need.
"""
# ruff: noqa: PLC0415  # the imports inside the commands are the point of this module

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.identity.roles import Role


class Kind(StrEnum):
    """What an actor is."""

    PERSON = "person"
    SERVICE = "service"


Trial = Annotated[str, typer.Argument(metavar="TRIAL", help="Trial id, such as NCT07239271.")]
SomeTrial = Annotated[str | None, typer.Argument(metavar="TRIAL", help="Trial id; every trial if left out.")]
Version = Annotated[str | None, typer.Option(help="Version, such as v1; the newest if left out.")]
Trials = Annotated[
    list[Path] | None,
    typer.Option(
        "--trials", metavar="DIR", help="Folder of further trials, beside the shipped ones; repeatable."
    ),
]
DataDir = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", help="Folder of the signing key and, unless DATABASE_URL says else, of the data."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

app = typer.Typer(
    name="neoadapt",
    help="A decision engine for adaptive clinical trials.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # errors and help stay plain text, one line where one line says it
    pretty_exceptions_enable=False,
)
protocol = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Look at trials, and check their files."
)
audit = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The audit trail.")
app.add_typer(protocol, name="protocol")
app.add_typer(audit, name="audit")


def _print_version(wanted: bool) -> None:  # noqa: FBT001 typer calls it so
    if wanted:
        from importlib.metadata import version

        typer.echo(f"neoadapt {version('neoadapt')}")
        raise typer.Exit


def _further(trials: list[Path] | None) -> tuple[Path, ...]:
    """The folders named here, or else in the environment."""
    from api.settings import Settings

    return Settings.of(trials=tuple(trials or ())).trials


@app.callback()
def _neoadapt(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """A decision engine for adaptive clinical trials: it proposes, explains and holds."""


@app.command()
def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8000,
    data_dir: DataDir = None,
    trials: Trials = None,
) -> None:
    """Run the service."""
    from api.cli import serving
    from api.settings import Settings

    serving.serve(Settings.of(data_dir=data_dir, trials=tuple(trials or ())), host, port)


@app.command()
def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="End when the walk is over.")] = False,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Port of loopback; 8000, or any free one with --once."),
    ] = None,
    data_dir: Annotated[
        Path, typer.Option(metavar="DIR", help="Where each run makes a new folder for its data.")
    ] = Path(".demo"),
) -> None:
    """Walk synthetic subjects through a running service.

    They take every branch of NCT07239271; each row shows what happened to one and where it stands.
    Exit status 1 when the service answered otherwise than expected.
    """
    from api.cli.demo.run import run

    if not run(data_dir, port if port is not None else 0 if once else 8000, once=once):
        raise typer.Exit(1)


@app.command()
def evaluate(
    trial: Trial,
    point: Annotated[str, typer.Argument(metavar="DECISION_POINT", help="Name of the decision point.")],
    cases: Annotated[
        typer.FileBinaryRead, typer.Argument(metavar="CASES.jsonl", help="JSON lines; stdin if left out.")
    ] = "-",  # type: ignore[assignment]  # typer opens what the default names
    *,
    version: Version = None,
    rulings: Annotated[
        str, typer.Option(metavar="none|reference|FILE", help="The rulings to evaluate under.")
    ] = "none",
    trials: Trials = None,
) -> None:
    """Answer cases: JSON lines in, JSON lines out.

    One line out for each line in, in order; nothing is stored.
    Exit status 1 when a line was no case, 2 when nothing could be evaluated.
    """
    from api.cli import evaluating

    ready = evaluating.prepare(trial, point, version, rulings, _further(trials))
    if status := evaluating.answer(ready, cases):
        raise typer.Exit(status)


@app.command()
def token(
    actor: Annotated[str, typer.Argument(metavar="ACTOR", help="Stable pseudonymous key; never used again.")],
    *,
    name: Annotated[str, typer.Option(help="Printed name, for signatures.")],
    kind: Annotated[Kind, typer.Option(help="Only a person signs.")],
    role: Annotated[Role, typer.Option(help="What the token lets its actor do.")],
    zone: Annotated[
        str | None, typer.Option(metavar="IANA", help="Time zone of a new actor; UTC if left out.")
    ] = None,
    trial: Annotated[str | None, typer.Option(help="Bind the token to one trial.")] = None,
    site: Annotated[str | None, typer.Option(help="Bind the token to one site.")] = None,
    expires_days: Annotated[int | None, typer.Option(min=1, max=3650, help="Days until it expires.")] = None,
    data_dir: DataDir = None,
    trials: Trials = None,
    as_json: Json = False,
) -> None:
    """Give an actor a token; make the actor if new."""
    from api.cli import tokens
    from api.settings import Settings

    settings = Settings.of(data_dir=data_dir, trials=tuple(trials or ()))
    asked = tokens.Grant(actor, kind.value, name, role, zone, trial, site, expires_days)
    tokens.show(tokens.give(settings, asked), as_json=as_json)


@app.command()
def migrate(
    *,
    grant_to: Annotated[
        str | None, typer.Option(metavar="ROLE", help="PostgreSQL role of the service.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Bring the database to this version's tables."""
    from api.cli import migrating
    from api.settings import Settings

    migrating.bring_up_to_date(Settings.of(data_dir=data_dir), grant_to)


@audit.command("verify")
def verify_audit(
    trial: SomeTrial = None,
    *,
    held: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", exists=True, dir_okay=False, help="A checkpoint kept outside; repeatable."
        ),
    ] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Recompute the audit trail from its first entry.

    Exit status 1 where it does not hold; the first entry that cannot be trusted is named.
    """
    from api.cli import auditing
    from api.settings import Settings

    found = auditing.verify(Settings.of(data_dir=data_dir), trial, held or [])
    if not auditing.show(found, as_json=as_json):
        raise typer.Exit(1)


@protocol.command("list")
def list_protocols(*, trials: Trials = None, as_json: Json = False) -> None:
    """List the trials with their versions and hashes."""
    from api.cli import protocols

    protocols.list_all(_further(trials), as_json=as_json)


@protocol.command("show")
def show_protocol(
    trial: Trial, *, version: Version = None, trials: Trials = None, as_json: Json = False
) -> None:
    """Show a version of a trial.

    Arms, regimens, decision tables, ambiguities and parameters, each with its citations.
    """
    from api.cli import protocols

    protocols.show(trial, version, _further(trials), as_json=as_json)


@protocol.command("check")
def check_protocol(
    trial: SomeTrial = None, *, version: Version = None, trials: Trials = None, as_json: Json = False
) -> None:
    """Look for every fault in files, tables and chart.

    Exit status 1 where there is one.
    """
    from api.cli import checking

    if not checking.check(trial, version, _further(trials), as_json=as_json):
        raise typer.Exit(1)


@protocol.command("diagram")
def draw_protocol(
    trial: SomeTrial = None,
    *,
    version: Version = None,
    trials: Trials = None,
    write: Annotated[
        Path | None, typer.Option(metavar="DIR", file_okay=False, help="Write TRIAL-VERSION.md files there.")
    ] = None,
) -> None:
    """Draw the state machine as Markdown with Mermaid."""
    from api.cli import protocols

    protocols.draw(trial, version, _further(trials), write)
