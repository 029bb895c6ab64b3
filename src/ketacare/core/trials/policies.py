"""Ways to decide about the next infusion, from what a clinic knows: fixed, placebo, by guideline.

A policy is asked when there is a new score and plans the next infusions in the ward; it never sees
the truth. The fourth, feedback, learns about each person and stands in ``feedback``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol as Structure

import numpy as np

from ketacare.core.planning import Action, Protocol
from ketacare.core.response.prior import FloatArray
from ketacare.core.trials.steering import UNTOLD, leading_rules
from ketacare.core.trials.ward import IntArray, Ward

_WEEK = 7.0
_SAME = 1e-6


class PolicyName(StrEnum):
    """The policies that can be compared."""

    FIXED = "fixed"
    GUIDELINE = "guideline"
    FEEDBACK = "feedback"
    PLACEBO = "placebo"

    @property
    def wording(self) -> str:
        """Return what the policy does in a few words."""
        return _WORDING[self]


_WORDING = {
    PolicyName.FIXED: "the fixed course, whatever the scores",
    PolicyName.GUIDELINE: "the plain rules of the guideline",
    PolicyName.FEEDBACK: "the first option of the advice, re-planned at every score",
    PolicyName.PLACEBO: "the fixed course with inert infusions",
}


class Policy(Structure):
    """What decides about the people of one ward."""

    @property
    def potency(self) -> float:
        """Return what an infusion of it holds as a share of what is written: 0 for placebo."""
        ...

    def begin(self, ward: Ward) -> None:
        """Plan the first infusions, with the baseline scores just taken in."""
        ...

    def scored(self, ward: Ward, who: IntArray, totals: FloatArray) -> None:
        """Decide for the rows ``who`` of whom there is a new score."""
        ...

    def infused(self, ward: Ward, who: IntArray) -> None:
        """Note that the rows ``who`` received what the ward says was their latest infusion."""
        ...

    def treated(self, who: IntArray) -> None:
        """Note that the rows ``who`` had a therapy session now."""
        ...

    def passed(self, ward: Ward) -> None:
        """Note that time has passed to the ward's day."""
        ...


class FixedCourse:
    """The protocol as it stands: so many infusions, evenly spaced, whatever happens."""

    def __init__(self, *, potency: float = 1.0) -> None:
        self.potency = potency

    def begin(self, ward: Ward) -> None:
        """Plan the whole course from today."""
        start_course(ward)

    def scored(self, ward: Ward, who: IntArray, totals: FloatArray) -> None:
        """Decide nothing."""

    def infused(self, ward: Ward, who: IntArray) -> None:
        """Note nothing."""

    def treated(self, who: IntArray) -> None:
        """Note nothing."""

    def passed(self, ward: Ward) -> None:
        """Note nothing."""


class GuidelineRules:
    """The rule that leads now, read as the first thing it proposes that the limits allow.

    A rule that cannot be told holds the next infusion until there is a score.
    """

    potency = 1.0

    def __init__(self, protocol: Protocol, *, reliable: float) -> None:
        self.protocol, self.reliable = protocol, reliable

    def begin(self, ward: Ward) -> None:
        """Plan the whole course from today, as the rule before the first infusion says."""
        start_course(ward)

    def infused(self, ward: Ward, who: IntArray) -> None:
        """Note nothing."""

    def treated(self, who: IntArray) -> None:
        """Note nothing."""

    def passed(self, ward: Ward) -> None:
        """Note nothing."""

    def scored(self, ward: Ward, who: IntArray, totals: FloatArray) -> None:  # noqa: ARG002 - the ward holds them
        """Follow the leading rule of each."""
        rules = self.protocol.guideline
        lead = leading_rules(ward, rules, reliable=self.reliable)
        for index in np.unique(lead[who]):
            rows = who[lead[who] == index]
            if index == UNTOLD:
                ward.hold(rows)
                continue
            self._follow(ward, rows, rules.rules[index].actions)

    def _follow(self, ward: Ward, rows: IntArray, actions: tuple[Action, ...]) -> None:
        """Plan the first of ``actions``; people differ in where they stand."""
        protocol, action = self.protocol, actions[0]
        if action in {Action.STOP, Action.HOLD}:
            ward.hold(rows)
            return
        planned = protocol.number - ward.number[rows]
        more = planned + round(protocol.weights.maintenance.value)
        # A partial response at the end: some more, a week apart, then stop.
        over = planned <= 0
        left = np.where(over, np.maximum(more, 0), planned)
        gap = np.where(over, _WEEK, protocol.days_between)
        if action is Action.BOOSTER:
            left, gap = np.ones_like(left), np.full_like(gap, _WEEK)
        dose = ward.last_dose[rows]
        if action is Action.LOWER:
            dose = lower(dose, protocol)
        ward.plan(
            rows,
            day=ward.earliest(rows, gap),
            left=left,
            gap=gap,
            dose=dose,
            minutes=ward.last_minutes[rows],
        )


def start_course(ward: Ward) -> None:
    """Plan the protocol's course from the ward's day for everybody."""
    protocol = ward.protocol
    everyone = np.arange(ward.size)
    ward.plan(
        everyone,
        day=np.full(ward.size, ward.day),
        left=protocol.number,
        gap=protocol.days_between,
        dose=protocol.dose_mg_per_kg,
        minutes=protocol.minutes,
    )


def lower(dose: FloatArray, protocol: Protocol) -> FloatArray:
    """Return the next lower doses of the grid in mg/kg, the lowest where there is none."""
    grid = np.array(sorted(d.to("mg/kg") for d in protocol.weights.doses))
    below = np.searchsorted(grid, dose - _SAME) - 1
    return np.where(below >= 0, grid[np.maximum(below, 0)], dose)
