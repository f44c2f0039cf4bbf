"""Lists: subjects, a subject's events, the entries of a log; pages by opaque cursors that never shift."""

import base64
import re
from datetime import datetime
from typing import Any

from pydantic import Field

from api.errors import RequestInvalidError
from api.identity.principal import Principal
from api.instant import Instant
from api.service.histories import Histories, stream_of, subject_of
from api.store.store import Store
from api.store.views import EntryFilter, EntryRow, SubjectFilter
from engine.ledger import Event
from engine.protocol.base import Frozen, Name

_INDEX = re.compile("[0-9]{1,18}", re.ASCII)
"""A place in a log, as a cursor holds it."""


class SubjectQuery(Frozen):
    """Filters of the list of subjects; ``decision`` is the outcome of the open decision."""

    site: Name | None = None
    arm: Name | None = None
    epoch: Name | None = None
    regimen: Name | None = None
    standing: Name | None = None
    decision: Name | None = None
    cursor: str | None = None
    limit: int = Field(default=100, ge=1, le=1000)


class SubjectItem(Frozen):
    """Where one subject stands."""

    subject: str
    version: int
    site: str | None
    arm: str | None
    epoch: str | None
    regimen: str | None
    cycle: int | None
    standing: str | None
    decision: str | None
    updated_at: datetime


class SubjectPage(Frozen):
    """A page of subjects; without ``cursor`` it is the last."""

    items: tuple[SubjectItem, ...]
    cursor: str | None


class EntryQuery(Frozen):
    """Filters of the audit trail."""

    subject: Name | None = None
    kind: Name | None = None
    actor: Name | None = None
    role: Name | None = None
    site: Name | None = None
    recorded_from: Instant | None = None
    recorded_before: Instant | None = None
    cursor: str | None = None
    limit: int = Field(default=100, ge=1, le=1000)


class EntryItem(Frozen):
    """One entry of a trial's log: its place, who did what when, and the manifest that was hashed."""

    index: int
    leaf_hash: str
    event: str
    subject: str | None
    version: int
    kind: str
    actor: str
    role: str
    site: str | None
    effective_at: datetime
    recorded_at: datetime
    request_id: str
    manifest: str


class EntryPage(Frozen):
    """A page of the audit trail; without ``cursor`` it is the last so far."""

    items: tuple[EntryItem, ...]
    cursor: str | None


def list_subjects(store: Store, trial: str, who: Principal, query: SubjectQuery) -> SubjectPage:
    """List the subjects that the caller's token reaches."""
    chosen = query.model_dump(exclude={"cursor", "limit"})
    if who.site is not None:
        if query.site not in (None, who.site):
            return SubjectPage(items=(), cursor=None)
        chosen["site"] = who.site
    page = store.subjects(trial, SubjectFilter(**chosen), after=_after(query.cursor), limit=query.limit)
    items = tuple(SubjectItem.model_validate(row, from_attributes=True) for row in page.items)
    return SubjectPage(items=items, cursor=_cursor(page.after))


def list_entries(store: Store, trial: str, who: Principal, query: EntryQuery) -> EntryPage:
    """List the entries of a trial's log that the caller's token reaches, in the log's order."""
    if who.site is not None and query.site not in (None, who.site):
        return EntryPage(items=(), cursor=None)
    only = EntryFilter(
        stream=stream_of(query.subject) if query.subject else None,
        kind=query.kind,
        actor=query.actor,
        role=query.role,
        site=who.site or query.site,
        recorded_from=query.recorded_from,
        recorded_before=query.recorded_before,
    )
    after = _after(query.cursor)
    if after is not None and not _INDEX.fullmatch(after):
        raise _bad_cursor()
    index = int(after) if after is not None else None
    page = store.entries(trial, only, after=index, limit=query.limit)
    return EntryPage(items=tuple(_entry(row) for row in page.items), cursor=_cursor(page.after))


def _entry(row: EntryRow) -> EntryItem:
    return EntryItem(
        index=row.leaf_index,
        leaf_hash=row.leaf_hash.hex(),
        event=row.event_id,
        subject=subject_of(row.stream),
        version=row.version,
        kind=row.kind,
        actor=row.actor,
        role=row.role,
        site=row.site,
        effective_at=row.effective_at,
        recorded_at=row.recorded_at,
        request_id=row.request_id,
        manifest=row.manifest,
    )


def list_events(histories: Histories, trial: str, subject: str) -> list[dict[str, Any]]:
    """List a subject's events, each whole."""
    return [_event(event) for event in histories.events(trial, stream_of(subject))]


def _event(event: Event) -> dict[str, Any]:
    return event.model_dump(mode="json", exclude={"trial", "stream"}, exclude_none=True)


def _cursor(after: str | int | None) -> str | None:
    return None if after is None else base64.urlsafe_b64encode(str(after).encode()).decode().rstrip("=")


def _after(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    try:
        after = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars="-_", validate=True).decode()
    except ValueError:
        raise _bad_cursor() from None
    if "\0" in after:  # which PostgreSQL takes in no text
        raise _bad_cursor()
    return after


def _bad_cursor() -> RequestInvalidError:
    return RequestInvalidError(
        errors=[{"loc": ["query", "cursor"], "msg": "take the cursor of a page as it is"}]
    )
