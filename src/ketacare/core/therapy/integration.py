"""Whether an infusion was followed by an integration session, and until when one still can be.

The window counts from the end of the infusion. A session outside the window took place and is
said to be outside; an infusion without any session is missing one once the window has closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ketacare.core.errors import ErrorCode, KnowledgeError
from ketacare.core.record import Infusion, TherapyKind, TherapySession
from ketacare.core.sources import Provenance, Sourced


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationWindow:
    """From how many hours after the end of an infusion until how many integration belongs to it."""

    opens: Sourced
    closes: Sourced
    provenance: Provenance

    def __post_init__(self) -> None:
        if not 0 <= self.opens.to("h") < self.closes.to("h"):
            raise KnowledgeError(
                ErrorCode.CONTRADICTION,
                f"the window opens after {self.opens.to('h'):g} h and closes after "
                f"{self.closes.to('h'):g} h; it opens first",
            )


class Standing(StrEnum):
    """How an infusion stands with regard to integration."""

    WAITING = "waiting"  # the window is not open yet
    OPEN = "open"  # now is the time
    DONE = "done"  # held inside the window
    OUTSIDE = "outside"  # held, before or after the window
    MISSING = "missing"  # the window closed without a session


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """One infusion with its window and the first integration session after it, if any was held.

    ``hours`` is how long after the end of the infusion that session was.
    """

    standing: Standing
    opens_at: datetime
    closes_at: datetime
    session: TherapySession | None
    hours: float | None


def judge_integration(
    infusion: Infusion,
    sessions: Sequence[TherapySession],
    window: IntegrationWindow,
    *,
    now: datetime,
    before: datetime | None = None,
) -> Integration:
    """Return how ``infusion`` stands at ``now``.

    ``sessions`` may be all of a person's: those for integration that were attended after the
    infusion and before the next one (``before``) belong to it; one inside the window is preferred.
    """
    end = infusion.ended or infusion.at
    opens = end + timedelta(hours=window.opens.to("h"))
    closes = end + timedelta(hours=window.closes.to("h"))
    held = sorted(
        (
            s
            for s in sessions
            if s.kind is TherapyKind.INTEGRATION
            and s.attended
            and end <= s.at <= now
            and (before is None or s.at < before)
        ),
        key=lambda s: (not opens <= s.at <= closes, s.at),
    )
    found = held[0] if held else None
    if found is not None:
        standing = Standing.DONE if opens <= found.at <= closes else Standing.OUTSIDE
    elif now < opens:
        standing = Standing.WAITING
    else:
        standing = Standing.OPEN if now <= closes else Standing.MISSING
    return Integration(
        standing=standing,
        opens_at=opens,
        closes_at=closes,
        session=found,
        hours=None if found is None else (found.at - end) / timedelta(hours=1),
    )
