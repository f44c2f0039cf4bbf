"""What every route needs: the caller, the services, the headers of a write, strict bodies, problems."""

import hashlib
import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import JsonValue
from starlette.exceptions import HTTPException

from api.errors import (
    IdempotencyKeyMissingError,
    IfMatchMissingError,
    NotFoundError,
    RequestInvalidError,
)
from api.identity.errors import TokenMissingError, TokenRefusedError
from api.identity.principal import Principal, token_hash
from api.identity.roles import Operation, Role
from api.service.services import Services
from api.service.writing import Asked, Done
from api.strict_json import JsonRefusedError, loads
from engine.protocol.base import Frozen

PROBLEM = "application/problem+json"
_ETAG = re.compile(r'"([0-9]{1,9})"')
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_bearer = HTTPBearer(auto_error=False, description="A token made by `neoadapt token`")


class Problem(Frozen):
    """RFC 9457 problem details; the facts of the error stand beside these members."""

    type: str
    title: str
    status: int
    detail: str


class _StrictRequest(Request):
    """A request whose JSON body is refused where it could be read in two ways."""

    async def json(self) -> Any:  # noqa: ANN401 as in the base class
        try:
            return loads(await self.body(), parse_float=float)
        except JsonRefusedError as error:
            raise RequestInvalidError(errors=[{"loc": ["body"], "msg": str(error)}]) from None


class StrictRoute(APIRoute):
    """A route whose bodies are read strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler so that it meets the strict request."""
        handler = super().get_route_handler()

        async def strict(request: Request) -> Response:
            try:
                return await handler(_StrictRequest(request.scope, request.receive))
            except HTTPException as error:
                # FastAPI hides what the body was refused for behind an error of its own.
                if isinstance(error.__cause__, RequestInvalidError):
                    raise error.__cause__ from None
                raise

        return strict


def services(request: Request) -> Services:
    """The application's services."""
    found: Services = request.app.state.services
    return found


def caller(
    request: Request,
    shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    here: Annotated[Services, Depends(services)],
) -> Principal:
    """The actor that the bearer token belongs to; a token bound to another trial finds nothing here.

    Raises:
        TokenMissingError, TokenRefusedError: There is none, or it is not valid now.
        NotFoundError: The token does not reach the trial of the path.
    """
    if shown is None:
        raise TokenMissingError
    found = here.identities.token(token_hash(shown.credentials))
    now = here.clock()
    if (
        found is None
        or found.revoked_at is not None
        or (found.expires_at is not None and found.expires_at <= now)
    ):
        raise TokenRefusedError
    principal = Principal(
        actor=found.actor.id,
        kind=found.actor.kind,
        name=found.actor.name,
        zone=found.actor.zone,
        role=Role(found.role),
        trial=found.trial,
        site=found.site,
    )
    for what, key in request.path_params.items():
        if "\0" in key:  # the key of nothing, and more than PostgreSQL takes in a text
            raise NotFoundError(what=what, key=key)
    trial = request.path_params.get("trial")
    if trial is not None and not principal.sees_trial(trial):
        raise NotFoundError(what="trial", key=trial)
    return principal


def may(operation: Operation) -> Callable[[Principal], Principal]:
    """Make the dependency that admits a caller to an operation."""

    def admitted(who: Annotated[Principal, Depends(caller)]) -> Principal:
        who.must(operation)
        return who

    return admitted


async def fingerprint(request: Request) -> str:
    """Hash what makes a request itself: method, path, precondition and body."""
    parts = (request.method, request.url.path, request.headers.get("if-match", ""))
    head = "\n".join(parts).encode()
    return hashlib.sha256(head + b"\n" + await request.body()).hexdigest()


def idempotency_key(
    key: Annotated[str | None, Header(alias="Idempotency-Key", description="Repeat it on a retry")] = None,
) -> str:
    """The key of a write.

    Raises:
        IdempotencyKeyMissingError: There is none, or it is no visible ASCII text of up to 255 characters.
    """
    if key is None or not _KEY.fullmatch(key):
        raise IdempotencyKeyMissingError
    return key


def expected_version(
    etag: Annotated[str | None, Header(alias="If-Match", description="The subject's ETag")] = None,
) -> int:
    """The version that a write was decided on.

    Raises:
        IfMatchMissingError: There is none.
        RequestInvalidError: It is no ETag of a subject.
    """
    if etag is None:
        raise IfMatchMissingError
    match = _ETAG.fullmatch(etag.strip())
    if match is None:
        fault: JsonValue = {
            "loc": ["header", "If-Match"],
            "msg": 'an ETag of a subject reads "7", with its quotes',
        }
        raise RequestInvalidError(errors=[fault])
    return int(match[1])


def asked_of(operation: Operation, *, changes: bool = True) -> Callable[..., Asked]:
    """Make the dependency that reads everything a write carries besides its command.

    Args:
        operation: What the caller must be allowed to do.
        changes: Whether it changes a subject that was read before, so that If-Match is required.
    """

    def on_change(
        request: Request,
        who: Annotated[Principal, Depends(may(operation))],
        key: Annotated[str, Depends(idempotency_key)],
        digest: Annotated[str, Depends(fingerprint)],
        version: Annotated[int, Depends(expected_version)],
    ) -> Asked:
        return Asked(who, request.state.request_id, key, digest, version)

    def on_creation(
        request: Request,
        who: Annotated[Principal, Depends(may(operation))],
        key: Annotated[str, Depends(idempotency_key)],
        digest: Annotated[str, Depends(fingerprint)],
    ) -> Asked:
        return Asked(who, request.state.request_id, key, digest)

    return on_change if changes else on_creation


def answered(done: Done) -> Response:
    """Answer a write with the text that is stored for its replay."""
    return Response(done.body, done.status, done.headers, media_type="application/json")


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Document the problems that a route may answer with."""
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    said = {400: "Malformed", 404: "Not here", 409: "Not lawful now", 410: "Erased", 412: "Changed meanwhile"}
    said |= {
        401: "No valid token",
        403: "Not this role",
        413: "Too large",
        422: "Refused",
        428: "If-Match missing",
        503: "The database does not answer",
    }
    return {
        status: {"description": said[status], "content": content} for status in sorted({401, 503, *statuses})
    }


Here = Annotated[Services, Depends(services)]
READ_PROBLEMS = problems(403, 404, 409, 422)
WRITE_PROBLEMS = problems(400, 403, 404, 409, 412, 413, 422, 428)
