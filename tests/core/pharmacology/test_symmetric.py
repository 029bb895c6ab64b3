"""Closed forms of small symmetric matrices: residual and orthogonality, also where rates meet."""

import numpy as np
import pytest

from ketacare.core.pharmacology.symmetric import symmetric_modes


def drawn(size, count=200, spread=3.0):
    rng = np.random.default_rng(size)
    scale = np.exp(rng.normal(0, spread, (size, 1, count)))
    a = rng.standard_normal((size, size, count)) * scale * np.swapaxes(scale, 0, 1)
    return a + np.swapaxes(a, 0, 1)


def check(matrix):
    rates, vectors = symmetric_modes(matrix)
    size = len(matrix)
    largest = np.abs(rates).max(axis=0)
    moved = np.einsum("ijn,jkn->ikn", matrix, vectors) - rates[None] * vectors
    assert (np.abs(moved).max(axis=(0, 1)) <= 1e-13 * largest + 1e-300).all()
    products = np.einsum("jin,jkn->ikn", vectors, vectors)
    assert products == pytest.approx(np.eye(size)[:, :, None] * np.ones(matrix.shape[2]), abs=1e-13)
    # their sum is the trace, their product the determinant
    assert rates.sum(axis=0) == pytest.approx(
        np.trace(matrix), rel=1e-12, abs=1e-12 * largest.max()
    )


@pytest.mark.parametrize("size", [2, 3, 4, 6])
def test_vectors_are_orthonormal_and_solve_the_equation(size):
    check(drawn(size))


@pytest.mark.parametrize("gap", [0.0, 1e-15, 1e-12, 1e-8, 1e-4])
def test_rates_that_meet_are_solved_as_well(gap):
    rng = np.random.default_rng(3)
    turned = np.linalg.qr(rng.standard_normal((100, 3, 3)))[0]
    for rates in ([-1.0, -1.0 - gap, -5.0], [-1.0, -5.0, -5.0 - gap], [-2.0, -2.0 - gap, -2.0]):
        a = turned @ (np.array(rates)[:, None] * turned.transpose(0, 2, 1))
        check(np.ascontiguousarray(np.moveaxis((a + a.transpose(0, 2, 1)) / 2, 0, 2)))


def test_compartments_that_hardly_exchange():
    # diagonal but for flows of 1e-12: the vectors are nearly the axes
    a = np.zeros((3, 3, 100))
    a[[0, 1, 2], [0, 1, 2]] = np.array([-30.0, -0.5, -0.2])[:, None]
    a[0, 1] = a[1, 0] = a[0, 2] = a[2, 0] = 1e-12
    check(a)


@pytest.mark.parametrize("size", [2, 3])
def test_equal_rates_without_a_flow_have_the_axes(size):
    check(np.eye(size)[:, :, None] * np.full(100, -2.0))
