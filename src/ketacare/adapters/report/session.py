"""The JSON shape of what to expect in one session, at chosen minutes.

Without a baseline the circulation is given as a rise over the person's own reading, never over a
normal value that nobody measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ketacare.core.pharmacology import SessionForecast

UNITS = {
    "concentration": "ng/mL",
    "systolic": "mmHg",
    "diastolic": "mmHg",
    "heart_rate": "1/min (beats)",
    "dissociation": "point",
}
CIRCULATION = ("systolic", "diastolic", "heart_rate")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """A forecast with what it was asked for; ``as_rise`` when no baseline was recorded."""

    forecast: SessionForecast
    dose_mg: float
    minutes: float
    weight_kg: float
    age_years: float | None
    as_rise: bool
    origin: str
    seed: int
    notes: Sequence[str] = ()

    @property
    def minutes_shown(self) -> list[float]:
        """Return the minutes since the start the forecast was asked for."""
        return [round(float(hours) * 60.0, 6) for hours in self.forecast.times_h]


def session_shape(view: SessionView) -> dict[str, Any]:
    """Return the expected session as JSON values."""
    found = view.forecast
    return {
        "dose_mg": view.dose_mg,
        "minutes": view.minutes,
        "weight_kg": view.weight_kg,
        "mg_per_kg": view.dose_mg / view.weight_kg,
        "age_years": view.age_years,
        "origin": view.origin,
        "circulation_as_rise": view.as_rise,
        "minute": view.minutes_shown,
        "bands": {
            name: {
                "unit": UNITS[name],
                **{
                    level: [round(float(v), 3) for v in getattr(band, level)]
                    for level in ("p5", "p25", "p50", "p75", "p95")
                },
            }
            for name, band in found.bands.items()
        },
        "crossing": {name: round(p, 4) for name, p in found.crossing.items()},
        "back": {
            name: {
                "within": back.within,
                "p50": _minutes(back.p50),
                "p75": _minutes(back.p75),
                "p95": _minutes(back.p95),
                "never_left": round(back.never_left, 4),
                "not_yet": round(back.not_yet, 4),
            }
            for name, back in found.back.items()
        },
        "chances": {
            name: {
                "share": round(chance.share, 4),
                "low": None if chance.low is None else round(chance.low, 4),
                "high": None if chance.high is None else round(chance.high, 4),
                "note": chance.note,
            }
            for name, chance in found.chances.items()
        },
        "outside": list(found.outside),
        "note": found.note,
        "notes": list(view.notes),
        "status": found.status.value,
        "inputs": list(found.inputs),
        "seed": view.seed,
    }


def _minutes(hours: float | None) -> float | None:
    return None if hours is None else round(hours * 60.0, 1)
