"""When a sign is back: the last moment at which what the drug adds is more than a given amount.

Between two times the site is taken to fall exponentially, which it nearly does: on steps of two
minutes the moment is right to a tenth of a minute. Who never left is back from the beginning; who
is still away at the last time is given no time at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ketacare.core.pharmacology.modes import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """When half, three quarters and 19 of 20 people are back to within ``within`` of before.

    Hours since time zero, ``None`` where it is not within the times asked. ``never_left`` is the
    part of people whose sign did not leave at all, ``not_yet`` of those not back at the last time.
    """

    within: float
    p50: float | None
    p75: float | None
    p95: float | None
    never_left: float
    not_yet: float


def last_above(times_h: Floats, rows: Floats, limits: Floats) -> Floats:
    """Return the hours (n,) at which ``rows`` (t, n) fall for the last time below ``limits`` (n,).

    Zero for those who are never above, infinite for those still above at the last time.
    """
    above = rows > limits
    count = len(rows)
    last = count - 1 - np.argmax(above[::-1], axis=0)
    ever = above.any(axis=0)
    falling = np.flatnonzero(ever & (last < count - 1))
    found = np.where(ever, np.inf, 0.0)
    here = last[falling]
    high, low = rows[here, falling], rows[here + 1, falling]
    limit = limits[falling]
    with np.errstate(divide="ignore"):  # a row may fall to zero, or a limit be zero
        part = np.log(high / limit) / np.log(high / low)
    part = np.where(np.isfinite(part), part, 1.0)
    found[falling] = times_h[here] + part * (times_h[here + 1] - times_h[here])
    return found


def summary(hours: Floats, within: float) -> Back:
    """Return when how many of the people with these ``hours`` (n,) are back."""
    ordered = np.sort(hours)

    def by(part: float) -> float | None:
        value = float(ordered[int(np.ceil(part * len(ordered))) - 1])
        return value if np.isfinite(value) else None

    return Back(
        within=within,
        p50=by(0.50),
        p75=by(0.75),
        p95=by(0.95),
        never_left=float((hours == 0).mean()),
        not_yet=float(np.isinf(hours).mean()),
    )
