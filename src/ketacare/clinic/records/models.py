"""The clinic's chain of seals: each is one session's whole record, or an addendum to one.

``content`` holds the sealed lines themselves (zlib), so the record can be read as it was sealed
whatever happens to the tables it came from. Append-only in the database itself (triggers.py).
"""

from __future__ import annotations

import uuid
import zlib

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ketacare.core.sealing import after, join, split


class Seal(models.Model):
    """One link of the chain. ``position`` counts from 1 without gaps, over the whole clinic."""

    class Kind(models.TextChoices):
        """What is sealed."""

        RECORD = "record", _("Session record")
        ADDENDUM = "addendum", _("Addendum")

    position = models.BigIntegerField(primary_key=True)
    id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    session = models.ForeignKey("infusions.Session", on_delete=models.PROTECT, related_name="seals")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    content = models.BinaryField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["session"],
                condition=models.Q(kind="record"),
                name="records_sealed_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.kind}"

    @property
    def lines(self) -> tuple[str, ...]:
        """The sealed lines of canonical JSON."""
        return split(zlib.decompress(bytes(self.content)).decode())

    def computed_hash(self) -> str:
        """Return the hash the stored lines give."""
        return after(self.previous, self.lines)


def pack(lines: tuple[str, ...]) -> bytes:
    """Return the lines as they are stored."""
    return zlib.compress(join(lines).encode(), level=6)


class Head(models.Model):
    """The end of the chain: its row is the lock that those who seal queue at."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    position = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.position} {self.hash}"
