"""The engine against closed forms from textbooks, away from any drug."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from ketacare.core.errors import KetacareError
from ketacare.core.pharmacology import Bolus, RateStep, Regimen
from ketacare.core.pharmacology.exponential import exponential
from ketacare.core.pharmacology.inputs import schedule_of
from ketacare.core.pharmacology.linear import LinearSystem, prepared, respond
from ketacare.core.pharmacology.modes import blocks_of

TIMES = np.array([0.0, 0.3, 1.0, 1.0 + 1e-6, 2.5, 9.0])


def system(matrix, readout=None):
    a = np.asarray(matrix, dtype=float)[None]
    size = a.shape[1]
    entry = np.zeros((1, size))
    entry[0, 0] = 1.0
    rows = np.eye(size)[None] if readout is None else np.asarray(readout, dtype=float)[None]
    return LinearSystem(matrix=a, entry=entry, readout=rows)


def chain(*rates):
    """Return compartments in a row, each emptying into the next at its rate."""
    a = -np.diag(rates).astype(float)
    for i in range(1, len(rates)):
        a[i, i - 1] = rates[i - 1]
    return a


def test_one_compartment_infusion_and_decay():
    k = 0.7
    found = respond(system([[-k]]), schedule_of(Regimen((RateStep(0, 1, 5),))), TIMES)[0, 0]
    # rate/k (1 - e^-kt) while it runs, then that at 1 h times e^-k(t-1)
    inside = 5 / k * (1 - np.exp(-k * np.minimum(TIMES, 1)))
    assert found == pytest.approx(inside * np.exp(-k * np.maximum(TIMES - 1, 0)), rel=1e-12)


def test_two_compartments_bolus_is_a_sum_of_two_exponentials():
    # k10 1, k12 0.5, k21 0.25: rates are the roots of s^2 - 1.75 s + 0.25
    a = [[-1.5, 0.25], [0.5, -0.25]]
    fast, slow = (1.75 + np.array([1, -1]) * np.sqrt(1.75**2 - 1.0)) / 2
    expected = ((fast - 0.25) * np.exp(-fast * TIMES) - (slow - 0.25) * np.exp(-slow * TIMES)) / (
        fast - slow
    )
    found = respond(system(a, [[1, 0]]), schedule_of(Regimen((), (Bolus(0, 1),))), TIMES)[0, 0]
    assert found == pytest.approx(expected, rel=1e-12)


def test_transit_chain_of_equal_rates_is_a_gamma_curve():
    # third of three compartments, each at rate k, after a unit bolus: (kt)^2/2 e^-kt
    k = 6.0
    found = respond(
        system(chain(k, k, k), [[0, 0, 1]]), schedule_of(Regimen((), (Bolus(0, 1),))), TIMES
    )[0, 0]
    assert found == pytest.approx((k * TIMES) ** 2 / 2 * np.exp(-k * TIMES), rel=1e-10, abs=1e-18)


@pytest.mark.parametrize("gap", [0.0, 1e-15, 1e-12, 1e-9, 1e-7, 1.1e-6, 1e-5, 1e-3])
def test_near_equal_rates_lose_no_accuracy(gap):
    # Two compartments k and k(1+gap): k (e^-kt - e^-k(1+gap)t) / (k gap) = t e^-kt f(k gap t) k,
    # with f(x) = (1 - e^-x)/x taken by expm1.
    k = 2.0
    x = k * gap * TIMES
    f = np.where(x == 0, 1.0, -np.expm1(-x) / np.where(x == 0, 1.0, x))
    found = respond(
        system(chain(k, k * (1 + gap)), [[0, 1]]), schedule_of(Regimen((), (Bolus(0, 1),))), TIMES
    )[0, 0]
    assert found == pytest.approx(k * TIMES * np.exp(-k * TIMES) * f, rel=1e-9)


def test_the_exponential_keeps_the_digits_of_small_entries():
    # last of five in a row at rate k after a time t, unit bolus: (kt)^4 / 4! e^-kt, here 4e-26
    k, t = 1.0, 1e-6
    found = exponential(chain(k, k, k, k, k) * t)[4, 0]
    assert found == pytest.approx((k * t) ** 4 / 24 * np.exp(-k * t), rel=1e-13)


def test_the_exponential_refuses_a_negative_flow():
    with pytest.raises(KetacareError, match="negative flow"):
        exponential(np.array([[-1.0, -0.1], [0.5, -1.0]]))


def test_equal_rates_have_modes_and_nearly_equal_ones_are_told():
    assert prepared(system(chain(2.0, 2.0), [[0, 1]])).ladders == ((0, 2),)
    assert prepared(system(chain(2.0, 3.0), [[0, 1]])).sound[0]
    assert not prepared(system(chain(2.0, 2.0 * (1 + 1e-7)), [[0, 1]])).sound[0]


def test_a_collecting_compartment_holds_the_sum():
    a = [[-0.5, 0.0], [0.5, 0.0]]
    found = respond(system(a), schedule_of(Regimen((RateStep(0, 2, 3),))), TIMES)[0]
    assert found.sum(axis=0) == pytest.approx(3 * np.minimum(TIMES, 2), rel=1e-12)


def test_a_cycle_with_oscillation_agrees_with_an_integrator():
    # three compartments passing on in a circle: complex rates
    a = np.array([[-1.0, 0.0, 0.9], [1.0, -1.0, 0.0], [0.0, 1.0, -1.0]])
    assert np.iscomplex(np.linalg.eigvals(a)).any()
    found = respond(system(a), schedule_of(Regimen((), (Bolus(0, 1),))), TIMES)[0]
    twin = solve_ivp(
        lambda _, x: a @ x, (0, 9), [1, 0, 0], t_eval=TIMES, rtol=1e-10, atol=1e-13, method="DOP853"
    )
    assert found == pytest.approx(twin.y, abs=1e-9)


def test_at_the_moment_of_a_bolus_the_answer_is_just_after_it():
    found = respond(
        system([[-1.0]]), schedule_of(Regimen((), (Bolus(1, 2),))), np.array([0.999, 1.0])
    )[0, 0]
    assert found == pytest.approx([0.0, 2.0])


def test_times_may_come_in_any_order():
    regimen = schedule_of(Regimen((RateStep(0, 1, 5),)))
    forward = respond(system(chain(2.0, 2.0)), regimen, TIMES)
    backward = respond(system(chain(2.0, 2.0)), regimen, TIMES[::-1])
    assert backward == pytest.approx(forward[:, :, ::-1], rel=1e-12)


def test_a_person_with_equal_rates_does_not_disturb_the_others():
    both = np.stack([chain(2.0, 2.0), chain(2.0, 3.0)])
    entry = np.array([[1.0, 0.0]] * 2)
    readout = np.array([[[0.0, 1.0]]] * 2)
    regimen = schedule_of(Regimen((RateStep(0, 1, 5),)))
    together = respond(LinearSystem(matrix=both, entry=entry, readout=readout), regimen, TIMES)
    for i, alone in enumerate(both):
        single = respond(system(alone, [[0, 1]]), regimen, TIMES)[0]
        assert together[i] == pytest.approx(single, rel=1e-12)


def test_blocks_come_upstream_first():
    a = np.zeros((4, 4), dtype=bool)
    a[1, 0] = a[0, 1] = True  # 0 and 1 exchange
    a[2, 1] = a[3, 2] = True  # then 2, then 3
    assert [list(block) for block in blocks_of(a)] == [[0, 1], [2], [3]]
