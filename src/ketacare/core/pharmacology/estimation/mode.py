"""The most probable deviations, by Newton's method with numeric derivatives and a check at the end.

All points that a derivative needs are evaluated in one batch. The Hessian of -log p is made
positive by its absolute eigenvalues (a saddle-free step), the step is limited and searched along,
and the end is judged by the Newton decrement g' H^-1 g / 2: how much -log p could still fall, the
same number in any parametrisation (Boyd and Vandenberghe, Convex Optimization, section 9.5).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ketacare.core.errors import ErrorCode, KetacareError
from ketacare.core.pharmacology.modes import Floats

Objective = Callable[[Floats], Floats]

# In units of the prior's standard deviation. Central differences extrapolated from h and 2 h are
# off by h^4 f^(5)/30: 1e-9 for derivatives of the order of 1e3, with rounding at 1e-12 / h^2.
_STEP = 1e-2
_SMALLEST = 1e-8  # log density that may still be missing at the end
_LONGEST = 2.0  # longest step, in prior standard deviations
_FLATTEST = 1e-3  # the prior alone has curvature 1; less is a sign of a ridge in the likelihood
_ITERATIONS = 60
_SHORTER = 0.5 ** np.arange(1, 13)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mode:
    """A maximum of the posterior: ``z`` (k,), its log density, and the Hessian of -log p there.

    ``decrement`` is the log density that may be missing; ``uncertain`` how much the Hessian from
    two step widths differs, relative to its largest entry.
    """

    z: Floats
    log_density: float
    hessian: Floats
    decrement: float
    uncertain: float
    iterations: int

    @property
    def covariance(self) -> Floats:
        """Return the covariance of the normal approximation at the mode."""
        return np.asarray(np.linalg.inv(self.hessian), dtype=np.float64)


def find_mode(objective: Objective, start: Floats) -> Mode | None:
    """Return the maximum of ``objective`` ((n, k) to (n,)) uphill of ``start``, or ``None``.

    ``None`` says that no maximum was found that passes the checks: a small decrement and a positive
    Hessian.
    """
    here = np.array(start, dtype=np.float64)
    known = _derivatives(objective, here)
    for iteration in range(_ITERATIONS):
        value, gradient, hessian, uncertain = known
        if not (np.isfinite(value) and np.isfinite(gradient).all() and np.isfinite(hessian).all()):
            return None
        curvature, axes = np.linalg.eigh(hessian)
        along = axes.T @ gradient
        decrement = float(0.5 * (along**2 / np.maximum(np.abs(curvature), _FLATTEST)).sum())
        if decrement < _SMALLEST:
            if curvature[0] <= 0:
                return None
            return Mode(
                z=here,
                log_density=value,
                hessian=hessian,
                decrement=decrement,
                uncertain=uncertain,
                iterations=iteration,
            )
        step = axes @ (along / np.maximum(np.abs(curvature), _FLATTEST))
        step *= min(1.0, _LONGEST / float(np.linalg.norm(step)))
        # The whole step is nearly always right; its derivatives are then those of the next round.
        known = _derivatives(objective, here + step)
        if known[0] > value:
            here = here + step
            continue
        tried = here + _SHORTER[:, None] * step
        found = objective(tried)
        found = np.where(np.isfinite(found), found, -np.inf)
        best = int(np.argmax(found))
        if found[best] <= value and decrement > 1e2 * _SMALLEST:
            return None
        here = tried[best]
        known = _derivatives(objective, here)
    return None


def find_modes(objective: Objective, starts: Floats) -> tuple[Mode, ...]:
    """Return the different maxima uphill of ``starts`` (s, k), the highest first.

    Refuses (KetacareError, NUMERICAL) when none was found.
    """
    found: list[Mode] = []
    for start in starts:
        mode = find_mode(objective, start)
        if mode is None:
            continue
        if all(np.linalg.norm(mode.z - other.z) > 1e-3 for other in found):
            found.append(mode)
    if not found:
        raise KetacareError(
            ErrorCode.NUMERICAL,
            "the most probable parameters could not be found, so there is no estimate; check the "
            "times, units and sites of the samples, and the regimen",
        )
    return tuple(sorted(found, key=lambda mode: -mode.log_density))


def _derivatives(objective: Objective, here: Floats) -> tuple[float, Floats, Floats, float]:
    """Return log p, its gradient, the Hessian of -log p, and how uncertain the Hessian is."""
    size = len(here)
    unit = np.eye(size) * _STEP
    pairs = [(i, j) for i in range(size) for j in range(i)]
    cross = [s * unit[i] + t * unit[j] for i, j in pairs for s in (1, -1) for t in (1, -1)]
    moves = np.array([np.zeros(size), *unit, *-unit, *2 * unit, *-2 * unit, *cross])
    moves = np.concatenate([moves, 2.0 * moves[1 + 4 * size :]])
    value = objective(here + moves)
    middle = float(value[0])
    near_up, near_down, far_up, far_down = value[1 : 1 + 4 * size].reshape(4, size)
    gradient = (8.0 * (near_up - near_down) - (far_up - far_down)) / (12.0 * _STEP)
    near = np.diag((near_up - 2.0 * middle + near_down) / _STEP**2)
    far = np.diag((far_up - 2.0 * middle + far_down) / (4.0 * _STEP**2))
    mixed = value[1 + 4 * size :].reshape(2, len(pairs), 4) @ np.array([1.0, -1.0, -1.0, 1.0])
    for place, (i, j) in enumerate(pairs):
        near[i, j] = near[j, i] = mixed[0, place] / (4.0 * _STEP**2)
        far[i, j] = far[j, i] = mixed[1, place] / (16.0 * _STEP**2)
    hessian = -(4.0 * near - far) / 3.0
    largest = float(np.abs(hessian).max())
    uncertain = float(np.abs(near - far).max()) / largest if largest > 0 else np.inf
    return middle, gradient, hessian, uncertain
