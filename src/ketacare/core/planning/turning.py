"""What would change the advice: the next score, or what an infusion is counted as.

The next score is taken before anything else is done. The simulated people are reweighted by how
well each explains it, which is Bayes' rule with the instrument's standard error of measurement.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ketacare.core.planning.weighing import Weighed
from ketacare.core.planning.weights import Weights
from ketacare.core.response import View

FloatArray = NDArray[np.float64]

_POSSIBLE = 0.02  # a next score less likely than this is not worth a sentence


def turning_points(table: FloatArray, now: FloatArray, view: View) -> list[tuple[int, int]]:
    """Return (score, index of the option that would then come first) for each likely next score.

    ``table`` holds utilities, options by people; ``now`` the latent severity of each, in points.
    """
    found: list[tuple[int, int]] = []
    sd = view.error.value
    for score in range(view.minimum, view.maximum + 1):
        density = np.exp(-0.5 * ((score - now) / sd) ** 2) / (sd * np.sqrt(2.0 * np.pi))
        if float(density.mean()) < _POSSIBLE:
            continue
        found.append((score, int(np.argmax(table @ density))))
    return found


def changes_of(
    index: int,
    weighed: Sequence[Weighed],
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


def _tipping(top: Weighed, other: Weighed, weights: Weights) -> list[str]:
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
