"""Opening a database, and the two kinds of transaction: one that reads a snapshot and one that writes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine, Text, create_engine, event, inspect, select, table
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql import column

from api.store.errors import DatabaseUrlError, StoreUnavailableError, TransactionLostError
from api.store.schema import REVISION

SQLITE_PRAGMAS: Final = {
    "busy_timeout": 10_000,  # milliseconds; first, since the others may have to wait
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: what was acknowledged outlives a loss of power
    "foreign_keys": 1,
    "recursive_triggers": 1,  # else REPLACE deletes without firing the delete triggers
    "trusted_schema": 0,
}
"""What each SQLite connection is set to, as the pragma answers it."""
_BEGIN = "neoadapt_begin"
_READ: Final[Mapping[str, Mapping[str, Any]]] = {
    "sqlite": {_BEGIN: "DEFERRED"},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
# A SQLite write takes its lock at the start: one that began as a read could not be finished after another.
# PostgreSQL rests on the UNIQUE keys, and must see what others have committed meanwhile.
_WRITE: Final[Mapping[str, Mapping[str, Any]]] = {
    "sqlite": {_BEGIN: "IMMEDIATE"},
    "postgresql": {"isolation_level": "READ COMMITTED", "postgresql_readonly": False},
}
_UNDONE = frozenset({"40001", "40P01"})
"""SQLSTATE of a serialization failure and of a deadlock."""


def open_database(url: str) -> Engine:
    """Open a SQLite file or a PostgreSQL database; nothing is connected to before it is used.

    Args:
        url: ``sqlite:///PATH``, ``postgresql://...`` or ``postgresql+psycopg://...``.

    Raises:
        DatabaseUrlError: Not a URL, another database, or SQLite without a file.
    """
    parsed = _parse(url)
    # Parameters may name people: they stay out of error messages and logs.
    engine = create_engine(parsed, hide_parameters=True, pool_pre_ping=parsed.drivername != "sqlite")
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Read one snapshot of the database.

    Raises:
        StoreUnavailableError: The database did not answer.
    """
    with _connected(engine, _READ) as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Write in one transaction, which is kept unless the block raises.

    Raises:
        TransactionLostError: The database undid it to end a deadlock.
        StoreUnavailableError: The database did not answer; the transaction may have been kept.
    """
    with _connected(engine, _WRITE) as connection:
        yield connection


def schema_is_current(engine: Engine) -> bool:
    """Tell whether the database holds the tables of this version, no older and no newer ones."""
    with reading(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        revisions = select(column("version_num", Text)).select_from(table("alembic_version"))
        return connection.scalars(revisions).all() == [REVISION]


@contextmanager
def _connected(engine: Engine, modes: Mapping[str, Mapping[str, Any]]) -> Iterator[Connection]:
    try:
        with engine.connect() as connection:
            connection.execution_options(**modes[engine.dialect.name])
            with connection.begin():
                yield connection
    except PoolTimeoutError as error:
        raise StoreUnavailableError(reason="all connections are in use") from error
    except (IntegrityError, DataError, ProgrammingError):
        raise  # what was asked is at fault, not the database
    except DBAPIError as error:
        reason = first_line(error.orig)
        undone = getattr(error.orig, "sqlstate", None) in _UNDONE
        raise (TransactionLostError if undone else StoreUnavailableError)(reason=reason) from error


def first_line(error: BaseException | None) -> str:
    """Return what a driver said, without the details below, which may quote a row."""
    return str(error).partition("\n")[0]


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseUrlError(url="the database URL", reason="it is no URL") from None
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    shown = parsed.render_as_string(hide_password=True)
    if parsed.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise DatabaseUrlError(url=shown, reason="it is neither SQLite nor PostgreSQL")
    if parsed.drivername == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise DatabaseUrlError(url=shown, reason="what is recorded must outlive the process")
    return parsed


def _set_pragmas(dbapi_connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Set the pragmas; a file system that cannot do WAL (a network share) is refused.

    Raises:
        DatabaseUrlError: A pragma did not take.
    """
    dbapi_connection.isolation_level = None  # the driver begins nothing by itself: _begin does
    cursor = dbapi_connection.cursor()
    for name, value in SQLITE_PRAGMAS.items():
        cursor.execute(f"PRAGMA {name} = {value}")
        cursor.execute(f"PRAGMA {name}")
        if cursor.fetchone() != (value,):
            raise DatabaseUrlError(url="the SQLite file", reason=f"its {name} cannot be set to {value}")
    cursor.close()


def _begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get(_BEGIN, "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")
