"""The tables. Append-only ones are guarded in the database itself (see the migrations).

Keys compare by their bytes on both databases, so a cursor means the same on both. Times are text of one
width, RFC 3339 UTC with six decimals, so the order of the texts is the order of the times.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import TEXT
from sqlalchemy.types import TypeDecorator

REVISION = "0001"
"""The newest migration; a database at any other revision is not this version's."""
APPEND_ONLY = ("event", "payload", "leaf", "checkpoint", "idempotency", "response")
"""The tables in which the database refuses UPDATE, DELETE, REPLACE and TRUNCATE."""
KEY = TEXT(collation="C").with_variant(Text(), "sqlite")
"""Text that compares by its bytes."""
POSITION = BigInteger().with_variant(Integer(), "sqlite")


class UtcText(TypeDecorator[datetime]):
    """A time in UTC as ``2026-03-01T08:00:00.000000Z``, the form it has in a manifest."""

    impl = KEY
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Write the time.

        Raises:
            ValueError: The time has no zone.
        """
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone: give an aware datetime")
        return value.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Read the time."""
        del dialect
        return None if value is None else datetime.fromisoformat(value)


metadata = MetaData()

# One row for each event. Every column but pos and leaf_hash repeats a field of the manifest, to search by.
event = Table(
    "event",
    metadata,
    Column("pos", POSITION, Identity(always=True), primary_key=True),
    Column("trial", KEY, nullable=False),
    Column("stream", KEY, nullable=False),
    Column("version", Integer, CheckConstraint("version > 0"), nullable=False),
    Column("event_id", KEY, nullable=False),
    Column("kind", KEY, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("actor", KEY, nullable=False),
    Column("role", KEY, nullable=False),
    Column("site", KEY),
    Column("effective_at", UtcText, nullable=False),
    Column("recorded_at", UtcText, nullable=False),
    Column("request_id", KEY, nullable=False),
    Column("manifest", Text, nullable=False),
    Column("leaf_hash", LargeBinary, CheckConstraint("length(leaf_hash) = 32"), nullable=False),
    UniqueConstraint("trial", "stream", "version", name="event_in_stream"),
    UniqueConstraint("trial", "event_id", name="event_in_trial"),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

# The erasable parts of an event: its body, and its signature with the printed name.
payload = Table(
    "payload",
    metadata,
    Column("trial", KEY, primary_key=True),
    Column("event_id", KEY, primary_key=True),
    Column("part", KEY, primary_key=True),
    Column("salt", Text, nullable=False),
    Column("text", Text, nullable=False),
    ForeignKeyConstraint(["trial", "event_id"], ["event.trial", "event.event_id"], name="payload_of_event"),
    sqlite_strict=True,
)

# The queue of events that the log does not hold yet; written with the event, emptied with the leaf.
# A queue, since "pos above the last" would skip a late commit, and an anti-join reads the whole trial.
unsequenced = Table(
    "unsequenced",
    metadata,
    Column("trial", KEY, primary_key=True),
    Column("event_id", KEY, primary_key=True),
    sqlite_strict=True,
)

leaf = Table(
    "leaf",
    metadata,
    Column("trial", KEY, primary_key=True),
    Column("leaf_index", POSITION, CheckConstraint("leaf_index >= 0"), primary_key=True, autoincrement=False),
    Column("pos", POSITION, nullable=False),
    Column("event_id", KEY, nullable=False),
    Column("leaf_hash", LargeBinary, CheckConstraint("length(leaf_hash) = 32"), nullable=False),
    UniqueConstraint("pos", name="leaf_of_pos"),
    UniqueConstraint("trial", "event_id", name="leaf_in_trial"),
    ForeignKeyConstraint(["trial", "event_id"], ["event.trial", "event.event_id"], name="leaf_of_event"),
    sqlite_strict=True,
)

# The signed heads of a trial's log, and the tree's right edge to go on from.
checkpoint = Table(
    "checkpoint",
    metadata,
    Column("trial", KEY, primary_key=True),
    Column("size", POSITION, CheckConstraint("size > 0"), primary_key=True, autoincrement=False),
    Column("root", LargeBinary, CheckConstraint("length(root) = 32"), nullable=False),
    Column("note", Text, nullable=False),
    Column("frontier", Text, nullable=False),
    Column("made_at", UtcText, nullable=False),
    sqlite_strict=True,
)

# What a request was answered, without the body, which may hold what must be erased with the stream.
idempotency = Table(
    "idempotency",
    metadata,
    Column("trial", KEY, primary_key=True),
    Column("actor", KEY, primary_key=True),
    Column("key", KEY, primary_key=True),
    Column("stream", KEY, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", Text, nullable=False),
    Column("created_at", UtcText, nullable=False),
    sqlite_strict=True,
)

response = Table(
    "response",
    metadata,
    Column("trial", KEY, primary_key=True),
    Column("actor", KEY, primary_key=True),
    Column("key", KEY, primary_key=True),
    Column("text", Text, nullable=False),
    ForeignKeyConstraint(
        ["trial", "actor", "key"],
        ["idempotency.trial", "idempotency.actor", "idempotency.key"],
        name="response_to_request",
    ),
    sqlite_strict=True,
)

# Where each subject stands, for lists; rebuilt from the events at any time, and no evidence.
subject = Table(
    "subject",
    metadata,
    Column("trial", KEY, primary_key=True),
    Column("subject", KEY, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("site", KEY),
    Column("arm", KEY),
    Column("epoch", KEY),
    Column("regimen", KEY),
    Column("cycle", Integer),
    Column("standing", KEY),
    Column("decision", KEY),
    Column("updated_at", UtcText, nullable=False),
    sqlite_strict=True,
)

actor = Table(
    "actor",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("kind", KEY, CheckConstraint("kind IN ('person', 'service')"), nullable=False),
    Column("name", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("created_at", UtcText, nullable=False),
    sqlite_strict=True,
)

token = Table(
    "token",
    metadata,
    Column("hash", KEY, primary_key=True),
    Column("actor_id", KEY, ForeignKey("actor.id", name="token_of_actor"), nullable=False),
    Column("role", KEY, nullable=False),
    Column("trial", KEY),
    Column("site", KEY),
    Column("created_at", UtcText, nullable=False),
    Column("expires_at", UtcText),
    Column("revoked_at", UtcText),
    sqlite_strict=True,
)
