"""A time as callers write it: RFC 3339 with an offset, and nothing else that could be taken for one."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

from engine import ledger

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def _written_out(given: object) -> object:
    """Refuse numbers and texts of digits, which pydantic reads as seconds since 1970."""
    if not isinstance(given, str) or not _RFC3339.fullmatch(given):
        raise ValueError("write RFC 3339 with an offset, such as 2026-01-15T11:00:00+08:00")
    return given


Instant = Annotated[
    ledger.Instant, BeforeValidator(_written_out), Field(description="RFC 3339 with an offset")
]
"""Given to the engine in UTC; a time that has no place in the UTC calendar is refused."""
