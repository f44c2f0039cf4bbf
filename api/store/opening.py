"""Opening the database of an installation so that it can be worked with."""

from pathlib import Path

from sqlalchemy import Engine

from api.settings import Settings
from api.store.database import open_database, schema_is_current
from api.store.errors import DataFolderError, SchemaOutdatedError
from api.store.schema import REVISION


def open_current(settings: Settings) -> Engine:
    """Open a database that holds this version's tables; an embedded one is brought up to them.

    Raises:
        SchemaOutdatedError: It is for its owner to migrate.
        DataFolderError, DatabaseUrlError, StoreUnavailableError: It cannot be used.
    """
    if settings.embedded:
        make_folder(settings.data_dir)
    engine = open_database(settings.database_url)
    current = schema_is_current(engine)
    if settings.embedded and not current:
        from api.store.migrating import migrate  # noqa: PLC0415 Alembic is slow to import and rarely needed

        migrate(settings.database_url)
        current = schema_is_current(engine)
    if not current:
        engine.dispose()
        raise SchemaOutdatedError(revision=REVISION)
    return engine


def make_folder(folder: Path) -> None:
    """Make the data directory, for this user only, where there is none.

    Raises:
        DataFolderError: It cannot be made, or is no folder.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DataFolderError(folder=folder, reason=error.strerror or str(error)) from error
