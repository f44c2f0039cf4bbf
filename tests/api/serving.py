"""An installation as the tests use it: a real database, a real server on loopback, actors with tokens."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from threading import Thread
from typing import Any, Literal

import httpx2
import uvicorn

from api.app import create_app, now
from api.identity.principal import new_token, token_hash
from api.identity.roles import Role
from api.settings import Settings
from api.store.database import open_database
from api.store.identity import ActorRow, Identities

FLAGSHIP = "NCT07239271"
LONG_AGO = "2026-01-05T09:00:00+08:00"
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Grants:
    """The actors of an installation."""

    identities: Identities

    def token(
        self,
        role: str,
        *,
        kind: Literal["person", "service"] | None = None,
        trial: str | None = None,
        site: str | None = None,
        expires_at: datetime | None = None,
    ) -> str:
        """Make an actor and give it a token; an EDC is a service, the others are persons."""
        actor = f"{role}-{next(_numbers)}"
        made = datetime.now(UTC)
        kind = kind or ("service" if role == Role.EDC else "person")
        name = f"Example {role.title()}"
        self.identities.add_actor(
            ActorRow(id=actor, kind=kind, name=name, zone="Asia/Shanghai", created_at=made)
        )
        token = new_token()
        self.identities.add_token(
            token_hash(token),
            actor_id=actor,
            role=role,
            created_at=made,
            trial=trial,
            site=site,
            expires_at=expires_at,
        )
        return token


@dataclass(frozen=True, slots=True)
class Api:
    """A running service, and a token for each role."""

    http: httpx2.Client
    grants: Grants
    settings: Settings
    tokens: dict[str, str] = field(default_factory=dict)

    def token(self, role: str) -> str:
        """The installation's first token of a role."""
        if role not in self.tokens:
            self.tokens[role] = self.grants.token(role)
        return self.tokens[role]

    def unique(self, prefix: str) -> str:
        """A key that no other subject has."""
        return f"{prefix}-{next(_numbers)}"

    def call(
        self,
        role: str | None,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        key: str | None = None,
        version: int | None = None,
        content: bytes | Iterator[bytes] | None = None,
        headers: dict[str, str] | None = None,
        params: dict[str, Any] | None = None,
    ) -> httpx2.Response:
        """Send one request; a POST gets a fresh Idempotency-Key unless one is named, ``""`` sends none."""
        sent = {} if content is None else {"Content-Type": "application/json"}
        if (token := token or (self.token(role) if role else None)) is not None:
            sent["Authorization"] = f"Bearer {token}"
        if method == "POST" and key != "":
            sent["Idempotency-Key"] = key or f"key-{next(_numbers)}"
        if version is not None:
            sent["If-Match"] = f'"{version}"'
        more = {"json": body} if body is not None else {"content": content} if content is not None else {}
        url = path if path.startswith("/") else f"/v1/trials/{path}"
        return self.http.request(method, url, headers=sent | (headers or {}), params=params, **more)

    def get(self, role: str, path: str, /, **params: object) -> Any:  # noqa: ANN401  # any JSON
        """Read; the answer must be 200."""
        answer = self.call(role, "GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def subject(self, trial: str = FLAGSHIP, *, site: str = "SITE-01") -> "Course":
        """Register a fresh subject."""
        course = Course(self, trial, self.unique("S"))
        consent = {"version": "ICF 1.0", "signed_at": LONG_AGO}
        made = self.call(
            "edc", "POST", f"{trial}/subjects", {"subject": course.key, "site": site, "consent": consent}
        )
        assert made.status_code == 201, made.text
        course.version = made.json()["version"]
        return course

    def rule(self, trial: str = FLAGSHIP) -> None:
        """Sign the reference ruling on every ambiguity that a table uses."""
        for ruling in self.get("sponsor", f"{trial}/rulings"):
            if ruling["signed"] is None and ruling["governs"] in ("decision", "endpoint"):
                picked = {"ambiguity": ruling["ambiguity"], "option": ruling["reference"]}
                assert self.call("sponsor", "POST", f"{trial}/rulings", picked).status_code == 201


@dataclass(slots=True)
class Course:
    """One subject on its way, as an EDC and an investigator drive it; it remembers the version."""

    api: Api
    trial: str
    key: str
    version: int = 0

    @property
    def path(self) -> str:
        """Path of the subject."""
        return f"{self.trial}/subjects/{self.key}"

    def send(self, what: str, body: object = None, *, role: str = "edc", **more: Any) -> httpx2.Response:  # noqa: ANN401  # as `Api.call`
        """Write under the version that is remembered, and remember the new one."""
        more.setdefault("version", self.version)
        answer = self.api.call(role, "POST", f"{self.path}/{what}", body, **more)
        if answer.status_code in (200, 201):
            self.version = answer.json()["version"]
            assert answer.headers["ETag"] == f'"{self.version}"'
        return answer

    def did(self, what: str, body: object = None, *, role: str = "edc", status: int = 201) -> Any:  # noqa: ANN401  # any JSON
        """Write; it must be accepted."""
        answer = self.send(what, body, role=role)
        assert answer.status_code == status, answer.text
        return answer.json()

    def read(self, what: str = "", role: str = "auditor") -> Any:  # noqa: ANN401  # any JSON
        """Read the subject, or what stands below it."""
        return self.api.get(role, f"{self.path}/{what}".rstrip("/"))

    def observe(self, **facts: object) -> Any:  # noqa: ANN401  # any JSON
        """Record a batch: ``name=value``, ``name=(number, unit)`` or ``name={"status": ...}``."""
        batch = []
        for name, said in facts.items():
            match said:
                case dict():
                    fact = said
                case (number, unit):
                    fact = {"value": number, "unit": unit}
                case _:
                    fact = {"value": said}
            batch.append({"variable": name, "effective_at": LONG_AGO, **fact})
        return self.did("observations", {"observations": batch})

    def allocated(self, arm: str = "experimental") -> "Course":
        """Bring the subject onto an arm."""
        self.did("eligibility", {"result": "eligible", "effective_at": LONG_AGO})
        self.did("allocation", {"arm": arm, "effective_at": LONG_AGO})
        return self

    def cycle(self, number: int, regimen: str) -> Any:  # noqa: ANN401  # any JSON
        """Record a cycle."""
        return self.did("cycles", {"number": number, "regimen": regimen, "effective_at": LONG_AGO})

    def at_c2(self) -> "Course":
        """Bring the subject to the end of cycle 2 of the flagship's adaptive arm."""
        self.allocated()
        self.cycle(1, "Nab-P+HP")
        self.cycle(2, "Nab-P+HP")
        return self

    def ask(self, point: str, status: int = 201) -> Any:  # noqa: ANN401  # any JSON
        """Ask a decision point, and give the decision that is open."""
        return self.did("decisions", {"point": point}, status=status)["decisions"][-1]

    def judge(self, decision: str, **verdict: object) -> Any:  # noqa: ANN401  # any JSON
        """Give a verdict."""
        return self.did(f"decisions/{decision}/verdict", verdict, role="investigator")


@contextmanager
def serving(settings: Settings, clock: Callable[[], datetime] = now) -> Iterator[Api]:
    """Serve an installation on a free port of loopback until the block ends; its database is migrated."""
    config = uvicorn.Config(
        create_app(settings, clock), host="127.0.0.1", port=0, log_level="critical", ws="none"
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, name="api-under-test")
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the service did not start"
        time.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    engine = open_database(settings.database_url)
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
            yield Api(http, Grants(Identities(engine)), settings)
    finally:
        server.should_exit = True
        thread.join()
        engine.dispose()
