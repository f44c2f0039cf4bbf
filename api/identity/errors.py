"""Why a caller is refused."""

from api.identity.roles import MAY, Operation


class IdentityError(Exception):
    """Base of every refusal for who the caller is."""


class TokenMissingError(IdentityError):
    """The request carries no bearer token."""

    def __init__(self) -> None:
        super().__init__("send 'Authorization: Bearer <token>'; 'neoadapt token' makes one")


class TokenRefusedError(IdentityError):
    """The token is unknown, expired or revoked; which of them is not told."""

    def __init__(self) -> None:
        super().__init__("this token is not valid; ask an administrator for a new one")


class NotAuthorisedError(IdentityError):
    """The actor's role does not include the operation."""

    def __init__(self, *, role: str, operation: Operation) -> None:
        self.role, self.operation = role, operation
        able = ", ".join(sorted(MAY[operation]))
        super().__init__(f"role '{role}' may not {operation} (roles that may: {able})")


class SiteBoundError(IdentityError):
    """A token of one site was used for what concerns the whole trial."""

    def __init__(self, *, site: str, operation: Operation) -> None:
        self.site, self.operation = site, operation
        super().__init__(f"a token of site '{site}' may not {operation} for the whole trial; use a wider one")


class PersonRequiredError(IdentityError):
    """A service tried to sign."""

    def __init__(self, *, operation: Operation) -> None:
        self.operation = operation
        super().__init__(f"to {operation} is to sign, and only a person signs; use a person's token")
