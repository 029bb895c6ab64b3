"""What a line keeps back, delays, and gives when it is flushed; amounts are sums written beside."""

import numpy as np
import pytest

from ketacare.core.errors import InputError
from ketacare.core.pharmacology import (
    Analyte,
    Bolus,
    RateStep,
    Regimen,
    Route,
    Site,
    Subject,
    concentration,
    held_in_line,
    through_line,
)

STANDARD = Regimen.infusion(35, 40)  # 52.5 mg/h


def test_a_line_holds_its_volume_at_the_concentration_of_the_pump():
    assert held_in_line(2.5, 0.7) == pytest.approx(1.75)


def test_a_line_of_saline_delays_the_start_and_keeps_the_rest():
    found = through_line(STANDARD, 1.75)
    # 1.75 mg at 52.5 mg/h take 2 minutes to fill the line; the pump stops when it always did
    (step,) = found.steps
    assert step.start_h * 60 == pytest.approx(2)
    assert step.end_h * 60 == pytest.approx(40)
    assert step.mg_per_h == pytest.approx(52.5)
    assert found.total_mg == pytest.approx(33.25)


def test_a_flush_gives_what_the_line_kept():
    found = through_line(STANDARD, 1.75, flush_minutes=5)
    last = found.steps[-1]
    assert (last.start_h * 60, last.end_h * 60) == pytest.approx((40, 45))
    assert last.mg == pytest.approx(1.75)
    assert found.total_mg == pytest.approx(35)


def test_filling_takes_as_many_rates_as_it_needs():
    # 2 mg in the first step fill 2 of 3 mg; the third comes after 1/20 h of the second step
    slow = Regimen((RateStep(0, 0.2, 10), RateStep(0.5, 1, 20)))
    (step,) = through_line(slow, 3).steps
    assert step.start_h == pytest.approx(0.55)
    assert step.mg == pytest.approx(9)


def test_a_line_that_never_fills_gives_nothing_but_its_flush():
    short = STANDARD.stopped_at(1 / 60)  # 0.875 mg
    assert through_line(short, 1.75).total_mg == 0
    assert through_line(short, 1.75, flush_minutes=2).total_mg == pytest.approx(0.875)


def test_no_line_and_other_routes_change_nothing():
    both = Regimen(STANDARD.steps, (Bolus(1, 10, Route.SUBLINGUAL),))
    assert through_line(both, 0) == both
    assert through_line(both, 0, flush_minutes=3) == both
    assert through_line(both, 1).boluses == both.boluses


def test_the_curve_is_lower_and_later_by_what_the_line_did(simons):
    # A linear system at one rate from 2 to 40 minutes is the whole one shifted by 2 minutes, until
    # the pump stops 2 minutes early on that clock.
    times = np.array([1.0, 10.0, 40.0]) / 60

    def ask(regimen, at):
        return concentration(
            simons, Subject(70, 40), regimen, at, site=Site.ARTERIAL, analyte=Analyte.KETAMINE
        )

    found = ask(through_line(STANDARD, 1.75), times)
    assert found[0] == 0
    assert found[1:] == pytest.approx(ask(STANDARD, times[1:] - 2 / 60), rel=1e-9)
    assert (found < ask(STANDARD, times)).all()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: through_line(STANDARD, -1), "held_mg is -1 mg"),
        (lambda: through_line(STANDARD, float("nan")), "held_mg is nan mg"),
        (lambda: through_line(STANDARD, 1, flush_minutes=0), "flush_minutes is 0 min"),
        (lambda: through_line(Regimen((), (Bolus(0, 5),)), 1), "by which port"),
        (lambda: held_in_line(0, 1), "dead_mL is 0 mL"),
        (lambda: held_in_line(1, float("inf")), "mg_per_mL is inf mg/mL"),
    ],
)
def test_what_is_no_line_is_refused(call, said):
    with pytest.raises(InputError, match=said):
        call()
