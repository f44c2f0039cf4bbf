"""Decisions: ask, list, read, judge; and advance, which takes the planned step that is the engine's own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from api.commands import Advance, AskDecision, GiveVerdict
from api.identity.principal import Principal
from api.identity.roles import Operation
from api.resources import DecisionResource, Written
from api.routes.edge import READ_PROBLEMS, WRITE_PROBLEMS, Here, StrictRoute, answered, asked_of, may
from api.routes.subjects import created
from api.service.writing import Asked
from api.views import view_decision
from engine.conduct.deciding import ask, judge
from engine.conduct.errors import DecisionUnknownError
from engine.conduct.next import point_to_ask
from engine.conduct.recording import Draft
from engine.decide import Rulings, Trial
from engine.subject.state import Subject

router = APIRouter(
    prefix="/v1/trials/{trial}/subjects/{subject}", tags=["decisions"], route_class=StrictRoute
)
_SAME: dict[int | str, dict[str, Any]] = {
    200: {"model": Written, "description": "The open decision says the same already"}
}
_NOTHING = Advance()
"""The body of `advance` may be left out."""
Reader = Annotated[Principal, Depends(may(Operation.READ))]
Asking = Annotated[Asked, Depends(asked_of(Operation.ASK))]
Judging = Annotated[Asked, Depends(asked_of(Operation.JUDGE))]


@router.post("/decisions", status_code=201, response_model=Written, responses=WRITE_PROBLEMS | _SAME)
def ask_point(trial: str, subject: str, command: AskDecision, here: Here, asked: Asking) -> Response:
    """Ask a decision point; answered with 200 when the open decision says the same on the same facts."""
    return answered(here.writing.change(trial, subject, asked, command.drafts, created))


@router.get("/decisions", responses=READ_PROBLEMS)
def list_decisions(trial: str, subject: str, here: Here, who: Reader) -> list[DecisionResource]:
    """List every asking of every decision point of a subject, oldest first."""
    ready, state = here.histories.subject(trial, subject, who)
    return [view_decision(ready, state, decision) for decision in state.decisions]


@router.get("/decisions/{decision}", responses=READ_PROBLEMS)
def read_decision(
    trial: str, subject: str, decision: str, here: Here, who: Reader, response: Response
) -> DecisionResource:
    """Read one decision with its inputs and its verdict; the ETag is the subject's."""
    ready, state = here.histories.subject(trial, subject, who)
    found = state.decision(decision)
    if found is None:
        raise DecisionUnknownError(decision=decision, known=(d.key for d in state.decisions))
    response.headers["ETag"] = f'"{state.version}"'
    return view_decision(ready, state, found)


@router.post(
    "/decisions/{decision}/verdict", status_code=201, response_model=Written, responses=WRITE_PROBLEMS
)
def give_verdict(
    trial: str, subject: str, decision: str, command: GiveVerdict, here: Here, asked: Judging
) -> Response:
    """Confirm, choose, override or acknowledge; signed by the caller, and only this moves the subject."""

    def handle(ready: Trial, state: Subject, rulings: Rulings, now: datetime) -> Sequence[Draft]:
        return judge(ready, state, decision, command, rulings=rulings, at=now)

    return answered(here.writing.change(trial, subject, asked, handle, created))


@router.post("/advance", status_code=201, response_model=Written, responses=WRITE_PROBLEMS)
def advance(trial: str, subject: str, here: Here, asked: Asking, _: Advance = _NOTHING) -> Response:
    """Take the one planned step, if it is the engine's own: to ask the decision point that is due.

    Never says that a drug was given and never confirms; where the step is somebody else's, 409 says whose.
    """

    def handle(ready: Trial, state: Subject, rulings: Rulings, now: datetime) -> Sequence[Draft]:
        return ask(ready, state, point_to_ask(ready, state, rulings), rulings, now)

    return answered(here.writing.change(trial, subject, asked, handle, created))
