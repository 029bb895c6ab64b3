"""EAP, MAP and sum-score tables against brute force, algebra and the published short forms."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize

from ketacare.core.errors import InputError, KnowledgeError
from ketacare.core.measures.irt import (
    GradedItem,
    ItemBank,
    Metric,
    Prior,
    Quadrature,
    category_probabilities,
    eap,
    information,
    judge_estimates,
    map_estimate,
    posterior,
    sum_score_table,
)
from ketacare.knowledge.load import load_banks

ANXIETY = load_banks()["promis_anxiety"]
FOUR = ("EDANX01", "EDANX40", "EDANX41", "EDANX53")
EIGHT = (*FOUR, "EDANX46", "EDANX07", "EDANX05", "EDANX54")


def likelihood(answers, theta):
    """The likelihood written from the definition: differences of logistic curves."""
    product = 1.0
    for name, answer in answers.items():
        item = ANXIETY.bank.item(name)
        star = [1.0, *(1 / (1 + math.exp(-item.slope * (theta - b))) for b in item.thresholds), 0.0]
        product *= star[answer - 1] - star[answer]
    return product


ANSWERS = [
    {},
    {"EDANX01": 1},
    {"EDANX01": 5, "EDANX49": 1},
    {"EDANX01": 3, "EDANX40": 2, "EDANX41": 4, "EDANX53": 3},
    dict.fromkeys(EIGHT, 2),
]


@pytest.mark.parametrize("answers", ANSWERS, ids=str)
def test_eap_equals_an_independent_integration(answers):
    # adaptive integration over -4 to 4 instead of the grid; a grid of 0.1 is exact to 1e-5 here
    def moment(power):
        def weight(t):
            return t**power * math.exp(-t * t / 2) * likelihood(answers, t)

        return integrate.quad(weight, -4, 4, epsabs=1e-12, limit=200)[0]

    mean = moment(1) / moment(0)
    found = eap(ANXIETY.bank, answers)
    # At the ends of the grid the trapezoid of the sum counts the last point fully: 4e-4 there.
    assert found.theta == pytest.approx(mean, abs=2e-4)
    assert found.error == pytest.approx(math.sqrt(moment(2) / moment(0) - mean**2), abs=1e-3)
    assert found.score == pytest.approx(50 + 10 * found.theta)


@pytest.mark.parametrize("answers", ANSWERS, ids=str)
def test_map_equals_a_bounded_search_and_its_curvature(answers):
    def minus_log(t):
        return t * t / 2 - math.log(likelihood(answers, t))

    best = optimize.minimize_scalar(
        minus_log, bounds=(-4, 4), method="bounded", options={"xatol": 1e-9}
    ).x
    h = 1e-3
    curvature = (minus_log(best + h) - 2 * minus_log(best) + minus_log(best - h)) / h**2
    found = map_estimate(ANXIETY.bank, answers)
    assert found.theta == pytest.approx(best, abs=1e-6)
    assert found.error == pytest.approx(1 / math.sqrt(curvature), rel=1e-4)


def test_without_answers_the_estimate_is_the_prior():
    bank = ItemBank(
        id="b",
        items=(GradedItem(id="x", slope=1.0, thresholds=(0.0,)),),
        prior=Prior(mean=0.5, sd=0.8),
        grid=Quadrature(low=-6.0, high=7.0, step=0.05),
    )
    assert eap(bank, {}).theta == pytest.approx(0.5, abs=1e-9)
    assert eap(bank, {}).error == pytest.approx(0.8, abs=1e-6)
    assert (map_estimate(bank, {}).theta, map_estimate(bank, {}).error) == (0.5, 0.8)


# Reference section E2: "4a raw -> T ... 8a raw -> T", from the same parameters, grid -6 to 6 by 0.05.
# "points score error", the error where it is printed.
TABLE_4A = """
    4 40.3 6.1 | 5 48.0 3.6 | 6 51.2 | 7 53.7 | 8 55.8 | 9 57.7 | 10 59.5 | 11 61.4 | 12 63.4 | 13 65.3
    | 14 67.3 | 15 69.3 | 16 71.2 | 17 73.3 | 18 75.4 | 19 77.9 | 20 81.7 3.7
"""
TABLE_8A = """
    8 37.1 5.5 | 9 43.2 | 10 45.9 | 12 49.4 | 15 53.2 | 20 58.4 | 25 63.5 | 30 68.7 | 35 74.1 | 38 78.2
    | 40 83.2 3.5
