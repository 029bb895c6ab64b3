"""Turns simulated candidates into ranked options with reasons, sureness and what would change them.

Sureness has two parts: how far the ranking could be an accident of the simulation (Monte Carlo
error), and in how many of the simulated people like this one the option is the best. The second is
usually far below certainty, and is meant to be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ketacare.core.planning.candidates import Candidate, Kind
from ketacare.core.planning.frontier import outdone_by
from ketacare.core.planning.protocol import Protocol
from ketacare.core.planning.rules import Action
from ketacare.core.planning.simulation import Ensemble, Simulated
from ketacare.core.planning.turning import changes_of, turning_points
from ketacare.core.planning.weighing import Weighed, weigh
from ketacare.core.planning.weights import Weights

FloatArray = NDArray[np.float64]

_TIE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Sureness:
    """How sure the place of an option in the ranking is.

    ``best`` is the share of simulated people in whom this option is the best, ``action_best`` the
    share in whom some variant of the same action is. ``behind`` is how far its score lies behind
    the first option, ``error`` the Monte Carlo standard error of that difference.
    """

    best: float
    action_best: float
    behind: float
    error: float
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One next step for a clinician to consider, with what is expected and how sure that is.

    ``efficient`` says that no option before it brings at least as much relief for no more risk and
    no more burden, as far as that can be told (the Pareto front of the three); otherwise
    ``outdone_by`` names the one that does.

    ``expected_relief`` is the mean fractional fall of the primary score from its baseline over the
    horizon (``relief_low`` to ``relief_high``: 80 % of simulated people). ``p_response`` and
    ``p_remission`` are judged after four weeks, ``p_relapse`` over the horizon among those who
    reach half relief (``None`` when hardly anyone does). ``burden`` is in mean relief, ``risk`` in
    standard infusions, ``score`` is relief minus both costs. ``conditions`` are what the safety
    rules about orders still need to know.
    """

    candidate: Candidate
    expected_relief: float
    relief_low: float
    relief_high: float
    symptom_free_days: float
    p_response: float
    p_remission: float
    p_relapse: float | None
    infusions: int
    therapy_sessions: int
    burden: float
    risk: float
    score: float
    reasons: tuple[str, ...]
    conditions: tuple[str, ...]
    what_would_change: tuple[str, ...]
    sureness: Sureness
    efficient: bool
    outdone_by: str


def rank(
    simulated: Mapping[Candidate, Simulated],
    ensemble: Ensemble,
    *,
    protocol: Protocol,
    weights: Weights,
    event: bool,
    proposed: tuple[Action, ...],
    instrument_name: str,
    conditions: Mapping[Candidate, tuple[str, ...]] | None = None,
) -> tuple[Option, ...]:
    """Return the options, best expected utility first; ties go to the lighter, then the safer.

    ``event`` says that the last infusion was distressing or ran into red blood pressure;
    ``proposed`` is what the guideline proposes, or the plan as it is when that cannot be told.
    """
    weighed = [
        weigh(candidate, found, protocol, weights, event=event, proposed=proposed)
        for candidate, found in simulated.items()
    ]
    weighed.sort(key=lambda w: (-w.score, w.burden, w.risk, w.candidate.label))
    if not weighed:
        return ()
    table = np.stack([w.utility for w in weighed])  # options by people
    best = _share_best(table)
    actions = [w.candidate.headline for w in weighed]
    by_action = {a: float(best[[x == a for x in actions]].sum()) for a in set(actions)}
    view = ensemble.posterior.prior.view(ensemble.instrument)
    outdone = outdone_by(
        np.stack([w.simulated.relief for w in weighed]),
        [w.risk for w in weighed],
        [w.burden for w in weighed],
        people=ensemble.effective_size,
    )
    turns = turning_points(table, weighed[0].simulated.now, view)
    return tuple(
        Option(
            candidate=w.candidate,
            expected_relief=float(w.simulated.relief.mean()),
            relief_low=float(np.quantile(w.simulated.relief, 0.1)),
            relief_high=float(np.quantile(w.simulated.relief, 0.9)),
            symptom_free_days=float(w.simulated.well_days.mean()),
            p_response=float(w.simulated.response.mean()),
            p_remission=float(w.simulated.remission.mean()),
            p_relapse=_relapse_share(w.simulated),
            infusions=len(w.candidate.dose_days),
            therapy_sessions=len(w.candidate.therapy_days),
            burden=w.burden,
            risk=w.risk,
            score=w.score,
            reasons=(*_reasons(w, weighed, weights), _trade(_name(weighed, outdone[index]))),
            conditions=tuple((conditions or {}).get(w.candidate, ())),
            what_would_change=changes_of(index, weighed, turns, weights, instrument_name),
            sureness=_sureness(index, table, best, by_action[actions[index]], ensemble),
            efficient=outdone[index] is None,
            outdone_by=_name(weighed, outdone[index]),
        )
        for index, w in enumerate(weighed)
    )


def _name(weighed: Sequence[Weighed], index: int | None) -> str:
    return "" if index is None else weighed[index].candidate.label


def _share_best(table: FloatArray) -> FloatArray:
    """Return the share of people in whom each option is the best; ties are split evenly."""
    top = table >= table.max(axis=0) - _TIE
    return np.asarray((top / top.sum(axis=0)).mean(axis=1))


def _sureness(
    index: int, table: FloatArray, best: FloatArray, action_best: float, ensemble: Ensemble
) -> Sureness:
    gap = table[0] - table[index]
    rival = table[0] - table[min(1, len(table) - 1)] if index == 0 else gap
    error = float(rival.std() / np.sqrt(ensemble.effective_size))
    return Sureness(
        best=float(best[index]),
        action_best=action_best,
        behind=float(gap.mean()),
        error=error,
        sentence=(
            f"Best in {best[index]:.0%} of simulated people like this one; this action in some "
            f"form in {action_best:.0%}."
        ),
    )


def _relapse_share(found: Simulated) -> float | None:
    reached = float(found.reached.mean())
    return None if reached < 0.01 else float(found.relapsed.mean()) / reached


def _trade(other: str) -> str:
    """Return how the option stands in relief, risk and burden at once; ``other`` outdoes it."""
    if not other:
        return "No option before it brings as much relief for no more risk and burden."
    return f'"{other}" brings about as much relief or more for no more risk and burden.'


def _reasons(w: Weighed, weighed: Sequence[Weighed], weights: Weights) -> tuple[str, ...]:
    """Return what the option buys against doing nothing more, and what it costs."""
    stop = next((x for x in weighed if x.candidate.kind is Kind.STOP), None)
    weeks = weights.horizon.to("wk")
    relief = float(w.simulated.relief.mean())
    buys = f"Expected relief {relief:.0%} on average over {weeks:g} weeks"
    if stop is not None and stop is not w:
        more = relief - float(stop.simulated.relief.mean())
        buys += f", {more:+.0%} compared with stopping"
    infusions, sessions = len(w.candidate.dose_days), len(w.candidate.therapy_days)
    visits = f"{infusions} infusions" if infusions != 1 else "1 infusion"
    if sessions:
        visits += f" and {sessions} therapy sessions" if sessions != 1 else " and 1 therapy session"
    costs = f"It asks for {visits}" if infusions or sessions else "It asks for no further visits"
    risk = f"its risk counts as {w.risk:.1f} standard infusions" if w.risk else "no drug risk"
    return (
        f"{buys}.",
        (
            f"Response expected in {w.simulated.response.mean():.0%}, remission in "
            f"{w.simulated.remission.mean():.0%} after {weights.judged.to('wk'):g} weeks."
        ),
        f"{costs}; {risk}.",
    )
