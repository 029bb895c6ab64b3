"""What to expect in one session: bands of concentration, circulation and dissociation over time.

The bands are drawn people like this one, so they say how widely people differ; they are expected
values beside the monitor, not limits and not alarms. Exposure does not predict benefit, and no
band here is a target.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology.dosing import Regimen
from ketacare.core.pharmacology.effects import EffectModel
from ketacare.core.pharmacology.kinetics import Probe, read
from ketacare.core.pharmacology.model import Analyte, PkModel, Site, Subject
from ketacare.core.pharmacology.modes import Floats
from ketacare.core.sources import Status

_CIRCULATION = ("systolic", "diastolic", "heart_rate")
_LIMITED = (*_CIRCULATION, "dissociation")
# Minutes after a change of the pump at which crossings are looked for as well, whatever times are
# asked: both effect sites peak in this window (half-lives 2.3 and 8.3 min).
_LOOK_AFTER_MIN = (0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The reading before the dose: blood pressure in mmHg, heart rate in beats per minute."""

    systolic: float
    diastolic: float
    heart_rate: float

    def __post_init__(self) -> None:
        for name in _CIRCULATION:
            value = getattr(self, name)
            if not (np.isfinite(value) and value > 0):
                raise InputError(
                    ErrorCode.OUT_OF_RANGE,
                    f"{name} is {value:g}; measure it before the dose and give a number above zero",
                    where=name,
                )
        if self.diastolic >= self.systolic:
            raise InputError(
                ErrorCode.CONTRADICTION,
                f"diastolic {self.diastolic:g} mmHg is not below systolic {self.systolic:g} mmHg; "
                "correct one of them",
                where="diastolic",
            )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Band:
    """Percentiles (t,) over people at ``times_h`` hours."""

    times_h: Floats
    p5: Floats
    p25: Floats
    p50: Floats
    p75: Floats
    p95: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SessionDraws:
    """Drawn people in one session: each field (n, t), one row a person.

    ``concentration`` is venous total ketamine in ng/mL, ``dissociation`` in CADSS points, the
    others in the units of :class:`Baseline`.
    """

    times_h: Floats
    concentration: Floats
    systolic: Floats
    diastolic: Floats
    heart_rate: Floats
    dissociation: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SessionForecast:
    """Bands by name, the probability of crossing each given limit, and what to keep in mind.

    ``outside`` holds one sentence per way the person or dose is unlike what was studied, or per
    thing that is not recorded; ``note`` says what the numbers do not mean. ``status`` is that of
    the least checked file behind it, ``inputs`` the files with their versions and the draws.
    """

    times_h: Floats
    bands: dict[str, Band]
    crossing: dict[str, float]
    outside: tuple[str, ...]
    note: str
    status: Status
    inputs: tuple[str, ...]


def expected_session(
    pk: PkModel,
    effects: EffectModel,
    subject: Subject,
    regimen: Regimen,
    times_h: ArrayLike,
    *,
    baseline: Baseline,
    hypertensive: bool | None,
    session_number: int,
    n: int,
    rng: np.random.Generator,
    limits: Mapping[str, float] | None = None,
) -> SessionForecast:
    """Return what to expect at ``times_h`` hours, from ``n`` drawn people like this one.

    Bands: ``"concentration"`` (venous total ketamine, ng/mL), ``"systolic"``, ``"diastolic"``
    (mmHg), ``"heart_rate"`` (beats per minute), ``"dissociation"`` (CADSS points). ``limits`` may
    name any of them but concentration; ``crossing`` is the part of people who reach the limit at
    any time from the first to the last asked. What is not recorded (age, ``hypertensive`` None) is
    drawn as often as in treated people, and flagged. Refuses what the models refuse. Exposure
    does not predict benefit: there is no concentration to aim for.
    """
    for name, limit in (limits or {}).items():
        _check_limit(name, limit)
    times = np.asarray(times_h, dtype=np.float64)
    if times.size == 0:
        raise InputError(
            ErrorCode.MISSING_KEY, "times_h is empty; ask for at least one time", where="times_h"
        )
    every = _with_peaks(times, regimen) if limits else times
    draws = draw_session(
        pk,
        effects,
        subject,
        regimen,
        every,
        baseline=baseline,
        hypertensive=hypertensive,
        session_number=session_number,
        n=n,
        rng=rng,
    )
    names = ("concentration", *_LIMITED)
    asked = np.searchsorted(every, times) if limits else None
    crossing = {
        name: float((getattr(draws, name) >= limit).any(axis=1).mean())
        for name, limit in (limits or {}).items()
    }
    statuses = {pk.status, effects.status}
    return SessionForecast(
        times_h=times,
        bands={name: _band(times, getattr(draws, name), asked) for name in names},
        crossing=crossing,
        outside=_flags(pk, effects, subject, regimen, hypertensive=hypertensive),
        note=f"{effects.benefit_note} {pk.caution}",
        status=Status.CANDIDATE if Status.CANDIDATE in statuses else Status.VERIFIED,
        inputs=(f"{pk.id} {pk.version}", f"{effects.id} {effects.version}", f"{n} drawn people"),
    )