"""


@pytest.mark.parametrize(("items", "wanted"), [(FOUR, TABLE_4A), (EIGHT, TABLE_8A)])
def test_short_form_table_of_the_reference(items, wanted):
    table = sum_score_table(ANXIETY.tables, items)
    for line in wanted.split("|"):
        points, score, *error = line.split()
        row = table.row(int(points))
        assert round(row.score, 1) == float(score)
        assert not error or round(row.score_error, 1) == float(error[0])


def test_a_narrow_grid_pulls_in_the_end_of_the_table():
    # Reference E2: a grid of -4 to 4 by 0.1 gives 82.8 at the ceiling of the 8a.
    assert round(sum_score_table(ANXIETY.bank, EIGHT).row(40).score, 1) == 82.8


def test_sum_scores_equal_the_enumeration_of_all_patterns():
    # 5^3 patterns: the EAP of a sum is the mean of theta over all patterns with that sum
    items = ("EDANX01", "EDANX33", "EDANX49")
    theta = ANXIETY.bank.theta
    prior = np.exp(-(theta**2) / 2)
    joint = {}
    for pattern in itertools.product(range(1, 6), repeat=3):
        answers = dict(zip(items, pattern, strict=True))
        weights = prior * np.array([likelihood(answers, t) for t in theta])
        joint[sum(pattern)] = joint.get(sum(pattern), 0.0) + weights
    table = sum_score_table(ANXIETY.bank, items)
    for points, weights in joint.items():
        mean = float(theta @ weights / weights.sum())
        assert table.row(points).theta == pytest.approx(mean, abs=1e-12)
        assert table.row(points).share == pytest.approx(float(weights.sum() / prior.sum()))
    assert sum(row.share for row in table.rows) == pytest.approx(1.0)


def test_information_is_the_expected_squared_slope():
    # Fisher: sum over categories of (dP/dtheta)^2 / P, by central differences with h = 1e-5
    item = ANXIETY.bank.item("EDANX41")
    theta, h = np.array([-1.0, 0.5, 2.0]), 1e-5
    slope = (category_probabilities(item, theta + h) - category_probabilities(item, theta - h)) / (
        2 * h
    )
    wanted = np.sum(slope**2 / category_probabilities(item, theta), axis=1)
    assert information(item, theta) == pytest.approx(wanted, rel=1e-6)


def test_two_categories_are_the_two_parameter_logistic_model():
    # Birnbaum: information a^2 P (1 - P), at the threshold a^2 / 4
    item = GradedItem(id="x", slope=2.0, thresholds=(0.3,), lowest=0)
    assert information(item, np.array([0.3]))[0] == pytest.approx(1.0)
    assert category_probabilities(item, np.array([0.3]))[0] == pytest.approx([0.5, 0.5])


THETA = st.floats(-8, 8)


@settings(max_examples=50)
@given(THETA)
def test_probabilities_add_up_to_one_even_far_out(theta):
    for item in ANXIETY.bank.items:
        found = category_probabilities(item, np.array([theta * 10]))
        assert found.sum() == pytest.approx(1.0)
        assert (found >= 0).all()


@settings(max_examples=30)
@given(st.dictionaries(st.sampled_from(EIGHT), st.integers(1, 4), min_size=1))
def test_a_higher_answer_never_lowers_the_level(answers):
    name = next(iter(answers))
    higher = {**answers, name: answers[name] + 1}
    assert eap(ANXIETY.bank, higher).theta > eap(ANXIETY.bank, answers).theta
    assert map_estimate(ANXIETY.bank, higher).theta > map_estimate(ANXIETY.bank, answers).theta


def test_order_of_the_answers_does_not_matter():
    answers = {"EDANX01": 3, "EDANX40": 2, "EDANX41": 4}
    turned = dict(reversed(answers.items()))
    assert posterior(ANXIETY.bank, answers) == pytest.approx(posterior(ANXIETY.bank, turned))


def test_change_between_two_estimates():
    # T 65 ± 3 to 56 ± 3: 9 / sqrt(18) = 2.12, reliable; to 57 ± 3: 8 / 4.243 = 1.89, not
    before = eap(ANXIETY.bank, dict.fromkeys(EIGHT, 3))
    after = eap(ANXIETY.bank, dict.fromkeys(EIGHT, 2))
    found = judge_estimates(before, after)
    z = (before.score - after.score) / math.hypot(before.score_error, after.score_error)
    assert (found.points > 0, found.z, found.reliable) == (True, pytest.approx(z), True)
    assert judge_estimates(before, before).reliable is False


@pytest.mark.parametrize("answer", [0, 6, True])
def test_an_answer_that_does_not_exist_is_refused(answer):
    assert eap(ANXIETY.bank, {"EDANX01": 5}).theta > 0
    with pytest.raises(InputError, match="EDANX01 is answered with"):
        eap(ANXIETY.bank, {"EDANX01": answer})


def test_an_unknown_item_and_an_impossible_sum_are_refused():
    assert sum_score_table(ANXIETY.tables, FOUR).row(4).points == 4
    with pytest.raises(InputError, match='has no item "EDANX99"'):
        eap(ANXIETY.bank, {"EDANX99": 1})
    with pytest.raises(InputError, match="these 4 items give 4 to 20"):
        sum_score_table(ANXIETY.tables, FOUR).row(21)
    with pytest.raises(InputError, match="each once"):
        sum_score_table(ANXIETY.tables, ("EDANX01", "EDANX01"))


@pytest.mark.parametrize(
    ("slope", "thresholds", "sentence"),
    [
        (0.0, (0.0, 1.0), "a positive slope"),
        (1.0, (1.0, 1.0), "have to rise"),
        (1.0, (), "have to rise"),
    ],
)
def test_parameters_that_cannot_be_are_refused(slope, thresholds, sentence):
    assert GradedItem(id="x", slope=1.0, thresholds=(0.0, 1.0)).answers == range(1, 4)
    with pytest.raises(KnowledgeError, match=sentence):
        GradedItem(id="x", slope=slope, thresholds=thresholds)


def test_a_grid_without_whole_steps_is_refused():
    assert Quadrature(low=-4.0, high=4.0, step=0.1).points.size == 81
    with pytest.raises(KnowledgeError, match="no whole number of steps"):
        Quadrature(low=-4.0, high=4.0, step=0.3)


def test_metric_is_linear():
    assert Metric(name="T", mean=50.0, sd=10.0).score(-1.23) == pytest.approx(37.7)
