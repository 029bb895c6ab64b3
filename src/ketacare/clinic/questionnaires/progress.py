"""What a person is shown of their own answers over time: numbers with what they mean, no grades.

No bands, no "better" or "worse", no colours: more or fewer points, and how large a difference has
to be before it says anything.
"""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from ketacare.clinic.questionnaires import access, mapping
from ketacare.core.measures import Better, Instrument

SHOWN = 6
_DAYS = frozenset({"gad7", "phq9", "phq4"})  # their answers count days


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One questionnaire over time, oldest first; ``difference`` is today minus the first time."""

    instrument: Instrument
    points: tuple[tuple[datetime, float], ...]
    left_out: bool

    @property
    def today(self) -> float | None:
        """The newest total, ``None`` when too much was left out to add up."""
        return None if self.left_out or not self.points else self.points[-1][1]

    @property
    def first(self) -> tuple[datetime, float] | None:
        """The first time, when there is more than one."""
        return self.points[0] if len(self.points) > 1 else None

    @property
    def difference(self) -> float | None:
        """Points today minus points the first time."""
        if self.today is None or self.first is None:
            return None
        return self.today - self.first[1]

    @property
    def size(self) -> float:
        """How many points more or fewer."""
        return abs(self.difference or 0)

    @property
    def more(self) -> str:
        """What more points mean."""
        if self.instrument.better is Better.HIGHER:
            return _("More points mean that things are better.")
        if self.instrument.id in _DAYS:
            return _("More points mean that you were bothered on more days.")
        return _("More points mean more of what the questions ask about.")

    @property
    def common(self) -> int | None:
        """The largest difference in whole points that is common without any change."""
        rci = self.instrument.reliable_change
        return None if rci is None else math.ceil(rci.value) - 1

    @property
    def recent(self) -> tuple[tuple[datetime, float], ...]:
        """The last few times, newest first."""
        return tuple(reversed(self.points[-SHOWN:]))


def progress_of(patient_id: uuid.UUID, names: list[str], *, at: datetime) -> tuple[Progress, ...]:
    """Return the person's own answers to these questionnaires up to ``at``."""
    known = access.known()
    rows = [row for row in access.standing(patient_id) if row.at <= at]
    found = []
    for name in names:
        own = [row for row in rows if row.instrument == name]
        totals = [(row.at, mapping.scored(row, known).total) for row in own]
        found.append(
            Progress(
                instrument=known[name],
                points=tuple((when, total) for when, total in totals if total is not None),
                left_out=bool(totals) and totals[-1][1] is None,
            )
        )
    return tuple(found)
