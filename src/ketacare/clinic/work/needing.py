"""Who of those in the chairs needs somebody next: one order, and the reason for each place in it.

First what a value says (critical, then red), then observations later than the policy lets pass, what
is late or amber, a monitor that fell silent, and at last whoever's next observation comes first. This
is an order of looking, not an alarm.
"""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING

from ketacare.core.safety import Level

if TYPE_CHECKING:
    from ketacare.clinic.infusions.watching import Watch


class Need(IntEnum):
    """How soon somebody has to look; the lower, the sooner."""

    CRITICAL = 0
    RED = 1
    LONG_OVERDUE = 2
    SOON = 3
    SILENT = 4
    WAITS = 5


def need_of(seen: Watch) -> Need:
    """Return how soon somebody has to look at this person."""
    levels = {tile.state.level for tile in seen.concerns}
    if Level.CRITICAL in levels:
        return Need.CRITICAL
    if Level.RED in levels:
        return Need.RED
    if any(due.item.escalate for due in seen.due):
        return Need.LONG_OVERDUE
    if seen.is_overdue or Level.AMBER in levels:
        return Need.SOON
    return Need.SILENT if seen.monitor_silent else Need.WAITS


def order_of(seen: Watch) -> tuple[int, bool, datetime]:
    """Return the place in the order: the need, then what is due first, nothing due last."""
    first = min((due.item.due_at for due in seen.due), default=None)
    return (need_of(seen), first is None, first or seen.session.scheduled_at)
