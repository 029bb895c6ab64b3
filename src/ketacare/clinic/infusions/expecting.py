"""What to expect in this session: bands for this person and this pump history.

The bands depend on the acts at the pump, not on the minute: while the pump runs they look ahead to
the empty bag, while it is paused they assume nothing more is given. So they are computed once an act
and kept. They stand beside the monitor; none is a limit or a target, and exposure does not predict
benefit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock

import numpy as np

from ketacare.clinic.infusions import mapping
from ketacare.clinic.infusions.models import Session
from ketacare.core.errors import DomainError, InputError
from ketacare.core.pharmacology import (
    Analyte,
    Back,
    Band,
    Baseline,
    Chance,
    Regimen,
    SessionForecast,
    Site,
    Subject,
    expected_session,
    population,
)
from ketacare.core.record import Diagnosis, InfusionEvent, Sex, Vital
from ketacare.knowledge.load import load_effect_model, load_pk_model

PEOPLE = 2000  # drawn people behind a band
STEP_MINUTES = 2.0
UNTIL_MINUTES = 180.0
SEED = 2022  # the same session draws the same people on every page
_PRESSURES = (Vital.SYSTOLIC, Vital.DIASTOLIC, Vital.HEART_RATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Bands by name over minutes since the start, and what to keep in mind about them.

    ``limits`` are those asked about and ``crossing`` the part of people who pass each; ``back``
    says when signs are back, ``chances`` how many are drowsy or nauseous.
    ``missing`` is a sentence when blood pressure and pulse could not be expected, because they were
    not measured before the dose.
    """

    bands: Mapping[str, Band]
    note: str
    outside: tuple[str, ...]
    status: str
    inputs: tuple[str, ...]
    missing: str
    limits: tuple[tuple[str, float], ...] = ()
    crossing: Mapping[str, float] = field(default_factory=dict)
    back: Mapping[str, Back] = field(default_factory=dict)
    chances: Mapping[str, Chance] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """Everything the bands depend on, and nothing else."""

    weight_kg: float
    age_years: float | None
    sex: str | None
    hypertensive: bool | None
    number: int
    regimen: Regimen
    baseline: tuple[float, float, float] | None
    limits: tuple[tuple[str, float], ...]
    versions: tuple[str, ...]


def expected(
    session: Session,
    events: Sequence[InfusionEvent],
    *,
    baseline: Mapping[Vital, float],
    diagnoses: Sequence[Diagnosis],
    number: int,
    now: datetime,
    limits: tuple[tuple[str, float], ...] = (),
) -> Expected | None:
    """Return what to expect, ``None`` when there is no pump sheet yet."""
    if session.weight_kg is None or session.rate_mg_h is None or session.dose_mg is None:
        return None
    patient = session.patient
    age = None
    if patient.birth_date is not None:
        born, day = patient.birth_date, now.date()
        age = float(day.year - born.year - ((day.month, day.day) < (born.month, born.day)))
    known = all(kind in baseline for kind in _PRESSURES)
    pk, effects = load_pk_model(), load_effect_model()
    return _expected(
        _Question(
            weight_kg=session.weight_kg,
            age_years=age,
            sex=patient.sex or None,
            hypertensive=_hypertensive(diagnoses),
            number=number,
            regimen=regimen_of(session, events, now=now),
            baseline=(
                (
                    baseline[Vital.SYSTOLIC],
                    baseline[Vital.DIASTOLIC],
                    baseline[Vital.HEART_RATE],
                )
                if known
                else None
            ),
            limits=limits,
            versions=(pk.id, pk.version, effects.id, effects.version),
        )
    )


def regimen_of(session: Session, events: Sequence[InfusionEvent], *, now: datetime) -> Regimen:
    """Return what the pump gave and, while it runs, will give until the bag is empty."""
    if not events:
        return Regimen.infusion(session.dose_mg or 0.0, session.minutes or 0.0)
    flow = mapping.flow_of(session, events)
    until = mapping.empty_at(session, flow, now) or flow[-1].at
    return Regimen.from_events(flow, flow[0].at, max(until, flow[-1].at))


