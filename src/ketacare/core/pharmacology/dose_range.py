"""What doses the source of a model gave, by route: above them a flag, far above them no answer.

A linear model answers for any dose; whether people are linear there is known only as far as somebody
looked. Lower doses than studied carry no flag: of a linear model they are the safe side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ketacare.core.errors import DomainError, ErrorCode
from ketacare.core.pharmacology.dosing import Regimen
from ketacare.core.pharmacology.modes import Floats
from ketacare.core.pharmacology.routes import Route

WINDOW_H = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """An upper limit: ``value`` in ``unit``, for each kg of body weight where ``per_kg``."""

    value: float
    unit: str
    per_kg: bool

    def of(self, amount: Floats, weight_kg: Floats) -> Floats:
        """Return an amount (mg or mg/h) as the limit counts it."""
        return amount / weight_kg if self.per_kg else amount


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseRange:
    """The doses of one route, counted over 24 h in the form of the drug that is most of it.

    ``studied`` the highest given, ``answered`` the highest answered at all, ``fastest`` the
    highest rate; ``None`` where the source injected at once.
    """

    studied: Limit
    answered: Limit
    fastest: Limit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a regimen gives by one route: most mg within 24 h, and its highest rate in mg/h."""

    most_mg: float
    fastest_mg_per_h: float


def given_by(regimen: Regimen) -> dict[Route, Given]:
    """Return what a regimen gives by each of its routes; an injection has an infinite rate."""
    found = {}
    for route in regimen.routes:
        steps = regimen.steps if route is Route.INTRAVENOUS else ()
        boluses = [b for b in regimen.boluses if b.route is route]
        at = np.array([b.at_h for b in boluses])
        mg = np.array([b.mg for b in boluses])
        begun = np.array([s.start_h for s in steps])
        ended = np.array([s.end_h for s in steps])
        rates = np.array([s.mg_per_h for s in steps])
        most = 0.0
        # The fullest window begins with a dose, or ends with the end of one.
        for start in np.concatenate([at, begun, ended - WINDOW_H]):
            end = start + WINDOW_H
            held = np.clip(np.minimum(ended, end) - np.maximum(begun, start), 0.0, None)
            inside = (at >= start) & (at < end)
            most = max(most, float(rates @ held + mg[inside].sum()))
        fastest = np.inf if boluses else float(rates.max(initial=0.0))
        found[route] = Given(most_mg=most, fastest_mg_per_h=fastest)
    return found


def check_doses(
    ranges: Mapping[Route, DoseRange],
    regimen: Regimen,
    weight_kg: float,
    *,
    share: float,
    what: str,
    population: str,
) -> tuple[str, ...]:
    """Return one sentence per way the doses are above those studied; refuse if too far.

    ``share`` is the part of the dose that is ``what``, the form the model computes.
    """
    flags = []
    weight = np.array(weight_kg)
    for route, given in given_by(regimen).items():
        limits = ranges.get(route)
        if limits is None:
            continue
        dose = float(limits.answered.of(np.array(given.most_mg * share), weight))
        if dose > limits.answered.value:
            raise DomainError(
                ErrorCode.OUTSIDE_DOMAIN,
                f"this regimen is outside: dose. {dose:.4g} {limits.answered.unit} of {what} within 24 h by the "
                f"{route.value} route; this model answers up to {limits.answered.value:g} "
                f"{limits.answered.unit}. Correct the dose or its unit if it is a slip; otherwise "
                "there is no forecast",
                where="dose",
            )
        dose = float(limits.studied.of(np.array(given.most_mg * share), weight))
        if dose > limits.studied.value * _ROUNDED:
            flags.append(
                f"This regimen is outside: dose. {dose:.3g} {limits.studied.unit} of {what} within "
                f"24 h by the {route.value} route is above {limits.studied.value:g} "
                f"{limits.studied.unit}, the most given to {population}."
            )
        if limits.fastest is None:
            continue
        rate = float(limits.fastest.of(np.array(given.fastest_mg_per_h * share), weight))
        if rate > limits.fastest.value * _ROUNDED:
            said = "an injection" if np.isinf(rate) else f"{rate:.3g} {limits.fastest.unit}"
            flags.append(
                f"This regimen is outside: rate. {said} of {what} by the {route.value} route is "
                f"faster than {limits.fastest.value:g} {limits.fastest.unit}, the fastest given to "
                f"{population}."
            )
    return tuple(flags)


_ROUNDED = 1.0 + 1e-9  # a dose written as the limit itself is within it


def beyond_doses(
    ranges: Mapping[Route, DoseRange],
    regimen: Regimen,
    weight_kg: Floats,
    *,
    share: float,
    factors: Floats,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return who (n,) gets more than was studied, and who more than is answered for.

    ``factors`` (n,) multiply the regimen of each.
    """
    unlike, far = (np.zeros(len(weight_kg), dtype=bool) for _ in range(2))
    for route, given in given_by(regimen).items():
        limits = ranges.get(route)
        if limits is None:
            continue
        mg = given.most_mg * share * factors
        unlike |= limits.studied.of(mg, weight_kg) > limits.studied.value * _ROUNDED
        far |= limits.answered.of(mg, weight_kg) > limits.answered.value
        if limits.fastest is not None:
            rate = given.fastest_mg_per_h * share * np.where(factors > 0, factors, 1.0)
            unlike |= limits.fastest.of(rate, weight_kg) > limits.fastest.value * _ROUNDED
    return unlike, far
