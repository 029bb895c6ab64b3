"""Weighs one simulated candidate: relief minus burden and risk, for each simulated person.

Departing from what the guideline proposes is part of the burden: the model rests on little
evidence and has to be clearly better before it says something else than the rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ketacare.core.planning.candidates import Candidate
from ketacare.core.planning.protocol import Protocol
from ketacare.core.planning.rules import Action
from ketacare.core.planning.simulation import Simulated, risk_of
from ketacare.core.planning.weights import Weights

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A candidate with the numbers it is ranked by; ``utility`` one value per simulated person."""

    candidate: Candidate
    simulated: Simulated
    burden: float
    risk: float
    utility: FloatArray
    score: float


def departures(done: tuple[Action, ...], proposed: tuple[Action, ...]) -> int:
    """Return how many things an option does that the guideline does not propose.

    A booster is one more infusion at the last effective dose, at any spacing.
    """
    if Action.BOOSTER in proposed:
        return len(set(done) & {Action.STOP, Action.HOLD, Action.RAISE})
    return len(set(done) - set(proposed))


def weigh(
    candidate: Candidate,
    found: Simulated,
    protocol: Protocol,
    weights: Weights,
    *,
    event: bool,
    proposed: tuple[Action, ...],
) -> Weighed:
    """Return ``candidate`` with burden, risk and utility; see :func:`options.rank`."""
    doses, sessions = len(candidate.dose_days), len(candidate.therapy_days)
    burden = weights.burden(doses, sessions, departures=departures(candidate.actions, proposed))
    risk = risk_of(candidate, protocol, weights, event=event)
    return Weighed(
        candidate=candidate,
        simulated=found,
        burden=burden,
        risk=risk,
        utility=found.relief - burden - weights.risk_cost.to("1") * risk,
        score=weights.utility(float(found.relief.mean()), burden, risk),
    )
