"""Create the tables, and the triggers that make them append-only.

SQLite: REPLACE deletes the row it collides with, and fires delete triggers only where the connection
asked for it; so an insert that would collide, by any key or by rowid, is refused as well.
PostgreSQL: one statement trigger sees UPDATE, DELETE, ON CONFLICT DO UPDATE and TRUNCATE alike. ENABLE
ALWAYS keeps it firing under ``session_replication_role = replica``.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0001"
down_revision = None

KEY = TEXT(collation="C").with_variant(sa.Text(), "sqlite")
POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEYS_OF = {
    "event": (("trial", "stream", "version"), ("trial", "event_id")),
    "payload": (("trial", "event_id", "part"),),
    "leaf": (("trial", "leaf_index"), ("trial", "event_id"), ("pos",)),
    "checkpoint": (("trial", "size"),),
    "idempotency": (("trial", "actor", "key"),),
    "response": (("trial", "actor", "key"),),
}
"""The append-only tables, and the keys by which a row of each could be replaced."""


def upgrade() -> None:
    """Create the tables, then their guards."""
    _create_events()
    _create_log()
    _create_requests()
    _create_subjects()
    _create_identity()
    if op.get_context().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _create_events() -> None:
    op.create_table(
        "event",
        sa.Column("pos", POSITION, sa.Identity(always=True), primary_key=True),
        sa.Column("trial", KEY, nullable=False),
        sa.Column("stream", KEY, nullable=False),
        sa.Column("version", sa.Integer, sa.CheckConstraint("version > 0"), nullable=False),
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("schema_version", sa.Integer, nullable=False),
        sa.Column("actor", KEY, nullable=False),
        sa.Column("role", KEY, nullable=False),
        sa.Column("site", KEY),
        sa.Column("effective_at", KEY, nullable=False),
        sa.Column("recorded_at", KEY, nullable=False),
        sa.Column("request_id", KEY, nullable=False),
        sa.Column("manifest", sa.Text, nullable=False),
        _hash("leaf_hash"),
        sa.UniqueConstraint("trial", "stream", "version", name="event_in_stream"),
        sa.UniqueConstraint("trial", "event_id", name="event_in_trial"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_table(
        "payload",
        sa.Column("trial", KEY, primary_key=True),
        sa.Column("event_id", KEY, primary_key=True),
        sa.Column("part", KEY, primary_key=True),
        sa.Column("salt", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        _of_event("payload_of_event"),
        sqlite_strict=True,
    )


def _create_log() -> None:
    op.create_table(
        "unsequenced",
        sa.Column("trial", KEY, primary_key=True),
        sa.Column("event_id", KEY, primary_key=True),
        sqlite_strict=True,
    )
    op.create_table(
        "leaf",
        sa.Column("trial", KEY, primary_key=True),
        _counter("leaf_index", "leaf_index >= 0"),
        sa.Column("pos", POSITION, nullable=False),
        sa.Column("event_id", KEY, nullable=False),
        _hash("leaf_hash"),
        sa.UniqueConstraint("pos", name="leaf_of_pos"),
        sa.UniqueConstraint("trial", "event_id", name="leaf_in_trial"),
        _of_event("leaf_of_event"),
        sqlite_strict=True,
    )
    op.create_table(
        "checkpoint",
        sa.Column("trial", KEY, primary_key=True),
        _counter("size", "size > 0"),
        _hash("root"),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("frontier", sa.Text, nullable=False),
        sa.Column("made_at", KEY, nullable=False),
        sqlite_strict=True,
    )


def _create_requests() -> None:
    op.create_table(
        "idempotency",
        sa.Column("trial", KEY, primary_key=True),
        sa.Column("actor", KEY, primary_key=True),
        sa.Column("key", KEY, primary_key=True),
        sa.Column("stream", KEY, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("headers", sa.Text, nullable=False),
        sa.Column("created_at", KEY, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "response",
        sa.Column("trial", KEY, primary_key=True),
        sa.Column("actor", KEY, primary_key=True),
        sa.Column("key", KEY, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["trial", "actor", "key"],
            ["idempotency.trial", "idempotency.actor", "idempotency.key"],
            name="response_to_request",
        ),
        sqlite_strict=True,
    )


def _create_subjects() -> None:
    op.create_table(
        "subject",
        sa.Column("trial", KEY, primary_key=True),
        sa.Column("subject", KEY, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("site", KEY),
        sa.Column("arm", KEY),
        sa.Column("epoch", KEY),
        sa.Column("regimen", KEY),
        sa.Column("cycle", sa.Integer),
        sa.Column("standing", KEY),
        sa.Column("decision", KEY),
        sa.Column("updated_at", KEY, nullable=False),
        sqlite_strict=True,
    )


def _create_identity() -> None:
    op.create_table(
        "actor",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("kind", KEY, sa.CheckConstraint("kind IN ('person', 'service')"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("created_at", KEY, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "token",
        sa.Column("hash", KEY, primary_key=True),
        sa.Column("actor_id", KEY, sa.ForeignKey("actor.id", name="token_of_actor"), nullable=False),
        sa.Column("role", KEY, nullable=False),
        sa.Column("trial", KEY),
        sa.Column("site", KEY),
        sa.Column("created_at", KEY, nullable=False),
        sa.Column("expires_at", KEY),
        sa.Column("revoked_at", KEY),
        sqlite_strict=True,
    )


def _hash(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, sa.CheckConstraint(f"length({name}) = 32"), nullable=False)


def _counter(name: str, check: str) -> sa.Column[int]:
    return sa.Column(name, POSITION, sa.CheckConstraint(check), primary_key=True, autoincrement=False)


def _of_event(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["trial", "event_id"], ["event.trial", "event.event_id"], name=name)


def _guard_sqlite() -> None:
    for table, keys in KEYS_OF.items():
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        keep = f"BEGIN SELECT RAISE(ABORT, '{table} holds this key already'); END"
        same = " OR ".join(f"({' AND '.join(f'{c} = NEW.{c}' for c in key)})" for key in (("rowid",), *keys))
        taken = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608  # names from above only
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}")
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}")
        op.execute(f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} {taken} {keep}")


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION neoadapt_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
    )
    for table in KEYS_OF:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION neoadapt_append_only()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only")
