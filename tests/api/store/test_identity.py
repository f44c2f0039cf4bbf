"""Actors and tokens: an id and a token are given once, and what was taken back stays so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import StatementError

from api.store.errors import ActorExistsError, TokenExistsError, UnknownActorError, UnknownTokenError
from api.store.identity import ActorRow, Identities, TokenRow

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
ANNA = ActorRow(id="inv-1", kind="person", name="Anna Li", zone="Asia/Shanghai", created_at=NOW)


@pytest.fixture
def identities(engine: Engine) -> Identities:
    made = Identities(engine)
    made.add_actor(ANNA)
    return made


def test_an_actor_comes_back(identities: Identities) -> None:
    assert identities.actor("inv-1") == ANNA
    assert identities.actor("inv-2") is None


def test_an_actors_id_is_never_used_again(identities: Identities) -> None:
    with pytest.raises(ActorExistsError, match="inv-1"):
        identities.add_actor(replace(ANNA, name="Another"))
    assert identities.actor("inv-1") == ANNA


def test_a_token_tells_its_actor_and_its_bounds(identities: Identities) -> None:
    later = NOW + timedelta(days=1)
    identities.add_token(
        "h1", actor_id="inv-1", role="investigator", created_at=NOW, trial="T", site="S", expires_at=later
    )
    identities.add_token("h2", actor_id="inv-1", role="auditor", created_at=NOW)
    bound = TokenRow(
        hash="h1",
        actor=ANNA,
        role="investigator",
        trial="T",
        site="S",
        created_at=NOW,
        expires_at=later,
        revoked_at=None,
    )
    assert identities.token("h1") == bound
    assert identities.token("h2") == replace(
        bound, hash="h2", role="auditor", trial=None, site=None, expires_at=None
    )
    assert identities.token("h3") is None


def test_a_token_is_given_once_and_to_somebody(identities: Identities) -> None:
    identities.add_token("h1", actor_id="inv-1", role="investigator", created_at=NOW)
    with pytest.raises(TokenExistsError):
        identities.add_token("h1", actor_id="inv-1", role="sponsor", created_at=NOW)
    with pytest.raises(UnknownActorError, match="inv-2"):
        identities.add_token("h2", actor_id="inv-2", role="sponsor", created_at=NOW)
    assert identities.token("h2") is None


def test_a_token_is_taken_back_once_and_for_all(identities: Identities) -> None:
    identities.add_token("h1", actor_id="inv-1", role="investigator", created_at=NOW)
    identities.add_token("h2", actor_id="inv-1", role="investigator", created_at=NOW)
    identities.revoke_token("h1", NOW)
    identities.revoke_token("h1", NOW + timedelta(days=1))
    taken, other = identities.token("h1"), identities.token("h2")
    assert taken is not None
    assert other is not None
    assert (taken.revoked_at, other.revoked_at) == (NOW, None)
    with pytest.raises(UnknownTokenError):
        identities.revoke_token("h3", NOW)


def test_a_time_without_a_zone_is_refused(identities: Identities) -> None:
    with pytest.raises(StatementError, match="no time zone"):
        identities.add_actor(replace(ANNA, id="x", created_at=NOW.replace(tzinfo=None)))


def test_times_are_kept_in_utc_to_the_microsecond(identities: Identities) -> None:
    at = datetime.fromisoformat("2026-03-01T16:00:00.000001+08:00")
    identities.add_actor(replace(ANNA, id="inv-2", created_at=at))
    found = identities.actor("inv-2")
    assert found is not None
    assert found.created_at == at
    assert found.created_at.tzinfo == UTC
