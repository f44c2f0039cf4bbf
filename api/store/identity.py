"""Who may call: actors, and the tokens that speak for them. Only a token's hash is ever stored."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from api.store.database import reading, writing
from api.store.errors import ActorExistsError, TokenExistsError, UnknownActorError, UnknownTokenError
from api.store.schema import actor, token


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorRow:
    """One named person or one service.

    Attributes:
        id: Stable pseudonymous key, the actor of events; never used again.
        kind: Person or service.
        name: Printed name.
        zone: IANA zone in which they see times.
    """

    id: str
    kind: Literal["person", "service"]
    name: str
    zone: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """A token and whose it is. Whether it is good now is for the caller to judge by its clock.

    Attributes:
        hash: SHA-256 of the secret, hex.
        role: The role in which it lets its actor act.
        trial: The one trial it is good for; None: every trial.
        site: The one site it is good for; None: every site.
        expires_at: No good from this time on; None: it does not expire.
        revoked_at: Taken back at this time.
    """

    hash: str
    actor: ActorRow
    role: str
    trial: str | None
    site: str | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class Identities:
    """Actors and tokens over one database."""

    def __init__(self, engine: Engine) -> None:
        """Take the database."""
        self._engine = engine

    def add_actor(self, new: ActorRow) -> None:
        """Add an actor.

        Raises:
            ActorExistsError: The id is taken.
        """
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(actor).values(**asdict(new)))
        except IntegrityError as error:
            raise ActorExistsError(actor_id=new.id) from error

    def actor(self, actor_id: str) -> ActorRow | None:
        """Return an actor."""
        with reading(self._engine) as connection:
            row = connection.execute(select(actor).where(actor.c.id == actor_id)).one_or_none()
        return ActorRow(**row._asdict()) if row else None

    def add_token(
        self,
        token_hash: str,
        *,
        actor_id: str,
        role: str,
        created_at: datetime,
        trial: str | None = None,
        site: str | None = None,
        expires_at: datetime | None = None,
    ) -> None:
        """Give an actor a token; the parameters are those of `TokenRow`.

        Raises:
            UnknownActorError: There is no such actor.
            TokenExistsError: The hash is taken.
        """
        try:
            with writing(self._engine) as connection:
                connection.execute(
                    insert(token).values(
                        hash=token_hash,
                        actor_id=actor_id,
                        role=role,
                        trial=trial,
                        site=site,
                        created_at=created_at,
                        expires_at=expires_at,
                    )
                )
        except IntegrityError as error:
            if self.actor(actor_id):
                raise TokenExistsError from error
            raise UnknownActorError(actor_id=actor_id) from error

    def token(self, token_hash: str) -> TokenRow | None:
        """Return a token; None for a hash that was never given out."""
        with reading(self._engine) as connection:
            row = connection.execute(select(token).where(token.c.hash == token_hash)).one_or_none()
            if row is None:
                return None
            owner = connection.execute(select(actor).where(actor.c.id == row.actor_id)).one()
        columns = row._asdict()
        del columns["actor_id"]
        return TokenRow(actor=ActorRow(**owner._asdict()), **columns)

    def revoke_token(self, token_hash: str, at: datetime) -> None:
        """Take a token back; one that was taken back before keeps its first time.

        Raises:
            UnknownTokenError: It was never given out.
        """
        with writing(self._engine) as connection:
            mine = token.c.hash == token_hash
            if connection.scalar(select(token.c.hash).where(mine)) is None:
                raise UnknownTokenError
            connection.execute(update(token).where(mine, token.c.revoked_at.is_(None)).values(revoked_at=at))
