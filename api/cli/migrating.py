"""``neoadapt migrate``."""

import typer

from api.settings import Settings
from api.store.database import open_database, writing
from api.store.grants import grant_to
from api.store.migrating import migrate
from api.store.opening import make_folder
from api.store.schema import REVISION


def bring_up_to_date(settings: Settings, role: str | None) -> None:
    """Migrate the database, then prepare the service's role if one is named.

    Raises:
        DataFolderError, DatabaseUrlError, StoreUnavailableError, UnknownRoleError: It could not be done.
    """
    if settings.embedded:
        make_folder(settings.data_dir)
    migrate(settings.database_url)
    typer.echo(f"the database is at revision {REVISION}")
    if role is None:
        return
    engine = open_database(settings.database_url)
    with writing(engine) as connection:
        grant_to(connection, role)
    engine.dispose()
    typer.echo(f"the role {role} may read and add, and alter nothing that is recorded")
