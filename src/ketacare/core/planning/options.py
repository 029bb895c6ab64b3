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
from ketacare.core.planning.protocol import Protocol
from ketacare.core.planning.rules import Action
from ketacare.core.planning.simulation import Ensemble, Simulated, risk_of
from ketacare.core.planning.weights import Weights
from ketacare.core.response import View

FloatArray = NDArray[np.float64]

_POSSIBLE = 0.02  # a next score less likely than this is not worth a sentence
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

    ``expected_relief`` is the mean fractional fall of the primary score from its baseline over the
    horizon (``relief_low`` to ``relief_high``: 80 % of simulated people). ``p_response`` and
    ``p_remission`` are judged after four weeks, ``p_relapse`` over the horizon among those who
    reach half relief (``None`` when hardly anyone does). ``burden`` is in mean relief, ``risk`` in
    standard infusions, ``score`` is relief minus both costs.
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
    what_would_change: tuple[str, ...]
    sureness: Sureness


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weighed:
    """A candidate with the numbers it is ranked by; ``utility`` one value per simulated person."""

    candidate: Candidate
    simulated: Simulated
    burden: float
    risk: float
    utility: FloatArray
    score: float


def rank(
    simulated: Mapping[Candidate, Simulated],
    ensemble: Ensemble,
    *,
    protocol: Protocol,
    weights: Weights,
    event: bool,
    proposed: tuple[Action, ...],
    instrument_name: str,
) -> tuple[Option, ...]:
    """Return the options, best expected utility first; ties go to the lighter, then the safer.

    ``event`` says that the last infusion was distressing or ran into red blood pressure;
    ``proposed`` is what the guideline proposes, or the plan as it is when that cannot be told.
    """
    weighed = [
        _weigh(candidate, found, protocol, weights, event=event, proposed=proposed)
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
    turns = _turning_points(table, weighed[0].simulated.now, view)
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
            reasons=_reasons(w, weighed, weights),
            what_would_change=_changes(index, weighed, turns, weights, instrument_name),
            sureness=_sureness(index, table, best, by_action[actions[index]], ensemble),
        )
        for index, w in enumerate(weighed)
    )


def departures(done: tuple[Action, ...], proposed: tuple[Action, ...]) -> int:
    """Return how many things an option does that the guideline does not propose.

    A booster is one more infusion at the last effective dose, at any spacing.
    """
    if Action.BOOSTER in proposed:
        return len(set(done) & {Action.STOP, Action.HOLD, Action.RAISE})
    return len(set(done) - set(proposed))


def _weigh(
    candidate: Candidate,
    found: Simulated,
    protocol: Protocol,
    weights: Weights,
    *,
    event: bool,
    proposed: tuple[Action, ...],
) -> _Weighed:
    burden = weights.burden(
        len(candidate.dose_days),
        len(candidate.therapy_days),
        departures=departures(candidate.actions, proposed),
    )
    risk = risk_of(candidate, protocol, weights, event=event)
    return _Weighed(
        candidate=candidate,
        simulated=found,
        burden=burden,
        risk=risk,
        utility=found.relief - burden - weights.risk_cost.to("1") * risk,
        score=weights.utility(float(found.relief.mean()), burden, risk),
    )


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


def _reasons(w: _Weighed, weighed: Sequence[_Weighed], weights: Weights) -> tuple[str, ...]:
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


def _turning_points(table: FloatArray, now: FloatArray, view: View) -> list[tuple[int, int]]:
    """Return for each possible next score the option that would then come first.

    The next score is taken before anything else is done; people are reweighted by how well they
    explain it, with the instrument's standard error of measurement.
    """
    found: list[tuple[int, int]] = []
    sd = view.error.value
    for score in range(view.minimum, view.maximum + 1):
        density = np.exp(-0.5 * ((score - now) / sd) ** 2) / (sd * np.sqrt(2.0 * np.pi))
        if float(density.mean()) < _POSSIBLE:
            continue
        found.append((score, int(np.argmax(table @ density))))
    return found


def _changes(
    index: int,
    weighed: Sequence[_Weighed],
    turns: Sequence[tuple[int, int]],
    weights: Weights,
    name: str,
) -> tuple[str, ...]:
    """Return what would put another option first, or this one."""
    headline = weighed[index].candidate.headline
    first = weighed[0].candidate.headline
    found: list[str] = []
    if index == 0:
        others: dict[str, list[int]] = {}
        for score, best in turns:
            other = weighed[best].candidate.headline
            if other != first:
                others.setdefault(other, []).append(score)
        found.extend(
            f'A next {name} of {_span(scores)} would put "{other}" first.'
            for other, scores in others.items()
        )
        if turns and not others:
            found.append(f'No likely next {name} would put anything but "{first}" first.')
    elif headline != first:
        scores = [s for s, best in turns if weighed[best].candidate.headline == headline]
        if scores:
            found.append(f"It would come first with a next {name} of {_span(scores)}.")
    if index:
        found.extend(_tipping(weighed[0], weighed[index], weights))
    return tuple(found)


def _tipping(top: _Weighed, other: _Weighed, weights: Weights) -> list[str]:
    """Return the cost of an infusion at which ``other`` would equal the first option."""
    visits = len(top.candidate.dose_days) - len(other.candidate.dose_days)
    if not visits:
        return []
    cost = weights.infusion_cost.to("1")
    needed = cost + (top.score - other.score) / visits
    if needed < 0:
        return []
    side = "more" if visits > 0 else "less"
    return [
        (
            f"It would come first if an infusion were counted as {side} than {needed:.1%} of "
            f"relief (now {cost:.1%})."
        )
    ]


def _span(scores: Sequence[int]) -> str:
    """Write a run of scores: "12", "12 to 15", "0 to 3 or 18"."""
    runs: list[list[int]] = []
    for score in scores:
        if runs and score == runs[-1][-1] + 1:
            runs[-1].append(score)
        else:
            runs.append([score])
    return " or ".join(f"{r[0]}" if len(r) == 1 else f"{r[0]} to {r[-1]}" for r in runs)
