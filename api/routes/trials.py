"""Trials, their versions, the rulings signed in them, and the stateless evaluation."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import JsonValue

from api.commands import SignRuling
from api.errors import RequestInvalidError
from api.examples import examples
from api.identity.principal import Principal
from api.identity.roles import Operation
from api.resources import Receipt
from api.routes.edge import (
    READ_PROBLEMS,
    WRITE_PROBLEMS,
    Here,
    StrictRoute,
    answered,
    asked_of,
    may,
    problems,
)
from api.service.evaluating import answer_case, answer_or_problem, decision_point, rulings_of
from api.service.histories import in_force
from api.service.writing import Asked, Reply
from api.strict_json import JsonRefusedError, loads
from engine.decide import Trial
from engine.protocol.base import Frozen
from engine.subject.events import Happened, RulingSigned

router = APIRouter(prefix="/v1/trials", tags=["trials"], route_class=StrictRoute)
Reader = Annotated[Principal, Depends(may(Operation.READ))]


class TrialSummary(Frozen):
    """A trial and its versions."""

    trial: str
    title: str
    versions: tuple[str, ...]
    arms: tuple[str, ...]
    decision_points: tuple[str, ...]


class VersionSummary(Frozen):
    """One version of a trial."""

    version: str
    hash: str


class RulingView(Frozen):
    """An ambiguity, its options, and the ruling signed on it, if any."""

    ambiguity: str
    question: str
    options: tuple[str, ...]
    reference: str | None
    governs: str
    signed: str | None = None
    event: str | None = None


class RulingSignedView(Frozen):
    """The answer to a signed ruling."""

    ambiguity: str
    option: str
    receipts: tuple[Receipt, ...]


_SAID = {"ambiguity", "option"}


def _summary(versions: list[Trial]) -> TrialSummary:
    newest = versions[-1].protocol
    return TrialSummary(
        trial=newest.trial,
        title=newest.title,
        versions=tuple(v.protocol.version for v in versions),
        arms=tuple(newest.arm),
        decision_points=tuple(t.decision_point for t in newest.decisions),
    )


@router.get("", response_model=tuple[TrialSummary, ...], responses=READ_PROBLEMS)
def list_trials(here: Here, who: Reader) -> list[TrialSummary]:
    """List the trials that the caller's token reaches."""
    return [_summary(here.trials.versions(trial)) for trial in here.trials.ids() if who.sees_trial(trial)]


@router.get("/{trial}", responses=READ_PROBLEMS)
def read_trial(trial: str, here: Here, _: Reader) -> TrialSummary:
    """Read one trial."""
    return _summary(here.trials.versions(trial))


@router.get("/{trial}/versions", response_model=tuple[VersionSummary, ...], responses=READ_PROBLEMS)
def list_versions(trial: str, here: Here, _: Reader) -> list[VersionSummary]:
    """List the versions of a trial, oldest first."""
    return [
        VersionSummary(version=v.protocol.version, hash=v.protocol.hash) for v in here.trials.versions(trial)
    ]


@router.get("/{trial}/versions/{version}", responses=READ_PROBLEMS)
def read_version(trial: str, version: str, here: Here, _: Reader) -> dict[str, Any]:
    """Read the whole protocol of a version: arms, tables, ambiguities, parameters, with citations."""
    return here.trials.get(trial, version).protocol.model_dump(mode="json", exclude_none=True)


@router.get("/{trial}/rulings", response_model=tuple[RulingView, ...], responses=READ_PROBLEMS)
def list_rulings(trial: str, here: Here, _: Reader) -> list[RulingView]:
    """List every ambiguity of the newest version beside the ruling signed on it."""
    protocol = here.trials.get(trial).protocol
    signed: dict[str, Happened] = {}
    for happened in here.histories.rulings(trial):
        if isinstance(happened.body, RulingSigned):
            signed[happened.body.ambiguity] = happened
    views = []
    for key, ambiguity in protocol.ambiguities.items():
        body = signed[key].body if key in signed else None
        views.append(
            RulingView(
                ambiguity=key,
                question=ambiguity.question,
                options=ambiguity.domain,
                reference=ambiguity.reference,
                governs=ambiguity.governs,
                signed=body.option if isinstance(body, RulingSigned) else None,
                event=signed[key].event_id if key in signed else None,
            )
        )
    return views


@router.post("/{trial}/rulings", status_code=201, response_model=RulingSignedView, responses=WRITE_PROBLEMS)
def sign(
    trial: str,
    command: SignRuling,
    here: Here,
    asked: Annotated[Asked, Depends(asked_of(Operation.RULE, changes=False))],
) -> Response:
    """Sign the sponsor's ruling on an ambiguous text."""
    ready = here.trials.get(trial)
    done = here.writing.rule(
        ready,
        asked,
        lambda signed: command.draft(ready, signed, here.clock()),
        lambda receipt: Reply(
            201, RulingSignedView(**command.model_dump(include=_SAID), receipts=(receipt,)), {}
        ),
    )
    return answered(done)


async def _raw(request: Request) -> object:
    try:
        return loads(await request.body())
    except JsonRefusedError as error:
        raise RequestInvalidError(errors=[{"loc": ["body"], "msg": str(error)}]) from None


_EVALUATED: dict[str, JsonValue] = {
    "anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]
}
_EVALUATE_BODY = {
    "responses": {"200": {"content": {"application/json": {"schema": _EVALUATED}}}},
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": _EVALUATED,
                "examples": {
                    name: {"value": case}
                    for name, case in zip(("one", "many"), examples("evaluate")["examples"], strict=True)
                },
            }
        },
    },
}


@router.post(
    "/{trial}/decision-points/{point}/evaluate",
    responses=READ_PROBLEMS | problems(413),
    openapi_extra=_EVALUATE_BODY,
)
def evaluate(
    trial: str,
    point: str,
    here: Here,
    _: Annotated[Principal, Depends(may(Operation.EVALUATE))],
    body: Annotated[object, Depends(_raw)],
    version: Annotated[str | None, Query()] = None,
    rulings: Annotated[str, Query(pattern="^(none|reference|signed)$")] = "none",
) -> Any:  # noqa: ANN401 one answer or a list of them
    """Evaluate one case or a list of cases; nothing is stored.

    ``rulings=signed`` takes those that the sponsor has signed here. In a list, a case that cannot be read
    gets its problem in its place.
    """
    ready = here.trials.get(trial, version)
    decision_point(ready, point)
    signed = in_force(here.histories.rulings(trial)) if rulings == "signed" else rulings_of(ready, rulings)
    if isinstance(body, list):
        return [answer_or_problem(ready, point, signed, case, place) for place, case in enumerate(body, 1)]
    return answer_case(ready, point, signed, body)
