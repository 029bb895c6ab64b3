"""Triggers that keep the audit table append-only, also for SQL that never passes our code.

One set for SQLite, one for PostgreSQL. They are made by a migration; :func:`missing` is asked by
the ``verify`` command, because a table that Django rebuilds on SQLite loses its triggers.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from ketacare.core.errors import ErrorCode, InputError

TABLE = "audit_event"
MESSAGE = "The audit log is append-only."

# Nothing below comes from outside: the statements are put together from the constants above.
SQLITE = {
    "audit_event_no_update": f"""
        CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON {TABLE}
        BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END""",
    "audit_event_no_delete": f"""
        CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON {TABLE}
        BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END""",
    # INSERT OR REPLACE removes the old row without firing the delete trigger.
    "audit_event_no_replace": f"""
        CREATE TRIGGER audit_event_no_replace BEFORE INSERT ON {TABLE}
        WHEN EXISTS (
            SELECT 1 FROM {TABLE} WHERE position = NEW.position OR id = NEW.id
        )
        BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END""",  # noqa: S608 - constants of this module
}

_REFUSAL = f"BEGIN RAISE EXCEPTION '{MESSAGE}'; END"
POSTGRESQL_FUNCTION = f"""
    CREATE OR REPLACE FUNCTION audit_event_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    {_REFUSAL} $$"""
POSTGRESQL = {
    "audit_event_no_change": f"""
        CREATE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE ON {TABLE}
        FOR EACH ROW EXECUTE FUNCTION audit_event_refuse()""",
    "audit_event_no_truncate": f"""
        CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON {TABLE}
        FOR EACH STATEMENT EXECUTE FUNCTION audit_event_refuse()""",
}
# pg_trigger.tgtype: each row 1, before 2, delete 8, update 16, truncate 32.
_KINDS = {"audit_event_no_change": 1 + 2 + 8 + 16, "audit_event_no_truncate": 2 + 32}


def _wanted(connection: BaseDatabaseWrapper) -> dict[str, str]:
    known = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
    if connection.vendor not in known:
        raise InputError(
            ErrorCode.NOT_AVAILABLE,
            f"The audit log has no triggers for {connection.vendor}; use SQLite or PostgreSQL.",
        )
    return known[connection.vendor]


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRESQL_FUNCTION)
        for statement in _wanted(connection).values():
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers: for undoing the migration and for emptying a test database."""
    with connection.cursor() as cursor:
        for name in _wanted(connection):
            place = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{place}")


def missing(connection: BaseDatabaseWrapper) -> tuple[str, ...]:
    """Return the names of triggers that should exist and do not, or that do something else."""
    present = _in_postgresql if connection.vendor == "postgresql" else _in_sqlite
    with connection.cursor() as cursor:
        as_made = present(cursor)
    return tuple(name for name in _wanted(connection) if name not in as_made)


def _in_sqlite(cursor: CursorWrapper) -> set[str]:
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    return {
        name
        for name, statement in cursor.fetchall()
        if name in SQLITE and statement.split() == SQLITE[name].split()
    }


def _in_postgresql(cursor: CursorWrapper) -> set[str]:
    # Fires always (O, A), for every row or statement, for all columns, and its function refuses.
    cursor.execute(
        """
        SELECT t.tgname, t.tgtype, p.prosrc FROM pg_trigger t
        JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE t.tgrelid = 'audit_event'::regclass AND t.tgenabled IN ('O', 'A')
        AND t.tgqual IS NULL AND t.tgattr = ''
        """
    )
    return {
        name
        for name, kind, source in cursor.fetchall()
        if kind == _KINDS.get(name) and source.strip() == _REFUSAL
    }
