"""``python -m ketacare.clinic check_advice``: compute stored options again, compare every number.

For whoever runs the clinic's software: after an update, after moving to another machine, before an
audit. Nothing is written, and nobody is named.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ketacare.clinic.plans.models import AdviceSnapshot
from ketacare.clinic.plans.rechecking import check
from ketacare.core.errors import InputError


class Command(BaseCommand):
    """Say of stored options whether every number comes out again, to the last bit."""

    help = "Compute stored options again and compare every number, to the last bit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add which options to take."""
        parser.add_argument(
            "--all", action="store_true", help="All options ever stored, not each newest only."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check one after the other; end with 1 when any number differs."""
        chosen = AdviceSnapshot.objects.order_by("computed_at", "pk")
        if not options["all"]:
            chosen = chosen.filter(is_latest=True)
        same, other, different = self._check(chosen.iterator(chunk_size=20))
        total = same + other + different
        if not total:
            self.stdout.write("No options are stored yet.")
            return
        self.stdout.write(
            f"{same} of {total} came out the same, {different} differ, {other} cannot be compared."
        )
        if different:
            raise CommandError("Stored options do not come out again; see above.")

    def _check(self, snapshots: Iterable[AdviceSnapshot]) -> tuple[int, int, int]:
        same = other = different = 0
        for snapshot in snapshots:
            name = f"{snapshot.pk} (no. {snapshot.number})"
            try:
                found = check(snapshot)
            except InputError as error:
                other += 1
                self.stdout.write(f"{name}: {error.sentence}")
                continue
            if found.is_same:
                same += 1
            else:
                different += 1
                self.stdout.write(
                    f"{name}: {found.different} of {found.values} values differ, "
                    f"such as {', '.join(found.named)}."
                )
        return same, other, different
