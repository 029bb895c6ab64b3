"""What must hold for any regimen, any person, any order: found by trying many."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketacare.core.pharmacology import (
    Analyte,
    RateStep,
    Regimen,
    Site,
    Subject,
    concentration,
)
from ketacare.core.pharmacology.kinetics import Probe, read
from ketacare.knowledge.load import load_pk_model

MODEL = load_pk_model()
MEASURED = [
    (Analyte.KETAMINE, Site.ARTERIAL),
    (Analyte.KETAMINE, Site.VENOUS),
    (Analyte.NORKETAMINE, Site.ARTERIAL),
]
TIMES = np.array([0.0, 0.05, 0.3, 0.7, 1.5, 4.0, 12.0])
EACH = settings(max_examples=25, deadline=None, derandomize=True)

measured = st.sampled_from(MEASURED)
weights = st.floats(40, 160)


@st.composite
def regimens(draw):
    edges = sorted(draw(st.lists(st.integers(0, 120), min_size=2, max_size=6, unique=True)))
    rates = draw(st.lists(st.floats(0, 200), min_size=len(edges) - 1, max_size=len(edges) - 1))
    steps = zip(edges, edges[1:], rates, strict=False)
    return Regimen(tuple(RateStep(a / 60, b / 60, rate) for a, b, rate in steps))


def ask(regimen, weight, what, times=TIMES):
    analyte, site = what
    return concentration(MODEL, Subject(weight, 40), regimen, times, site=site, analyte=analyte)


def scaled(regimen, factor):
    steps = (RateStep(s.start_h, s.end_h, s.mg_per_h * factor) for s in regimen.steps)
    return Regimen(tuple(steps))


@pytest.mark.slow  # many examples
@EACH
@given(regimens(), weights, measured, st.floats(0.1, 10))
def test_twice_the_dose_is_twice_the_concentration(regimen, weight, what, factor):
    once = ask(regimen, weight, what)
    assert ask(scaled(regimen, factor), weight, what) == pytest.approx(once * factor, rel=1e-9)


@pytest.mark.slow  # many examples
@EACH
@given(regimens(), weights, measured, st.floats(0, 48))
def test_later_by_some_hours_is_the_same_later(regimen, weight, what, shift):
    now = ask(regimen, weight, what)
    later = ask(regimen.shifted(shift), weight, what, TIMES + shift)
    # adding the shift moves the times by rounding, up to 1e-14 h; the steepest start is 36 per hour
    assert later == pytest.approx(now, rel=1e-8, abs=1e-9 * max(1.0, now.max()))


@pytest.mark.slow  # many examples
@EACH
@given(regimens(), weights, measured)
def test_no_concentration_is_negative(regimen, weight, what):
    found = ask(regimen, weight, what)
    # modes cancel to rounding where nothing has arrived yet
    assert (found >= -1e-12 * max(1.0, found.max())).all()


@pytest.mark.slow  # many examples
@EACH
@given(regimens(), weights, measured)
def test_before_the_first_drop_there_is_nothing(regimen, weight, what):
    start = 1.0
    found = ask(regimen.shifted(start), weight, what, [0.0, 0.5, start])
    assert (found == 0).all()


@pytest.mark.slow  # many examples
@EACH
@given(st.permutations(range(6)), measured)
def test_the_order_of_people_changes_nothing(order, what):
    analyte, site = what
    people = MODEL.draw(Subject(70, 40), n=6, rng=np.random.default_rng(4))
    mixed = {name: value[list(order)] for name, value in people.items()}
    probe = [Probe(analyte=analyte, site=site)]
    regimen = Regimen.infusion(35, 40)
    straight = read(MODEL, people, regimen, TIMES, probe)
    assert read(MODEL, mixed, regimen, TIMES, probe) == pytest.approx(
        straight[list(order)], rel=1e-10
    )


@pytest.mark.slow  # many examples
@EACH
@given(regimens(), weights, measured)
def test_a_step_cut_in_two_is_the_same_step(regimen, weight, what):
    halves = []
    for step in regimen.steps:
        middle = (step.start_h + step.end_h) / 2
        halves += [
            RateStep(step.start_h, middle, step.mg_per_h),
            RateStep(middle, step.end_h, step.mg_per_h),
        ]
    whole = ask(regimen, weight, what)
    assert ask(Regimen(tuple(halves)), weight, what) == pytest.approx(whole, rel=1e-9, abs=1e-9)
