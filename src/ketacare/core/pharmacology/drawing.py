"""Drawn people in one session: what each would show, from the kinetic model and the effect file.

A person's circulation is baseline + reading error + response * Ce / reference peak, the response
normal between people and times the modifiers that apply; dissociation is scale * tolerance *
E(Ce) / E(anchor peak). The draws are people, not measurements: nothing here is about benefit,
which exposure does not predict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology.blood import Analyte, Site
from ketacare.core.pharmacology.dosing import Regimen
from ketacare.core.pharmacology.effects import EffectModel
from ketacare.core.pharmacology.kinetics import Probe, read
from ketacare.core.pharmacology.model import PkModel
from ketacare.core.pharmacology.modes import Floats
from ketacare.core.pharmacology.subject import Subject

CIRCULATION = ("systolic", "diastolic", "heart_rate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The reading before the dose: blood pressure in mmHg, heart rate in beats per minute."""

    systolic: float
    diastolic: float
    heart_rate: float

    def __post_init__(self) -> None:
        for name in CIRCULATION:
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
class Drawn:
    """Drawn people as the parts that signs are made of; times before people, for percentiles.

    ``concentration`` (t, n) in ng/mL, ``drive`` (t, n) the site of the circulation over its
    reference peak, ``drowsy_site`` (t, n) in ng/mL, ``points`` (t, n) CADSS points before the instrument ends at ``most``;
    ``level`` and ``gain`` (n,) by vital sign, so that the sign is level + gain * drive.
    """

    concentration: Floats
    drive: Floats
    drowsy_site: Floats
    points: Floats
    most: float
    level: Mapping[str, Floats]
    gain: Mapping[str, Floats]

    def sign(self, name: str) -> Floats:
        """Return one sign (t, n) in its unit, as an array of its own."""
        if name == "concentration":
            return self.concentration.copy()
        if name == "dissociation":
            return np.minimum(self.points, self.most)
        found = self.drive * self.gain[name]
        found += self.level[name]
        return found

    def at(self, places: NDArray[np.intp]) -> Drawn:
        """Return the same people at some of the times."""
        return replace(
            self,
            concentration=self.concentration[places],
            drive=self.drive[places],
            drowsy_site=self.drowsy_site[places],
            points=self.points[places],
        )

    def highest(self, name: str) -> Floats:
        """Return each person's highest value (n,) of one sign over the times."""
        if name == "dissociation":
            return np.asarray(np.minimum(self.points.max(axis=0), self.most))
        gain = self.gain[name]
        # Of a straight line of the drive only the ends can be the highest.
        ends = np.maximum(gain * self.drive.max(axis=0), gain * self.drive.min(axis=0))
        return np.asarray(self.level[name] + ends)


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
    """Return ``n`` drawn people in this session; with ``n`` = 1 one simulated patient."""
    people = draw_people(
        pk,
        effects,
        subject,
        regimen,
        times_h,
        baseline=baseline,
        hypertensive=hypertensive,
        session_number=session_number,
        n=n,
        rng=rng,
    )
    names = ("concentration", *CIRCULATION, "dissociation")
    return SessionDraws(
        times_h=np.asarray(times_h, dtype=np.float64),
        **{name: people.sign(name).T for name in names},
    )


def draw_people(
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
) -> Drawn:
    """Return ``n`` drawn people in this session as the parts their signs are made of."""
    effects.require(pk)
    pk.check_domain(subject, regimen)
    effects.domain.check(subject)
    felt = effects.dissociation
    tolerance = felt.tolerance(session_number)
    probes = [Probe(analyte=Analyte.KETAMINE, site=Site.VENOUS)]
    probes += [
        Probe(analyte=behind.analyte, site=behind.site, effect_rate=behind.rate_per_h)
        for behind in effects.sites.values()
    ]
    drawn = pk.draw(subject, n=n, rng=rng)
    asked = list(dict.fromkeys(probes))  # two endpoints may share a site
    found = read(pk, drawn, regimen, times_h, asked)
    # Times before people from here on: a percentile at a time then sorts neighbours in memory.
    columns = [np.ascontiguousarray(found[:, place].T) for place in range(len(asked))]
    concentration, circulation_site, felt_site, drowsy_site = (
        columns[asked.index(probe)] for probe in probes
    )

    # Dissociation: points = scale_i * tolerance * E(Ce) / E(anchor), mean of scale_i = anchor.
    c50 = felt.c50.to("nmol/mL") * pk.molar_mass
    anchor = felt.occupied(np.array(felt.anchor_dose.peak(pk, felt.at)), c50)
    omega = felt.spread.value
    log_scale = rng.standard_normal(n) * omega - 0.5 * omega**2
    scale = felt.anchor.value * np.exp(log_scale) * tolerance / anchor
    points = felt.occupied(felt_site, c50)
    points *= scale

    drive = circulation_site / effects.circulation_dose.peak(pk, effects.circulation)
    factor = _modifiers(effects, subject, hypertensive, n, rng)
    level, gain = {}, {}
    for name in CIRCULATION:
        effect = effects.linear[name]
        response = effect.rise.value + effect.response_spread * rng.standard_normal(n)
        level[name] = getattr(baseline, name) + effect.reading.value * rng.standard_normal(n)
        gain[name] = response * factor
    return Drawn(
        concentration=concentration,
        drive=drive,
        drowsy_site=drowsy_site,
        points=points,
        most=felt.maximum.value,
        level=level,
        gain=gain,
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
