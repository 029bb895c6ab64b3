"""Eigenvalues and vectors of many small symmetric matrices at once.

Two and three rows have closed forms (three: the cosine solution of the characteristic cubic, Smith,
Commun ACM 1961;4:168), with vectors made orthogonal and rates taken again from the vectors, which
doubles their digits. Where a closed form leaves a residual, and for more rows, LAPACK answers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_RESIDUAL = 1e-14  # of the largest rate: what LAPACK itself promises
_FEW = 64  # below, LAPACK takes less time than the steps of the closed form


def symmetric_modes(matrix: Floats) -> tuple[Floats, Floats]:
    """Return rates (b, n) and orthonormal vectors (b, b, n), by column, of matrices (b, b, n)."""
    size, _, count = matrix.shape
    if size == 2:
        return _two(matrix)
    if size == 3 and count >= _FEW:
        return _three(matrix)
    return _lapack(matrix)


def _lapack(matrix: Floats) -> tuple[Floats, Floats]:
    rates, vectors = np.linalg.eigh(np.moveaxis(matrix, 2, 0))
    return np.ascontiguousarray(rates.T), np.ascontiguousarray(np.moveaxis(vectors, 0, 2))


def _two(matrix: Floats) -> tuple[Floats, Floats]:
    a, h, d = matrix[0, 0], matrix[0, 1], matrix[1, 1]
    middle, half = 0.5 * (a + d), 0.5 * (a - d)
    radius = np.hypot(half, h)
    far = np.where(middle <= 0, middle - radius, middle + radius)
    # The rate nearer to zero from the product of both, without the cancellation of their sum.
    near = np.divide(a * d - h * h, far, out=np.zeros_like(far), where=far != 0)
    upper, lower = np.where(middle <= 0, near, far), np.where(middle <= 0, far, near)
    # Two equal rates without a flow between them have any vectors: the axes will do.
    along = np.where(radius == 0, 1.0, np.where(half >= 0, half + radius, h))
    across = np.where(half >= 0, h, radius - half)
    length = np.hypot(along, across)
    along, across = along / length, across / length
    return np.stack([upper, lower]), np.array([[along, -across], [across, along]])


def _three(matrix: Floats) -> tuple[Floats, Floats]:
    with np.errstate(divide="ignore", invalid="ignore"):  # three equal rates: answered below
        lowest, highest = _extremes(matrix)
        first = _vector(matrix, lowest)
        last = _vector(matrix, highest)
        last = last - first * (first * last).sum(axis=0)
        last = last / np.sqrt((last * last).sum(axis=0))
        between = np.cross(first, last, axis=0)
        vectors = np.stack([first, between, last], axis=1)
        moved = np.stack([(matrix * v[None]).sum(axis=1) for v in (first, between, last)], axis=1)
        rates = (vectors * moved).sum(axis=0)
        residual = np.abs(moved - rates * vectors).max(axis=(0, 1))
        exact = residual <= _RESIDUAL * np.abs(rates).max(axis=0)
    if not exact.all():
        rates[:, ~exact], vectors[:, :, ~exact] = _lapack(matrix[:, :, ~exact])
    return rates, vectors


def _extremes(m: Floats) -> tuple[Floats, Floats]:
    """Return the lowest and the highest rate (n,)."""
    middle = (m[0, 0] + m[1, 1] + m[2, 2]) / 3.0
    x, y, z = m[0, 0] - middle, m[1, 1] - middle, m[2, 2] - middle
    d, e, f = m[1, 2], m[0, 2], m[0, 1]
    radius = np.sqrt((x * x + y * y + z * z + 2.0 * (d * d + e * e + f * f)) / 6.0)
    determinant = x * (y * z - d * d) - f * (f * z - d * e) + e * (f * d - y * e)
    angle = np.arccos(np.clip(determinant / (2.0 * radius**3), -1.0, 1.0)) / 3.0
    low = middle + 2.0 * radius * np.cos(angle + 2.0 * np.pi / 3.0)
    return low, middle + 2.0 * radius * np.cos(angle)


def _vector(m: Floats, rate: Floats) -> Floats:
    """Return the vector (3, n) of a rate: the longest column of cofactors of m - rate."""
    a, b, c = m[0, 0] - rate, m[1, 1] - rate, m[2, 2] - rate
    d, e, f = m[1, 2], m[0, 2], m[0, 1]
    fe, fd, ed = e * d - f * c, f * d - e * b, f * e - a * d
    columns = np.array([[b * c - d * d, fe, fd], [fe, a * c - e * e, ed], [fd, ed, a * b - f * f]])
    longest = (columns * columns).sum(axis=1).argmax(axis=0)
    found = np.take_along_axis(columns, longest[None, None], axis=0)[0]
    return np.asarray(found / np.sqrt((found * found).sum(axis=0)))
