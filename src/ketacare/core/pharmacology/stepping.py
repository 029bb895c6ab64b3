"""Responses by matrix exponentials, for the few systems whose modes are not sound.

Each change of the input is one step of the augmented system d/dt [x, 1] = [[A, b r], [0, 0]] [x, 1]
(Van Loan 1978). It is slower than modes by a factor of a thousand and needs no eigenbasis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ketacare.core.pharmacology.exponential import exponential
from ketacare.core.pharmacology.modes import Floats

if TYPE_CHECKING:
    from ketacare.core.pharmacology.linear import LinearSystem, Schedule

_EVEN_TO_H = 1e-13
_MATRICES_AT_ONCE = 20_000  # bounds the memory to some tens of megabytes


def respond_by_exponentials(system: LinearSystem, schedule: Schedule, times: Floats) -> Floats:
    """Return the outputs (n, o, t) at rising ``times``."""
    if not schedule.is_personal:
        return _stepped(system, schedule, times)
    found = [
        _stepped(system.of(slice(i, i + 1)), _alone(schedule, i), times) for i in range(len(system))
    ]
    return np.concatenate(found)


def _alone(schedule: Schedule, person: int) -> Schedule:
    starts = schedule.starts[person]
    return type(schedule)(starts=starts, rates=schedule.rates, jumps=schedule.jumps)


def _stepped(system: LinearSystem, schedule: Schedule, times: Floats) -> Floats:
    count, size, _ = system.matrix.shape
    found = np.empty((count, system.readout.shape[1], len(times)))
    state = np.zeros((count, size + 1))
    state[:, size] = 1.0
    augmented = np.zeros((count, size + 1, size + 1))
    augmented[:, :size, :size] = system.matrix
    entries = np.ascontiguousarray(system.entries)
    channels = entries.shape[1]
    rates = schedule.rates.reshape(-1, channels)
    jumps = schedule.jumps.reshape(-1, channels)
    edges = np.append(np.searchsorted(times, schedule.starts, side="left"), len(times))
    for i, start in enumerate(schedule.starts):
        state[:, :size] += jumps[i] @ entries
        augmented[:, :size, size] = rates[i] @ entries
        asked = slice(edges[i], edges[i + 1])
        if edges[i] < edges[i + 1]:
            since, inverse = np.unique(times[asked] - start, return_inverse=True)
            states = _states(augmented, state, since)[:, :, :size]
            found[:, :, asked] = (system.readout @ states.transpose(0, 2, 1))[:, :, inverse]
        if i + 1 < len(schedule.starts):
            span = schedule.starts[i + 1] - start
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
