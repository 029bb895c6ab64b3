"""The engine against adaptive tests recorded elsewhere, digit by digit: items, scores, errors."""

import tomllib
from pathlib import Path

import pytest

from ketacare.core.measures.irt import (
    AdaptiveRules,
    GradedItem,
    ItemBank,
    Metric,
    Quadrature,
    Selection,
    eap,
    run_adaptive,
)

REFERENCE = tomllib.loads(
    (Path(__file__).parents[3] / "reference/irt_traces.toml").read_text(encoding="utf-8")
)
DEPRESSION = ItemBank(
    id="depression",
    items=tuple(
        GradedItem(id=name, slope=slope, thresholds=tuple(thresholds))
        for name, (slope, *thresholds) in REFERENCE["parameters"].items()
    ),
    metric=Metric(name="T", mean=50.0, sd=10.0),
    grid=Quadrature(low=-4.0, high=4.0, step=0.1),
)


@pytest.mark.parametrize("trace", REFERENCE["trace"], ids=lambda trace: trace["name"])
def test_recorded_trace(trace):
    answers = {item: answer for item, answer, _score, _error in trace["rows"]}
    rules = AdaptiveRules(
        selection=Selection.POSTERIOR_WEIGHTED,
        error_at_most=3.0,
        least_items=trace["least_items"],
        most_items=12,
    )
    found = run_adaptive(DEPRESSION, rules, answers.__getitem__)
    assert [
        [a.item, a.answer, round(a.estimate.score, 1), round(a.estimate.score_error, 2)]
        for a in found.asked
    ] == trace["rows"]
    assert found.stop.value == trace["stop"]


def test_recorded_theta_of_never():
    # The same log prints theta: -0.80 after the first answer, -1.58 after the twelfth.
    rows = REFERENCE["trace"][0]["rows"]
    answers = {item: answer for item, answer, _score, _error in rows}
    assert round(eap(DEPRESSION, {"EDDEP29": 1}).theta, 2) == -0.80
    assert round(eap(DEPRESSION, answers).theta, 2) == -1.58