def draw_session(
    pk: PkModel,
    effects: EffectModel,
    subject: Subject,
    regimen: Regimen,
    times_h: ArrayLike,
    *,
    baseline: Baseline,
    hypertensive: bool | None,
    session_number: int,
    n: int,
    rng: np.random.Generator,
) -> SessionDraws:
    """Return ``n`` drawn people in this session; with ``n`` = 1 one simulated patient.

    A person's circulation is baseline + reading error + response * Ce / reference peak, the
    response normal between people and times the modifiers that apply.
    """
    effects.require(pk)
    pk.check_domain(subject, regimen)
    effects.domain.check(subject)
    felt = effects.dissociation
    tolerance = felt.tolerance(session_number)
    slow_min = felt.half_life.to("min")
    fast_min = effects.circulation_half_life.to("min")
    slow, fast = (np.log(2.0) * 60.0 / minutes for minutes in (slow_min, fast_min))
    probes = (
        Probe(analyte=Analyte.KETAMINE, site=Site.VENOUS),
        Probe(analyte=Analyte.S_KETAMINE, effect_rate=fast),
        Probe(analyte=Analyte.S_KETAMINE, effect_rate=slow),
    )
    people = pk.draw(subject, n=n, rng=rng)
    found = read(pk, people, regimen, times_h, probes)

    # Dissociation: points = scale_i * tolerance * E(Ce) / E(anchor), mean of scale_i = anchor.
    c50 = felt.c50.to("nmol/mL") * pk.molar_mass
    anchor = felt.occupied(np.array(felt.anchor_dose.peak(pk, slow_min)), c50)
    omega = felt.spread.value
    log_scale = rng.standard_normal(n) * omega - 0.5 * omega**2
    scale = felt.anchor.value * np.exp(log_scale) * tolerance / anchor
    points = felt.occupied(found[:, 2], c50)
    points *= scale[:, None]
    np.minimum(points, felt.maximum.value, out=points)

    relative = found[:, 1] / effects.circulation_dose.peak(pk, fast_min)
    factor = _modifiers(effects, subject, hypertensive, n, rng)
    circulation = {}
    for name in _CIRCULATION:
        effect = effects.linear[name]
        response = effect.rise.value + effect.response_spread * rng.standard_normal(n)
        level = getattr(baseline, name) + effect.reading.value * rng.standard_normal(n)
        circulation[name] = level[:, None] + (response * factor)[:, None] * relative
    return SessionDraws(
        times_h=np.asarray(times_h, dtype=np.float64),
        concentration=found[:, 0],
        dissociation=points,
        **circulation,
    )


def _modifiers(
    effects: EffectModel,
    subject: Subject,
    hypertensive: bool | None,  # noqa: FBT001 - a recorded answer, or None
    n: int,
    rng: np.random.Generator,
) -> Floats:
    """Return the factor (n,) on the circulatory response."""
    older = None
    if subject.age_years is not None and effects.age.from_age is not None:
        older = subject.age_years >= effects.age.from_age.to("year")
    factor = np.ones(n)
    for modifier, known in ((effects.age, older), (effects.hypertension, hypertensive)):
        # The draw is made whether needed or not, so that an answer changes nothing else.
        drawn = rng.random(n) < modifier.share.value
        has = drawn if known is None else np.full(n, known)
        factor = np.where(has, factor * modifier.factor.value, factor)
    return factor


def _flags(
    pk: PkModel,
    effects: EffectModel,
    subject: Subject,
    regimen: Regimen,
    *,
    hypertensive: bool | None,
) -> tuple[str, ...]:
    flags = [*pk.check_domain(subject, regimen), *effects.domain.check(subject)]
    if hypertensive is None:
        flags.append(
            "Whether the person has hypertension is not recorded; the bands mix people with and "
            "without it."
        )
    most = effects.most_mg_per_kg.to("mg/kg")
    given = regimen.total_mg / subject.weight_kg
    if given > most:
        flags.append(
            f"The dose of {given:.2g} mg/kg is above {most:g} mg/kg, the highest the effects "
            "were described for."
        )
    return tuple(dict.fromkeys(flags))


def _with_peaks(times: Floats, regimen: Regimen) -> Floats:
    """Return the asked times and those around the peaks between them, in order."""
    ends = [step.end_h for step in regimen.steps] + [bolus.at_h for bolus in regimen.boluses]
    look = [end + minutes / 60.0 for end in ends for minutes in _LOOK_AFTER_MIN]
    return np.unique(np.concatenate([times, [t for t in look if times.min() <= t <= times.max()]]))


def _check_limit(name: str, limit: float) -> None:
    if name not in _LIMITED:
        raise InputError(
            ErrorCode.UNKNOWN_NAME,
            f'there is no limit on "{name}"; limits are on {", ".join(_LIMITED)}, '
            "and never on a concentration",
            where="limits",
        )
    if not np.isfinite(limit):
        raise InputError(
            ErrorCode.OUT_OF_RANGE, f"the limit on {name} is {limit:g}; give a number", where=name
        )


def _band(times: Floats, draws: Floats, asked: NDArray[np.intp] | None) -> Band:
    """Return the percentiles over people, linear between order statistics."""
    rows = draws.T if asked is None else draws.T[asked]
    ordered = np.sort(np.ascontiguousarray(rows), axis=1)
    last = ordered.shape[1] - 1

    def at(part: float) -> Floats:
        place = part * last
        low = int(place)
        high = min(low + 1, last)
        step = ordered[:, high] - ordered[:, low]
        return np.asarray(ordered[:, low] + (place - low) * step)

    return Band(times_h=times, p5=at(0.05), p25=at(0.25), p50=at(0.5), p75=at(0.75), p95=at(0.95))
