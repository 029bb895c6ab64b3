"""The adaptive-care rules as data: when each applies, what it says, how strong its evidence is.

A rule is a row of conditions from a closed list; :mod:`ketacare.core.planning.guideline` evaluates
them on one person. The rules and their thresholds come from ``knowledge/planning``; nearly all of
them were worked out in depression, and each says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ketacare.core.safety import FactUsed
from ketacare.core.sources import Provenance, Sourced


class Action(StrEnum):
    """What a rule proposes or an option does, so that the two can be compared."""

    START = "start"
    CONTINUE = "continue"
    RAISE = "raise"
    LOWER = "lower"
    LENGTHEN = "lengthen"
    SPACE = "space"
    BOOSTER = "booster"
    STOP = "stop"
    HOLD = "hold"

    @property
    def wording(self) -> str:
        """Return the action as said in a sentence."""
        return _WORDING[self]


_WORDING: dict[Action, str] = {
    Action.START: "start the course",
    Action.CONTINUE: "continue unchanged",
    Action.RAISE: "raise the dose",
    Action.LOWER: "lower the dose",
    Action.LENGTHEN: "give it over a longer time",
    Action.SPACE: "space the infusions",
    Action.BOOSTER: "give one more infusion",
    Action.STOP: "stop the series",
    Action.HOLD: "hold the next infusion",
}


class Improvement(StrEnum):
    """Names of the improvement thresholds a rule may refer to."""

    SOME = "some"
    PARTIAL = "partial"
    RESPONSE = "response"


class Beside(StrEnum):
    """Names of the conditions that are not about the response on the primary scale."""

    MAINTENANCE = "maintenance"
    NAUSEA = "nausea"
    START_LOW = "start_low"
    TAPER = "taper"
    FUNCTION = "function"
    ALLIANCE = "alliance"
    SLEEP = "sleep"
    BLADDER_OR_LIVER = "bladder_or_liver"
    MISUSE = "misuse"


BESIDE_LIMITS = (
    "maintenance", "per_week", "course", "nausea", "nausea_sessions", "age", "wsas",
    "alliance_fall", "expectancy", "isi", "liver",
)  # fmt: skip
"""The numbers those conditions compare with; the rules file gives each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The answer to one condition, what it used and what is missing."""

    holds: bool | None
    facts: tuple[FactUsed, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """The conditions of a rule; all that are given must hold.

    ``after`` bounds the number of infusions in the series, ``None`` above means no upper bound.
    Improvement is that of the score after the latest infusion: ``at_least`` inclusive, ``below``
    exclusive. ``run_below`` asks that the latest so many infusions all stayed below the ``some``
    threshold, ``run_before`` that the so many before the latest did. ``fallback`` rules apply only
    when no other rule of the series does. ``beside`` names a condition that is not about response.
    """

    after_least: int = 0
    after_most: int | None = None
    at_least: Improvement | None = None
    below: Improvement | None = None
    run_below: int | None = None
    run_before: int | None = None
    tolerated: bool = False
    distress: bool = False
    pressure: bool = False
    remission: int | None = None
    relapse: bool = False
    worse: bool = False
    incomplete: bool = False
    fallback: bool = False
    beside: Beside | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptiveRule:
    """One rule: its sentence, the options a clinician chooses from, evidence and source.

    A rule that does not lead is shown beside the one that does, whatever that is.
    """

    id: str
    title: str
    sentence: str
    when: When
    options: tuple[str, ...]
    actions: tuple[Action, ...]
    evidence: str
    source: str
    locus: str
    note: str = ""
    leads: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The numbers the rules share, each with its source.

    Improvement in percent of the baseline; ``rated_from``, ``rated_about`` and ``rated_until`` in
    hours after an infusion; ``stale``, ``baseline_age`` and ``series_gap`` in days; non-response is
    not called before infusion ``judged_from``.
    """

    some: Sourced
    partial: Sourced
    response: Sourced
    rated_from: Sourced
    rated_about: Sourced
    rated_until: Sourced
    stale: Sourced
    baseline_age: Sourced
    series_gap: Sourced
    judged_from: Sourced
    unrated: Sourced
    relapse_loss: Sourced
    relapse_until: Sourced
    distress: Sourced
    nausea: Sourced
    cadss6: Sourced
    beside: Mapping[str, Sourced] = field(default_factory=dict)

    def percent(self, name: Improvement) -> float:
        """Return an improvement threshold in percent of the baseline."""
        chosen = {
            Improvement.SOME: self.some,
            Improvement.PARTIAL: self.partial,
            Improvement.RESPONSE: self.response,
        }[name]
        return chosen.to("%")


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptiveRules:
    """All rules of one guideline, in order of precedence: the first that applies leads."""

    provenance: Provenance
    thresholds: Thresholds
    rules: tuple[AdaptiveRule, ...]
