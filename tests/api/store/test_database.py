"""Opening: the pragmas are in force, writes take their lock at once, reads see one state."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, Engine, func, insert, select, text

from api.store.database import SQLITE_PRAGMAS, open_database, reading, writing
from api.store.errors import DatabaseUrlError, StoreUnavailableError
from api.store.records import Append
from api.store.schema import actor
from api.store.store import Store, utc_now


def test_each_sqlite_connection_has_the_pragmas(sqlite_url: str, opened: Callable[[str], Engine]) -> None:
    engine = opened(sqlite_url)
    with reading(engine) as first, reading(engine) as second:
        for connection in (first, second):
            found = {name: connection.scalar(text(f"PRAGMA {name}")) for name in SQLITE_PRAGMAS}
            assert found == {
                "busy_timeout": 10_000,
                "journal_mode": "wal",
                "synchronous": 2,
                "foreign_keys": 1,
                "recursive_triggers": 1,
                "trusted_schema": 0,
            }


def test_a_pragma_that_does_not_take_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SQLITE_PRAGMAS, "synchronous", 9)
    engine = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    with pytest.raises(DatabaseUrlError, match="synchronous"), reading(engine):
        pass


def test_postgresql_isolation_does_not_depend_on_the_server(
    postgres_url: str, opened: Callable[[str], Engine]
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation "
            "= ''serializable''', current_database()); END $$"
        )
    engine = opened(postgres_url)
    for _ in range(2):  # the second time over a connection from the pool
        with writing(engine) as connection:
            assert connection.scalar(text("SHOW transaction_isolation")) == "read committed"
            assert connection.scalar(text("SHOW transaction_read_only")) == "off"
        with reading(engine) as connection:
            assert connection.scalar(text("SHOW transaction_isolation")) == "repeatable read"
            assert connection.scalar(text("SHOW transaction_read_only")) == "on"


def test_both_urls_of_postgresql_are_taken(postgres_url: str, opened: Callable[[str], Engine]) -> None:
    for form in (postgres_url, postgres_url.replace("postgresql:", "postgresql+psycopg:")):
        with reading(opened(form)) as connection:
            assert connection.scalar(text("SELECT 1")) == 1


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://u:secret@h/d",
        "postgresql+asyncpg://u:secret@h/d",
    ],
)
def test_another_database_is_refused_without_telling_its_password(url: str) -> None:
    with pytest.raises(DatabaseUrlError) as refused:
        open_database(url)
    assert "secret" not in str(refused.value)


def test_a_database_that_does_not_answer_is_a_typed_error(tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path}/no/such/folder.db", f"postgresql://u@/d?host={tmp_path}"):
        with pytest.raises(StoreUnavailableError, match="Idempotency-Key"), reading(open_database(url)):
            pass


def test_a_file_that_is_no_database_is_a_typed_error(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("something else" * 100)
    with pytest.raises(StoreUnavailableError), reading(open_database(f"sqlite:///{tmp_path / 'a.db'}")):
        pass


def test_errors_do_not_quote_what_was_to_be_stored(engine: Engine) -> None:
    with (
        pytest.raises(Exception, match=r"(?i)no such table|does not exist") as refused,
        writing(engine) as connection,
    ):
        connection.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": "A. Person"})
    assert "A. Person" not in f"{refused.value} {refused.value.__cause__}"


def test_a_write_that_raises_leaves_nothing(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), writing(engine) as connection:
        _add_actor_then_fail(connection)
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(actor)) == 0


def test_sqlite_writes_that_read_first_wait_for_each_other(
    sqlite_url: str, opened: Callable[[str], Engine]
) -> None:
    engine = opened(sqlite_url)

    def count_then_add(_: int) -> None:
        with writing(engine) as connection:
            seen = connection.scalar(select(func.count()).select_from(actor))
            _add_actor(connection, f"actor-{seen}")

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(count_then_add, range(40)))
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(actor)) == 40


def test_a_snapshot_stays_as_it_was(store: Store, trial: str, append: Callable[..., Append]) -> None:
    store.append([append("s1")])
    with store.snapshot() as reads:
        assert len(reads.events(trial, "s1")) == 1
        store.append([append("s1", 1)])
        assert len(reads.events(trial, "s1")) == 1
    assert len(store.events(trial, "s1")) == 2


def _add_actor(connection: Connection, actor_id: str) -> None:
    connection.execute(
        insert(actor).values(id=actor_id, kind="person", name="A", zone="UTC", created_at=utc_now())
    )


def _add_actor_then_fail(connection: Connection) -> None:
    _add_actor(connection, "a")
    _ = 1 / 0
