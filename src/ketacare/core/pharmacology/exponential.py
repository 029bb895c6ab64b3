"""The exponential of compartment matrices without cancellation: every entry to nearly full digits.

A compartment matrix has no negative entry off its diagonal. Adding the largest loss rate to the
diagonal makes all entries non-negative, so that Taylor terms and squarings only ever add up, and
e^A = e^-a e^(A + a) keeps the relative accuracy of each entry, however small (Xue and Ye, Math
Comp 2013;82:1577). General routines do not: for a triangular matrix with two rates that agree to
nine digits, SciPy 1.17 keeps about nine digits and at twelve only six.
"""

from __future__ import annotations

import numpy as np

from ketacare.core.errors import ErrorCode, KetacareError
from ketacare.core.pharmacology.modes import Floats

# With a norm of at most 1/2 the terms after this one add less than 1e-16 of an entry that first
# appears at the sixth power, the longest way through a drug, two transit chains and a follower.
_LAST_TERM = 18
_LARGEST_NORM = 0.5


def exponential(matrix: Floats) -> Floats:
    """Return e^A (..., m, m) for matrices without negative entries off the diagonal."""
    size = matrix.shape[-1]
    eye = np.eye(size)
    if (matrix * (1.0 - eye) < 0).any():
        raise KetacareError(
            ErrorCode.NUMERICAL,
            "a compartment matrix has a negative flow; check the sign of the parameters",
        )
    diagonal = np.diagonal(matrix, axis1=-2, axis2=-1)
    shift = np.maximum(0.0, -diagonal.min(axis=-1))[..., None, None]
    power = matrix + shift * eye
    norm = float(power.sum(axis=-2).max(initial=0.0))
    squarings = max(0, int(np.ceil(np.log2(norm / _LARGEST_NORM)))) if norm > 0 else 0
    power = power / 2.0**squarings
    found = eye + power / _LAST_TERM
    for term in range(_LAST_TERM - 1, 0, -1):
        found = power @ found
        found /= term
        found += eye
    found *= np.exp(-shift / 2.0**squarings)
    for _ in range(squarings):
        found = found @ found
    return np.asarray(found)
