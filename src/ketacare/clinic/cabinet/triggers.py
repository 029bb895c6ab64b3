"""Triggers that keep the tables of the cabinet append-only, also for SQL that never passes our code.

Made by a migration, one set for SQLite and one for PostgreSQL, as those of the audit log are;
:func:`missing` says which are not there, because a table Django rebuilds on SQLite loses its own.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

MESSAGE = "The ledger of the cabinet is append-only."
TABLES = (
    "cabinet_lot",
    "cabinet_receipt",
    "cabinet_entry",
    "cabinet_count",
    "cabinet_countline",
    "cabinet_case",
    "cabinet_casestep",
)
# What INSERT OR REPLACE would remove without firing the delete trigger, beside the same id.
_SAME = {
    "cabinet_entry": " OR (lot_id = NEW.lot_id AND number = NEW.number)"
    " OR (NEW.reverses_id IS NOT NULL AND reverses_id = NEW.reverses_id)",
    "cabinet_countline": " OR (count_id = NEW.count_id AND lot_id = NEW.lot_id)",
    "cabinet_lot": " OR (ndc = NEW.ndc AND number = NEW.number"
    " AND expires_on = NEW.expires_on AND vial_ug = NEW.vial_ug)",
    "cabinet_casestep": " OR (act = 'close' AND NEW.act = 'close' AND case_id = NEW.case_id)",
}
_FUNCTION = f"""
    CREATE OR REPLACE FUNCTION cabinet_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$"""


def _wanted(vendor: str) -> dict[str, tuple[str, str]]:
    """Return table and statement by name of trigger."""
    found = {}
    for table in TABLES:
        if vendor == "postgresql":
            found[f"{table}_no_change"] = (
                table,
                f"""CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION cabinet_refuse()""",
            )
            found[f"{table}_no_truncate"] = (
                table,
                f"""CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION cabinet_refuse()""",
            )
            continue
        refuse = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        same = f"id = NEW.id{_SAME.get(table, '')}"
        found[f"{table}_no_update"] = (
            table,
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}",
        )
        found[f"{table}_no_delete"] = (
            table,
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
        )
        found[f"{table}_no_replace"] = (
            table,
            f"""CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
            WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) {refuse}""",  # noqa: S608 - constants of this module
        )
    return found


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        for _table, statement in _wanted(connection.vendor).values():
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers: for undoing the migration and for emptying a test database."""
    with connection.cursor() as cursor:
        for name, (table, _statement) in _wanted(connection.vendor).items():
            place = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{place}")


def missing(connection: BaseDatabaseWrapper) -> tuple[str, ...]:
    """Return the names of triggers that should exist and do not."""
    query = (
        "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}
    return tuple(name for name in _wanted(connection.vendor) if name not in present)
