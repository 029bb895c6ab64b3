"""What arrives first: responses soon after a dose, where sums of modes would cancel.

A metabolite behind transit compartments is nothing but rounding in a modal sum until enough of it
has come through. There the state is summed as e^(A s) x = e^(-q s) sum_j (q s)^j / j! (1 + A/q)^j x
with q the fastest loss (uniformisation: Jensen, Skand Aktuarietidskr 1953;36:87): nothing is ever
subtracted, so that every entry keeps its digits, however small. Its cost grows with q s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ketacare.core.pharmacology.modes import Floats

if TYPE_CHECKING:
    from ketacare.core.pharmacology.linear import LinearSystem, Schedule

_MOST_STEPS = 150.0  # q s beyond which this route is left to the modes
_MORE_TERMS = 20


def early_reach(system: LinearSystem, schedule: Schedule) -> float:
    """Return until when (h) :func:`early` is asked: some passages through the fastest state."""
    given = (np.abs(schedule.rates) + np.abs(schedule.jumps)).reshape(len(schedule.starts), -1)
    used = np.flatnonzero(given.any(axis=1))
    fastest = _fastest(system)
    if not len(used) or fastest == 0:
        return 0.0
    return float(schedule.starts[used[0]]) + _MOST_STEPS / fastest


def early(
    system: LinearSystem, schedule: Schedule, times: Floats, outputs: NDArray[np.intp]
) -> Floats:
    """Return some outputs (n, o, t) at rising ``times`` up to :func:`early_reach`."""
    matrix = np.ascontiguousarray(np.moveaxis(system.matrix, 0, 2))
    entries = np.moveaxis(system.entries, 0, 2)
    readout = np.moveaxis(system.readout[:, outputs], 0, 2)
    count = matrix.shape[2]
    rates = schedule.rates.reshape(len(schedule.starts), -1)
    jumps = schedule.jumps.reshape(len(schedule.starts), -1)
    edges = np.append(np.searchsorted(times, schedule.starts, side="left"), len(times))
    found = np.zeros((count, len(outputs), len(times)))
    state = np.zeros(matrix.shape[1:])
    fastest = _fastest(system)
    for i, start in enumerate(schedule.starts):
        if edges[i] == len(times):
            break
        state = state + np.tensordot(jumps[i], entries, 1)
        push = np.tensordot(rates[i], entries, 1)
        asked = times[edges[i] : edges[i + 1]] - start
        more = edges[i + 1] < len(times)
        spans = np.append(asked, schedule.starts[i + 1] - start) if more else asked
        if not state.any() and not push.any():
            continue
        states = _summed(matrix, state, push, spans, fastest)
        if more:
            states, state = states[:-1], states[-1]
        for o, made in enumerate(readout):
            found[:, o, edges[i] : edges[i + 1]] = (made * states[: len(asked)]).sum(axis=1).T
    return found


def _fastest(system: LinearSystem) -> float:
    return float(-np.diagonal(system.matrix, axis1=1, axis2=2).min(initial=0.0))


def _summed(matrix: Floats, state: Floats, push: Floats, spans: Floats, fastest: float) -> Floats:
    """Return the states (t, m, n) after each span."""
    steps = fastest * spans
    longest = float(steps.max(initial=0.0))
    terms = int(longest + 10.0 * np.sqrt(longest)) + len(matrix) + _MORE_TERMS
    pairs = np.argwhere((matrix != 0).any(axis=2)).tolist()
    scaled = {(i, j): matrix[i, j] / fastest for i, j in pairs if i != j}
    stays = 1.0 + np.diagonal(matrix).T / fastest
    fed = push / fastest
    weight = np.exp(-steps)
    found = weight[:, None, None] * state
    for term in range(1, terms + 1):
        moved = stays * state
        for (i, j), rate in scaled.items():
            moved[i] += rate * state[j]
        state = moved + fed
        weight = weight * steps / term
        found += weight[:, None, None] * state
    return found
