"""``neoadapt demo``: a service of its own, the walk over HTTP, the audit trail, and where to look next."""

import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx2

from api.cli import auditing
from api.cli.console import stdout
from api.cli.demo.script import COURSES, TRIAL
from api.cli.demo.show import table
from api.cli.demo.walk import Walk
from api.cli.serving import running
from api.cli.tokens import Grant, give
from api.identity.roles import Role
from api.settings import Settings
from engine.ledger import Broken

_ACTORS = (
    Grant("demo-edc", "service", "Demo EDC", Role.EDC),
    Grant("demo-investigator", "person", "Demo Investigator", Role.INVESTIGATOR, "Asia/Shanghai"),
    Grant("demo-sponsor", "person", "Demo Sponsor", Role.SPONSOR, "Asia/Shanghai"),
    Grant("demo-auditor", "person", "Demo Auditor", Role.AUDITOR),
)


def run(folder: Path, port: int, *, once: bool) -> bool:
    """Walk the script in a fresh folder; tells whether all of it went as expected and the audit trail holds.

    Args:
        folder: Where the run makes a folder of its own.
        port: Port of loopback; 0 for any free one.
        once: End at once; else the service stays up until Ctrl-C.
    """
    settings = _fresh(folder)
    tokens = {grant.role: give(settings, grant).token for grant in _ACTORS}
    out = stdout()
    with running(settings, port) as url:
        out.print(f"NeoAdapt serves {TRIAL} at {url}; every subject below is synthetic.\n")
        with httpx2.Client(base_url=f"{url}/v1/trials/{TRIAL}", timeout=30) as http:
            walk = Walk(http, tokens)
            rows = [(course, *walk.go(course)) for course in COURSES]
        out.print(table(rows))
        found = auditing.verify(settings, TRIAL, [])[TRIAL]
        unexpected = [course.subject for course, _, fault in rows if fault is not None]
        out.print(f"{len(rows) - len(unexpected)} of {len(rows)} subjects went as the script expects.")
        out.print(f"Audit trail of {auditing.sentence(TRIAL, found)}.\n", soft_wrap=True)
        for line in _next(settings, url, tokens[Role.AUDITOR], once=once):
            out.print(line, soft_wrap=True, markup=False)
        if not once:
            with suppress(KeyboardInterrupt):
                threading.Event().wait()
    return not unexpected and not isinstance(found, Broken)


def _fresh(folder: Path) -> Settings:
    """Make the folder of this run; nothing of the environment, such as a real database, is used."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    begun = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-")
    return Settings.of({}, data_dir=Path(tempfile.mkdtemp(prefix=begun, dir=folder)))


def _next(settings: Settings, url: str, token: str, *, once: bool) -> Iterator[str]:
    """Say where to look next."""
    data_dir, port = settings.data_dir, url.rpartition(":")[2]
    neoadapt = sys.argv[0] if Path(sys.argv[0]).name == "neoadapt" else "neoadapt"
    yield "Look next:"
    if once:
        yield f"  the service again      {neoadapt} serve --port {port} --data-dir {data_dir}"
    yield f"  the API                {url}/docs and {url}/openapi.json"
    yield "  one subject's reasons  (the token is good for this demonstration's data only)"
    yield f"    curl -H 'Authorization: Bearer {token}' {url}/v1/trials/{TRIAL}/subjects/D-07/decisions"
    yield f"  the audit trail        {neoadapt} audit verify --data-dir {data_dir}"
    yield f"  the rules              {neoadapt} protocol show {TRIAL}"
    yield f"  the scenarios          features/{TRIAL}/"
    if not once:
        yield "Ctrl-C ends it."
