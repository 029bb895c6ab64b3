"""`chase`: open the tasks for infusions without integration, once, for clinics that use cron."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from ketacare.clinic.config.repeating import run_once
from ketacare.clinic.therapy.jobs import CHASE


class Command(BaseCommand):
    """Runs what the server does every quarter of an hour."""

    help = "Open tasks for infusions without integration and for missing preparation."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once and say how many tasks were opened."""
        self.stdout.write(f"{run_once(CHASE)} tasks opened.")
