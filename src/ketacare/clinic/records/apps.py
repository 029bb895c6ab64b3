"""The app's name for Django; the triggers on other rooms' tables are made after every migration."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class RecordsConfig(AppConfig):
    """The sealed session records."""

    name = "ketacare.clinic.records"
    label = "records"

    def ready(self) -> None:
        """Make the triggers again after a migration: a table SQLite rebuilds loses its own."""
        post_migrate.connect(_protect, sender=self, dispatch_uid="records.triggers")


def _protect(*, using: str, **kwargs: Any) -> None:
    from ketacare.clinic.records import triggers

    triggers.install(connections[using])
