"""The clocks of a missing drug, from both sides of their last day; days counted by hand."""

from datetime import date, timedelta

from ketacare.core.ledger import clocks_of
from ketacare.knowledge.load import load_cabinet_rules

FRIDAY = date(2026, 11, 27)
MONDAY = date(2026, 11, 30)


def test_found_on_a_friday_is_told_on_monday():
    clocks = clocks_of(FRIDAY, load_cabinet_rules(), today=FRIDAY)
    assert (clocks.notice.due, clocks.notice.days_left) == (MONDAY, 3)
    assert clocks.form.due == date(2027, 1, 11)  # 3 days of November, 31 of December, 11


def test_a_clock_is_overdue_the_day_after_its_last():
    rules = load_cabinet_rules()
    assert not clocks_of(FRIDAY, rules, today=MONDAY).notice.is_overdue
    late = clocks_of(FRIDAY, rules, today=MONDAY + timedelta(days=1))
    assert late.notice.is_overdue
    assert not late.form.is_overdue


def test_what_was_done_is_not_overdue_and_says_when_it_was_late():
    rules = load_cabinet_rules()
    done = clocks_of(
        FRIDAY, rules, today=date(2027, 2, 1), notified=MONDAY, filed=date(2027, 1, 12)
    )
    assert not done.notice.is_overdue
    assert not done.notice.was_late
    assert done.form.was_late
