"""The population a file speaks about: who was studied, and who is answered at all.

Outside what was studied the answer carries a flag; outside what is answered there is no number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ketacare.core.errors import DomainError, ErrorCode
from ketacare.core.pharmacology.dose_range import DoseRange
from ketacare.core.pharmacology.routes import Route
from ketacare.core.pharmacology.subject import Measure, People, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What was studied and what is answered at all, in the unit of ``name``."""

    name: str
    studied: tuple[float, float]
    answered: tuple[float, float]
    unit: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """The population a model or effect file speaks about.

    Weight and age are always asked about; ``others`` are further measures (height, body mass
    index), judged where they are recorded. ``doses`` are the ranges by route; of a route without
    one the source's doses are not recorded.
    """

    population: str
    weight: Range
    age: Range
    others: tuple[tuple[Measure, Range], ...] = ()
    doses: Mapping[Route, DoseRange] = field(default_factory=dict)

    @property
    def ranges(self) -> tuple[tuple[Measure, Range], ...]:
        """Return every measure with its range."""
        return ((Measure.WEIGHT, self.weight), (Measure.AGE, self.age), *self.others)

    def check(self, subject: Subject) -> tuple[str, ...]:
        """Return one sentence per way the person is unlike the population; refuse if too far."""
        flags = []
        people = People.of([subject])
        for measure, limits in self.ranges:
            kind, value = measure.value, float(people.measure(measure)[0])
            if np.isnan(value):
                if measure in {Measure.WEIGHT, Measure.AGE}:
                    flags.append(
                        f"The {kind} is not recorded, so nobody can say if the model applies."
                    )
                continue
            low, high = limits.answered
            if not low <= value <= high:
                raise DomainError(
                    ErrorCode.OUTSIDE_DOMAIN,
                    f"{kind} is {value:.4g} {limits.unit}; this model answers from {low:g} to "
                    f"{high:g} {limits.unit}. Correct the {kind} if it is a slip; "
                    "otherwise there is no forecast",
                    where=limits.name,
                )
            low, high = limits.studied
            if not low <= value <= high:
                flags.append(
                    f"The {kind} of {value:.4g} {limits.unit} is outside {low:g} to {high:g} "
                    f"{limits.unit}, the range of {self.population}."
                )
        return tuple(flags)

    def outside(self, people: People) -> dict[Measure, NDArray[np.bool_]]:
        """Return for each measure who (n,) is unlike the people studied, or not recorded in it."""
        found = {}
        for measure, limits in self.ranges:
            value = people.measure(measure)
            low, high = limits.studied
            known = ~np.isnan(value)
            unlike = known & ~((value >= low) & (value <= high))
            found[measure] = unlike | ~known if measure in {Measure.WEIGHT, Measure.AGE} else unlike
        return found

    def refused(self, people: People) -> NDArray[np.bool_]:
        """Return who (n,) is too far from the people studied to be answered for."""
        far = np.zeros(len(people), dtype=bool)
        for measure, limits in self.ranges:
            value = people.measure(measure)
            low, high = limits.answered
            far |= (value < low) | (value > high)
        return far
