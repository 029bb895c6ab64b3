"""The order of the board: what a value says, then what is late, then what comes next."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from ketacare.clinic.work.needing import Need, need_of, order_of
from ketacare.core.safety import Level

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def seen(*levels, late=0, due_in=5, escalate=False, silent=False, nothing_due=False):
    """A person in a chair as far as the order looks at them."""
    item = SimpleNamespace(due_at=NOW + timedelta(minutes=due_in - late), escalate=escalate)
    return SimpleNamespace(
        concerns=[SimpleNamespace(state=SimpleNamespace(level=level)) for level in levels],
        due=[] if nothing_due else [SimpleNamespace(item=item)],
        is_overdue=late > 0,
        monitor_silent=silent,
        session=SimpleNamespace(scheduled_at=NOW),
    )


def test_each_need():
    assert need_of(seen(Level.AMBER, Level.CRITICAL)) is Need.CRITICAL
    assert need_of(seen(Level.RED, late=60, escalate=True)) is Need.RED
    assert need_of(seen(late=60, escalate=True)) is Need.LONG_OVERDUE
    assert need_of(seen(late=1)) is Need.SOON
    assert need_of(seen(Level.AMBER)) is Need.SOON
    assert need_of(seen(silent=True)) is Need.SILENT
    assert need_of(seen()) is Need.WAITS


def test_twelve_chairs_in_one_order():
    chairs = [
        seen(Level.CRITICAL),
        seen(Level.RED),
        seen(late=30, escalate=True),
        seen(late=9),
        seen(Level.AMBER, due_in=2),
        seen(silent=True),
        *(seen(due_in=minutes) for minutes in (1, 3, 4, 7, 9)),
        seen(nothing_due=True),
    ]
    shuffled = chairs[::-1]
    assert sorted(shuffled, key=order_of) == chairs
