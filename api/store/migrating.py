"""Bringing a database to this version's tables. Alone in importing Alembic, which a start has no need of."""

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from api.store.database import open_database, writing

_LOCK = 7_215_093_417_286_450_113
"""Any number, as long as nobody else locks on it: two migrations at once would collide."""


def configuration() -> Config:
    """Return the Alembic configuration; it finds the migrations inside the installed package."""
    config = Config()
    config.set_main_option("script_location", "api.store:migrations")
    return config


def migrate(url: str) -> None:
    """Bring the database to the newest revision, in one transaction, as the owner of its tables.

    Raises:
        DatabaseUrlError: The URL cannot be used.
        StoreUnavailableError: The database did not answer, or refused; it is as it was.
    """
    engine = open_database(url)
    try:
        with writing(engine) as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            config = configuration()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()
