"""From a history to the facts of a table: each with its value or its reason, its source and its two times."""

from dataclasses import dataclass, replace
from decimal import Decimal

from pydantic import JsonValue

from engine.protocol.table import DecisionTable
from engine.protocol.trial import TrialProtocol
from engine.protocol.variables import Variable
from engine.subject.events import Happened, Observed, Value
from engine.subject.state import Subject

HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Input:
    """What a decision knew of one fact.

    Attributes:
        value: None where it is unknown.
        status: Why, where something was said about it.
        events: Ids of the events it rests on.
    """

    variable: str
    value: Value | None = None
    unit: str | None = None
    status: str | None = None
    reason: str | None = None
    source: str | None = None
    effective_at: str | None = None
    recorded_at: str | None = None
    events: tuple[str, ...] = ()

    def raw(self) -> object:
        """The fact as a caller of the stateless evaluation would send it."""
        if self.value is not None:
            number = Decimal(str(self.value)) if isinstance(self.value, float) else self.value
            return {"value": number, "unit": self.unit} if self.unit is not None else number
        if self.status is None:
            return None
        return {"status": self.status, **({"reason": self.reason} if self.reason else {})}

    def shown(self) -> dict[str, JsonValue]:
        """The input as it is stored with a decision; keys that do not apply are left out."""
        fields: dict[str, JsonValue] = {
            "variable": self.variable,
            "value": self.value,
            "unit": self.unit,
            "status": self.status,
            "reason": self.reason,
            "source": self.source,
            "effective_at": self.effective_at,
            "recorded_at": self.recorded_at,
        }
        if self.events:
            fields["events"] = list(self.events)
        return {key: value for key, value in fields.items() if value is not None}


def inputs(subject: Subject, table: DecisionTable, protocol: TrialProtocol) -> tuple[Input, ...]:
    """Gather every fact of a table, in the order of the table."""
    return tuple(
        _regimen_given(subject, name, table.derived[name].regimen_given, protocol)
        if name in table.derived
        else observed(subject, name, protocol.variables[name])
        for name in table.facts
    )


def observed(subject: Subject, name: str, variable: Variable) -> Input:
    """Weigh all observations of one variable.

    One value, said once or several times, is known. Two different values, or a status after a value,
    contradict each other: unknown, ``conflicting``. Without a value the latest status counts.
    """
    found = [
        (h, h.body) for h in subject.observations if isinstance(h.body, Observed) and h.body.variable == name
    ]
    if not found:
        return Input(name)
    happened, latest = found[-1]
    values = {body.value for _, body in found if _speaks(body, variable)}
    ids = tuple(h.event_id for h, _ in found)
    times = _times(happened)
    if len(values) > 1 or (values and not _speaks(latest, variable)):
        said = ", ".join(str(v) for v in sorted(values, key=str))
        reason = (
            f"several results disagree: {said}"
            if len(values) > 1
            else f"{said}, then withdrawn by a later report"
        )
        return Input(name, status="conflicting", reason=reason, source=latest.source, events=ids, **times)
    if values:
        return Input(name, latest.value, latest.unit, source=latest.source, events=ids, **times)
    status = latest.status or "not_evaluable"
    return Input(name, status=status, reason=latest.reason, source=latest.source, events=ids, **times)


def last_observed(subject: Subject, name: str, variable: Variable) -> Input:
    """Weigh the last measurement of what is measured again and again, such as an ejection fraction.

    Last by when it was true, not by when it was learned; two of one moment that differ are ``conflicting``.
    """
    found = [h for h in subject.observations if isinstance(h.body, Observed) and h.body.variable == name]
    last = max((h.effective_at for h in found), default=None)
    latest = tuple(h for h in found if h.effective_at == last)
    return observed(replace(subject, observations=latest), name, variable)


def _speaks(body: Observed, variable: Variable) -> bool:
    return body.value is not None and body.value != variable.not_evaluable


def _times(happened: Happened) -> dict[str, str]:
    moments = {"effective_at": happened.effective_at, "recorded_at": happened.recorded_at}
    return {name: moment.isoformat().replace("+00:00", "Z") for name, moment in moments.items()}


def _regimen_given(subject: Subject, name: str, epoch: str, protocol: TrialProtocol) -> Input:
    """The regimen of an element: known when each of its cycles was given, all with the regimen assigned."""
    numbers = _cycles_of(subject, epoch, protocol)
    given = [cycle.given for cycle in subject.cycles if cycle.body.number in numbers]
    regimens = {cycle.body.regimen for cycle in subject.cycles if cycle.body.number in numbers}
    assigned = subject.state.regimen if subject.state.epoch == epoch else None
    ids = tuple(h.event_id for h in given)
    times = _times(given[-1]) if given else {}
    if not numbers or len(given) < len(numbers):
        return Input(
            name, status="pending", reason=f"not every cycle of {epoch} was given", source=HISTORY, events=ids
        )
    if len(regimens) > 1 or assigned not in regimens:
        said = ", ".join(sorted(regimens))
        reason = f"given: {said}; assigned: {assigned or 'another element'}"
        return Input(name, status="conflicting", reason=reason, source=HISTORY, events=ids, **times)
    domain = protocol.variables[name].domain or ()
    regimen = next(iter(regimens))
    if regimen not in domain:
        reason = f"{regimen} is outside the table"
        return Input(name, status="not_evaluable", reason=reason, source=HISTORY, events=ids, **times)
    return Input(name, regimen, source=HISTORY, events=ids, **times)


def _cycles_of(subject: Subject, epoch: str, protocol: TrialProtocol) -> range:
    arm = protocol.arm.get(subject.state.arm or "")
    before = 0
    for element in arm.elements if arm else ():
        if element.epoch == epoch:
            return range(before + 1, before + element.cycles + 1)
        before += element.cycles
    return range(0)
