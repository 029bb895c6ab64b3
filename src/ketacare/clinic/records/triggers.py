"""Triggers that close what belongs to a sealed session, also for SQL that never passes our code.

The seals are append-only. In every table that holds something of a session, rows of a sealed one
can be neither added, changed nor removed. Made after every migration, because a table that Django
rebuilds on SQLite loses its own; :func:`missing` says which are not there.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

from ketacare.clinic.records.holding import Holder, holders

SEAL = "records_seal"
SESSION = "infusions_session"
CLOSED = "The record of this session is sealed: write an addendum."
APPEND_ONLY = "The chain of seals is append-only."
Statements = dict[str, tuple[str, str]]  # name: (table, statement)

# Nothing below comes from outside: tables and columns are those of the models.
_APPEND_FUNCTION = f"""
    CREATE OR REPLACE FUNCTION records_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{APPEND_ONLY}'; END $$"""
_CLOSED_FUNCTION = f"""
    CREATE OR REPLACE FUNCTION records_closed() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE column_name text := TG_ARGV[0];
    BEGIN
        -- A seal holds the session's row: it waits for what is being written, and this for a seal.
        IF TG_TABLE_NAME <> '{SESSION}' THEN
            PERFORM 1 FROM {SESSION} WHERE id IN (
                CASE WHEN TG_OP <> 'INSERT' THEN (to_jsonb(OLD) ->> column_name)::uuid END,
                CASE WHEN TG_OP <> 'DELETE' THEN (to_jsonb(NEW) ->> column_name)::uuid END
            ) FOR KEY SHARE;
        END IF;
        IF TG_OP <> 'INSERT' AND EXISTS (SELECT 1 FROM {SEAL}
            WHERE session_id::text = to_jsonb(OLD) ->> column_name) THEN
            RAISE EXCEPTION '{CLOSED}';
        END IF;
        IF TG_OP <> 'DELETE' AND EXISTS (SELECT 1 FROM {SEAL}
            WHERE session_id::text = to_jsonb(NEW) ->> column_name) THEN
            RAISE EXCEPTION '{CLOSED}';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END $$"""  # noqa: S608 - constants of this module


def _columns(connection: BaseDatabaseWrapper, holder: Holder) -> str:
    """Return ``OF a, b`` for a table with columns that stay open, and nothing for the others."""
    if not holder.open:
        return ""
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_description(cursor, holder.table)
    return "OF " + ", ".join(f'"{row.name}"' for row in found if row.name not in holder.open)


def _sqlite(connection: BaseDatabaseWrapper) -> Statements:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
    close = f"BEGIN SELECT RAISE(ABORT, '{CLOSED}'); END"
    found: Statements = {
        f"{SEAL}_no_update": (SEAL, f"BEFORE UPDATE ON {SEAL} {refuse}"),
        f"{SEAL}_no_delete": (SEAL, f"BEFORE DELETE ON {SEAL} {refuse}"),
        f"{SEAL}_no_replace": (
            SEAL,
            f"BEFORE INSERT ON {SEAL} WHEN EXISTS (SELECT 1 FROM {SEAL} "  # noqa: S608 - constants
            "WHERE position = NEW.position OR id = NEW.id OR "
            "(session_id = NEW.session_id AND kind = 'record' AND NEW.kind = 'record')) " + refuse,
        ),
    }
    for holder in holders():
        table, column = holder.table, holder.column

        def sealed(row: str, column: str = column) -> str:
            return f"EXISTS (SELECT 1 FROM {SEAL} WHERE session_id = {row}.{column})"  # noqa: S608 - constants

        old, new = sealed("OLD"), sealed("NEW")
        found |= {
            f"{table}_sealed_insert": (table, f"BEFORE INSERT ON {table} WHEN {new} {close}"),
            f"{table}_sealed_update": (
                table,
                f"BEFORE UPDATE {_columns(connection, holder)} ON {table} WHEN {old} OR {new} {close}",
            ),
            f"{table}_sealed_delete": (table, f"BEFORE DELETE ON {table} WHEN {old} {close}"),
        }
    return {name: (table, f"CREATE TRIGGER {name} {rest}") for name, (table, rest) in found.items()}


def _postgresql(connection: BaseDatabaseWrapper) -> Statements:
    found: Statements = {
        f"{SEAL}_no_change": (
            SEAL,
            f"BEFORE UPDATE OR DELETE ON {SEAL} FOR EACH ROW EXECUTE FUNCTION records_append_only()",
        ),
        f"{SEAL}_no_truncate": (
            SEAL,
            f"BEFORE TRUNCATE ON {SEAL} FOR EACH STATEMENT EXECUTE FUNCTION records_append_only()",
        ),
    }
    change = (
        "BEFORE INSERT OR DELETE OR UPDATE {columns} ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION records_closed('{column}')"
    )
    for holder in holders():
        table = holder.table
        found[f"{table}_sealed"] = (
            table,
            change.format(columns=_columns(connection, holder), table=table, column=holder.column),
        )
    return {name: (table, f"CREATE TRIGGER {name} {rest}") for name, (table, rest) in found.items()}


def _wanted(connection: BaseDatabaseWrapper) -> Statements:
    """Return the triggers for the tables that are there: a migration may have stopped half-way."""
    there = set(connection.introspection.table_names())
    if SEAL not in there:
        return {}
    made = _postgresql(connection) if connection.vendor == "postgresql" else _sqlite(connection)
    return {name: row for name, row in made.items() if row[0] in there}


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers, in place of those that are there."""
    wanted = _wanted(connection)
    with connection.cursor() as cursor:
        if wanted and connection.vendor == "postgresql":
            cursor.execute(_APPEND_FUNCTION)
            cursor.execute(_CLOSED_FUNCTION)
        for name, (table, statement) in wanted.items():
            cursor.execute(_drop(connection, name, table))
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers: for undoing the migration and for emptying a test database."""
    with connection.cursor() as cursor:
        for name, (table, _statement) in _wanted(connection).items():
            cursor.execute(_drop(connection, name, table))


def _drop(connection: BaseDatabaseWrapper, name: str, table: str) -> str:
    place = f" ON {table}" if connection.vendor == "postgresql" else ""
    return f"DROP TRIGGER IF EXISTS {name}{place}"


def missing(connection: BaseDatabaseWrapper) -> tuple[str, ...]:
    """Return the names of triggers that should exist and do not (on SQLite: or say something else)."""
    wanted = _wanted(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')")
            present = {name for (name,) in cursor.fetchall()}
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            present = {
                name
                for name, statement in cursor.fetchall()
                if name in wanted and statement.split() == wanted[name][1].split()
            }
    return tuple(name for name in wanted if name not in present)
