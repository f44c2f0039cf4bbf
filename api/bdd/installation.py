"""A service of its own for specifications: a fresh folder, real HTTP on loopback, one actor for each role."""

import socket
import sqlite3
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Final, Literal

import httpx2
import uvicorn

from api.app import create_app
from api.identity.principal import new_token, token_hash
from api.identity.roles import Role
from api.service.histories import stream_of
from api.service.trials import Trials
from api.settings import Settings
from api.store.auditing import VerifiedTrial, verify_trial
from api.store.database import open_database
from api.store.identity import ActorRow, Identities
from api.store.keys import LogKey
from api.store.migrating import migrate
from api.store.store import Store
from engine.ledger import Broken
from engine.protocol.trial import TrialProtocol

ACTORS: Final[Mapping[str, tuple[Role, Literal["person", "service"]]]] = {
    "data system": (Role.EDC, "service"),
    "investigator": (Role.INVESTIGATOR, "person"),
    "sponsor": (Role.SPONSOR, "person"),
    "auditor": (Role.AUDITOR, "person"),
}
"""Who acts in a specification, by the word that the steps use."""
_PATIENCE = 30.0


class Calendar:
    """The clock of an installation: a day passes with each thing that happens, the same on every machine."""

    def __init__(self) -> None:
        self._now = datetime(2026, 1, 5, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Now."""
        return self._now

    def next_day(self) -> datetime:
        """Let a day pass."""
        self._now += timedelta(days=1)
        return self._now


class Installation:
    """One running service with one database.

    Args:
        folder: An empty folder for its data.
        trials: Folders of trials beside the shipped ones.
    """

    def __init__(self, folder: Path, trials: Sequence[Path] = ()) -> None:
        self.calendar = Calendar()
        self.settings = Settings.of({}, data_dir=folder, trials=tuple(trials))
        migrate(self.settings.database_url)
        self._tokens = self._enrol()
        self._socket = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(create_app(self.settings, self.calendar), log_level="warning", ws="none")
        self._server = uvicorn.Server(config)
        self._thread = Thread(target=self._server.run, args=([self._socket],), daemon=True)
        self._thread.start()
        self._wait_until_it_serves()
        self._http = httpx2.Client(
            base_url=f"http://127.0.0.1:{self._socket.getsockname()[1]}", timeout=_PATIENCE
        )

    def _enrol(self) -> dict[str, str]:
        engine = open_database(self.settings.database_url)
        identities, tokens, now = Identities(engine), dict[str, str](), self.calendar()
        for word, (role, kind) in ACTORS.items():
            actor = word.replace(" ", "-")
            identities.add_actor(
                ActorRow(id=actor, kind=kind, name=f"The {word}", zone="Asia/Shanghai", created_at=now)
            )
            tokens[word] = new_token()
            identities.add_token(token_hash(tokens[word]), actor_id=actor, role=role, created_at=now)
        engine.dispose()
        return tokens

    def _wait_until_it_serves(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError(f"the service on {self.settings.data_dir} did not start; see its output")
            time.sleep(0.005)

    def call(
        self,
        who: str,
        method: Literal["GET", "POST"],
        path: str,
        body: object = None,
        *,
        version: int | None = None,
    ) -> httpx2.Response:
        """Send one request as an actor of `ACTORS`, on a path below ``/v1/trials/``.

        A write takes a fresh idempotency key, and the version of the subject that it was decided on.
        """
        headers = {"Authorization": f"Bearer {self._tokens[who]}"}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return self.send(method, path, headers, json=body)

    def send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        *,
        json: object = None,
        content: bytes | None = None,
    ) -> httpx2.Response:
        """Send a request with exactly these headers."""
        if content is not None:
            return self._http.request(method, f"/v1/trials/{path}", headers=dict(headers), content=content)
        return self._http.request(method, f"/v1/trials/{path}", headers=dict(headers), json=json)

    def token(self, who: str) -> str:
        """The bearer token of an actor."""
        return self._tokens[who]

    def verify(self, trial: str) -> VerifiedTrial | Broken:
        """Verify the log of a trial as an auditor does, from the database file and the public key alone."""
        key, engine = LogKey.read_or_create(self.settings.data_dir), open_database(self.settings.database_url)
        try:
            return verify_trial(Store(engine, key.signer, self.calendar), trial, key.vkey(trial))
        finally:
            engine.dispose()

    def alter(self, trial: str, subject: str, kind: str, change: Callable[[str], str]) -> str:
        """Alter the body of a subject's latest event of a kind in the file, as one who owns the file could.

        Returns:
            The id of the event.
        """
        with closing(sqlite3.connect(self.settings.data_dir / "neoadapt.db")) as file, file:
            guards = file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for (guard,) in guards:
                file.execute(f'DROP TRIGGER "{guard}"')
            found = file.execute(
                "SELECT event_id, text FROM event JOIN payload USING (trial, event_id)"
                " WHERE trial = ? AND stream = ? AND kind = ? AND part = 'body' ORDER BY pos DESC LIMIT 1",
                (trial, stream_of(subject), kind),
            ).fetchone()
            event, text = str(found[0]), str(found[1])
            file.execute(
                "UPDATE payload SET text = ? WHERE trial = ? AND event_id = ? AND part = 'body'",
                (change(text), trial, event),
            )
        return event

    def ask_to_stop(self) -> None:
        """Let the service come to its end."""
        self._http.close()
        self._server.should_exit = True

    def stop(self) -> None:
        """Wait for its end."""
        self.ask_to_stop()
        self._thread.join(_PATIENCE)
        self._socket.close()


class Installations:
    """Installations by what the sponsor has signed: a ruling cannot be unsigned, so each profile has its own.

    Args:
        folder: Gives a fresh folder for each new installation.
        trials: Folders of trials beside the shipped ones.
    """

    def __init__(self, folder: Callable[[], Path], trials: Sequence[Path] = ()) -> None:
        self._folder, self._trials = folder, trials
        self._loaded: Trials | None = None
        self._shared: dict[tuple[str, frozenset[tuple[str, str]]], Installation] = {}
        self._retired: list[Installation] = []

    def get(self, trial: str, rulings: Mapping[str, str]) -> Installation:
        """The installation in which exactly these rulings are signed, started when first asked for."""
        profile = (trial, frozenset(rulings.items()))
        if profile not in self._shared:
            started = Installation(self._folder(), self._trials)
            self._shared[profile] = started
            for ambiguity, option in rulings.items():
                body = {"ambiguity": ambiguity, "option": option}
                started.call("sponsor", "POST", f"{trial}/rulings", body).raise_for_status()
        return self._shared[profile]

    def protocol(self, trial: str) -> TrialProtocol:
        """The newest version of a trial; its files give the steps their words."""
        self._loaded = self._loaded or Trials(self._trials)
        return self._loaded.get(trial).protocol

    def retire(self, installation: Installation) -> None:
        """Share an installation no longer: a scenario changes what its profile promises."""
        for profile, shared in list(self._shared.items()):
            if shared is installation:
                del self._shared[profile]
                self._retired.append(installation)

    def stop(self) -> None:
        """Stop every installation."""
        every = (*self._shared.values(), *self._retired)
        for installation in every:
            installation.ask_to_stop()
        for installation in every:
            installation.stop()
