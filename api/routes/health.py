"""Whether the process lives, and whether it can serve."""

from typing import Literal

from fastapi import APIRouter, Response
from sqlalchemy.exc import SQLAlchemyError

from api.routes.edge import Here
from api.store.errors import StoreError
from engine.protocol.base import Frozen

router = APIRouter(prefix="/health", tags=["health"])


class Health(Frozen):
    """``ok``, or what stands in the way."""

    status: Literal["ok", "unavailable"]


@router.get("/live")
def live() -> Health:
    """The process answers."""
    return Health(status="ok")


@router.get("/ready", responses={503: {"model": Health, "description": "The database does not answer"}})
def ready(here: Here, response: Response) -> Health:
    """The process answers and its database does."""
    try:
        here.store.latest_checkpoint("")
    except (StoreError, SQLAlchemyError):
        response.status_code = 503
        return Health(status="unavailable")
    return Health(status="ok")
