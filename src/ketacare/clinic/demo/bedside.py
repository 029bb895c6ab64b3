"""What a nurse measures on a sample person in one infusion.

Circulation and dissociation come from the pharmacology models for one drawn person; oxygen,
breathing, wakefulness and distress are inventions of this generator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ketacare.core.pharmacology import Baseline, Regimen, Subject, draw_session
from ketacare.core.record import Vital
from ketacare.knowledge.load import load_effect_model, load_pk_model

# CADSS-6 has six of the items of the CADSS: 0 to 24 points of 0 to 92.
_CADSS6_SHARE = 24.0 / 92.0
_DROWSY_FROM = 6.0  # CADSS-6 points from which the sample people answer a little slower
_DISTRESS_PER_POINT = 0.25
_SCATTER_MMHG = 3.0


class Bedside:
    """The readings of one session; ``minute`` counts from the start of the infusion."""

    def __init__(
        self,
        *,
        weight_kg: float,
        dose_mg: float,
        minutes: float,
        rest: Baseline,
        at_minutes: Sequence[float],
        number: int,
        hypertensive: bool,
        rng: np.random.Generator,
    ) -> None:
        self._rng = rng
        self._minutes = np.asarray(sorted({0.0, *at_minutes}))
        drawn = draw_session(
            load_pk_model(),
            load_effect_model(),
            Subject(weight_kg=weight_kg),
            Regimen.infusion(dose_mg, minutes),
            self._minutes / 60.0,
            baseline=rest,
            hypertensive=hypertensive,
            session_number=number,
            n=1,
            rng=rng,
        )
        self._systolic, self._diastolic = drawn.systolic[0], drawn.diastolic[0]
        self._pulse = drawn.heart_rate[0]
        self._felt = drawn.dissociation[0] * _CADSS6_SHARE

    def during(self, minute: float) -> Mapping[Vital, float]:
        """Return pressure, pulse, oxygen, wakefulness and distress at ``minute``."""
        felt = self.dissociation(minute)
        return self.circulation(minute) | {
            Vital.SPO2: float(self._rng.integers(96, 100)),
            Vital.MOAAS: 4.0 if felt >= _DROWSY_FROM else 5.0,
            Vital.DISTRESS: float(min(round(felt * _DISTRESS_PER_POINT), 10)),
        }

    def circulation(self, minute: float) -> dict[Vital, float]:
        """Return both pressures and the pulse at ``minute``."""
        scatter = self._rng.normal(0.0, _SCATTER_MMHG, 2)
        systolic = round(self._at(self._systolic, minute) + scatter[0])
        diastolic = min(round(self._at(self._diastolic, minute) + scatter[1]), systolic - 15)
        return {
            Vital.SYSTOLIC: float(systolic),
            Vital.DIASTOLIC: float(diastolic),
            Vital.HEART_RATE: float(round(self._at(self._pulse, minute))),
        }

    def dissociation(self, minute: float) -> float:
        """Return the CADSS-6 points at ``minute``, whole."""
        return float(min(round(self._at(self._felt, minute)), 24))

    def _at(self, course: np.ndarray, minute: float) -> float:
        return float(np.interp(minute, self._minutes, course))


def rest_of(rng: np.random.Generator, *, hypertensive: bool) -> Baseline:
    """Return pressure and pulse of a person at rest; ``hypertensive`` ones are treated."""
    return Baseline(
        systolic=float(rng.uniform(131, 137) if hypertensive else rng.uniform(112, 128)),
        diastolic=float(rng.uniform(82, 87) if hypertensive else rng.uniform(68, 80)),
        heart_rate=float(rng.uniform(62, 80)),
    )


def before(rest: Baseline, rng: np.random.Generator) -> Mapping[Vital, float]:
    """Return what is measured before a dose."""
    return {
        Vital.SYSTOLIC: float(round(rest.systolic + rng.uniform(-2, 2))),
        Vital.DIASTOLIC: float(round(rest.diastolic + rng.uniform(-2, 2))),
        Vital.HEART_RATE: float(round(rest.heart_rate + rng.uniform(-3, 3))),
        Vital.SPO2: float(rng.integers(97, 100)),
        Vital.RESPIRATORY_RATE: float(rng.integers(13, 17)),
        Vital.TEMPERATURE: round(float(rng.uniform(36.3, 36.9)), 1),
        Vital.MOAAS: 5.0,
        Vital.DISTRESS: float(rng.integers(1, 5)),
    }
