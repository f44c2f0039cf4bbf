"""Walking a course: each step becomes a request; what is answered is compared with the script."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx2

from api.cli.demo.show import answer, ending
from api.cli.demo.steps import Course, Ends, Step
from api.identity.roles import Role

_SPAN = timedelta(days=400)
"""Every course began this long ago, and all of them are over within it."""


class UnexpectedError(Exception):
    """The service answered otherwise than the script expects."""


@dataclass(slots=True)
class Walk:
    """The walk over one running service.

    Attributes:
        http: A client of the trial's own URL.
        tokens: A bearer token for each role.
    """

    http: httpx2.Client
    tokens: Mapping[Role, str]
    keys: Iterator[int] = field(default_factory=count)

    def go(self, course: Course) -> tuple[Ends, str | None]:
        """Walk one course; gives where the subject stands, and what was unexpected if anything was."""
        fault, state = None, _Progress(course.subject, datetime.now(UTC).replace(microsecond=0) - _SPAN)
        for number, step in enumerate(course.steps, start=1):
            try:
                self._take(step, state)
            except UnexpectedError as error:
                fault = f"step {number}, {step.path or 'register'}: {error}"
                break
        seen = self._send("GET", f"/subjects/{course.subject}", step=course.steps[0])
        ends = ending(seen.json()) if seen.is_success else Ends(f"not there ({seen.status_code})")
        if fault is None and ends != course.ends:
            fault = f"expected at the end: {course.ends}"
        return ends, fault

    def _take(self, step: Step, state: "_Progress") -> None:
        state.at += timedelta(days=step.days)
        body = dict(step.body(state.at.isoformat()))
        headers = {"Idempotency-Key": f"demo-{next(self.keys)}"}
        if step.path.startswith("/"):
            path = step.path
        elif step.path == "":
            path, body = "/subjects", {"subject": state.subject, **body}
        else:
            path = f"/subjects/{state.subject}/{step.path.format(open=state.open)}"
            headers["If-Match"] = state.etag
        answered = self._send("POST", path, step=step, json=body, headers=headers)
        _compare(step, answered)
        if "ETag" in answered.headers:
            state.learn(answered)
            _compare_decision(step, state)

    def _send(self, method: str, path: str, *, step: Step, **more: Any) -> httpx2.Response:  # noqa: ANN401 as httpx2's
        headers = {"Authorization": f"Bearer {self.tokens[step.role]}", **more.pop("headers", {})}
        return self.http.request(method, path, headers=headers, **more)


@dataclass(slots=True)
class _Progress:
    """What the sender of the next step must know."""

    subject: str
    at: datetime
    etag: str = ""
    open: str = ""
    says: str | None = None

    def learn(self, answered: httpx2.Response) -> None:
        self.etag = answered.headers["ETag"]
        standing = [found for found in answered.json()["decisions"] if found["status"] == "open"]
        self.open = standing[-1]["decision"] if standing else ""
        self.says = answer(standing[-1]["answer"]) if standing else None


def _compare(step: Step, answered: httpx2.Response) -> None:
    problem = answered.json()["type"].rpartition(":")[2] if answered.is_client_error else None
    if problem != step.refused or answered.is_server_error:
        expected = f"refused with {step.refused}" if step.refused else "carried out"
        raise UnexpectedError(f"expected {expected}, answered {answered.status_code} {answered.text}")


def _compare_decision(step: Step, state: _Progress) -> None:
    if step.says is not None and state.says != step.says:
        raise UnexpectedError(f"expected to {step.says}, the engine says {state.says}")
