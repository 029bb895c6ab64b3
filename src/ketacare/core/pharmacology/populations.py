"""Many people at once: each with a weight and covariates, drawn around them, or only summarised.

An answer carries who it is not for: one flag per person and measure that the model's source did
not study, and no number for a person too far from it. The spread is between people and between
occasions, where published; the error of an assay is not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ketacare.core.errors import DomainError, ErrorCode, InputError
from ketacare.core.pharmacology.blood import Site
from ketacare.core.pharmacology.dose_range import beyond_doses
from ketacare.core.pharmacology.dosing import Regimen
from ketacare.core.pharmacology.kinetics import Probe, prepare, read
from ketacare.core.pharmacology.model import PkModel
from ketacare.core.pharmacology.modes import Floats
from ketacare.core.pharmacology.subject import Measure, People, Subject
from ketacare.core.sources import Status

_PEOPLE_AT_ONCE = 50_000  # bounds the memory of preparing and reading their modes
_TIMES_AT_ONCE = 4
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Concentrations:
    """Concentrations of people with what must go with them.

    ``ng_ml`` (n, t), not-a-number for people who are ``refused`` (n,); ``outside`` says for each
    measure who (n,) is unlike the people studied or not recorded in it, ``dose`` (n,) who gets more,
    or faster, than anybody studied.
    """

    times_h: Floats
    ng_ml: Floats
    outside: dict[Measure, NDArray[np.bool_]]
    dose: NDArray[np.bool_]
    refused: NDArray[np.bool_]
    site: Site
    analyte: str
    status: Status
    model: str
    caution: str

    def flags(self, person: int) -> tuple[str, ...]:
        """Return one sentence per way a person is outside, by place in the list."""
        named = [name for name, who in self._named if who[person]]
        if self.refused[person]:
            return (f"This person is too far outside for an answer: {', '.join(named)}.",)
        return tuple(f"This person is outside: {name}." for name in named)

    @property
    def _named(self) -> list[tuple[str, NDArray[np.bool_]]]:
        return [*((m.value, who) for m, who in self.outside.items()), ("dose", self.dose)]

    @property
    def summary(self) -> tuple[str, ...]:
        """Return one sentence per measure in which anybody is outside, the dose included."""
        found = [
            f"{int(who.sum())} of {len(who)} people are outside: {name}."
            for name, who in self._named
            if who.any()
        ]
        if self.refused.any():
            places = np.flatnonzero(self.refused)
            named = ", ".join(str(place + 1) for place in places[:_MOST_NAMED])
            more = " and others" if len(places) > _MOST_NAMED else ""
            found.append(f"No answer for {len(places)} of them (number {named}{more}).")
        return tuple(found)


def concentrations(
    model: PkModel,
    subjects: Sequence[Subject],
    regimen: Regimen,
    times_h: ArrayLike,
    *,
    site: Site,
    analyte: str,
    rng: np.random.Generator | None = None,
    dose_factors: ArrayLike | None = None,
) -> Concentrations:
    """Return the concentrations of people who each have a weight, an age and so on.

    Without ``rng`` they are typical for who they are; with it each is one person drawn around
    that. ``dose_factors`` (n,) multiply the regimen of each, as for a dose by weight. A person the
    model cannot answer for has no number; if that is everybody, the sentence is raised instead.
    """
    people = People.of(subjects)
    factors = _factors(dose_factors, len(people))
    share, _ = model.counted(regimen.enantiomer)
    more, far = beyond_doses(
        model.domain.doses, regimen, people.weight_kg, share=share, factors=factors
    )
    refused = model.domain.refused(people) | far
    if refused.all():
        if factors[0] > 0:
            model.check_domain(subjects[0], regimen.times(float(factors[0])))
        raise DomainError(
            ErrorCode.OUTSIDE_DOMAIN, f"{model.id} has no answer for any of these people"
        )
    inside = [subject for subject, out in zip(subjects, refused, strict=True) if not out]
    answered = People.of(inside)
    values = (
        model.typical_of(answered)
        if rng is None
        else model.draw_people(answered, rng=rng, occasion=True)
    )
    found = read(model, values, regimen, times_h, [Probe(analyte=analyte, site=site)])[:, 0]
    times = np.asarray(times_h, dtype=np.float64)
    every = np.full((len(people), len(times)), np.nan)
    every[~refused] = found
    every *= factors[:, None]
    return Concentrations(
        times_h=times,
        ng_ml=every,
        outside=model.domain.outside(people),
        dose=more,
        refused=refused,
        site=site,
        analyte=analyte,
        status=model.status,
        model=f"{model.id} {model.version}",
        caution=model.caution,
    )


def _factors(factors: ArrayLike | None, count: int) -> Floats:
    if factors is None:
        return np.ones(count)
    found = np.asarray(factors, dtype=np.float64)
    if found.shape != (count,) or not (np.isfinite(found) & (found >= 0)).all():
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"dose_factors must be {count} finite numbers, zero or more, one per person",
            where="dose_factors",
        )
    return found


def population_quantiles(
    model: PkModel,
    subject: Subject,
    regimen: Regimen,
    times_h: ArrayLike,
    *,
    n: int,
    rng: np.random.Generator,
    site: Site,
    analyte: str,
    quantiles: Sequence[float] = (0.05, 0.25, 0.5, 0.75, 0.95),
    occasion: bool = True,
) -> Floats:
    """Return quantiles (q, t) in ng/mL over ``n`` people of this weight, in little memory.

    The people are those of :func:`population` with the same ``rng``; a million of them take some
    hundred megabytes, because only their modes are kept and one time after the other is sorted.
    Quantiles are linear between order statistics. Refuses what :func:`population` refuses.
    """
    wanted = np.asarray(quantiles, dtype=np.float64)
    if wanted.ndim != 1 or not ((wanted >= 0) & (wanted <= 1)).all():
        raise InputError(ErrorCode.OUT_OF_RANGE, "quantiles lie between 0 and 1", where="quantiles")
    model.check_domain(subject, regimen)
    people = model.draw(subject, n=n, rng=rng, occasion=occasion)
    probe = Probe(analyte=analyte, site=site)
    batches = []
    asked = np.asarray(times_h, dtype=np.float64)
    times = np.sort(asked)
    for first in range(0, n, _PEOPLE_AT_ONCE):
        rows = slice(first, min(first + _PEOPLE_AT_ONCE, n))
        part = {name: value[rows] for name, value in people.items()}
        batches.append((rows, prepare(model, part, regimen, times, probe)))
    people.clear()
    found = np.empty((len(wanted), len(times)))
    place = wanted * (n - 1)
    low = np.floor(place).astype(int)
    high = np.minimum(low + 1, n - 1)
    for first in range(0, len(times), _TIMES_AT_ONCE):
        some = slice(first, min(first + _TIMES_AT_ONCE, len(times)))
        values = np.empty((len(times[some]), n))
        for rows, ready in batches:
            values[:, rows] = ready.at(some).T
        values.sort(axis=1)
        lower, upper = values[:, low], values[:, high]
        found[:, some] = (lower + (place - low) * (upper - lower)).T
    back = np.empty(len(times), dtype=int)
    back[np.argsort(asked, kind="stable")] = np.arange(len(times))
    return found[:, back]
