"""The window after an infusion, from both sides of each edge. Hours count from the infusion's end."""

from datetime import UTC, datetime, timedelta

import pytest

from ketacare.core.errors import KnowledgeError
from ketacare.core.record import Infusion, TherapyKind, TherapySession
from ketacare.core.therapy import IntegrationWindow, Standing, judge_integration
from ketacare.knowledge.load import load_integration_window

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
END = START + timedelta(minutes=40)
INFUSION = Infusion(at=START, dose_mg=35, minutes=40)
WINDOW = load_integration_window()  # 24 to 96 hours


def session(hours, *, attended=True, kind=TherapyKind.INTEGRATION):
    return TherapySession(kind=kind, at=END + timedelta(hours=hours), attended=attended)


def judge(*sessions, now, before=None):
    return judge_integration(
        INFUSION,
        sessions,
        WINDOW,
        now=END + timedelta(hours=now),
        before=None if before is None else END + timedelta(hours=before),
    )


@pytest.mark.parametrize(
    ("hours", "standing"),
    [
        (0, Standing.OUTSIDE),
        (23.9, Standing.OUTSIDE),
        (24, Standing.DONE),
        (96, Standing.DONE),
        (96.1, Standing.OUTSIDE),
    ],
)
def test_a_session_at_the_edges(hours, standing):
    found = judge(session(hours), now=200)
    assert found.standing is standing
    assert found.hours == pytest.approx(hours)


@pytest.mark.parametrize(
    ("now", "standing"),
    [(23.9, Standing.WAITING), (24, Standing.OPEN), (96, Standing.OPEN), (96.1, Standing.MISSING)],
)
def test_no_session_at_the_edges(now, standing):
    assert judge(now=now).standing is standing


def test_the_window_counts_from_the_end_of_the_infusion():
    assert judge(now=0).opens_at == START + timedelta(hours=24, minutes=40)


def test_a_session_in_the_window_is_preferred():
    assert judge(session(2), session(30), now=100).hours == pytest.approx(30)


@pytest.mark.parametrize(
    "other",
    [
        session(30, attended=False),
        session(30, attended=None),
        session(30, kind=TherapyKind.CBT),
        session(-1),
    ],
)
def test_what_is_no_integration_of_it(other):
    assert judge(other, now=50).standing is Standing.OPEN


def test_a_session_to_come_does_not_count_yet():
    assert judge(session(60), now=50).standing is Standing.OPEN


def test_a_session_after_the_next_infusion_belongs_to_that_one():
    assert judge(session(80), now=120, before=72).standing is Standing.MISSING


def test_a_window_that_closes_before_it_opens_is_refused():
    with pytest.raises(KnowledgeError, match="opens first"):
        IntegrationWindow(opens=WINDOW.closes, closes=WINDOW.opens, provenance=WINDOW.provenance)
