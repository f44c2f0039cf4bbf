"""What the ledger's tests share: a signature, and events to seal."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.ledger import Actor, Event, ProtocolRef, Signature

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def signature() -> Signature:
    return Signature(
        signer="u-7",
        name="A. Example",
        meaning="approval",
        signed_at=START,
        zone="Asia/Shanghai",
        content_hash="ab" * 32,
    )


@pytest.fixture(scope="session")
def make_event(signature: Signature) -> Callable[..., Event]:
    """Make an event of stream ``S-1``; ``signed=True`` signs it, other keywords replace fields."""

    def make(version: int = 1, *, signed: bool = False, **changes: Any) -> Event:  # noqa: ANN401  # any field of Event
        fields: dict[str, Any] = {
            "event_id": f"e-{changes.get('stream', 'S-1')}-{version}",
            "trial": "T-1",
            "stream": "S-1",
            "version": version,
            "kind": "observation.recorded",
            "schema_version": 1,
            "actor": Actor(id="u-7", kind="person", role="investigator"),
            "site": "site-03",
            "effective_at": START,
            "recorded_at": START + timedelta(hours=1),
            "request_id": "r-1",
            "protocol": ProtocolRef(version="1", hash="cd" * 32),
            "body": {"variable": "response_c2", "value": "PR", "size": 4.5},
            "signature": signature if signed else None,
        }
        return Event(**fields | changes)

    return make
