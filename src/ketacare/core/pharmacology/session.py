"""What to expect in one session: bands of concentration, circulation and dissociation over time.

The bands are drawn people like this one, so they say how widely people differ; they are expected
values beside the monitor, not limits and not alarms. Exposure does not predict benefit, and no
band here is a target.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology.bands import Band, band_over
from ketacare.core.pharmacology.dosing import Regimen
from ketacare.core.pharmacology.drawing import CIRCULATION, Baseline, draw_people
from ketacare.core.pharmacology.effects import EffectModel
from ketacare.core.pharmacology.model import PkModel
from ketacare.core.pharmacology.modes import Floats
from ketacare.core.pharmacology.subject import Subject
from ketacare.core.sources import Status

_LIMITED = (*CIRCULATION, "dissociation")
# Minutes after a change of the pump at which crossings are looked for as well, whatever times are
# asked: both effect sites peak in this window (half-lives 2.3 and 8.3 min).
_LOOK_AFTER_MIN = (0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0)


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
    people = draw_people(
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
    crossing = {
        name: float((people.highest(name) >= limit).mean())
        for name, limit in (limits or {}).items()
    }
    if limits:
        people = people.at(np.searchsorted(every, times))
    statuses = {pk.status, effects.status}
    return SessionForecast(
        times_h=times,
        bands={name: band_over(times, people.sign(name)) for name in names},
        crossing=crossing,
        outside=_flags(pk, effects, subject, regimen, hypertensive=hypertensive),
        note=f"{effects.benefit_note} {pk.caution}",
        status=Status.CANDIDATE if Status.CANDIDATE in statuses else Status.VERIFIED,
        inputs=(f"{pk.id} {pk.version}", f"{effects.id} {effects.version}", f"{n} drawn people"),
    )


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
