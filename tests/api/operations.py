"""Every operation of the API, with one request that it accepts; no operation may be missing from here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from starlette.routing import BaseRoute, Route

from tests.api.serving import FLAGSHIP, LONG_AGO, Api, Course

PERSONS = "signs"
"""Beside roles: only a person may do it."""


def operations(app: FastAPI) -> set[tuple[str, str]]:
    """List method and path of every route of an application, shown in its document or not."""

    def routes(found: list[BaseRoute]) -> Iterator[BaseRoute]:
        for route in found:
            inner = getattr(route, "original_router", None)
            yield from routes(inner.routes) if inner is not None else [route]

    return {
        (method, route.path)
        for route in routes(app.routes)
        if isinstance(route, Route)
        for method in sorted((route.methods or set()) - {"HEAD"})
    }


@dataclass(frozen=True, slots=True)
class Row:
    """One operation.

    Attributes:
        roles: Who may do it; None: it needs no token.
        reach: Brings a fresh subject to where the request is accepted; None: it needs no subject.
        fill: What stands in the path for the parameters beside trial and subject.
        body: The body, from the subject.
    """

    roles: frozenset[str] | None
    status: int = 200
    reach: Callable[[Api], Course] | None = None
    fill: Callable[[Api, Course], dict[str, str]] = lambda _api, _course: {}
    body: Callable[[Api, Course], object] = lambda _api, _course: None
    params: dict[str, str] = field(default_factory=dict)


def fresh(api: Api) -> Course:
    return api.subject()


def screened(api: Api) -> Course:
    course = api.subject()
    course.did("eligibility", {"result": "eligible", "effective_at": LONG_AGO})
    return course


def allocated(api: Api) -> Course:
    return api.subject().allocated()


def at_c2(api: Api) -> Course:
    return api.subject().at_c2()


def asked(api: Api) -> Course:
    course = api.subject().at_c2()
    course.observe(ctdna_c1="positive", pam_c1="mutated", response_c2="SD")
    course.ask("after_c2")
    return course


def _unsigned(api: Api, _: Course) -> object:
    """Pick an ambiguity that no table uses, so that no other test sees the ruling."""
    rulings = api.get("sponsor", f"{FLAGSHIP}/rulings")
    free = next(one for one in rulings if one["signed"] is None and one["governs"] == "eligibility")
    return {"ambiguity": free["ambiguity"], "option": free["options"][0]}


def _at(**said: object) -> Callable[[Api, Course], object]:
    return lambda _api, _course: {**said, "effective_at": LONG_AGO}


def _newest_event(_: Api, course: Course) -> dict[str, str]:
    return {"event": course.read("history")[-1]["event_id"]}


_SURGERY = [
    {"variable": "surgery_type", "value": "mastectomy", "effective_at": LONG_AGO},
    {"variable": "axillary_procedure", "value": "none", "effective_at": LONG_AGO},
]
EVERYONE = frozenset({"edc", "investigator", "sponsor", "auditor", "admin"})
SITE = frozenset({"edc", "investigator"})
LOOK = frozenset({"investigator", "sponsor", "auditor", "admin"})
_T = "/v1/trials/{trial}"
_S = _T + "/subjects/{subject}"
ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/v1/trials"): Row(EVERYONE),
    ("GET", _T): Row(EVERYONE),
    ("GET", f"{_T}/versions"): Row(EVERYONE),
    ("GET", f"{_T}/versions/{{version}}"): Row(EVERYONE, fill=lambda *_: {"version": "v1"}),
    ("GET", f"{_T}/rulings"): Row(EVERYONE),
    ("POST", f"{_T}/rulings"): Row(frozenset({"sponsor", PERSONS}), 201, body=_unsigned),
    ("POST", f"{_T}/decision-points/{{point}}/evaluate"): Row(
        EVERYONE, fill=lambda *_: {"point": "after_c2"}, body=lambda *_: {"facts": {}}
    ),
    ("POST", f"{_T}/subjects"): Row(
        SITE,
        201,
        body=lambda api, _: {
            "subject": api.unique("R"),
            "site": "SITE-01",
            "consent": {"version": "ICF 1.0", "signed_at": LONG_AGO},
        },
    ),
    ("GET", f"{_T}/subjects"): Row(EVERYONE),
    ("GET", _S): Row(EVERYONE, reach=fresh),
    ("GET", f"{_S}/history"): Row(EVERYONE, reach=fresh),
    ("GET", f"{_S}/next"): Row(EVERYONE, reach=fresh),
    ("POST", f"{_S}/eligibility"): Row(SITE, 201, reach=fresh, body=_at(result="eligible")),
    ("POST", f"{_S}/allocation"): Row(SITE, 201, reach=screened, body=_at(arm="experimental")),
    ("POST", f"{_S}/observations"): Row(
        SITE,
        201,
        reach=fresh,
        body=lambda *_: {
            "observations": [{"variable": "ctdna_c1", "value": "positive", "effective_at": LONG_AGO}]
        },
    ),
    ("POST", f"{_S}/cycles"): Row(SITE, 201, reach=allocated, body=_at(number=1, regimen="Nab-P+HP")),
    ("POST", f"{_S}/exits"): Row(SITE, 201, reach=fresh, body=_at(exit="death", reason="As reported.")),
    ("POST", f"{_S}/milestones"): Row(
        SITE,
        201,
        reach=allocated,
        body=_at(milestone="surgery", observations=_SURGERY, reason_code="safety_finding", reason="Early."),
    ),
    ("POST", f"{_S}/decisions"): Row(SITE, 201, reach=at_c2, body=lambda *_: {"point": "after_c2"}),
    ("GET", f"{_S}/decisions"): Row(EVERYONE, reach=asked),
    ("GET", f"{_S}/decisions/{{decision}}"): Row(
        EVERYONE, reach=asked, fill=lambda *_: {"decision": "after_c2-1"}
    ),
    ("POST", f"{_S}/decisions/{{decision}}/verdict"): Row(
        frozenset({"investigator", PERSONS}),
        201,
        reach=asked,
        fill=lambda *_: {"decision": "after_c2-1"},
        body=lambda *_: {"verdict": "confirm"},
    ),
    ("POST", f"{_S}/advance"): Row(SITE, 201, reach=at_c2),
    ("GET", f"{_T}/audit/entries"): Row(LOOK),
    ("GET", f"{_T}/audit/checkpoint"): Row(LOOK),
    ("GET", f"{_T}/audit/entries/{{event}}/proof"): Row(LOOK, reach=fresh, fill=_newest_event),
    ("GET", "/health/live"): Row(None),
    ("GET", "/health/ready"): Row(None),
    ("GET", "/openapi.json"): Row(None),
    ("GET", "/docs"): Row(None),
    ("GET", "/docs/oauth2-redirect"): Row(None),
    ("GET", "/redoc"): Row(None),
}
"""By method and path."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that is ready to be sent, by whomever."""

    api: Api
    row: Row
    course: Course
    method: str
    path: str
    body: object

    @classmethod
    def of(cls, api: Api, operation: tuple[str, str]) -> "Prepared":
        """Bring a fresh subject to where the operation is accepted, and fill in path and body."""
        row, (method, path) = ROWS[operation], operation
        course = row.reach(api) if row.reach else Course(api, FLAGSHIP, "none")
        filled = path.format(trial=FLAGSHIP, subject=course.key, **row.fill(api, course))
        return cls(api, row, course, method, filled, row.body(api, course))

    def send(self, role: str | None, **more: Any) -> Any:  # noqa: ANN401  # an httpx2.Response, and keywords of `Api.call`
        """Send it in a role, with what a write needs."""
        more.setdefault("version", self.course.version if self.row.reach else None)
        return self.api.call(role, self.method, self.path, self.body, **more)
