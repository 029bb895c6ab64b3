"""What an option is worth and what would change its place: arithmetic by hand."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketacare.core.planning.candidates import Candidate, Kind
from ketacare.core.planning.rules import Action
from ketacare.core.planning.simulation import risk_of
from ketacare.core.planning.turning import turning_points
from ketacare.core.planning.weighing import departures
from ketacare.knowledge.loading.protocols import load_protocol

PROTOCOL = load_protocol()
WEIGHTS = PROTOCOL.weights
PARTS = st.floats(0, 1), st.floats(0, 1), st.floats(0, 20)


def candidate(dose: float, minutes: float, infusions: int) -> Candidate:
    return Candidate(
        kind=Kind.GIVE,
        label="x",
        actions=(Action.CONTINUE,),
        dose_mg_per_kg=dose,
        minutes=minutes,
        dose_days=tuple(float(i) for i in range(infusions)),
    )


@given(*PARTS, *PARTS)
def test_worse_in_all_three_is_never_worth_more(relief, burden, risk, less, more, riskier):
    better = WEIGHTS.utility(relief, burden, risk)
    worse = WEIGHTS.utility(relief - less, burden + more, risk + riskier)
    assert worse <= better + 1e-12


@pytest.mark.parametrize(
    ("dose", "minutes", "infusions", "expected"),
    [
        (0.5, 40, 1, 1.0),  # the standard infusion, by definition
        (0.5, 40, 6, 6.0),
        (1.0, 40, 1, 2.0),
        (0.75, 60, 1, 1.26000),  # 1.5 · (40/60)^0.43 = 1.5 · exp(−0.43 · 0.405465) = 1.5 · 0.84000
    ],
)
def test_risk_is_counted_in_standard_infusions(dose, minutes, infusions, expected):
    found = risk_of(candidate(dose, minutes, infusions), PROTOCOL, WEIGHTS, event=False)
    assert found == pytest.approx(expected, abs=1e-4)


def test_risk_counts_twice_after_a_bad_session():
    one = candidate(0.5, 40, 3)
    assert risk_of(one, PROTOCOL, WEIGHTS, event=True) == pytest.approx(6.0)


def test_stopping_has_no_drug_risk():
    stop = Candidate(kind=Kind.STOP, label="stop", actions=(Action.STOP,))
    assert risk_of(stop, PROTOCOL, WEIGHTS, event=True) == 0


def test_burden_counts_visits_and_departures():
    # 6 · 0.005 + 6 · 0.001 + 2 · 0.02
    assert WEIGHTS.burden(6, 6, departures=2) == pytest.approx(0.076)
    assert WEIGHTS.burden(0, 0) == 0


@pytest.mark.parametrize(
    ("done", "proposed", "count"),
    [
        ((Action.CONTINUE,), (Action.CONTINUE, Action.RAISE), 0),
        ((Action.RAISE,), (Action.CONTINUE, Action.RAISE), 0),
        ((Action.RAISE, Action.SPACE), (Action.CONTINUE, Action.RAISE), 1),
        ((Action.STOP,), (Action.CONTINUE,), 1),
        ((Action.SPACE,), (Action.BOOSTER,), 0),  # one more infusion, at any spacing
        ((Action.RAISE,), (Action.BOOSTER,), 1),
        ((Action.STOP,), (Action.BOOSTER,), 1),
    ],
)
def test_departures_from_the_guideline_are_counted(done, proposed, count):
    assert departures(done, proposed) == count


def test_turning_point_lies_where_two_kinds_of_people_are_equally_likely():
    # Half at 6 points gain 1 by option 0, half at 14 gain 1 by option 1, error 2 points: below the
    # middle, 10, a score speaks for the first kind, above it for the second; at 10 both are equal.
    now = np.array([6.0] * 50 + [14.0] * 50)
    table = np.array([[1.0] * 50 + [0.0] * 50, [0.0] * 50 + [1.0] * 50])
    view = SimpleNamespace(minimum=0, maximum=21, error=SimpleNamespace(value=2.0))
    found = dict(turning_points(table, now, view))
    assert all(best == 0 for score, best in found.items() if score < 10)
    assert all(best == 1 for score, best in found.items() if score > 10)
    # Scores with less than 2 % probability are not mentioned: 0.5·N(0; 6, 2) = 0.5·0.0022.
    assert 0 not in found
    assert 6 in found


def test_a_free_infusion_costs_nothing():
    zero = replace(
        WEIGHTS.infusion_cost, quantity=replace(WEIGHTS.infusion_cost.quantity, value=0.0)
    )
    assert replace(WEIGHTS, infusion_cost=zero).burden(6, 0) == 0
