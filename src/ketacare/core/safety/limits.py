"""The monitoring limits of the policy: colours of vital signs, how often to look, how long to stay.

These are values only; :mod:`ketacare.core.safety.vitals` compares and
:mod:`ketacare.core.safety.cadence` counts minutes. All of them are for the site's anaesthetist to
approve.
"""

from __future__ import annotations

import math
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

    def range_on(self, day: date, baseline: float | None) -> Range:
        """Return the values beyond the bound; a rise needs a baseline, without one it is empty."""
        limit = self.dated.on(day).value
        match self.side:
            case Side.ABOVE:
                return Range(bound=self, above=limit)
            case Side.BELOW:
                return Range(bound=self, below=limit)
            case Side.FROM:
                return Range(bound=self, above=math.nextafter(limit, -math.inf))
            case Side.RISE:
                if baseline is None:
                    return Range(bound=self)
                return Range(bound=self, above=baseline * (1.0 + limit / 100.0))

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
class Range:
    """The values beyond one bound on one day for one person: above one number or below another."""

    bound: Bound
    above: float = math.inf
    below: float = -math.inf


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

    def ranges_on(self, day: date, baseline: float | None) -> tuple[Range, ...]:
        """Return the ranges of all bounds, the worst level first."""
        worst_first = (Level.CRITICAL, Level.RED, Level.AMBER)
        return tuple(
            bound.range_on(day, baseline)
            for level in worst_first
            for bound in self.bounds
            if bound.level is level
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """How often something is looked at in one phase; ``closer`` applies while it is not normal.

    A ``reminder`` is never more than that: a scale that is late holds nobody up and is not escalated.
    """

    kinds: tuple[Vital, ...]
    label: str
    every: Dated
    closer: Dated | None = None
    reminder: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitoring:
    """All monitoring limits of the site.

    ``stay_from_start`` and ``stay_from_end`` are the shortest observation; ``escalate_after`` the
    minutes after which an overdue observation is no longer only a reminder. ``acknowledge_red`` and
    ``acknowledge_critical`` are how long a crossed limit may wait for somebody to say they saw it
    before a named person is told.
    """

    provenance: Provenance
    vitals: Mapping[Vital, VitalLimits]
    cadence: Mapping[Phase, tuple[Cadence, ...]]
    escalate_after: Dated
    acknowledge_red: Dated
    acknowledge_critical: Dated
    stay_from_start: Dated
    stay_from_end: Dated
    symptoms_question: str
