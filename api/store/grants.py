"""What the service's role may do on PostgreSQL, and the check that it may do no more.

The owner of the tables migrates and never serves; the service connects as a role of its own:

    CREATE ROLE neoadapt_service LOGIN PASSWORD '...';   -- no SUPERUSER, no BYPASSRLS, owner of nothing
    neoadapt migrate --grant-to neoadapt_service         -- run as the owner
"""

from sqlalchemy import Connection, text

from api.store.errors import RoleTooPowerfulError, UnknownRoleError
from api.store.schema import APPEND_ONLY

PRIVILEGES = {
    **dict.fromkeys(APPEND_ONLY, "SELECT, INSERT"),
    "actor": "SELECT, INSERT",
    "token": "SELECT, INSERT, UPDATE (revoked_at)",
    "subject": "SELECT, INSERT, UPDATE, DELETE",
    "unsequenced": "SELECT, INSERT, DELETE",
    "alembic_version": "SELECT",
}
"""What the service needs on each table; `subject` and `unsequenced`, which it may alter, are no evidence."""


def grants(connection: Connection, role: str) -> list[str]:
    """Return the SQL statements that prepare a role for the service."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    return [
        f"GRANT {privileges} ON {quote(table)} TO {quote(role)}" for table, privileges in PRIVILEGES.items()
    ]


def grant_to(connection: Connection, role: str) -> None:
    """Prepare a role for the service; run it as the owner, in a write transaction, after migrating.

    Raises:
        UnknownRoleError: There is no such role, or the database is SQLite.
    """
    roles = "SELECT 1 FROM pg_roles WHERE rolname = :role"
    if connection.dialect.name != "postgresql" or not connection.scalar(text(roles), {"role": role}):
        raise UnknownRoleError(role=role)
    for statement in grants(connection, role):
        connection.exec_driver_sql(statement)


# Membership counts like ownership, for a member can become the owner; and who logged in counts like who
# acts, for SET ROLE can be undone. Ownership of the schema is enough to drop what stands in it.
_POWERS = text("""
    SELECT role.rolname,
           role.rolsuper,
           role.rolbypassrls,
           bool_or(pg_has_role(role.oid, tab.relowner, 'MEMBER')) AS owner,
           bool_or(pg_has_role(role.oid, schema.nspowner, 'MEMBER')) AS schema_owner,
           bool_or(has_table_privilege(role.oid, tab.oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER')
                   OR has_any_column_privilege(role.oid, tab.oid, 'UPDATE')) AS writer
      FROM pg_roles AS role, pg_class AS tab JOIN pg_namespace AS schema ON schema.oid = tab.relnamespace
     WHERE role.rolname IN (current_user, session_user)
       AND tab.oid = ANY (CAST(CAST(:tables AS text[]) AS regclass[]))
     GROUP BY role.rolname, role.rolsuper, role.rolbypassrls
     ORDER BY role.rolname
""")
_SAID = {
    "rolsuper": "is a superuser",
    "rolbypassrls": "bypasses row security",
    "owner": "can become the owner of the tables",
    "schema_owner": "can become the owner of their schema",
    "writer": "may alter what is recorded",
}


def check_role(connection: Connection) -> None:
    """Make sure, on PostgreSQL, that the service could not alter what is recorded if it wanted to.

    SQLite has no roles: there the anchors of the log outside are all there is.

    Raises:
        RoleTooPowerfulError: The role is an owner, a superuser, bypasses row security, or may do more
            to an append-only table than read and insert.
    """
    if connection.dialect.name != "postgresql":
        return
    for row in connection.execute(_POWERS, {"tables": list(APPEND_ONLY)}):
        if reasons := tuple(said for power, said in _SAID.items() if getattr(row, power)):
            raise RoleTooPowerfulError(role=row.rolname, reasons=reasons)
