"""Percentiles over drawn people at each time: the bands that charts and tables show.

A band says how widely people differ. It is not an interval for the mean, and no band is a target.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ketacare.core.pharmacology.modes import Floats

PARTS = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Band:
    """Percentiles (t,) over people at ``times_h`` hours."""

    times_h: Floats
    p5: Floats
    p25: Floats
    p50: Floats
    p75: Floats
    p95: Floats


def band_over(times_h: Floats, rows: Floats) -> Band:
    """Return the percentiles over people of ``rows`` (t, n), which it sorts in place.

    Linear between order statistics (definition 7 of Hyndman and Fan, Am Stat 1996;50:361), which
    is what NumPy's ``percentile`` gives too; one sort serves all five.
    """
    rows.sort(axis=1)
    last = rows.shape[1] - 1

    def at(part: float) -> Floats:
        place = part * last
        low = int(place)
        high = min(low + 1, last)
        return np.asarray(rows[:, low] + (place - low) * (rows[:, high] - rows[:, low]))

    p5, p25, p50, p75, p95 = (at(part) for part in PARTS)
    return Band(times_h=times_h, p5=p5, p25=p25, p50=p50, p75=p75, p95=p95)
