"""Migrations: from nothing to the tables that the code names, once, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from api.store.database import reading, schema_is_current, writing
from api.store.migrating import configuration, migrate
from api.store.schema import REVISION, metadata


def test_from_nothing_to_current(blank_url: str, opened: Callable[[str], Engine]) -> None:
    engine = opened(blank_url)
    assert not schema_is_current(engine)
    migrate(blank_url)
    assert schema_is_current(engine)
    migrate(blank_url)
    assert schema_is_current(engine)


def test_the_newest_migration_is_the_one_the_code_was_written_for() -> None:
    assert ScriptDirectory.from_config(configuration()).get_current_head() == REVISION


@pytest.mark.parametrize("revision", ["0000", "9999"])
def test_older_and_newer_tables_are_not_current(engine: Engine, revision: str) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    assert not schema_is_current(engine)


def test_the_migrations_make_the_tables_that_the_code_names(engine: Engine) -> None:
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize(
    ("url", "blank_url"), [("sqlite", "sqlite"), ("postgresql", "postgresql")], indirect=True
)
def test_the_migrations_make_the_columns_that_the_code_names(
    engine: Engine, blank_url: str, opened: Callable[[str], Engine]
) -> None:
    """Also what Alembic does not compare: checks, collations, STRICT."""
    plain = opened(blank_url)
    with writing(plain) as connection:
        metadata.create_all(connection)
    for table in metadata.tables:
        assert _described(engine, table) == _described(plain, table)


def test_two_migrations_at_once_do_not_collide(blank_url: str, opened: Callable[[str], Engine]) -> None:
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(migrate, [blank_url, blank_url]))
    assert schema_is_current(opened(blank_url))


def test_keys_compare_by_their_bytes(engine: Engine) -> None:
    with writing(engine) as connection:
        for name in ("a", "B", "é", "Z"):
            row = {
                "id": name,
                "kind": "person",
                "name": name,
                "zone": "UTC",
                "created_at": "2026-01-01T00:00:00.000000Z",
            }
            connection.execute(text("INSERT INTO actor VALUES (:id, :kind, :name, :zone, :created_at)"), row)
        assert connection.scalars(text("SELECT id FROM actor ORDER BY id")).all() == ["B", "Z", "a", "é"]


def _described(engine: Engine, table: str) -> list[object]:
    found = inspect(engine)
    columns = [
        (c["name"], str(c["type"]), getattr(c["type"], "collation", None), c["nullable"], c.get("identity"))
        for c in found.get_columns(table)
    ]
    checks = sorted(check["sqltext"] for check in found.get_check_constraints(table))
    return [columns, checks, found.get_table_options(table)]
