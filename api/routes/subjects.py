"""Subjects: register, list, read, and everything that is recorded of them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from api.commands import (
    RecordAllocation,
    RecordCycle,
    RecordEligibility,
    RecordExit,
    RecordMilestone,
    RecordObservations,
    Register,
)
from api.errors import NotFoundError
from api.identity.principal import Principal
from api.identity.roles import Operation
from api.resources import Receipt, SubjectResource, Written
from api.routes.edge import READ_PROBLEMS, WRITE_PROBLEMS, Here, StrictRoute, answered, asked_of, may
from api.service.histories import in_force
from api.service.listing import SubjectPage, SubjectQuery, list_events, list_subjects
from api.service.writing import Asked, Reply
from api.views import view_subject, written
from engine.conduct.next import Next, what_next
from engine.decide import Rulings, Trial
from engine.subject.state import Subject

router = APIRouter(prefix="/v1/trials/{trial}/subjects", tags=["subjects"], route_class=StrictRoute)
Reader = Annotated[Principal, Depends(may(Operation.READ))]
Recording = Annotated[Asked, Depends(asked_of(Operation.RECORD))]


def created(trial: Trial, subject: Subject, rulings: Rulings, receipts: tuple[Receipt, ...]) -> Reply:
    """Answer a write with where the subject stands now."""
    return Reply(201, written(trial, subject, rulings, receipts), {"ETag": f'"{subject.version}"'})


@router.post("", status_code=201, response_model=Written, responses=WRITE_PROBLEMS)
def register(
    trial: str,
    command: Register,
    here: Here,
    asked: Annotated[Asked, Depends(asked_of(Operation.RECORD, changes=False))],
) -> Response:
    """Register a subject with the consent it rests on, under the newest version of the trial."""
    if not asked.caller.sees_site(command.site):
        raise NotFoundError(what="site", key=command.site)

    def located(ready: Trial, subject: Subject, rulings: Rulings, receipts: tuple[Receipt, ...]) -> Reply:
        reply = created(ready, subject, rulings, receipts)
        location = f"/v1/trials/{trial}/subjects/{command.subject}"
        return Reply(reply.status, reply.body, {**reply.headers, "Location": location})

    ready, draft = here.trials.get(trial), command.draft(here.clock())
    return answered(here.writing.register(ready, command.subject, asked, draft, located))


@router.get("", responses=READ_PROBLEMS)
def list_all(trial: str, here: Here, who: Reader, query: Annotated[SubjectQuery, Query()]) -> SubjectPage:
    """List subjects by key, with filters; the cursor of one page gives the next."""
    here.trials.versions(trial)
    return list_subjects(here.store, trial, who, query)


@router.get("/{subject}", responses=READ_PROBLEMS)
def read(trial: str, subject: str, here: Here, who: Reader, response: Response) -> SubjectResource:
    """Read everything that is known of a subject; the ETag is its version."""
    ready, state = here.histories.subject(trial, subject, who)
    response.headers["ETag"] = f'"{state.version}"'
    return view_subject(ready, state)


@router.get("/{subject}/history", responses=READ_PROBLEMS)
def read_history(trial: str, subject: str, here: Here, who: Reader) -> list[dict[str, Any]]:
    """Read the subject's events in order, each with its whole envelope."""
    here.histories.subject(trial, subject, who)
    return list_events(here.histories, trial, subject)


@router.get("/{subject}/next", responses=READ_PROBLEMS)
def read_next(trial: str, subject: str, here: Here, who: Reader, response: Response) -> Next:
    """Read the lawful moves, what is due, and what is awaited from whom."""
    ready, state = here.histories.subject(trial, subject, who)
    response.headers["ETag"] = f'"{state.version}"'
    return what_next(ready, state, in_force(here.histories.rulings(trial)))


@router.post("/{subject}/eligibility", status_code=201, response_model=Written, responses=WRITE_PROBLEMS)
def record_eligibility(
    trial: str, subject: str, command: RecordEligibility, here: Here, asked: Recording
) -> Response:
    """Record an eligibility outcome that was judged outside."""
    return answered(here.writing.change(trial, subject, asked, command.drafts, created))


@router.post("/{subject}/allocation", status_code=201, response_model=Written, responses=WRITE_PROBLEMS)
def record_allocation(
    trial: str, subject: str, command: RecordAllocation, here: Here, asked: Recording
) -> Response:
    """Record an allocation that was made outside."""
    return answered(here.writing.change(trial, subject, asked, command.drafts, created))


@router.post("/{subject}/observations", status_code=201, response_model=Written, responses=WRITE_PROBLEMS)
def record_observations(
    trial: str, subject: str, command: RecordObservations, here: Here, asked: Recording
) -> Response:
    """Record one observation, or a batch of which all are stored or none."""
    return answered(here.writing.change(trial, subject, asked, command.drafts, created))


@router.post("/{subject}/cycles", status_code=201, response_model=Written, responses=WRITE_PROBLEMS)
def record_cycle(trial: str, subject: str, command: RecordCycle, here: Here, asked: Recording) -> Response:
    """Record a cycle as given; also while the decision before it is open, which is a deviation."""
    return answered(here.writing.change(trial, subject, asked, command.drafts, created))


@router.post("/{subject}/exits", status_code=201, response_model=Written, responses=WRITE_PROBLEMS)
def record_exit(trial: str, subject: str, command: RecordExit, here: Here, asked: Recording) -> Response:
    """Record an exit (progression, toxicity, withdrawal, death, ...) or a return."""
    return answered(here.writing.change(trial, subject, asked, command.drafts, created))


@router.post("/{subject}/milestones", status_code=201, response_model=Written, responses=WRITE_PROBLEMS)
def record_milestone(
    trial: str, subject: str, command: RecordMilestone, here: Here, asked: Recording
) -> Response:
    """Record surgery, pathology or another milestone of the trial with the facts it must carry."""
    return answered(here.writing.change(trial, subject, asked, command.drafts, created))
