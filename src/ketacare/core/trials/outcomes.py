"""What became of virtual people: one value per person and outcome, and sums that can be added up.

Outcomes of severity are those of the truth, not of the scores, except response and remission,
which are judged on a score as trials judge them. People who left are followed all the same; the
outcomes named "stayed" count leaving as failure, as trials do.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ketacare.core.response import View
from ketacare.core.response.prior import FloatArray
from ketacare.core.trials.ward import Ward
from ketacare.core.trials.world import World

_WEEK: Final = 7.0
_REACHED: Final = 0.5  # of the severity at the start
_KEPT: Final = 0.4  # below it, relief once reached counts as lost, as in the response model


class Metric(StrEnum):
    """The outcomes of a virtual trial, one value per person."""

    RESPONSE = "response"
    RESPONSE_EARLY = "response_at_four_weeks"
    RESPONSE_STAYED = "response_stayed"
    REMISSION = "remission"
    WELL_WEEKS = "symptom_free_weeks"
    RELAPSE_WEEKS = "weeks_in_relapse"
    RELIEF = "relief"
    QUALITY = "quality_of_life"
    INFUSIONS = "infusions"
    EVENTS = "safety_events"
    LEFT = "left_care"

    @property
    def wording(self) -> str:
        """Return what it is, with its unit."""
        return _WORDING[self]

    @property
    def is_share(self) -> bool:
        """Return whether it is a share of people or of severity, shown in percent."""
        return self not in {
            Metric.WELL_WEEKS,
            Metric.RELAPSE_WEEKS,
            Metric.INFUSIONS,
            Metric.EVENTS,
        }


_WORDING: Final = {
    Metric.RESPONSE: "response at the end (score at most half the baseline)",
    Metric.RESPONSE_EARLY: "response after four weeks",
    Metric.RESPONSE_STAYED: "response at the end and still in care",
    Metric.REMISSION: "remission at the end",
    Metric.WELL_WEEKS: "weeks free of symptoms",
    Metric.RELAPSE_WEEKS: "weeks in relapse",
    Metric.RELIEF: "mean relief over the time",
    Metric.QUALITY: "quality of life: mean share of impairment lifted (the model's own measure, no scale)",
    Metric.INFUSIONS: "infusions",
    Metric.EVENTS: "safety events (distress, red blood pressure, severe nausea)",
    Metric.LEFT: "left care",
}

Outcomes = dict[Metric, FloatArray]
"""One value per person for each outcome."""


class Watch:
    """Looks at the truth from time to time and adds up."""

    def __init__(self, start: FloatArray, entry: FloatArray, view: View) -> None:
        self.start, self.entry, self.view = start, entry, view
        n = len(start)
        self.relief, self.quality, self.well, self.relapsed = (np.zeros(n) for _ in range(4))
        self.reached = np.zeros(n, dtype=bool)
        self.seen = 0.0
        self.early = np.full(n, np.nan)

    def see(self, severity: FloatArray, world: World, *, days: float) -> None:
        """Add ``days`` at the present severity (points) and function."""
        x = 1.0 - np.clip(severity, self.view.minimum, self.view.maximum) / self.start
        x = np.clip(x, -1.0, 1.0)
        self.reached |= x >= _REACHED
        self.relief += days * x
        self.quality += days * world.function()
        self.well += days * (severity <= self.view.remission.value + 0.5)
        self.relapsed += days * (self.reached & (x < _KEPT))
        self.seen += days

    def rate(self, scores: FloatArray) -> None:
        """Take the scores after four weeks, when response to a course is judged."""
        self.early = scores

    def close(self, ward: Ward, last: FloatArray, events: FloatArray) -> Outcomes:
        """Return the outcomes; ``last`` is the score at the end, ``events`` how many there were."""
        share = 1.0 - self.view.response.value
        response = (last <= share * self.entry).astype(float)
        return {
            Metric.RESPONSE: response,
            Metric.RESPONSE_EARLY: (self.early <= share * self.entry).astype(float),
            Metric.RESPONSE_STAYED: response * ward.in_care,
            Metric.REMISSION: (last <= self.view.remission.value).astype(float),
            Metric.WELL_WEEKS: self.well / _WEEK,
            Metric.RELAPSE_WEEKS: self.relapsed / _WEEK,
            Metric.RELIEF: self.relief / self.seen,
            Metric.QUALITY: self.quality / self.seen,
            Metric.INFUSIONS: ward.total.astype(float),
            Metric.EVENTS: events,
            Metric.LEFT: (~ward.in_care).astype(float),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Sums over people that add up over chunks: counts, values, squares, and of differences.

    ``values[policy, metric]`` and ``squares`` are of the outcomes, ``apart`` and ``apart_squares``
    of the differences from the reference policy in the same person.
    """

    people: int
    values: FloatArray
    squares: FloatArray
    apart: FloatArray
    apart_squares: FloatArray

    @classmethod
    def of(cls, outcomes: NDArray[np.float64], reference: int) -> Sums:
        """Return the sums of outcomes (policy, metric, person)."""
        apart = outcomes - outcomes[reference]
        return cls(
            people=outcomes.shape[2],
            values=outcomes.sum(axis=2),
            squares=(outcomes**2).sum(axis=2),
            apart=apart.sum(axis=2),
            apart_squares=(apart**2).sum(axis=2),
        )

    def plus(self, other: Sums) -> Sums:
        """Return the sums of both groups of people."""
        return Sums(
            people=self.people + other.people,
            values=self.values + other.values,
            squares=self.squares + other.squares,
            apart=self.apart + other.apart,
            apart_squares=self.apart_squares + other.apart_squares,
        )
