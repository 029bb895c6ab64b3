"""When signs are back. A row that falls as e^(-t/tau) from 10 passes 2.5 at t = tau ln 4."""

import numpy as np
import pytest

from ketacare.core.pharmacology.returning import last_above, summary

HOURS = np.linspace(0, 4, 121)  # every two minutes
TAU_H = np.array([0.1, 0.5, 1.0])


def test_an_exponential_is_back_when_its_logarithm_says():
    rows = 10 * np.exp(-HOURS[:, None] / TAU_H)
    found = last_above(HOURS, rows, np.full(3, 2.5))
    assert found == pytest.approx(TAU_H * np.log(4), abs=1e-9)


def test_only_the_last_passage_counts():
    rows = np.exp(-((HOURS - 1) ** 2) / 0.05) + np.exp(-((HOURS - 3) ** 2) / 0.05)
    # the second hill passes 0.5 at 3 + sqrt(0.05 ln 2) = 3.186 h; its logarithm bends, so that a
    # straight line over two minutes is off by (0.033)^2 / 8 / 0.05 / slope 7.4 = 0.0004 h
    assert last_above(HOURS, rows[:, None], np.array([0.5]))[0] == pytest.approx(3.186, abs=1e-3)


def test_who_never_left_is_back_and_who_is_still_away_has_no_time():
    rows = np.stack([np.full(121, 1.0), np.full(121, 9.0)], axis=1)
    assert last_above(HOURS, rows, np.full(2, 2.5)).tolist() == [0.0, np.inf]


def test_a_row_that_falls_to_nothing_at_once_is_back_at_the_next_time():
    rows = np.where(HOURS < 1.0, 5.0, 0.0)[:, None]
    found = last_above(HOURS, rows, np.array([2.5]))[0]
    assert 1.0 - 2 / 60 <= found <= 1.0


def test_the_summary_counts_people():
    hours = np.array([0.0] * 4 + [1.0] * 10 + [2.0] * 4 + [np.inf] * 2)
    back = summary(hours, 5.0)
    # of 20: the 10th is back at 1 h, the 15th at 2 h, the 19th not at all
    assert (back.p50, back.p75, back.p95) == (1.0, 2.0, None)
    assert (back.never_left, back.not_yet) == (0.2, 0.1)
