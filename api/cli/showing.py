"""A trial version on the terminal: what a clinician checks against the registry record."""

from collections.abc import Iterable, Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from api.cli import wording
from engine.protocol.base import Cited
from engine.protocol.table import DecisionTable
from engine.protocol.trial import Arm, TrialProtocol
from engine.protocol.variables import Ambiguity


def parts(protocol: TrialProtocol) -> Iterator[RenderableType]:
    """Give the heading and the tables, in the order in which they are read."""
    yield _heading(protocol)
    yield _arms(protocol)
    yield _regimens(protocol)
    for table in protocol.tables.values():
        yield _decision_table(table)
        yield Text(_around(table))
    yield _ambiguities(protocol)
    yield _parameters(protocol)


def _heading(protocol: TrialProtocol) -> Text:
    record = protocol.record
    return Text(
        f"{protocol.trial} {protocol.version}  {protocol.title}\n"
        f"SHA-256 {protocol.hash}\n"
        f"Record {record.id} of {record.updated}; citations name its sections and their sentences or items.\n"
        "Reading: explicit, the record says it; implied, it follows from it; silent, it should stand there."
    )


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", show_lines=True, expand=True)
    for column in columns:
        table.add_column(column, overflow="fold")
    for column in ("Reading", "Cites"):
        table.add_column(column, overflow="fold")
    return table


def _add(table: Table, row: Cited, *cells: str) -> None:
    table.add_row(*map(Text, (*cells, row.reading, wording.citations(row.cites))))


def _arms(protocol: TrialProtocol) -> Table:
    table, total = _table("Arms", "Arm", "Share", "Path", "Says"), sum(arm.ratio for arm in protocol.arms)
    for arm in protocol.arms:
        _add(table, arm, f"{arm.id}\n{arm.label}", f"{arm.ratio} of {total}", _path(arm), arm.says)
    return table


def _path(arm: Arm) -> str:
    return "\n".join(
        f"{element.epoch}: {element.cycles} x {element.regimen or f'by {element.decided_by}'}"
        for element in arm.elements
    )


def _regimens(protocol: TrialProtocol) -> Table:
    table = _table("Regimens", "Regimen", "Agents", "Before it is confirmed", "Says")
    for regimen in protocol.regimens:
        agents = "\n".join(f"{agent.name} {agent.dose or ''}".rstrip() for agent in regimen.agents)
        needs = "\n".join(
            need.observation or f"an agent of {', '.join(need.agent_from or ())}"
            for need in regimen.before_confirming
        )
        _add(table, regimen, regimen.id, agents, needs, regimen.says)
    return table


def _decision_table(table: DecisionTable) -> Table:
    shown = _table(f"{table.decision_point}: {table.question}", "Rule", "When", "Then", "Says")
    for rule in table.rules:
        _add(shown, rule, rule.id, wording.condition(rule.when), wording.outcome(rule.then), rule.says)
    for name, constraint in table.constraints.items():
        _add(shown, constraint, name, wording.condition(constraint.never), "never", constraint.says)
    for row in table.precedence:
        when = wording.condition(row.when) if row.when is not None else "always"
        _add(shown, row, f"{row.first} first", when, f"over {', '.join(row.over)}", row.says)
    for kind, flags in (("acknowledge", table.acknowledge), ("alert", table.alerts)):
        for flag in flags:
            only = " or ".join(flag.assign or filter(None, (flag.outcome,)))
            when = wording.condition(flag.when) + (f", with {only}" if only else "")
            _add(shown, flag, kind, when, flag.code, flag.says)
    return shown


def _around(table: DecisionTable) -> str:
    """Say what a table rests on, below it."""
    lines = [
        _line("facts", (f"{fact} (required)" if fact in table.required else fact for fact in table.facts)),
        _line("rulings", table.rulings),
        *(f"{name} means {wording.condition(meaning)}" for name, meaning in table.definitions.items()),
        _line("assumes", table.assumptions),
    ]
    return "\n".join(f"  {line}" for line in lines if line) + "\n"


def _line(label: str, names: Iterable[str]) -> str:
    text = ", ".join(names)
    return f"{label}: {text}" if text else ""


def _ambiguities(protocol: TrialProtocol) -> Table:
    table = _table(
        "Ambiguities: open until the sponsor signs a ruling", "Id", "Question", "Options", "Governs"
    )
    for key, ambiguity in protocol.ambiguities.items():
        _add(table, ambiguity, key, ambiguity.question, _options(ambiguity), ambiguity.governs)
    return table


def _options(ambiguity: Ambiguity) -> str:
    marks = {ambiguity.reference: " (reference)"}
    return "\n".join(f"{o.id}{marks.get(o.id, '')}: {o.says}" for o in ambiguity.options)


def _parameters(protocol: TrialProtocol) -> Table:
    table = _table("Parameters: where the record is silent", "Id", "Question", "Value", "Says")
    for key, parameter in protocol.parameters.items():
        value = "a person says it" if parameter.value is None else str(parameter.value)
        unit = f" {parameter.unit}" if parameter.unit else ""
        _add(table, parameter, key, parameter.question, value + unit, parameter.says)
    return table
