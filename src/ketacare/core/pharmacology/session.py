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

from ketacare.core.errors import DomainError, ErrorCode, InputError
from ketacare.core.pharmacology.bands import Band, band_over
from ketacare.core.pharmacology.dosing import Regimen
from ketacare.core.pharmacology.drawing import CIRCULATION, Baseline, Drawn, draw_people
from ketacare.core.pharmacology.effects import EffectModel
from ketacare.core.pharmacology.model import PkModel
from ketacare.core.pharmacology.modes import Floats
from ketacare.core.pharmacology.returning import Back, last_above, summary
from ketacare.core.pharmacology.subject import Subject
from ketacare.core.sources import Status

_LIMITED = (*CIRCULATION, "dissociation")
# Minutes after a change of the pump at which crossings are looked for as well, whatever times are
# asked: the effect sites peak in this window (half-lives 2.3 and 8.3 min).
_LOOK_AFTER_MIN = (0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0)
_STEP_H = 2.0 / 60.0  # and nowhere a longer gap than this, in the first hours
_STEPS = 240


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chance:
    """How many people have something in this session: ``share``, with where the source puts it.

    ``low`` and ``high`` are the 90 % interval of the source's count; ``over_time`` (t,) the part of
    people who have it at ``times_h``. Each is ``None`` where it is not known.
    """

    share: float
    low: float | None
    high: float | None
    over_time: Floats | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SessionForecast:
    """Bands by name, the probability of crossing each given limit, and what to keep in mind.

    ``back`` says by name when signs are back to before, ``chances`` how many people are drowsy,
    nauseous or dizzy. ``outside`` holds one sentence per way the person or dose is unlike what was studied, or per
    thing that is not recorded; ``note`` says what the numbers do not mean. ``status`` is that of
    the least checked file behind it, ``inputs`` the files with their versions and the draws.
    """

    times_h: Floats
    bands: dict[str, Band]
    crossing: dict[str, float]
    back: dict[str, Back]
    chances: dict[str, Chance]
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
    name any of them but concentration, with a word of its own behind it (``"systolic red"``);
    ``crossing`` is the part of people who reach the limit at any time from the first to the last
    asked. ``back`` counts to within the error of one reading, or of few enough points. What is not
    recorded (age, ``hypertensive`` None) is
    drawn as often as in treated people, and flagged. Refuses what the models refuse, and doses
    of which the effects are not known (:meth:`EffectModel.too_high`). Exposure does not predict benefit: there is no concentration to aim for.
    """
    for name, limit in (limits or {}).items():
        _check_limit(name, limit)
    times = np.asarray(times_h, dtype=np.float64)
    if times.size == 0:
        raise InputError(
            ErrorCode.MISSING_KEY, "times_h is empty; ask for at least one time", where="times_h"
        )
    effects.require(pk)
    too_high = effects.too_high(pk, subject, regimen)
    if too_high is not None:
        raise DomainError(ErrorCode.OUTSIDE_DOMAIN, too_high, where="dose")
    every = _with_peaks(times, regimen)
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
    asked = np.searchsorted(every, times)
    highest = {
        name: people.highest(name) for name in {key.partition(" ")[0] for key in limits or {}}
    }
    crossing = {
        key: float((highest[key.partition(" ")[0]] >= limit).mean())
        for key, limit in (limits or {}).items()
    }
    back = _back(effects, people, every)
    chances = _chances(pk, effects, people, asked, rng)
    people = people.at(asked)
    statuses = {pk.status, effects.status}
    return SessionForecast(
        times_h=times,
        bands={name: band_over(times, people.sign(name)) for name in names},
        crossing=crossing,
        back=back,
        chances=chances,
        outside=_flags(pk, effects, subject, regimen, hypertensive=hypertensive),
        note=f"{effects.benefit_note} {pk.caution}",
        status=Status.CANDIDATE if Status.CANDIDATE in statuses else Status.VERIFIED,
        inputs=(f"{pk.id} {pk.version}", f"{effects.id} {effects.version}", f"{n} drawn people"),
    )


def _back(effects: EffectModel, people: Drawn, times: Floats) -> dict[str, Back]:
    """Return when each sign is back: what the drug adds is within the error of one reading."""
    found = {}
    for name in CIRCULATION:
        within = effects.linear[name].reading.value
        # A person in whom a pressure falls has left as much as one in whom it rises.
        with np.errstate(divide="ignore"):
            limits = within / np.abs(people.gain[name])
        found[name] = summary(last_above(times, people.drive, limits), within)
    settled = effects.dissociation.settled.value
    limits = np.full(people.points.shape[1], settled)
    found["dissociation"] = summary(last_above(times, people.points, limits), settled)
    return found


def _chances(
    pk: PkModel,
    effects: EffectModel,
    people: Drawn,
    asked: NDArray[np.intp],
    rng: np.random.Generator,
) -> dict[str, Chance]:
    """Return how many are drowsy, by a threshold of their own each, and the plain incidences."""
    drowsy = effects.drowsiness
    spread = drowsy.spread.value
    middle = drowsy.middle(pk)
    limits = middle * np.exp(spread * rng.standard_normal(people.drowsy_site.shape[1]))
    found = {
        "drowsiness": Chance(
            share=float((people.drowsy_site.max(axis=0) > limits).mean()),
            low=None,
            high=None,
            over_time=np.asarray((people.drowsy_site[asked] > limits).mean(axis=1)),
            note=drowsy.share.note,
        )
    }
    for incidence in effects.incidences:
        low, high = incidence.interval()
        found[incidence.name] = Chance(
            share=incidence.share.to("1"), low=low, high=high, over_time=None, note=incidence.note
        )
    return found


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
    """Return the asked times, those around the peaks between them, and steps where it is sparse."""
    ends = [step.end_h for step in regimen.steps] + [bolus.at_h for bolus in regimen.boluses]
    first, last = float(times.min()), float(times.max())
    look = [end + minutes / 60.0 for end in ends for minutes in _LOOK_AFTER_MIN]
    steps = first + _STEP_H * np.arange(min(_STEPS, int((last - first) / _STEP_H) + 1))
    near = np.sort(times)
    place = np.clip(np.searchsorted(near, steps), 1, max(1, len(near) - 1))
    gap = np.diff(near)[place - 1] if len(near) > 1 else np.zeros(len(steps))
    more = [*look, *steps[gap > 1.01 * _STEP_H]]
    return np.unique(np.concatenate([times, [t for t in more if first <= t <= last]]))


def _check_limit(key: str, limit: float) -> None:
    name = key.partition(" ")[0]
    if name not in _LIMITED:
        raise InputError(
            ErrorCode.UNKNOWN_NAME,
            f'there is no limit on "{key}"; limits are on {", ".join(_LIMITED)}, '
            "and never on a concentration",
            where="limits",
        )
    if not np.isfinite(limit):
        raise InputError(
            ErrorCode.OUT_OF_RANGE, f"the limit on {key} is {limit:g}; give a number", where=name
        )
