"""Expected readings of several instruments over one course: symptoms at once, function with a lag.

The one place that decides which instruments read ``relief`` and which read what follows it; learning,
forecasting and virtual people share it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ketacare.core.response.dynamics import Dose, lagged, relief
from ketacare.core.response.observation import expected_reading
from ketacare.core.response.prior import FloatArray, Prior, Setting, Traits


def expected_readings(
    prior: Prior,
    people: Traits,
    instruments: Iterable[str],
    *,
    doses: Sequence[Dose],
    therapy_days: Sequence[float],
    days: FloatArray,
    setting: Setting = Setting.OPEN,
    peri_dose: bool = True,
) -> dict[str, FloatArray]:
    """Return by instrument the readings without error and drift, (people, days), in its points."""
    views = [prior.view(name) for name in sorted(instruments)]
    found: dict[str, FloatArray] = {}
    for follows, calculate in ((False, relief), (True, lagged)):
        wanted = [v for v in views if v.follows is follows]
        if not wanted:
            continue
        parts = calculate(
            prior, people, doses=doses, therapy_days=therapy_days, days=days, setting=setting
        )
        found |= {
            v.instrument: expected_reading(v, people, parts, peri_dose=peri_dose) for v in wanted
        }
    return found
