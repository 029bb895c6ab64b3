"""Steps a set of linear equations from one change of input to the next with SciPy's expm.

An oracle writes its paper's differential equations as an ordinary function; the matrix is read off
by asking the function for unit vectors. Slow, plain, and without a line of the product's code.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from scipy.integrate import solve_ivp
from scipy.linalg import expm


@dataclass(frozen=True)
class Given:
    """``amount`` into state ``into`` evenly from ``start`` to ``end``; at once where they are equal."""

    into: int
    start: float
    end: float
    amount: float


def matrix_of(slopes, size):
    """Return the matrix of linear equations dx/dt = slopes(x)."""
    return np.array([slopes(column) for column in np.eye(size)]).T


def rate_at(inputs, size, time):
    """Return the input per unit of time just after ``time``."""
    rate = np.zeros(size)
    for part in inputs:
        if part.start <= time < part.end:
            rate[part.into] += part.amount / (part.end - part.start)
    return rate


def jump_at(inputs, size, time):
    """Return what is injected at ``time``."""
    jump = np.zeros(size)
    for part in inputs:
        if part.start == part.end == time:
            jump[part.into] += part.amount
    return jump


def follow(slopes, size, inputs, times):
    """Return the states (size, times), each time by its own exponential from the last change."""
    matrix = matrix_of(slopes, size)
    changes = sorted({0.0} | {t for part in inputs for t in (part.start, part.end)})
    found = np.empty((size, len(times)))
    state = np.zeros(size)

    def on(state, rate, span):
        held = np.zeros((size + 1, size + 1))
        held[:size, :size] = matrix
        held[:size, size] = rate
        return (expm(held * span) @ np.append(state, 1.0))[:size]

    for here, there in zip(changes, [*changes[1:], np.inf], strict=True):
        state = state + jump_at(inputs, size, here)
        rate = rate_at(inputs, size, here)
        for i, time in enumerate(times):
            if here <= time < there:
                found[:, i] = on(state, rate, time - here)
        if np.isfinite(there):
            state = on(state, rate, there - here)
    return found


def integrate(slopes, size, inputs, times):
    """Return the states (size, times) by an integrator: a second way, to check the first."""
    changes = sorted({0.0, max(times)} | {t for part in inputs for t in (part.start, part.end)})
    times = np.asarray(times)
    found = np.zeros((size, len(times)))
    state = np.zeros(size)
    for here, there in itertools.pairwise(changes):
        state = state + jump_at(inputs, size, here)
        rate = rate_at(inputs, size, here)
        run = solve_ivp(
            lambda _, x, rate=rate: np.asarray(slopes(x)) + rate,
            (here, there),
            state,
            method="LSODA",
            rtol=1e-11,
            atol=1e-13,
            t_eval=np.unique(np.append(times[(times >= here) & (times < there)], there)),
        )
        inside = (times >= here) & (times < there)
        found[:, inside] = run.y[:, np.searchsorted(run.t, times[inside])]
        state = run.y[:, -1]
        found[:, times == there] = state[:, None]
    return found
