"""The application factory: settings in, an ASGI application out."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.errors import RequestInvalidError
from api.middleware import BodyLimit, RequestId
from api.problems import DELIBERATE, problem, status_of
from api.routes import audit, decisions, health, subjects, trials
from api.routes.edge import PROBLEM, Problem
from api.service.services import open_services
from api.service.writing import Clock
from api.settings import Settings

_log = logging.getLogger(__name__)
_NEEDED = ("Idempotency-Key", "If-Match")
"""Headers that are read as optional only so that each has its own problem when it is missing."""
_HEADERS = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "2"}}


def now() -> datetime:
    """The one clock of the service, UTC."""
    return datetime.now(UTC)


def create_app(settings: Settings, clock: Clock = now) -> FastAPI:
    """Build the application; nothing is opened before it starts (see `open_services`)."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with open_services(settings, clock) as app.state.services:
            yield

    app = FastAPI(
        title="NeoAdapt",
        version=version("neoadapt"),
        summary="A decision engine for adaptive clinical trials",
        description=_DESCRIPTION,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    for module in (trials, subjects, decisions, audit, health):
        app.include_router(module.router)
    app.add_middleware(BodyLimit)
    app.add_middleware(RequestId)
    _answer_problems(app)
    _document(app)
    return app


_DESCRIPTION = """\
Decision support under a sponsor's approved protocol: every decision is confirmed by a clinician.
Writes need an `Idempotency-Key`; writes to a subject also need `If-Match` with the subject's ETag.
Errors are RFC 9457 problem details. Times are RFC 3339 with an offset and are answered in UTC."""


def _answer_problems(app: FastAPI) -> None:
    def deliberate(_: Request, error: Exception) -> JSONResponse:
        if (status := status_of(error)) >= _OURS:  # the caller cannot mend it, so the operator must learn it
            _log.error("%s: %s", type(error).__name__, error)
        return _problem(status, problem(error))

    def invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101 it is registered for nothing else
        faults = [{"loc": list(fault["loc"]), "msg": fault["msg"]} for fault in error.errors()]
        return deliberate(_, RequestInvalidError(errors=faults))

    def unrouted(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101 it is registered for nothing else
        kind, detail = _WAYS_OUT.get(error.status_code, ("http", error.detail))
        said = {"type": f"urn:neoadapt:problem:{kind}", "title": error.detail, "status": error.status_code}
        return _problem(error.status_code, {**said, "detail": detail}, error.headers)

    def unforeseen(request: Request, _: Exception) -> JSONResponse:
        said = {"type": "urn:neoadapt:problem:fault", "title": "A fault of ours", "status": 500}
        detail = "retry with the same Idempotency-Key, then report the request id"
        # Starlette answers this outside every middleware, so the id is added here.
        return _problem(500, {**said, "detail": detail}, {"X-Request-ID": request.state.request_id})

    for base in DELIBERATE:
        app.add_exception_handler(base, deliberate)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, unrouted)
    app.add_exception_handler(Exception, unforeseen)


_OURS = 500
"""The statuses from here on say that the service or its store is at fault."""
_WAYS_OUT = {
    404: ("no-such-path", "there is nothing at this path; /openapi.json lists what there is"),
    405: ("method-not-allowed", "the path does not take this method; 'Allow' names those that it takes"),
}


def _problem(status: int, body: dict[str, Any], headers: Any = None) -> JSONResponse:  # noqa: ANN401 as Starlette's
    return JSONResponse(body, status, {**(headers or {}), **_HEADERS.get(status, {})}, media_type=PROBLEM)


def _document(app: FastAPI) -> None:
    """Let the OpenAPI document show our problems in the place of FastAPI's own, and the headers as needed."""
    generate: Callable[[], dict[str, Any]] = app.openapi

    def documented() -> dict[str, Any]:
        document = generate()
        for operation in (each for path in document["paths"].values() for each in path.values()):
            for parameter in operation.get("parameters", ()):
                if parameter["name"] in _NEEDED:
                    parameter |= {"required": True, "schema": {"type": "string"}}
        schemas = document["components"]["schemas"]
        schemas["Problem"] = {**Problem.model_json_schema(), "additionalProperties": True}
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        return document

    app.openapi = documented  # type: ignore[method-assign]  # FastAPI's documented way to extend the document
