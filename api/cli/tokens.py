"""``neoadapt token``: who may call, and in which role."""

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from pydantic import TypeAdapter, ValidationError

from api.cli.errors import ActorDiffersError, ActorKeyError, ActorNameError, ZoneUnknownError
from api.identity.principal import new_token, token_hash
from api.identity.roles import Role
from api.service.trials import catalogue
from api.settings import Settings
from api.store.identity import ActorRow, Identities
from api.store.opening import open_current
from engine.ledger.envelope import Zone
from engine.protocol.base import Name

_KEY, _ZONE = TypeAdapter[str](Name), TypeAdapter[str](Zone)
"""What the audit trail admits as the key and the zone of an actor."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What is asked for.

    Attributes:
        zone: Zone of a new actor, UTC when left out; an existing actor keeps its own.
    """

    actor: str
    kind: Literal["person", "service"]
    name: str
    role: Role
    zone: str | None = None
    trial: str | None = None
    site: str | None = None
    expires_days: int | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What is shown once.

    Attributes:
        made: Whether the actor is new.
    """

    actor: ActorRow
    made: bool
    role: Role
    token: str
    expires_at: datetime | None


def give(settings: Settings, grant: Grant) -> Given:
    """Make the actor if it is new, then the token; only its hash is stored.

    Raises:
        ActorKeyError, ActorNameError, ZoneUnknownError, TrialUnknownError, ActorDiffersError: Nothing was
            made.
    """
    if not _admits(_KEY, grant.actor):
        raise ActorKeyError(actor=grant.actor)
    if not grant.name.strip():
        raise ActorNameError(actor=grant.actor)
    _check_zone(grant.zone or "UTC")
    if grant.trial is not None:
        catalogue(settings.trials).versions(grant.trial)
    engine = open_current(settings)
    try:
        return _give(Identities(engine), grant, datetime.now(UTC))
    finally:
        engine.dispose()


def _give(identities: Identities, grant: Grant, now: datetime) -> Given:
    actor, made = identities.actor(grant.actor), False
    if actor is None:
        zone, made = grant.zone or "UTC", True
        actor = ActorRow(id=grant.actor, kind=grant.kind, name=grant.name, zone=zone, created_at=now)
        identities.add_actor(actor)
    for what in ("kind", "name", "zone"):
        known, given = getattr(actor, what), getattr(grant, what)
        if given is not None and given != known:
            raise ActorDiffersError(actor=actor.id, what=what, known=known, given=given)
    secret = new_token()
    expires_at = None if grant.expires_days is None else now + timedelta(days=grant.expires_days)
    identities.add_token(
        token_hash(secret),
        actor_id=actor.id,
        role=grant.role.value,
        created_at=now,
        trial=grant.trial,
        site=grant.site,
        expires_at=expires_at,
    )
    return Given(actor, made, grant.role, secret, expires_at)


def show(given: Given, *, as_json: bool) -> None:
    """Print the token on stdout, alone so that a script can take it, and what it is on stderr."""
    expires = given.expires_at.isoformat(timespec="seconds") if given.expires_at else None
    if as_json:
        told = {
            "actor": given.actor.id,
            "role": given.role.value,
            "expires_at": expires,
            "token": given.token,
        }
        typer.echo(json.dumps(told))
        return
    who = f"{'new ' if given.made else ''}{given.actor.kind} {given.actor.id}"
    until = f"expires {expires}" if expires else "does not expire"
    sys.stderr.write(f"token of {who} as {given.role.value}; it {until} and is shown this once:\n")
    typer.echo(given.token)


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ZoneUnknownError(zone=zone) from None
    if not _admits(_ZONE, zone):
        raise ZoneUnknownError(zone=zone)


def _admits(form: TypeAdapter[str], text: str) -> bool:
    try:
        form.validate_python(text)
    except ValidationError:
        return False
    return True
