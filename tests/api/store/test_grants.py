"""The service's role on PostgreSQL: enough for the service, and refused as soon as it could do more."""

from collections.abc import Callable
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

from api.store.database import reading, schema_is_current, writing
from api.store.errors import RoleTooPowerfulError, UnknownRoleError
from api.store.grants import check_role, grant_to
from api.store.identity import ActorRow, Identities
from api.store.keys import LogKey
from api.store.records import Append, Appended, KeyTaken, StoredResponse, SubjectRow
from api.store.schema import APPEND_ONLY
from api.store.store import Store

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
Make = Callable[..., Append]
Run = Callable[..., None]


@pytest.fixture
def role(postgres_url: str) -> str:
    """A role of its own for each test; roles are shared by all databases of a server."""
    return f'service of "{make_url(postgres_url).database}"'


@pytest.fixture
def owner(postgres_url: str, role: str) -> Run:
    """Run SQL as the owner; ``ROLE_NAME`` stands for the service's role."""

    def run(*statements: str) -> None:
        quoted = '"' + role.replace('"', '""') + '"'
        with psycopg.connect(postgres_url, autocommit=True) as raw:
            for statement in statements:
                raw.execute(statement.replace("ROLE_NAME", quoted).encode())

    run("CREATE ROLE ROLE_NAME LOGIN")
    return run


@pytest.fixture
def service(postgres_url: str, opened: Callable[[str], Engine], owner: Run, role: str) -> Engine:
    """The database as the service sees it, prepared for its role."""
    with writing(opened(postgres_url)) as connection:
        grant_to(connection, role)
    del owner
    return opened(make_url(postgres_url).set(username=role).render_as_string(hide_password=False))


def test_a_prepared_role_is_enough_for_the_service(
    service: Engine, trial: str, append: Make, answer: Callable[..., StoredResponse], key: LogKey
) -> None:
    with reading(service) as connection:
        check_role(connection)
    assert schema_is_current(service)
    store, identities = Store(service, key.signer), Identities(service)
    kept = answer("k1")
    for version in (1, 2):
        written = append("s1", version - 1, idempotency=answer(f"k{version}"), subject=_subject(version))
        (outcome,) = store.append([written])
        assert isinstance(outcome, Appended)
        assert outcome.leaves[0].leaf_index == version - 1
    assert store.append([append("s1", 2, idempotency=kept)]) == [KeyTaken(kept)]
    assert [row.version for row in store.subjects(trial).items] == [2]
    identities.add_actor(ActorRow(id="a", kind="person", name="A", zone="UTC", created_at=NOW))
    identities.add_token("h", actor_id="a", role="edc", created_at=NOW)
    identities.revoke_token("h", NOW)
    assert identities.token("h") is not None


def test_a_prepared_role_may_only_read_and_insert(service: Engine) -> None:
    for statement in ("UPDATE {} SET trial = 'x'", "DELETE FROM {}", "TRUNCATE {} CASCADE"):
        for table in APPEND_ONLY:
            with pytest.raises(ProgrammingError, match="permission denied"), writing(service) as connection:
                connection.execute(text(statement.format(table)))


def test_a_prepared_role_cannot_open_a_way(service: Engine) -> None:
    for statement in (
        "ALTER TABLE event DISABLE TRIGGER append_only",
        "DROP TABLE event CASCADE",
        "SET session_replication_role = replica",
        "UPDATE token SET role = 'sponsor'",
        "DELETE FROM token",
        "UPDATE actor SET name = 'B'",
        "UPDATE alembic_version SET version_num = 'x'",
        "ALTER FUNCTION neoadapt_append_only() RENAME TO nothing",
    ):
        refused = pytest.raises(ProgrammingError, match=r"permission denied|must be owner")
        with refused, writing(service) as connection:
            connection.execute(text(statement))


def test_a_role_that_could_do_more_is_refused(service: Engine, owner: Run) -> None:
    for statement, undo, reason in (
        ("ALTER ROLE ROLE_NAME SUPERUSER", "ALTER ROLE ROLE_NAME NOSUPERUSER", "superuser"),
        ("ALTER ROLE ROLE_NAME BYPASSRLS", "ALTER ROLE ROLE_NAME NOBYPASSRLS", "row security"),
        (
            "ALTER TABLE payload OWNER TO ROLE_NAME",
            "ALTER TABLE payload OWNER TO postgres",
            "owner of the tables",
        ),
        ("ALTER SCHEMA public OWNER TO ROLE_NAME", "ALTER SCHEMA public OWNER TO postgres", "schema"),
        ("GRANT postgres TO ROLE_NAME", "REVOKE postgres FROM ROLE_NAME", "owner of the tables"),
        ("GRANT UPDATE ON event TO ROLE_NAME", "REVOKE UPDATE ON event FROM ROLE_NAME", "alter"),
        ("GRANT DELETE ON leaf TO ROLE_NAME", "REVOKE DELETE ON leaf FROM ROLE_NAME", "alter"),
        ("GRANT TRUNCATE ON checkpoint TO PUBLIC", "REVOKE TRUNCATE ON checkpoint FROM PUBLIC", "alter"),
        ("GRANT TRIGGER ON response TO ROLE_NAME", "REVOKE TRIGGER ON response FROM ROLE_NAME", "alter"),
        (
            "GRANT UPDATE (text) ON payload TO ROLE_NAME",
            "REVOKE UPDATE (text) ON payload FROM ROLE_NAME",
            "alter",
        ),
    ):
        owner(statement)
        with reading(service) as connection, pytest.raises(RoleTooPowerfulError, match=reason) as refused:
            check_role(connection)
        assert "--grant-to" in str(refused.value)
        owner(undo)
        with reading(service) as connection:
            check_role(connection)


def test_who_logged_in_counts_like_who_acts(
    postgres_url: str, opened: Callable[[str], Engine], owner: Run, role: str
) -> None:
    del owner
    with reading(opened(postgres_url)) as connection:
        connection.execute(
            text(f"SET LOCAL ROLE {connection.dialect.identifier_preparer.quote_identifier(role)}")
        )
        with pytest.raises(RoleTooPowerfulError, match="superuser"):
            check_role(connection)


def test_rights_for_nobody_are_refused(engine: Engine) -> None:
    with writing(engine) as connection, pytest.raises(UnknownRoleError, match="no one"):
        grant_to(connection, "no one")


def test_sqlite_has_no_roles_to_check(sqlite_url: str, opened: Callable[[str], Engine]) -> None:
    with reading(opened(sqlite_url)) as connection:
        check_role(connection)


def _subject(version: int) -> SubjectRow:
    return SubjectRow(
        subject="s1",
        version=version,
        site=None,
        arm=None,
        epoch=None,
        regimen=None,
        cycle=None,
        standing=None,
        decision=None,
        updated_at=NOW,
    )
