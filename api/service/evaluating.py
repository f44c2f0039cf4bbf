"""The stateless call: one case in, one answer out, nothing stored; alike over HTTP and on the shell."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import JsonValue

from api.problems import problem
from api.strict_json import JsonRefusedError, loads
from engine.decide import Trial
from engine.decision.errors import CaseError
from engine.protocol.errors import DecisionPointUnknownError


class CaseUnreadableError(CaseError):
    """The line or body is not a case."""

    def __init__(self, *, reason: str) -> None:
        self.reason = reason
        super().__init__(f'{reason}; a case is {{"case": "a1", "facts": {{"<fact>": <value>}}}}')


def rulings_of(trial: Trial, named: str | Mapping[str, object]) -> dict[str, str]:
    """Resolve ``none``, ``reference`` or a mapping of ambiguity to option.

    Raises:
        UnknownRulingError, BadOptionError: The mapping names what the trial does not declare.
    """
    if named == "none":
        return {}
    if named == "reference":
        return dict(trial.protocol.reference_rulings)
    assert isinstance(named, Mapping)  # noqa: S101 the callers admit nothing else
    return trial.read_rulings(named)


def decision_point(trial: Trial, point: str) -> None:
    """Refuse a name that is no decision point; an endpoint table is none.

    Raises:
        DecisionPointUnknownError: With the points that there are.
    """
    known = [table.decision_point for table in trial.protocol.decisions]
    if point not in known:
        raise DecisionPointUnknownError(trial=trial.protocol.trial, point=point, known=known)


def answer_case(trial: Trial, point: str, rulings: Mapping[str, str], case: object) -> dict[str, JsonValue]:
    """Answer one parsed case.

    Raises:
        CaseError: It is no case of this decision point.
    """
    facts = _facts(case)
    name = _name(case)
    return {"case": name, **trial.stamped(trial.evaluate(point, facts, rulings))}


def answer_lines(
    trial: Trial, point: str, rulings: Mapping[str, str], lines: Iterable[str | bytes]
) -> Iterator[dict[str, JsonValue]]:
    """Answer JSON lines in order; a line that is no case gets its problem in its place."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            case = loads(line)
        except JsonRefusedError as error:
            unreadable = CaseUnreadableError(reason=str(error))
            yield {"case": None, "line": number, "error": problem(unreadable)}
        else:
            yield answer_or_problem(trial, point, rulings, case, number)


def answer_or_problem(
    trial: Trial, point: str, rulings: Mapping[str, str], case: object, line: int
) -> dict[str, JsonValue]:
    """Answer one of several parsed cases, or give its problem with its 1-based place among them."""
    try:
        return answer_case(trial, point, rulings, case)
    except CaseError as error:
        return {"case": _readable_name(case), "line": line, "error": problem(error)}


def _facts(case: object) -> dict[str, Any]:
    if not isinstance(case, dict):
        raise CaseUnreadableError(reason="not a JSON object")
    unknown = sorted(case.keys() - {"case", "facts"})
    if unknown:
        raise CaseUnreadableError(reason=f"unknown key(s): {', '.join(unknown)}")
    facts = case.get("facts")
    if not isinstance(facts, dict):
        raise CaseUnreadableError(reason="'facts' is missing or no object")
    return facts


def _name(case: object) -> str | int | None:
    name = case.get("case") if isinstance(case, dict) else None
    if name is not None and (isinstance(name, bool) or not isinstance(name, str | int)):
        raise CaseUnreadableError(reason="'case' is neither a text nor a whole number")
    return name


def _readable_name(case: object) -> str | int | None:
    try:
        return _name(case)
    except CaseUnreadableError:
        return None
