"""What the application is made of: built when it starts, closed when it ends."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from api.service.histories import Histories
from api.service.trials import Trials
from api.service.writing import Clock, Writing
from api.settings import Settings
from api.store.database import reading
from api.store.grants import check_role
from api.store.identity import Identities
from api.store.keys import LogKey
from api.store.opening import open_current
from api.store.store import Store
from api.store.writer import Writer


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a route may use."""

    trials: Trials
    identities: Identities
    store: Store
    histories: Histories
    writing: Writing
    key: LogKey
    clock: Clock


@contextmanager
def open_services(settings: Settings, clock: Clock) -> Iterator[Services]:
    """Read the trials, open the database, sequence what an earlier process left, start the writer.

    Raises:
        ProtocolFaultsError: A trial's files have faults.
        SchemaOutdatedError, RoleTooPowerfulError, KeyFileError, DatabaseUrlError: It is not fit to serve.
    """
    trials = Trials(settings.trials)
    key = LogKey.read_or_create(settings.data_dir)
    engine = open_current(settings)
    with ExitStack() as at_the_end:
        at_the_end.callback(engine.dispose)
        if settings.check_role:
            with reading(engine) as connection:
                check_role(connection)
        store = Store(engine, key.signer, clock)
        store.sequence_waiting()
        histories = Histories(store, trials)
        writer = at_the_end.enter_context(Writer(store))
        writing = Writing(histories, writer, clock, lambda trial: key.signer(trial).name)
        yield Services(trials, Identities(engine), store, histories, writing, key, clock)
