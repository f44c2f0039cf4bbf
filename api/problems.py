"""From a typed error to RFC 9457 problem details; the only table of error type -> status."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from pydantic import JsonValue

from api.errors import (
    BodyTooLargeError,
    IdempotencyKeyMissingError,
    IdempotencyKeyReusedError,
    IfMatchMissingError,
    NotFoundError,
    PreconditionFailedError,
    RequestInvalidError,
    ResponseErasedError,
    ShellError,
    SubjectExistsError,
)
from api.identity import errors as identity
from api.store.errors import LogHeadError, StoreUnavailableError, UnstorableError, WriterClosedError
from engine.chart import MoveNotLawfulError
from engine.conduct import errors as conduct
from engine.decision.errors import CaseError
from engine.errors import EngineError
from engine.ledger.errors import PayloadErasedError
from engine.protocol.errors import DecisionPointUnknownError, TrialUnknownError, VersionUnknownError
from engine.subject.state import ProtocolChangedError

STATUS: Final[Mapping[type[Exception], int]] = {
    identity.TokenMissingError: 401,
    identity.TokenRefusedError: 401,
    identity.NotAuthorisedError: 403,
    identity.PersonRequiredError: 403,
    identity.SiteBoundError: 403,
    NotFoundError: 404,
    TrialUnknownError: 404,
    VersionUnknownError: 404,
    DecisionPointUnknownError: 404,
    conduct.DecisionUnknownError: 404,
    SubjectExistsError: 409,
    MoveNotLawfulError: 409,
    ProtocolChangedError: 409,
    conduct.DecisionClosedError: 409,
    conduct.DecisionStaleError: 409,
    conduct.PreconditionMissingError: 409,
    conduct.RulingStandsError: 409,
    conduct.NothingPlannedError: 409,
    conduct.CycleNumberError: 409,
    PayloadErasedError: 410,
    ResponseErasedError: 410,
    PreconditionFailedError: 412,
    BodyTooLargeError: 413,
    RequestInvalidError: 422,
    IdempotencyKeyReusedError: 422,
    IdempotencyKeyMissingError: 400,
    CaseError: 422,
    conduct.NotDeclaredError: 422,
    conduct.FutureTimeError: 422,
    conduct.TimeOrderError: 422,
    conduct.ObservationIncompleteError: 422,
    conduct.FactFromHistoryError: 422,
    conduct.MilestoneIncompleteError: 422,
    conduct.ReasonMissingError: 422,
    conduct.ReasonNotDueError: 422,
    conduct.ScopeMissingError: 422,
    conduct.VerdictNotFittingError: 422,
    conduct.VerdictOverfullError: 422,
    conduct.AcknowledgementMissingError: 422,
    conduct.OptionNotOfferedError: 422,
    IfMatchMissingError: 428,
    UnstorableError: 422,
    LogHeadError: 503,
    StoreUnavailableError: 503,
    WriterClosedError: 503,
}

DELIBERATE = (EngineError, ShellError, identity.IdentityError)
"""Bases of the errors that are answered as problems; anything else is a fault of ours."""


def status_of(error: Exception) -> int:
    """Find the status of an error by its type or the nearest base of it; 500 when there is none."""
    return next((STATUS[base] for base in type(error).__mro__ if base in STATUS), 500)


def problem(error: Exception) -> dict[str, JsonValue]:
    """Render an error as problem details; its facts become members beside the standard ones."""
    kind = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", type(error).__name__.removesuffix("Error")).lower()
    title = (type(error).__doc__ or kind).partition("\n")[0].rstrip(".")
    facts = {key.rstrip("_"): _plain(value) for key, value in vars(error).items()}
    standard: dict[str, JsonValue] = {
        "type": f"urn:neoadapt:problem:{kind}",
        "title": title,
        "status": status_of(error),
        "detail": str(error),
    }
    return {**facts, **standard}


def _plain(value: object) -> JsonValue:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case date():
            return value.isoformat()
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case Iterable():
            items = [_plain(item) for item in value]
            return sorted(items, key=str) if isinstance(value, set | frozenset) else items
        case _:
            return str(value)
