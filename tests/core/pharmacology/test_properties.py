"""What must hold for any regimen, any person, any model, any order: found by trying many."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketacare.core.pharmacology import (
    Bolus,
    Enantiomer,
    RateStep,
    Regimen,
    Route,
    Site,
    Subject,
    amounts,
    concentration,
)
from ketacare.core.pharmacology.kinetics import Probe, read
from ketacare.knowledge.load import load_pk_model

# model, analyte, site, and by which route besides the vein
MEASURED = [
    ("pk_ketamine_simons_2022", "ketamine", Site.ARTERIAL, Route.SUBLINGUAL),
    ("pk_ketamine_simons_2022", "ketamine", Site.VENOUS, Route.SUBLINGUAL),
    ("pk_ketamine_simons_2022", "norketamine", Site.ARTERIAL, Route.SUBLINGUAL),
    ("pk_ketamine_simons_2022", "hydroxynorketamine", Site.ARTERIAL, Route.SUBLINGUAL),
    ("pk_ketamine_otto_2021", "S-norketamine", Site.VENOUS, None),
    ("pk_ketamine_perez_ruixo_2021", "S-ketamine", Site.VENOUS, Route.ORAL),
    ("pk_ketamine_perez_ruixo_2021", "S-norketamine", Site.VENOUS, Route.INTRANASAL),
    ("pk_ketamine_kamp_2020", "ketamine", Site.ARTERIAL, None),
]
TIMES = np.array([0.0, 0.05, 0.3, 0.7, 1.5, 4.0, 12.0])
EACH = settings(max_examples=40, deadline=None, derandomize=True)

measured = st.sampled_from(MEASURED)
weights = st.floats(45, 150)


@st.composite
def regimens(draw):
    """Return constant rates on the minute, and what else is given: (hour, mg) pairs."""
    edges = sorted(draw(st.lists(st.integers(0, 120), min_size=2, max_size=6, unique=True)))
    rates = draw(st.lists(st.floats(0, 200), min_size=len(edges) - 1, max_size=len(edges) - 1))
    steps = zip(edges, edges[1:], rates, strict=False)
    return Regimen(tuple(RateStep(a / 60, b / 60, rate) for a, b, rate in steps))


others = st.lists(st.tuples(st.integers(0, 180), st.floats(1, 27)), max_size=2)


def given_both(regimen, more, what):
    """Return the regimen with boluses, by the model's other route where it has one."""
    route = what[3] or Route.INTRAVENOUS
    boluses = tuple(Bolus(minute / 60, mg, route) for minute, mg in sorted(more))
    return Regimen(regimen.steps, boluses, Enantiomer.S)


def ask(regimen, weight, what, times=TIMES):
    model_id, analyte, site, _ = what
    return concentration(
        load_pk_model(model_id), Subject(weight, 40), regimen, times, site=site, analyte=analyte
    )


@pytest.mark.slow  # many examples
@EACH
@given(regimens(), others, weights, measured, st.floats(0.1, 10))
def test_twice_the_dose_is_twice_the_concentration(regimen, more, weight, what, factor):
    # the nose takes less of what comes on top of 28 mg: that route is not linear, and says so
    more = [] if what[3] is Route.INTRANASAL else more
    whole = given_both(regimen, more, what)
    once = ask(whole, weight, what)
    assert ask(whole.times(factor), weight, what) == pytest.approx(once * factor, rel=1e-9)


@pytest.mark.slow  # many examples
@EACH
@given(regimens(), regimens(), others, weights, measured)
def test_what_is_given_together_adds_up(one, other, more, weight, what):
    later = other.shifted(2.0)
    first, second = given_both(one, more, what), given_both(later, [], what)
    both = first.and_then(second)
    parts = ask(first, weight, what) + ask(second, weight, what)
    assert ask(both, weight, what) == pytest.approx(parts, rel=1e-9, abs=1e-9)


@pytest.mark.slow  # many examples
@EACH
@given(regimens(), others, weights, measured, st.floats(0, 48))
def test_later_by_some_hours_is_the_same_later(regimen, more, weight, what, shift):
    whole = given_both(regimen, more, what)
    now = ask(whole, weight, what)
    later = ask(whole.shifted(shift), weight, what, TIMES + shift)
    # adding the shift moves the times by rounding, up to 1e-14 h; the steepest start is 36 per hour
    assert later == pytest.approx(now, rel=1e-8, abs=1e-9 * max(1.0, now.max()))


@pytest.mark.slow  # many examples
@EACH
@given(regimens(), others, weights, measured)
def test_no_concentration_is_negative(regimen, more, weight, what):
    found = ask(given_both(regimen, more, what), weight, what)
    assert (found >= 0).all()


@pytest.mark.slow  # many examples
@EACH
@given(regimens(), weights, measured)
def test_before_the_first_drop_there_is_nothing(regimen, weight, what):
    start = 1.0
    found = ask(given_both(regimen.shifted(start), [], what), weight, what, [0.0, 0.5, start])
    assert (found == 0).all()


@pytest.mark.slow  # many examples
@EACH
@given(regimens(), weights, st.sampled_from([m for m in MEASURED if m[1].endswith("-ketamine")
                                             or m[1] == "ketamine"]))  # fmt: skip
def test_the_drug_only_falls_once_nothing_is_given(regimen, weight, what):
    whole = given_both(regimen, [], what)
    after = whole.end_h + np.geomspace(1e-3, 100, 200)
    found = ask(whole, weight, what, after)
    # below 1e-12 of the start there is only rounding
    assert (np.diff(found) <= 1e-12 * max(1.0, found[0])).all()


@pytest.mark.slow  # many examples
@EACH
@given(regimens(), others, weights, measured)
def test_what_is_in_the_body_and_out_of_it_is_what_was_given(regimen, more, weight, what):
    whole = given_both(regimen, more, what)
    held = amounts(load_pk_model(what[0]), Subject(weight, 40), whole, TIMES)
    expected = [whole.delivered_mg(float(t)) for t in TIMES]
    assert sum(held.values()) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    excreted = held["excreted"]
    assert (np.diff(excreted) >= -1e-9 * max(1.0, excreted[-1])).all()


@pytest.mark.slow  # many examples
@EACH
@given(regimens(), others, weights, measured, st.integers(2, 9))
def test_a_time_does_not_know_which_others_were_asked(regimen, more, weight, what, every):
    whole = given_both(regimen, more, what)
    fine = np.arange(0, 181) / 60
    all_of_them = ask(whole, weight, what, fine)
    some = ask(whole, weight, what, fine[::every])
    assert some == pytest.approx(all_of_them[::every], rel=1e-9, abs=1e-300)


@pytest.mark.slow  # many examples
@EACH
@given(st.permutations(range(6)), measured)
def test_the_order_of_people_changes_nothing(order, what):
    model_id, analyte, site, _ = what
    model = load_pk_model(model_id)
    people = model.draw(Subject(70, 40), n=6, rng=np.random.default_rng(4))
    mixed = {name: value[list(order)] for name, value in people.items()}
    probe = [Probe(analyte=analyte, site=site)]
    regimen = Regimen.infusion(35, 40, enantiomer=Enantiomer.S)
    straight = read(model, people, regimen, TIMES, probe)
    assert read(model, mixed, regimen, TIMES, probe) == pytest.approx(
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
    whole = ask(given_both(regimen, [], what), weight, what)
    cut = given_both(Regimen(tuple(halves)), [], what)
    assert ask(cut, weight, what) == pytest.approx(whole, rel=1e-9, abs=1e-9)
