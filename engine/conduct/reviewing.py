"""Judged decisions whose facts have changed since: no verdict is rewritten, so a person looks at it again."""

from collections.abc import Mapping

from pydantic import JsonValue

from engine.decide import Trial
from engine.protocol.base import Frozen
from engine.subject.facts import Input, observed
from engine.subject.state import Decision, Subject


class Overtaken(Frozen):
    """What is known now beside what a judged decision knew.

    Attributes:
        changed: Facts whose value or status is another one now.
        answer: What the point would say on the facts of now, under the rulings of then.
    """

    changed: tuple[str, ...]
    answer: dict[str, JsonValue]


def overtaken(trial: Trial, subject: Subject, decision: Decision) -> Overtaken | None:
    """Tell whether a judged decision would be another one on the facts as they are known now.

    None while it awaits a verdict (it is then proposed anew) and where the outcome would be the same. What
    was given is taken as the decision knew it: it was judged on that, and treatment has gone on since.
    """
    if decision.verdict is None or decision.open:
        return None
    table = trial.protocol.tables[decision.body.point]
    then = {str(shown["variable"]): shown for shown in decision.body.inputs}
    now = {
        name: then[name]
        if name in table.derived
        else observed(subject, name, trial.protocol.variables[name]).shown()
        for name in table.facts
    }
    changed = tuple(name for name in table.facts if _known(then[name]) != _known(now[name]))
    if not changed:
        return None
    rulings = decision.answer["rulings_used"]
    assert isinstance(rulings, dict)  # noqa: S101 every answer has them by ambiguity
    signed = {key: str(option) for key, option in rulings.items()}
    facts = {name: _raw(shown) for name, shown in now.items()}
    answer = trial.stamped(trial.evaluate(decision.body.point, facts, signed))
    if _outcome(answer) == _outcome(decision.answer):
        return None
    return Overtaken(changed=changed, answer=answer)


def _known(shown: Mapping[str, JsonValue]) -> tuple[JsonValue, ...]:
    return tuple(shown.get(key) for key in ("value", "unit", "status"))


def _raw(shown: Mapping[str, JsonValue]) -> object:
    kept = ("variable", "value", "unit", "status", "reason")
    return Input(**{key: shown[key] for key in kept if key in shown}).raw()  # type: ignore[arg-type]  # as shown


def _outcome(answer: Mapping[str, JsonValue]) -> tuple[JsonValue, ...]:
    said = tuple(answer.get(key) for key in ("outcome", "assign", "cycles", "options"))
    return (*said, answer.get("reasons") if answer["outcome"] == "refer" else None)
