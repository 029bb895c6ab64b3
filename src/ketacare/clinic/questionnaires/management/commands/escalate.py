"""`escalate`: tell the next role of answers about risk nobody took on, once, for cron."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from ketacare.clinic.questionnaires import actions


class Command(BaseCommand):
    """Runs what the server does every minute."""

    help = "Tell the next role of answers about risk that nobody took on in time."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once and say how many were told."""
        self.stdout.write(f"{actions.escalate(now=timezone.now())} told.")