def _hypertensive(diagnoses: Sequence[Diagnosis]) -> bool | None:
    """Return whether hypertension (ICD-10 I10 to I15) is on record; its absence is not a no."""
    codes = ("I10", "I11", "I12", "I13", "I15")
    return True if any(d.code.upper().startswith(codes) for d in diagnoses) else None


# Every station that watches a session asks at the same act of the pump. One of them computes, the
# others wait for its answer instead of all computing the same at once.
_ONE_AT_A_TIME = Lock()


def _expected(question: _Question) -> Expected | None:
    with _ONE_AT_A_TIME:
        return _computed(question)


def forget() -> None:
    """Forget every answer, as when knowledge files changed under a running process."""
    _computed.cache_clear()


@lru_cache(maxsize=256)
def _computed(question: _Question) -> Expected | None:
    times_h = np.arange(0.0, UNTIL_MINUTES + STEP_MINUTES, STEP_MINUTES) / 60.0
    pk, effects = load_pk_model(), load_effect_model()
    subject = Subject(
        weight_kg=question.weight_kg,
        age_years=question.age_years,
        sex=Sex(question.sex) if question.sex else None,
    )
    rng = np.random.default_rng(SEED)
    try:
        if question.baseline is None:
            return _concentration_only(question, subject, times_h, rng)
        systolic, diastolic, heart_rate = question.baseline
        forecast = expected_session(
            pk,
            effects,
            subject,
            question.regimen,
            times_h,
            baseline=Baseline(systolic=systolic, diastolic=diastolic, heart_rate=heart_rate),
            hypertensive=question.hypertensive,
            session_number=question.number,
            n=PEOPLE,
            rng=rng,
            limits=dict(question.limits),
        )
    except (DomainError, InputError) as error:
        # Outside what the models answer for: no band is better than one that is made up.
        return Expected(
            bands={},
            note="",
            outside=(),
            status="",
            inputs=(),
            missing=f"No expectation can be shown: {error.sentence}.",
        )
    return _of_forecast(forecast, question)


def _of_forecast(forecast: SessionForecast, question: _Question) -> Expected:
    return Expected(
        bands=forecast.bands,
        note=forecast.note,
        outside=forecast.outside,
        status=forecast.status.value,
        inputs=(*forecast.inputs, f"seed {SEED}"),
        missing="",
        limits=question.limits,
        crossing=forecast.crossing,
        back=forecast.back,
        chances=forecast.chances,
    )


def _concentration_only(
    question: _Question, subject: Subject, times_h: np.ndarray, rng: np.random.Generator
) -> Expected:
    pk, effects = load_pk_model(), load_effect_model()
    people = population(
        pk,
        subject,
        question.regimen,
        times_h,
        n=PEOPLE,
        rng=rng,
        site=Site.VENOUS,
        analyte=Analyte.KETAMINE,
    )
    p5, p25, p50, p75, p95 = np.percentile(people, (5, 25, 50, 75, 95), axis=0)
    return Expected(
        bands={"concentration": Band(times_h=times_h, p5=p5, p25=p25, p50=p50, p75=p75, p95=p95)},
        note=f"{effects.benefit_note} {pk.caution}",
        outside=pk.check_domain(subject, question.regimen),
        status=pk.status.value,
        inputs=(f"{pk.id} {pk.version}", f"{PEOPLE} drawn people", f"seed {SEED}"),
        missing=(
            "Blood pressure and pulse cannot be expected: they were not all measured before the "
            "dose."
        ),
    )


def minutes_between(start: datetime, at: datetime) -> float:
    """Return the minutes from the start of the infusion to ``at``."""
    return (at - start) / timedelta(minutes=1)
