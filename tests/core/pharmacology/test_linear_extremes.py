"""The engine where engines break: long chains, rates that nearly coincide, many compartments.

Long chains of one rate have a closed form: after a unit bolus the last of p compartments at rate k
is a gamma density, so that an infusion gives differences of incomplete gamma functions (SciPy).
"""

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.special import gammainc

from ketacare.core.pharmacology import Bolus, RateStep, Regimen
from ketacare.core.pharmacology.inputs import schedule_of
from ketacare.core.pharmacology.linear import LinearSystem, Schedule, prepared, respond

TIMES = np.array([0.01, 0.1, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 12.0])
HOUR = schedule_of(Regimen((RateStep(0, 1, 1.0),)))


def chain(rates):
    a = -np.diag(rates).astype(float)
    a[np.arange(1, len(rates)), np.arange(len(rates) - 1)] = rates[:-1]
    return a


def system(matrix, read):
    size = len(matrix)
    entry, readout = np.zeros((1, size)), np.zeros((1, 1, size))
    entry[0, 0] = readout[0, 0, read] = 1.0
    return LinearSystem(matrix=np.asarray(matrix)[None], entry=entry, readout=readout)


def by_expm(matrix, read, times, until=1.0):
    """Return one hour at 1 per hour by SciPy, each time from the last change."""
    size = len(matrix)
    held = np.zeros((size + 1, size + 1))
    held[:size, :size] = matrix
    held[0, size] = 1.0
    found = []
    for t in times:
        state = expm(held * min(t, until))[:size, size]
        if t > until:
            state = expm(np.asarray(matrix) * (t - until)) @ state
        found.append(state[read])
    return np.array(found)


@pytest.mark.parametrize("length", [1, 2, 3, 5, 10, 20, 40])
def test_a_chain_of_any_length_is_a_gamma_curve(length):
    k = float(length)  # a mean time of one hour in all of them
    found = respond(system(chain([k] * length), length - 1), HOUR, TIMES)[0, 0]
    # P(p, kt) is what a bolus has passed the first p by t; an hour of input is a difference of two
    before = np.where(TIMES > 1, gammainc(length, k * np.maximum(TIMES - 1, 0)), 0.0)
    expected = (gammainc(length, k * TIMES) - before) / k
    assert found == pytest.approx(expected, rel=1e-11, abs=1e-14)


def test_the_first_seconds_behind_a_chain_keep_their_digits():
    # p = 6 at k = 6 per hour after 36 ms: P(6, 6e-5) = (6e-5)^6 / 720 (1 + …) = 6.5e-29
    found = respond(system(chain([6.0] * 6), 5), HOUR, np.array([1e-5]))[0, 0, 0]
    assert found == pytest.approx(gammainc(6, 6e-5) / 6, rel=1e-12)


@pytest.mark.parametrize("gap", [0, 1e-14, 1e-11, 1e-8, 1e-6, 1e-4, 1e-2])
def test_a_site_whose_rate_meets_an_eigenvalue_loses_no_digits(gap):
    a = np.array([[-2.0, 0.3, 0.0], [0.5, -0.3, 0.0], [0.0, 0.0, 0.0]])
    rate = -np.linalg.eigvals(a[:2, :2]).min() * (1 + gap)
    a[2] = [rate, 0.0, -rate]
    found = respond(system(a, 2), HOUR, TIMES)[0, 0]
    # SciPy's exponential is good to about 1e-12 here
    assert found == pytest.approx(by_expm(a, 2, TIMES), rel=1e-9)


def test_sixty_compartments_are_as_good_as_three():
    rng = np.random.default_rng(0)
    a = np.zeros((60, 60))
    a[0, 0] = -1.0
    for i in range(1, 60):
        j = int(rng.integers(0, i))
        out, back = rng.uniform(0.1, 5, 2)
        a[i, j] += out
        a[j, j] -= out
        a[j, i] += back
        a[i, i] -= back
    assert prepared(system(a, 59)).sound[0]
    found = respond(system(a, 59), HOUR, TIMES)[0, 0]
    assert found == pytest.approx(by_expm(a, 59, TIMES), rel=1e-8, abs=1e-12)


def test_two_ways_of_unequal_length_between_the_same_ends():
    # 0 -> 1 -> 3 and 0 -> 2 -> 3, all at one rate: one chain does not tell the whole story
    a = np.array([[-2.0, 0, 0, 0], [1.5, -2.0, 0, 0], [0.5, 0, -2.0, 0], [0, 2.0, 2.0, -2.0]])
    found = respond(system(a, 3), HOUR, TIMES)[0, 0]
    assert found == pytest.approx(by_expm(a, 3, TIMES), rel=1e-9)


def test_a_chain_with_a_short_cut_is_not_a_plain_chain():
    a = np.array([[-2.0, 0, 0], [1.5, -2.0, 0], [0.5, 2.0, -2.0]])
    found = respond(system(a, 2), HOUR, TIMES)[0, 0]
    assert found == pytest.approx(by_expm(a, 2, TIMES), rel=1e-9)


def test_a_chain_entered_in_the_middle():
    a = chain([3.0, 3.0, 3.0])
    both = LinearSystem(
        matrix=a[None],
        entry=np.array([[[1.0, 0, 0], [0, 1.0, 0]]]),
        readout=np.array([[[0, 0, 1.0]]]),
    )
    schedule = Schedule(
        starts=np.array([0.0, 1.0]),
        rates=np.zeros((2, 2)),
        jumps=np.array([[1.0, 0.0], [0.0, 1.0]]),
    )
    late = np.maximum(TIMES - 1, 0)
    # the first entered at 0: (3t)^2/2 e^-3t; the second at 1 h: 3s e^-3s
    expected = (3 * TIMES) ** 2 / 2 * np.exp(-3 * TIMES) + 3 * late * np.exp(-3 * late)
    assert respond(both, schedule, TIMES)[0, 0] == pytest.approx(expected, rel=1e-10)


def test_people_with_starts_of_their_own_are_the_same_curve_shifted():
    a = chain([3.0, 1.0])
    two = LinearSystem(
        matrix=np.stack([a, a]),
        entry=np.array([[1.0, 0.0]] * 2),
        readout=np.array([[[0.0, 1.0]]] * 2),
    )
    own = Schedule(
        starts=np.array([[0.0, 0.5], [0.0, 2.0]]), rates=np.zeros(2), jumps=np.array([0.0, 4.0])
    )
    found = respond(two, own, TIMES)[:, 0]
    for row, start in zip(found, (0.5, 2.0), strict=True):
        one = schedule_of(Regimen((), (Bolus(start, 4.0),)))
        assert row == pytest.approx(respond(system(a, 1), one, TIMES)[0, 0], rel=1e-12)


def test_nothing_given_is_nothing():
    assert (respond(system(chain([2.0, 2.0]), 1), schedule_of(Regimen()), TIMES) == 0).all()


def test_no_times_are_no_answers():
    assert respond(system(chain([2.0]), 0), HOUR, np.zeros(0)).shape == (1, 1, 0)
