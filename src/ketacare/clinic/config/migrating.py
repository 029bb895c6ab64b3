"""Brings the database up to this version, and refuses one that is ahead of it."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from ketacare.clinic.config.starting import refuse_newer


def bring_up_to_date() -> None:
    """Make the tables what this version expects; raise ``InputError`` when a newer one made them."""
    require_known_changes()
    call_command("migrate", interactive=False, verbosity=0)


def require_known_changes() -> None:
    """Raise ``InputError`` when the database carries changes that this version does not know."""
    loader = MigrationLoader(connection)
    carried = {each for each in loader.applied_migrations if each[0] in loader.migrated_apps}
    replaced = {each for found in loader.disk_migrations.values() for each in found.replaces}
    refuse_newer(
        carried, lambda app, name: (app, name) in loader.disk_migrations or (app, name) in replaced
    )
