"""The database itself refuses to alter what was recorded, whoever asks and however."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from api.store.database import reading, writing
from api.store.records import Append, StoredResponse
from api.store.schema import APPEND_ONLY, metadata
from api.store.store import Store

ON_SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("url", ["postgresql"], indirect=True)
KEYS = {
    "event": ["pos", "trial, stream, version", "trial, event_id"],
    "payload": ["trial, event_id, part"],
    "leaf": ["trial, leaf_index", "trial, event_id", "pos"],
    "checkpoint": ["trial, size"],
    "idempotency": ["trial, actor, key"],
    "response": ["trial, actor, key"],
}


@pytest.fixture(autouse=True)
def _one_row_that_stays(
    engine: Engine, store: Store, append: Callable[..., Append], answer: Callable[..., StoredResponse]
) -> Iterator[None]:
    """Put one row in each guarded table; after the test it must be there as it was."""
    store.append([append("s1", idempotency=answer("k1"))])
    before = _rows(engine)
    assert [len(rows) for rows in before.values()] == [1] * len(APPEND_ONLY)
    yield
    assert _rows(engine) == before


def test_the_list_of_guarded_tables_is_whole() -> None:
    assert set(KEYS) == set(APPEND_ONLY)
    assert set(metadata.tables) - set(APPEND_ONLY) == {"actor", "token", "subject", "unsequenced"}


@pytest.mark.parametrize("statement", ["UPDATE {} SET trial = 'x'", "DELETE FROM {}"])
def test_update_and_delete_are_refused(engine: Engine, statement: str) -> None:
    for table in APPEND_ONLY:
        with pytest.raises(IntegrityError, match=f"{table} is append-only"), writing(engine) as connection:
            connection.execute(text(statement.format(table)))


def test_an_upsert_is_refused_by_every_key(engine: Engine) -> None:
    for name in APPEND_ONLY:
        _upsert(engine, name)


@ON_SQLITE
def test_replace_is_refused_by_every_key(url: str) -> None:
    """A stranger's connection has recursive_triggers off, so REPLACE would pass the delete triggers."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as raw:
        raw.row_factory = sqlite3.Row
        for table, keys in KEYS.items():
            found = raw.execute(f"SELECT rowid AS _rowid_, * FROM {table}").fetchone()  # noqa: S608  # our own table
            hidden = ["_rowid_"] if table != "event" else []  # an event's rowid is its pos
            row = {name: found[name] for name in (*hidden, *metadata.tables[table].columns.keys())}
            for key in [*hidden, *keys]:
                other = {
                    name: value if name in key.split(", ") else _other(value) for name, value in row.items()
                }
                names, marks = ", ".join(other), ", ".join("?" * len(other))
                for verb in ("INSERT OR REPLACE", "REPLACE"):
                    with pytest.raises(sqlite3.IntegrityError, match="already"):
                        raw.execute(f"{verb} INTO {table} ({names}) VALUES ({marks})", list(other.values()))


@ON_POSTGRESQL
def test_truncate_is_refused_even_to_the_owner(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as raw:
        for table in APPEND_ONLY:
            with pytest.raises(psycopg.IntegrityError, match="append-only"):
                raw.execute(f"TRUNCATE {table} CASCADE".encode())


@ON_POSTGRESQL
def test_a_replica_session_is_guarded_too(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as raw:
        raw.execute("SET session_replication_role = replica")
        for table in APPEND_ONLY:
            with pytest.raises(psycopg.IntegrityError, match="append-only"):
                raw.execute(f"DELETE FROM {table}".encode())  # noqa: S608  # our own table


def _upsert(engine: Engine, name: str) -> None:
    table = metadata.tables[name]
    make = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
    with reading(engine) as connection:
        row = connection.execute(select(table)).one()._asdict()
    if name == "event":
        del row["pos"]  # which the database itself gives
    for key in KEYS[name]:
        if set(key.split(", ")) <= row.keys():
            upsert = make(table).values(row)
            upsert = upsert.on_conflict_do_update(index_elements=key.split(", "), set_={"trial": "x"})
            with (
                pytest.raises(IntegrityError, match=r"is append-only|holds this key already"),
                writing(engine) as connection,
            ):
                connection.execute(upsert)


def _rows(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    with reading(engine) as connection:
        return {
            name: [tuple(row) for row in connection.execute(select(metadata.tables[name]))]
            for name in APPEND_ONLY
        }


def _other(value: object) -> object:
    """Return another value of the same type."""
    if isinstance(value, int):
        return value + 1
    return bytes(32) if isinstance(value, bytes) else f"{value} "
