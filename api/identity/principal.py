"""The caller of a request, and what a token is."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Literal

from api.identity.errors import NotAuthorisedError, PersonRequiredError, SiteBoundError
from api.identity.roles import MAY, SIGNING, Operation, Role

_PREFIX = "neo_"


@dataclass(frozen=True, slots=True)
class Principal:
    """An actor as a token shows it.

    Attributes:
        actor: Stable pseudonymous key; never re-used.
        kind: Only a person signs.
        name: Printed name, for signatures.
        zone: IANA zone in which the actor reads a clock.
        trial: The one trial the token is bound to; None for every trial.
        site: The one site the token is bound to; None for every site.
    """

    actor: str
    kind: Literal["person", "service"]
    name: str
    zone: str
    role: Role
    trial: str | None = None
    site: str | None = None

    def must(self, operation: Operation) -> None:
        """Refuse the operation unless the role includes it; only a person signs.

        Raises:
            NotAuthorisedError, PersonRequiredError, SiteBoundError: It does not, or only a wider token does.
        """
        if self.role not in MAY[operation]:
            raise NotAuthorisedError(role=self.role, operation=operation)
        if operation in SIGNING and self.kind != "person":
            raise PersonRequiredError(operation=operation)
        if operation == Operation.RULE and self.site is not None:
            raise SiteBoundError(site=self.site, operation=operation)

    def sees_trial(self, trial: str) -> bool:
        """Tell whether the token reaches this trial."""
        return self.trial in (None, trial)

    def sees_site(self, site: str | None) -> bool:
        """Tell whether the token reaches this site."""
        return self.site is None or self.site == site


def new_token() -> str:
    """Make a bearer token; it is shown once and stored as a hash only."""
    return _PREFIX + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Hash a token for storage; it has 256 random bits, so a fast hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
