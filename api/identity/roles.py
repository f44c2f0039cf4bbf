"""Which role may do which operation; what stands in no row is refused."""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What an actor is in a trial."""

    EDC = "edc"
    INVESTIGATOR = "investigator"
    SPONSOR = "sponsor"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Operation(StrEnum):
    """What a request asks for."""

    READ = "read"
    EVALUATE = "evaluate"
    RECORD = "record"
    ASK = "ask"
    JUDGE = "judge"
    RULE = "rule"
    AUDIT = "audit"


_EVERYONE: Final = frozenset(Role)

MAY: Final[dict[Operation, frozenset[Role]]] = {
    Operation.READ: _EVERYONE,
    Operation.EVALUATE: _EVERYONE,
    Operation.RECORD: frozenset({Role.EDC, Role.INVESTIGATOR}),
    Operation.ASK: frozenset({Role.EDC, Role.INVESTIGATOR}),
    Operation.JUDGE: frozenset({Role.INVESTIGATOR}),
    Operation.RULE: frozenset({Role.SPONSOR}),
    Operation.AUDIT: frozenset({Role.INVESTIGATOR, Role.SPONSOR, Role.AUDITOR, Role.ADMIN}),
}
"""The whole of authority: an EDC cannot confirm, an auditor cannot write, an admin decides nothing."""

SIGNING: Final = frozenset({Operation.JUDGE, Operation.RULE})
"""Operations that only a person may do, because they are signed."""
