"""The monitoring limits of the policy: colours of vital signs, how often to look, how long to stay.

These are values only; :mod:`ketacare.core.safety.vitals` compares and
:mod:`ketacare.core.safety.cadence` counts minutes. All of them are for the site's anaesthetist to
approve.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ketacare.core.record import Vital
from ketacare.core.safety.dated import Dated, spoken
from ketacare.core.safety.kinds import Level, Phase
from ketacare.core.sources import Provenance


class Side(StrEnum):
    """How a value is compared with a bound; ``rise`` is per cent above the person's baseline."""

    ABOVE = "above"
    BELOW = "below"
    FROM = "from"
    RISE = "rise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One bound of one vital sign: beyond it the level is ``level``."""

    level: Level
    side: Side
    dated: Dated

    def is_crossed(self, value: float, baseline: float | None, day: date) -> bool:
        """Return whether ``value`` lies beyond the bound; a rise needs a baseline to be judged."""
        limit = self.dated.on(day).value
        match self.side:
            case Side.ABOVE:
                return value > limit
            case Side.BELOW:
                return value < limit
            case Side.FROM:
                return value >= limit
            case Side.RISE:
                return baseline is not None and value > baseline * (1.0 + limit / 100.0)

    def text(self, day: date) -> str:
        """Return the bound as said: ``"above 160 mmHg"``."""
        number = self.dated.on(day)
        said = spoken(number.value, number.unit)
        match self.side:
            case Side.RISE:
                return f"more than {said} above baseline"
            case Side.FROM:
                return f"{said} or more"
            case _:
                return f"{self.side.value} {said}"


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalLimits:
    """The bounds of one vital sign and when a value is too old to say anything.

    A device's value ages faster than a person's spot check. ``confirm_after`` is how long a red
    value must have lasted to count as confirmed; ``None`` means at once.
    """

    kind: Vital
    label: str
    action: str
    stale_device: Dated
    stale_person: Dated
    bounds: tuple[Bound, ...]
    confirm_after: Dated | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """How often something is looked at in one phase; ``closer`` applies while it is not normal."""

    kinds: tuple[Vital, ...]
    label: str
    every: Dated
    closer: Dated | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitoring:
    """All monitoring limits of the site.

    ``stay_from_start`` and ``stay_from_end`` are the shortest observation; ``escalate_after`` the
    minutes after which an overdue observation is no longer only a reminder.
    """

    provenance: Provenance
    vitals: Mapping[Vital, VitalLimits]
    cadence: Mapping[Phase, tuple[Cadence, ...]]
    escalate_after: Dated
    stay_from_start: Dated
    stay_from_end: Dated
    symptoms_question: str
