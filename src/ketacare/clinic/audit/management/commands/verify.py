"""``python -m ketacare.clinic verify`` says whether the audit chain holds."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from ketacare.clinic.audit.verify import verify


class Command(BaseCommand):
    """Walk the audit log and say whether anything was changed, removed or reordered."""

    help = "Check the hash chain of the audit log. Exit code 1 when it is broken."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the verdict."""
        verdict = verify()
        for problem in verdict.problems:
            self.stderr.write(problem)
        if not verdict.holds:
            sys.exit(1)
        self.stdout.write(
            f"The audit log holds: {verdict.events} events, last hash {verdict.last_hash}."
        )
