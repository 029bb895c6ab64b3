"""One simulated patient in one infusion: what a monitor would read at any minute.

Circulation comes from the pharmacology models for one drawn person; breathing and saturation, the
scatter and the scenarios are inventions of this simulator for trying the screens, not findings.
Values are a function of seed and time alone, whatever is asked in which order.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import numpy as np

from ketacare.core.pharmacology import Baseline, Regimen, Subject, draw_session
from ketacare.core.record import Vital
from ketacare.knowledge.loading.drugs import load_effect_model, load_pk_model

CONTINUOUS = (Vital.SPO2, Vital.HEART_RATE, Vital.RESPIRATORY_RATE)
CUFF = (Vital.SYSTOLIC, Vital.DIASTOLIC)

# The simulated person at rest, and the scatter (SD) of single readings around the course.
_REST = {
    Vital.SYSTOLIC: 124.0,
    Vital.DIASTOLIC: 77.0,
    Vital.HEART_RATE: 71.0,
    Vital.SPO2: 97.4,
    Vital.RESPIRATORY_RATE: 14.0,
}
_SCATTER = {
    Vital.SYSTOLIC: 3.0,
    Vital.DIASTOLIC: 2.0,
    Vital.HEART_RATE: 1.5,
    Vital.SPO2: 0.5,
    Vital.RESPIRATORY_RATE: 0.8,
}
_GRID_MIN = 0.5
_HORIZON_MIN = 360.0


class Scenario(StrEnum):
    """What happens besides the expected course, in minutes after the start of the infusion."""

    QUIET = "quiet"
    HYPERTENSION = "hypertension"
    DESATURATION = "desaturation"
    PROBE_OFF = "probe-off"


# What a scenario adds: minutes and the addition at each, straight lines between.
_ADDS: Mapping[Scenario, Mapping[Vital, tuple[tuple[float, ...], tuple[float, ...]]]] = {
    Scenario.HYPERTENSION: {
        Vital.SYSTOLIC: ((10.0, 22.0, 45.0, 70.0), (0.0, 52.0, 52.0, 0.0)),
        Vital.DIASTOLIC: ((10.0, 22.0, 45.0, 70.0), (0.0, 28.0, 28.0, 0.0)),
        Vital.HEART_RATE: ((10.0, 22.0, 45.0, 70.0), (0.0, 20.0, 20.0, 0.0)),
    },
    Scenario.DESATURATION: {
        Vital.SPO2: ((20.0, 21.0, 25.0, 27.0), (0.0, -9.5, -9.5, 0.0)),
        Vital.RESPIRATORY_RATE: ((18.0, 20.0, 26.0, 29.0), (0.0, -6.0, -6.0, 0.0)),
    },
}
# From and to which minute the finger probe is off.
_PROBE_OFF_MIN = (15.0, 22.0)


class SimulatedPatient:
    """What the monitor reads; ``minute`` counts from the start of the infusion, before it too."""

    def __init__(
        self, *, weight_kg: float, dose_mg: float, minutes: float, scenario: Scenario, seed: int
    ) -> None:
        self._scenario = scenario
        self._seed = seed
        self._minutes = np.arange(0.0, _HORIZON_MIN + _GRID_MIN, _GRID_MIN)
        drawn = draw_session(
            load_pk_model(),
            load_effect_model(),
            Subject(weight_kg=weight_kg),
            Regimen.infusion(dose_mg, minutes),
            self._minutes / 60.0,
            baseline=Baseline(
                systolic=_REST[Vital.SYSTOLIC],
                diastolic=_REST[Vital.DIASTOLIC],
                heart_rate=_REST[Vital.HEART_RATE],
            ),
            hypertensive=scenario is Scenario.HYPERTENSION,
            session_number=1,
            n=1,
            rng=np.random.default_rng(seed),
        )
        self._course = {
            Vital.SYSTOLIC: drawn.systolic[0],
            Vital.DIASTOLIC: drawn.diastolic[0],
            Vital.HEART_RATE: drawn.heart_rate[0],
        }

    def continuous(self, minute: float) -> dict[Vital, float | None]:
        """Return saturation, heart rate and breathing rate; ``None`` for a probe that is off."""
        return {kind: self._read(kind, minute) for kind in CONTINUOUS}

    def cuff(self, minute: float) -> dict[Vital, float | None]:
        """Return one cuff reading; the diastolic stays well below the systolic."""
        systolic = self._level(Vital.SYSTOLIC, minute)
        diastolic = min(self._level(Vital.DIASTOLIC, minute), systolic - 15.0)
        return {Vital.SYSTOLIC: round(systolic), Vital.DIASTOLIC: round(diastolic)}

    def _read(self, kind: Vital, minute: float) -> float | None:
        first, last = _PROBE_OFF_MIN
        off = self._scenario is Scenario.PROBE_OFF and first <= minute < last
        if kind is Vital.SPO2 and off:
            return None
        level = round(self._level(kind, minute))
        return float(min(level, 100) if kind is Vital.SPO2 else max(level, 0))

    def _level(self, kind: Vital, minute: float) -> float:
        if kind in self._course:
            level = float(np.interp(minute, self._minutes, self._course[kind]))
        else:
            level = _REST[kind]
        if kind in (adds := _ADDS.get(self._scenario, {})):
            at, addition = adds[kind]
            level += float(np.interp(minute, at, addition))
        # The scatter of this second, the same whenever it is asked.
        second = round(minute * 60.0) + 10_000_000
        rng = np.random.default_rng((self._seed, list(Vital).index(kind), second))
        return level + _SCATTER[kind] * float(rng.standard_normal())
