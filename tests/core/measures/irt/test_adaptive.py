"""Choosing the next item and stopping, against the definitions written out."""

import itertools
import math

import numpy as np
import pytest

from ketacare.core.errors import InputError
from ketacare.core.measures.irt import (
    AdaptiveRules,
    Selection,
    Stop,
    eap,
    information,
    next_step,
    posterior,
    run_adaptive,
)
from ketacare.knowledge.load import load_banks

CALIBRATION = load_banks()["promis_anxiety"]
BANK = CALIBRATION.bank
ANSWERS = {"EDANX53": 3, "EDANX01": 2}
LEFT = [item.id for item in BANK.items if item.id not in ANSWERS]


def best(values):
    return max(values, key=values.get)


def rules(selection):
    return AdaptiveRules(selection=selection)


def test_maximum_information_is_taken_at_the_estimate():
    theta = np.array([eap(BANK, ANSWERS).theta])
    wanted = {name: information(BANK.item(name), theta)[0] for name in LEFT}
    assert next_step(BANK, ANSWERS, rules(Selection.MAXIMUM_INFORMATION)).item == best(wanted)


def test_posterior_weighted_information_is_the_mean_over_the_posterior():
    weights = posterior(BANK, ANSWERS)
    wanted = {name: float(weights @ information(BANK.item(name), BANK.theta)) for name in LEFT}
    step = next_step(BANK, ANSWERS, rules(Selection.POSTERIOR_WEIGHTED))
    assert step.item == best(wanted)
    assert step.values[step.item] == pytest.approx(wanted[step.item])


def test_expected_variance_is_that_of_really_giving_each_answer():
    weights = posterior(BANK, ANSWERS)

    def expected(name):
        item = BANK.item(name)
        table = np.exp(BANK.log_table[BANK.index[name]])
        chances = table @ weights
        return -sum(
            chance * eap(BANK, {**ANSWERS, name: answer}).error ** 2
            for chance, answer in zip(chances, item.answers, strict=True)
        )

    wanted = {name: expected(name) for name in LEFT}
    step = next_step(BANK, ANSWERS, rules(Selection.EXPECTED_VARIANCE))
    assert step.item == best(wanted)
    assert step.values[step.item] == pytest.approx(wanted[step.item])


def test_expected_information_is_that_of_really_giving_each_answer():
    weights = posterior(BANK, ANSWERS)

    def expected(name):
        chances = np.exp(BANK.log_table[BANK.index[name]]) @ weights
        total = 0.0
        for chance, answer in zip(chances, BANK.item(name).answers, strict=True):
            given = {**ANSWERS, name: answer}
            theta = np.array([eap(BANK, given).theta])
            total += chance * sum(information(BANK.item(n), theta)[0] for n in given)
        return total

    wanted = {name: expected(name) for name in LEFT}
    step = next_step(BANK, ANSWERS, rules(Selection.EXPECTED_INFORMATION))
    assert step.item == best(wanted)
    assert step.values[step.item] == pytest.approx(wanted[step.item])


def test_most_items_of_the_bank_file_end_a_test():
    # "Never" throughout leaves the error above 3 T at the floor of the bank: twelve items.
    trace = run_adaptive(BANK, CALIBRATION.rules, lambda _item: 1)
    assert (len(trace.asked), trace.stop) == (12, Stop.LONG)


def test_a_small_error_ends_a_test_not_before_the_least_number():
    trace = run_adaptive(BANK, CALIBRATION.rules, lambda _item: 3)
    assert (len(trace.asked), trace.stop) == (4, Stop.PRECISE)
    assert trace.estimate.score_error <= 3.0
    longer = AdaptiveRules(error_at_most=3.0, least_items=6)
    assert len(run_adaptive(BANK, longer, lambda _item: 3).asked) == 6


def test_a_score_that_does_not_move_ends_a_test():
    trace = run_adaptive(BANK, AdaptiveRules(least_items=2, least_change=1.0), lambda _item: 3)
    scores = [asked.estimate.score for asked in trace.asked]
    moves = [abs(a - b) for a, b in itertools.pairwise(scores)]
    assert trace.stop is Stop.SETTLED
    assert moves[-1] < 1.0
    assert all(move >= 1.0 for move in moves[:-1])


def test_an_empty_bank_ends_a_test():
    trace = run_adaptive(BANK, AdaptiveRules(), lambda _item: 2)
    assert (len(trace.asked), trace.stop) == (29, Stop.EXHAUSTED)
    assert len({asked.item for asked in trace.asked}) == 29


def test_a_skipped_item_is_not_asked_again_and_not_scored():
    trace = run_adaptive(BANK, CALIBRATION.rules, lambda item: None if item == "EDANX53" else 3)
    assert "EDANX53" not in {asked.item for asked in trace.asked}
    assert trace.estimate.answered == len(trace.asked)


def test_a_first_item_can_be_fixed():
    fixed = AdaptiveRules(first="EDANX33")
    assert next_step(BANK, {}, fixed).item == "EDANX33"
    assert next_step(BANK, {"EDANX33": 1}, fixed).item != "EDANX33"


def test_error_shrinks_on_the_way_to_a_middling_level():
    trace = run_adaptive(BANK, AdaptiveRules(most_items=8), lambda _item: 3)
    errors = [asked.estimate.error for asked in trace.asked]
    assert errors == sorted(errors, reverse=True)
    assert math.isclose(trace.estimate.reliability, 1 - errors[-1] ** 2)


def test_rules_that_cannot_be_met_are_refused():
    assert AdaptiveRules(least_items=4, most_items=4).most_items == 4
    with pytest.raises(InputError, match="between 5 and 4 items"):
        AdaptiveRules(least_items=5, most_items=4)
