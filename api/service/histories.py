"""From stored rows to what the engine folds: the history of a subject, the rulings signed in a trial."""

from collections.abc import Iterable

from api.errors import NotFoundError
from api.identity.principal import Principal
from api.service.trials import Trials
from api.store.store import Store
from engine.decide import Trial
from engine.ledger import Event
from engine.subject.events import BODIES, Happened, RulingSigned, Signed
from engine.subject.state import Subject, fold

RULINGS = "rulings"
"""The stream of a trial's rulings."""
_SUBJECT = "subject/"


def stream_of(subject: str) -> str:
    """The stream of a subject."""
    return _SUBJECT + subject


def subject_of(stream: str) -> str | None:
    """The subject of a stream; None for a stream of the trial itself."""
    return stream.removeprefix(_SUBJECT) if stream.startswith(_SUBJECT) else None


def happened(event: Event) -> Happened:
    """Read the typed body of an event."""
    protocol = (event.protocol.version, event.protocol.hash) if event.protocol else None
    mark = event.signature
    return Happened(
        event_id=event.event_id,
        version=event.version,
        body=BODIES[event.kind].model_validate(event.body),
        actor=event.actor.id,
        effective_at=event.effective_at,
        recorded_at=event.recorded_at,
        protocol=protocol,
        signed=Signed(mark.name, mark.meaning, mark.zone) if mark else None,
    )


class Histories:
    """Reads of the store as the engine's values.

    Every event is opened against its manifest as it is read, so a payload that was altered is refused here
    and not only by the verifier.
    """

    def __init__(self, store: Store, trials: Trials) -> None:
        self.store, self.trials = store, trials

    def subject(self, trial: str, key: str, caller: Principal) -> tuple[Trial, Subject]:
        """Rebuild a subject under the version it was registered with.

        Raises:
            NotFoundError: There is none, or it is of a site that the caller's token does not reach.
            ProtocolChangedError: The version's files are not those of its history.
        """
        history = [happened(event) for event in self.events(trial, stream_of(key))]
        if not history:
            raise NotFoundError(what="subject", key=key)
        version, _ = history[0].protocol or (None, None)
        ready = self.trials.get(trial, version)
        subject = fold(trial, key, history, ready.protocol, ready.chart)
        if subject.registered is None or not caller.sees_site(subject.registered.site):
            raise NotFoundError(what="subject", key=key)
        return ready, subject

    def events(self, trial: str, stream: str) -> list[Event]:
        """All events of a stream, in order."""
        return [stored.unseal() for stored in self.store.events(trial, stream)]

    def rulings(self, trial: str) -> list[Happened]:
        """The rulings signed in a trial, oldest first."""
        return [happened(event) for event in self.events(trial, RULINGS)]


def in_force(rulings: Iterable[Happened]) -> dict[str, str]:
    """Ambiguity -> option, of the rulings that stand."""
    return {h.body.ambiguity: h.body.option for h in rulings if isinstance(h.body, RulingSigned)}
