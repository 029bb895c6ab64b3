"""Occasions of one person, and how the parameters deviate between people and between occasions.

ln (or logit) of a parameter on occasion k = typical + eta + kappa_k: eta is the person's and stays,
kappa_k is drawn anew on every occasion with the variance the source gives (Karlsson and Sheiner, J
Pharmacokinet Biopharm 1993;21:735). A dose keeps the kinetics of the occasion it was given on: what
is left of it days later is small, and superposition stays exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology.dosing import Regimen
from ketacare.core.pharmacology.model import PkModel
from ketacare.core.pharmacology.modes import Floats

APART_H = 12.0  # a dose this long after the end of the one before begins another occasion


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasions:
    """When occasions begin (h, rising), and what was given on each."""

    starts_h: tuple[float, ...]
    regimens: tuple[Regimen, ...]

    def __len__(self) -> int:
        return len(self.starts_h)

    def of(self, times_h: ArrayLike) -> list[int]:
        """Return the occasion of each time; what is before the first belongs to the first."""
        places = np.searchsorted(self.starts_h, np.asarray(times_h), side="right") - 1
        return [int(place) for place in np.maximum(places, 0)]


def occasions_of(regimen: Regimen, starts_h: ArrayLike | None = None) -> Occasions:
    """Return a regimen by occasion, as told by ``starts_h``, else by pauses of half a day.

    A start before which or at which nothing is given is no occasion of its own. Refuses starts that
    do not rise or are not finite.
    """
    doses = sorted(
        [(s.start_h, s.end_h) for s in regimen.steps] + [(b.at_h, b.at_h) for b in regimen.boluses]
    )
    if not doses:
        return Occasions(starts_h=(0.0,), regimens=(regimen,))
    if starts_h is None:
        starts, ended = [doses[0][0]], doses[0][1]
        for begun, end in doses[1:]:
            if begun - ended >= APART_H:
                starts.append(begun)
            ended = max(ended, end)
    else:
        starts = [float(start) for start in np.asarray(starts_h, dtype=np.float64)]
        if not (np.isfinite(starts).all() and (np.diff(starts) > 0).all()):
            raise InputError(
                ErrorCode.CONTRADICTION,
                "occasions_h must be finite hours that rise; give the start of each occasion once",
                where="occasions_h",
            )
    # The first occasion holds whatever was given before the second.
    edges = [-np.inf, *starts[1:], np.inf]
    parts = [_between(regimen, low, high) for low, high in pairwise(edges)]
    given = [i for i, part in enumerate(parts) if part.steps or part.boluses]
    return Occasions(
        starts_h=tuple(starts[i] for i in given), regimens=tuple(parts[i] for i in given)
    )


def _between(regimen: Regimen, low: float, high: float) -> Regimen:
    return replace(
        regimen,
        steps=tuple(s for s in regimen.steps if low <= s.start_h < high),
        boluses=tuple(b for b in regimen.boluses if low <= b.at_h < high),
    )


class Deviation(NamedTuple):
    """What deviates: a parameter, of the person (``None``) or on one occasion (from 0)."""

    parameter: str
    occasion: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviations:
    """Normal deviations: their ``labels`` and their covariance (k, k)."""

    labels: tuple[Deviation, ...]
    covariance: Floats

    @classmethod
    def of(cls, model: PkModel, *, occasions: int) -> Self:
        """Return all deviations of a person with so many occasions."""
        rows = [(Deviation(name), p.omega2) for name, p in model.parameters.items() if p.omega2]
        rows += [
            (Deviation(name, k), p.occasion)
            for name, p in model.parameters.items()
            if p.occasion
            for k in range(occasions)
        ]
        labels = tuple(label for label, _ in rows)
        covariance = np.diag([float(variance) for _, variance in rows])
        for (first, second), value in model.covariances.items():
            i, j = labels.index(Deviation(first)), labels.index(Deviation(second))
            covariance[i, j] = covariance[j, i] = value
        return cls(labels=labels, covariance=covariance)

    def seen_as(self, labels: Sequence[Deviation], *, together: bool) -> Floats:
        """Return the matrix (m, k) that makes the deviations ``labels`` out of these.

        ``together``: of one occasion only the sum of the person's and the occasion's can be seen,
        and a label without an occasion means that sum.
        """
        found = np.zeros((len(labels), len(self.labels)))
        for row, label in enumerate(labels):
            for column, mine in enumerate(self.labels):
                summed = together and mine == Deviation(label.parameter, 0)
                found[row, column] = float(mine == label or summed)
        return found

    def given(self, seen: Floats, values: Floats, rng: np.random.Generator | None) -> Floats:
        """Return all deviations (n, k) given what the matrix ``seen`` makes of them (n, m).

        Drawn from the conditional normal distribution by Matheron's rule, w + S A' (A S A')^-1
        (values - A w) with w from the prior; its mean without ``rng``.
        """
        s = self.covariance
        drawn = np.zeros((len(values), len(self.labels)))
        if rng is not None:
            noise = rng.standard_normal(drawn.shape)
            drawn = noise @ np.linalg.cholesky(s).T
        gain = np.linalg.solve(seen @ s @ seen.T, seen @ s)
        return np.asarray(drawn + (values - drawn @ seen.T) @ gain)


def people_on(
    model: PkModel,
    typical: Mapping[str, Floats],
    labels: Sequence[Deviation],
    eta: Floats,
    *,
    occasion: int | None,
) -> dict[str, Floats]:
    """Return each parameter (n,) on one occasion for deviations (n, k) called ``labels``.

    ``None`` is the person without any occasion.
    """
    count = len(eta)
    total: dict[str, Floats] = {}
    for column, label in enumerate(labels):
        if label.occasion is None or label.occasion == occasion:
            total[label.parameter] = total.get(label.parameter, 0.0) + eta[:, column]
    return {
        name: model.parameters[name].deviated(np.repeat(value, count), total[name])
        if name in total
        else np.repeat(value, count)
        for name, value in typical.items()
    }
