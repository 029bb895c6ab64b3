"""What a clinic knows of its virtual people: scores, infusions, how they were borne, what is planned.

The policies of a trial see a ward and nothing else; the truth is in the world. Arrays of shape
(people,), changed in place; days count from the start of care. What is not known is ``nan``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ketacare.core.planning import Protocol
from ketacare.core.response.prior import FloatArray

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

MOST: Final = 64
"""Infusions one person can have in a trial: more than twice a week for half a year."""


@dataclass(slots=True)
class Ward:
    """People in care at one moment; ``day`` is set by whoever lets time pass.

    ``number`` counts the infusions of the present series, ``days`` holds the day of every infusion
    by its overall index, ``improvement`` the improvement in percent of the baseline after each of
    the series. ``remitted`` counts assessments in a row at or below the remission cut-off.
    The plan is ``left`` infusions of ``dose`` over ``minutes``, the first on ``next_day`` and then
    every ``gap`` days. ``event`` flags are about the latest infusion.
    """

    size: int
    protocol: Protocol
    remission: float
    day: float = 0.0
    number: IntArray = field(init=False)
    total: IntArray = field(init=False)
    first: IntArray = field(init=False)
    days: FloatArray = field(init=False)
    improvement: FloatArray = field(init=False)
    baseline: FloatArray = field(init=False)
    baseline_day: FloatArray = field(init=False)
    best: FloatArray = field(init=False)
    latest: FloatArray = field(init=False)
    latest_day: FloatArray = field(init=False)
    remitted: IntArray = field(init=False)
    last_day: FloatArray = field(init=False)
    last_dose: FloatArray = field(init=False)
    last_minutes: FloatArray = field(init=False)
    last_gap: FloatArray = field(init=False)
    distress: BoolArray = field(init=False)
    pressure: BoolArray = field(init=False)
    nausea: BoolArray = field(init=False)
    in_care: BoolArray = field(init=False)
    next_day: FloatArray = field(init=False)
    dose: FloatArray = field(init=False)
    minutes: FloatArray = field(init=False)
    left: IntArray = field(init=False)
    gap: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        n, protocol = self.size, self.protocol
        self.number, self.total, self.first = (np.zeros(n, dtype=np.int64) for _ in range(3))
        self.days = np.full((n, MOST), np.nan)
        self.improvement = np.full((n, MOST), np.nan)
        self.baseline, self.best, self.latest = (np.full(n, np.nan) for _ in range(3))
        self.baseline_day, self.latest_day = (np.full(n, np.nan) for _ in range(2))
        self.remitted = np.zeros(n, dtype=np.int64)
        self.last_day = np.full(n, -np.inf)
        self.last_dose = np.full(n, protocol.dose_mg_per_kg)
        self.last_minutes = np.full(n, protocol.minutes)
        self.last_gap = np.full(n, protocol.days_between)
        self.distress, self.pressure, self.nausea = (np.zeros(n, dtype=bool) for _ in range(3))
        self.in_care = np.ones(n, dtype=bool)
        self.next_day = np.full(n, np.inf)
        self.dose = np.full(n, protocol.dose_mg_per_kg)
        self.minutes = np.full(n, protocol.minutes)
        self.left = np.zeros(n, dtype=np.int64)
        self.gap = np.full(n, protocol.days_between)

    @property
    def last_improvement(self) -> FloatArray:
        """Return the improvement after the latest infusion in percent, ``nan`` when not rated."""
        rows = np.arange(self.size)
        return np.where(
            self.number > 0, self.improvement[rows, np.maximum(self.number - 1, 0)], np.nan
        )

    def plan(
        self,
        who: IntArray,
        *,
        day: FloatArray,
        left: IntArray | int,
        gap: FloatArray | float,
        dose: FloatArray | float,
        minutes: FloatArray | float,
    ) -> None:
        """Plan ``left`` infusions for the rows ``who``, the first on ``day`` of each."""
        self.next_day[who] = np.where(np.asarray(left) > 0, day, np.inf)
        self.left[who], self.gap[who] = left, gap
        self.dose[who], self.minutes[who] = dose, minutes

    def hold(self, who: IntArray) -> None:
        """Plan no infusion for the rows ``who`` until something is decided anew."""
        self.next_day[who] = np.inf
        self.left[who] = 0

    def earliest(self, who: IntArray, gap: FloatArray | float) -> FloatArray:
        """Return the first day from now on, ``gap`` after the last infusion, that the limits allow."""
        limits = self.protocol.limits
        wanted = self.last_day[who] + np.maximum(gap, limits.spacing.to("d"))
        day = np.maximum(self.day, wanted)
        for number, window in (
            (limits.per_week, 7.0),
            (limits.per_course, limits.course_window.to("d")),
        ):
            most = round(number.value)
            index = self.total[who] - most
            before = self.days[who, np.maximum(index, 0)]
            day = np.where(index >= 0, np.maximum(day, before + window), day)
        return day

    def score(self, who: IntArray, totals: FloatArray) -> None:
        """Take in one score of each of the rows ``who``, as the guideline counts them."""
        limits = self.protocol.guideline.thresholds
        before = self.number[who] == 0
        fresh = who[before]
        self.baseline[fresh], self.baseline_day[fresh] = totals[before], self.day
        self.latest[who], self.latest_day[who] = totals, self.day
        after = who[~before]
        scores = totals[~before]
        self.best[after] = np.fmin(self.best[after], scores)
        low = scores <= self.remission
        self.remitted[after] = np.where(low, self.remitted[after] + 1, 0)
        since = self.day - self.last_day[after]
        index = self.number[after] - 1
        known = ~np.isnan(self.improvement[after, index])
        fits = (since >= limits.rated_from.to("d")) & (since <= limits.rated_until.to("d")) & ~known
        rows, scores, index = after[fits], scores[fits], index[fits]
        base = self.baseline[rows]
        with np.errstate(divide="ignore", invalid="ignore"):
            percent = np.where(base > 0, 100.0 * (base - scores) / base, np.nan)
        self.improvement[rows, index] = percent

    def infuse(
        self, who: IntArray, *, distress: BoolArray, pressure: BoolArray, nausea: BoolArray
    ) -> None:
        """Note that the planned infusion of the rows ``who`` is given now, and how it was borne."""
        apart = self.day - self.last_day[who]
        again = (apart > self.protocol.guideline.thresholds.series_gap.to("d")) & (
            self.total[who] > 0
        )
        self._restart(who[again])
        follows = np.isfinite(apart) & ~again
        self.last_gap[who] = np.where(follows, apart, self.protocol.days_between)
        self.days[who, self.total[who]] = self.day
        self.number[who] += 1
        self.total[who] += 1
        self.last_day[who] = self.day
        self.last_dose[who], self.last_minutes[who] = self.dose[who], self.minutes[who]
        self.distress[who], self.pressure[who], self.nausea[who] = distress, pressure, nausea
        self.left[who] -= 1
        self.next_day[who] = np.where(self.left[who] > 0, self.day + self.gap[who], np.inf)

    def _restart(self, who: IntArray) -> None:
        """Begin a new series, counted from the latest score if that is recent enough."""
        age = self.protocol.guideline.thresholds.baseline_age.to("d")
        recent = self.day - self.latest_day[who] <= age
        self.baseline[who] = np.where(recent, self.latest[who], np.nan)
        self.baseline_day[who] = np.where(recent, self.latest_day[who], np.nan)
        self.first[who] = self.total[who]
        self.number[who] = 0
        self.improvement[who] = np.nan
        self.best[who] = np.nan
        self.remitted[who] = 0

    def leave(self, who: IntArray) -> None:
        """Take the rows ``who`` out of care: no further infusion and no further score."""
        self.in_care[who] = False
        self.next_day[who] = np.inf
        self.left[who] = 0
