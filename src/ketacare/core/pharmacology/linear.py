"""The exact response of linear compartment systems to a piecewise-constant input, for many people.

Between two changes of the pump the state is x(t) = e^(A s) x0 + (integral of e^(A u) du) b r with
s the time since the change, so an answer at one time never depends on which other times were
asked. Modes are used where they are sound, and otherwise the augmented matrix exponential of
Van Loan (IEEE Trans Automat Contr 1978;23:395). Nothing here knows of ketamine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ketacare.core.pharmacology.exponential import exponential
from ketacare.core.pharmacology.modes import Floats, Modes, decompose, upstream

# A rate of exactly zero (a compartment that only collects) divides badly; at 1e-30 per hour
# expm1(rate t) / rate is t to the last digit and nothing else changes.
_STILL = -1e-30
_PEOPLE_AT_ONCE = 256
_EVEN_TO_H = 1e-13
_MATRICES_AT_ONCE = 20_000  # bounds the memory of the exponential path to some tens of megabytes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinearSystem:
    """``n`` systems of the same shape.

    ``matrix`` (n, m, m) in 1/h, ``entry`` (n, m) what one mg of input adds to each state,
    ``readout`` (n, o, m) how each of ``o`` outputs is made of the states.
    """

    matrix: Floats
    entry: Floats
    readout: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Schedule:
    """The input as segments: from ``starts[i]`` (h) on ``rates[i]`` (mg/h), after ``jumps[i]`` mg."""

    starts: Floats
    rates: Floats
    jumps: Floats

    def delivered(self, times_h: Floats) -> Floats:
        """Return the mg given (t,) up to and including each time."""
        spans = np.clip(
            times_h[:, None] - self.starts, 0.0, np.append(np.diff(self.starts), np.inf)
        )
        jumped = np.where(times_h[:, None] >= self.starts, self.jumps, 0.0)
        return np.asarray(spans @ self.rates + jumped.sum(axis=1))


def respond(system: LinearSystem, schedule: Schedule, times_h: Floats) -> Floats:
    """Return the outputs (n, o, t) at ``times_h``; at the moment of a bolus, just after it.

    ``times_h`` may be in any order and must not be negative. Everything is at rest before zero.
    """
    system = _seen(system)
    modes = decompose(system.matrix, system.entry)
    if modes.sound.all():
        return _modal(modes, system.readout, schedule, times_h)
    count, outputs, _ = system.readout.shape
    found = np.empty((count, outputs, len(times_h)))
    good, bad = modes.sound, ~modes.sound
    if good.any():
        kept = Modes(
            rates=modes.rates[good],
            vectors=modes.vectors[good],
            entry=modes.entry[good],
            sound=modes.sound[good],
        )
        found[good] = _modal(kept, system.readout[good], schedule, times_h)
    found[bad] = _exponential(
        system.matrix[bad], system.entry[bad], system.readout[bad], schedule, times_h
    )
    return found


def _seen(system: LinearSystem) -> LinearSystem:
    """Return the system without the states that no output depends on; the answer is the same."""
    reach = upstream((system.matrix != 0).any(axis=0))
    read = (system.readout != 0).any(axis=(0, 1))
    keep = np.flatnonzero(reach[read].any(axis=0))
    return LinearSystem(
        matrix=system.matrix[:, keep[:, None], keep],
        entry=system.entry[:, keep],
        readout=system.readout[:, :, keep],
    )


def _segments(schedule: Schedule, times_h: Floats) -> list[tuple[int, NDArray[np.intp]]]:
    """Return for each segment the places of the times that fall into it."""
    segment = np.searchsorted(schedule.starts, times_h, side="right") - 1
    return [(i, np.flatnonzero(segment == i)) for i in range(len(schedule.starts))]


def _modal(modes: Modes, readout: Floats, schedule: Schedule, times_h: Floats) -> Floats:
    """Return the outputs as sums of modes, some hundred people at a time to stay in the cache."""
    count, outputs, _ = readout.shape
    found = np.empty((count, outputs, len(times_h)))
    segments = _segments(schedule, times_h)
    for first in range(0, count, _PEOPLE_AT_ONCE):
        rows = slice(first, first + _PEOPLE_AT_ONCE)
        rates, entry = modes.rates[rows], modes.entry[rows]
        rates = np.where(rates == 0, _STILL, rates)
        gain = readout[rows] @ modes.vectors[rows]
        state = np.zeros_like(entry)
        for i, places in segments:
            state = state + entry * schedule.jumps[i]
            push = entry * schedule.rates[i]
            start = schedule.starts[i]
            if len(places):
                since = times_h[places] - start
                found[rows, :, places] = (gain @ _advance(state, push, rates, since)).real
            if i + 1 < len(schedule.starts):
                span = np.array([schedule.starts[i + 1] - start])
                state = _advance(state, push, rates, span)[:, :, 0]
    return found


def _advance(
    state: NDArray[np.inexact],
    push: NDArray[np.inexact],
    rates: NDArray[np.inexact],
    since: Floats,
) -> NDArray[np.inexact]:
    """Return each mode (n, m, t): state e^(rate s) + push (e^(rate s) - 1) / rate."""
    exponent = rates[:, :, None] * since
    moved: NDArray[np.inexact]
    if not push.any():
        moved = np.exp(exponent, out=exponent)
        np.multiply(moved, state[:, :, None], out=moved)
        return moved
    moved = np.expm1(exponent)
    np.multiply(moved, (push / rates)[:, :, None], out=moved)
    if state.any():
        decay = np.exp(exponent, out=exponent)
        moved += decay * state[:, :, None]
    return moved


def _exponential(
    matrix: Floats, entry: Floats, readout: Floats, schedule: Schedule, times_h: Floats
) -> Floats:
    """Return the outputs by e^M of the augmented matrix M = [[A, b r], [0, 0]] (Van Loan)."""
    count, size, _ = matrix.shape
    found = np.empty((count, readout.shape[1], len(times_h)))
    state = np.zeros((count, size + 1))
    state[:, size] = 1.0
    augmented = np.zeros((count, size + 1, size + 1))
    augmented[:, :size, :size] = matrix
    for i, places in _segments(schedule, times_h):
        state[:, :size] += entry * schedule.jumps[i]
        augmented[:, :size, size] = entry * schedule.rates[i]
        if len(places):
            since, inverse = np.unique(times_h[places] - schedule.starts[i], return_inverse=True)
            states = _states(augmented, state, since)[:, :, :size]
            seen = readout @ states.transpose(0, 2, 1)
            found[:, :, places] = seen[:, :, inverse]
        if i + 1 < len(schedule.starts):
            span = schedule.starts[i + 1] - schedule.starts[i]
            state = (exponential(augmented * span) @ state[:, :, None])[:, :, 0]
    return found


def _states(augmented: Floats, state: Floats, since: Floats) -> Floats:
    """Return the states (n, t, m) at the rising times ``since`` the start of the segment."""
    count, size = state.shape
    found = np.empty((count, len(since), size))
    step = (since[-1] - since[0]) / max(1, len(since) - 1)
    even = since[0] + step * np.arange(len(since))
    # On an even grid one exponential serves all steps. The grid may be off by rounding only: at
    # the fastest published rate (107 per hour) 1e-13 h is 1e-11 relative.
    if len(since) > 2 and np.abs(since - even).max() <= _EVEN_TO_H:
        stride = exponential(augmented * step)
        current = exponential(augmented * since[0]) @ state[:, :, None]
        for k in range(len(since)):
            found[:, k] = current[:, :, 0]
            current = stride @ current
        return found
    at_once = max(1, _MATRICES_AT_ONCE // len(since))
    for first in range(0, count, at_once):
        rows = slice(first, first + at_once)
        steps = exponential(augmented[rows, None] * since[:, None, None])
        found[rows] = (steps @ state[rows, None, :, None])[..., 0]
    return found
