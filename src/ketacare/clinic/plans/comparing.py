"""Holds a score against the forecast stored before it: whether it fell where it was expected.

A forecast is about what was going to be done. Only the one whose infusions are those that were
given until the score can be judged by it; when neither is, that is said and not counted. Scores
from the first hours after an infusion are left out, as they are everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ketacare.clinic.plans.computing import AHEAD, SHOWN, WITH_PLAN, WITHOUT
from ketacare.core.measures import score
from ketacare.core.record import Person
from ketacare.knowledge.load import load_instruments, load_protocol

LEVELS = ("p5", "p10", "p25", "p50", "p75", "p90", "p95")
_SAME_DOSE = 0.1  # share by which a dose may differ from the forecast's: rounding by weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """One total with its time; ``hours_after`` the last infusion, ``None`` before the first."""

    instrument: str
    at: datetime
    total: float
    hours_after: float | None


@dataclass(frozen=True, slots=True)
class Compared:
    """What a score is held against; percentiles are ``None`` when nothing can be."""

    days_ahead: float
    learned: bool
    about: str = ""
    problem: str = ""
    p5: float | None = None
    p10: float | None = None
    p25: float | None = None
    p50: float | None = None
    p75: float | None = None
    p90: float | None = None
    p95: float | None = None


def totals_of(person: Person) -> tuple[Rated, ...]:
    """Return the totals that can be compared, in order of time."""
    instruments = load_instruments()
    found = []
    for entry in sorted(person.scores, key=lambda s: s.at):
        if entry.instrument not in SHOWN:
            continue
        total = score(instruments[entry.instrument], entry).total
        if total is None:
            continue
        before = [i.at for i in person.infusions if i.at <= entry.at]
        hours = (entry.at - max(before)) / timedelta(hours=1) if before else None
        found.append(
            Rated(instrument=entry.instrument, at=entry.at, total=total, hours_after=hours)
        )
    return tuple(found)


def compare(
    rated: Rated, data: Mapping[str, Any], computed_at: datetime, person: Person
) -> Compared | None:
    """Return the percentiles ``rated`` is held against, ``None`` for scores that are left out."""
    earliest = load_protocol().guideline.thresholds.rated_from.to("h")
    if rated.hours_after is not None and rated.hours_after < earliest:
        return None
    days = (rated.at - computed_at) / timedelta(days=1)
    learned = data["learned"] is not None and data["learned"]["scores_used"] > 0
    if data["learned"] is None:
        return Compared(days, learned, problem="No forecast could be made.")
    if days > AHEAD[-1]:
        return Compared(days, learned, problem="The score lies beyond the forecast.")
    given = [i.mg_per_kg for i in person.infusions if computed_at <= i.at <= rated.at]
    about = WITHOUT if not given else WITH_PLAN
    if given and not _as_planned(given, data["ahead"], days):
        return Compared(
            days, learned, problem="Other infusions were given than the forecast assumed."
        )
    fan = next(
        (
            f
            for f in data["forecasts"]
            if f["about"] == about and f["instrument"] == rated.instrument
        ),
        None,
    )
    if fan is None:
        return Compared(days, learned, problem="No forecast could be made.")
    ahead = fan["days_from_now"]
    index = min(range(len(ahead)), key=lambda i: abs(ahead[i] - days))
    return Compared(days, learned, about, "", *(fan[level][index] for level in LEVELS))


def _as_planned(given: list[float | None], ahead: Mapping[str, Any] | None, days: float) -> bool:
    """Return whether as many infusions, of that dose, were given as the forecast assumed by then."""
    if ahead is None:
        return False
    planned = sum(1 for day in ahead["dose_days"] if day <= days)
    dose = ahead["dose_mg_per_kg"]
    return len(given) == planned and all(
        mg is not None and abs(mg - dose) <= _SAME_DOSE * dose for mg in given
    )
