"""Published studies as the calibration reads them: arms, what they were given, what was observed.

A study is evidence, not truth: an outcome carries the study's own sampling error through n, and a
``discrepancy``, how far the model may stand from it for reasons the model does not hold (another
population, another rater, what ambulatory clinics leave out).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from ketacare.core.errors import ErrorCode, InputError, KnowledgeError
from ketacare.core.record import Route
from ketacare.core.response import Dose, Prior, Rater, Setting
from ketacare.core.sources import Provenance, Sourced


class Role(StrEnum):
    """What a study may be used for: fitting the prior, or testing it, never both."""

    CALIBRATION = "calibration"
    VALIDATION = "validation"


class Reading(StrEnum):
    """How the numbers were read: in the paper, in its abstract only, or from memory."""

    READ = "READ"
    READ_ABSTRACT = "READ-A"
    RECALLED = "RECALLED"


class Measured(StrEnum):
    """What an outcome measures.

    ``response``: share of people improved by ``threshold`` or more. ``remission``: share with
    ``cutoff`` points or fewer. ``change``: mean improvement in points. ``effect``: mean improvement
    in SDs at entry. ``improvement``: mean improvement as a share of the mean at entry. ``relapsed``:
    share, among responders on ``from_day``, with improvement below ``threshold`` at two consecutive
    weekly ratings, the first of them by ``day``. ``log_odds_ratio``: of response on ``day`` by response on ``from_day``.
    ``retained``: drug effect (against control) on ``day`` as a share of that on ``from_day``.
    ``difference``: mean improvement in points beyond the same people without the drug, or without
    therapy (``against``). ``separation``: that in SDs. ``stopped``: share who have left by ``day``.
    ``mean``: mean score. ``kept``: share, among responders on ``from_day``, who respond on ``day``.
    ``median_days``: days from ``from_day`` until half of the responders then have relapsed as in
    ``relapsed``, followed up to ``day``; the length of follow-up when fewer do.
    """

    RESPONSE = "response"
    REMISSION = "remission"
    CHANGE = "change"
    EFFECT = "effect"
    IMPROVEMENT = "improvement"
    RELAPSED = "relapsed"
    LOG_ODDS_RATIO = "log_odds_ratio"
    RETAINED = "retained"
    DIFFERENCE = "difference"
    SEPARATION = "separation"
    STOPPED = "stopped"
    MEAN = "mean"
    KEPT = "kept"
    MEDIAN_DAYS = "median_days"

    @property
    def is_counted(self) -> bool:
        """Return whether it counts people, so that it comes in steps of one of them."""
        return self in _COUNTED

    @property
    def unit(self) -> str:
        """Return the unit it is written in."""
        if self in {Measured.CHANGE, Measured.DIFFERENCE, Measured.MEAN}:
            return "point"
        return "d" if self is Measured.MEDIAN_DAYS else "1"


_COUNTED = frozenset(
    {
        Measured.RESPONSE,
        Measured.REMISSION,
        Measured.RELAPSED,
        Measured.STOPPED,
        Measured.KEPT,
    }
)
RELAPSES = frozenset({Measured.RELAPSED, Measured.MEDIAN_DAYS})
"""Outcomes that follow ratings about weekly until a relapse shows."""


class Symptoms(StrEnum):
    """What the instrument of an arm measures: drug relief in depression has its own gain.

    ``function`` (disability, quality of life) follows the symptoms of depression with a lag.
    """

    ANXIETY = "anxiety"
    DEPRESSION = "depression"
    FUNCTION = "function"


class Against(StrEnum):
    """What an arm is compared with: the same people on inert doses, or without therapy."""

    INERT = "inert"
    NO_THERAPY = "no_therapy"


class Standard(StrEnum):
    """Which SD an effect is counted in: that at entry, or that of entry and the day pooled."""

    ENTRY = "entry"
    POOLED = "pooled"


_SHARES = _COUNTED | {Measured.IMPROVEMENT, Measured.RETAINED}
_NEEDS_FROM = RELAPSES | {Measured.LOG_ODDS_RATIO, Measured.RETAINED, Measured.KEPT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One observed outcome of an arm; days count from the first dose (day 0).

    For ``change``, ``from_day`` (if any) is what the change is counted from instead of entry.
    ``sd`` is the published SD between people where there is one, ``se`` the published standard
    error of the value itself. ``people`` are those it was counted in, where they are not all of the
    arm (responders followed for relapse). With ``leavers_fail`` a share of responders or remitters is
    of everybody, and who has left by ``day`` counts as neither.
    """

    measured: Measured
    day: float
    value: Sourced
    sd: Sourced | None = None
    threshold: float = 0.5
    cutoff: float | None = None
    from_day: float | None = None
    discrepancy: Sourced | None = None
    se: Sourced | None = None
    against: Against = Against.INERT
    standard: Standard = Standard.ENTRY
    people: int | None = None
    leavers_fail: bool = False

    def __post_init__(self) -> None:
        for name, number in (("sd", self.sd), ("se", self.se), ("discrepancy", self.discrepancy)):
            if number is not None and not (math.isfinite(number.value) and number.value >= 0):
                raise KnowledgeError(
                    ErrorCode.OUT_OF_RANGE,
                    f"{name} of {self.measured} is {number.value:g}; give a number of zero or more",
                )
        if not math.isfinite(self.value.value) or not math.isfinite(self.day):
            raise KnowledgeError(
                ErrorCode.OUT_OF_RANGE,
                f"{self.measured} is {self.value.value:g} on day {self.day:g}; give numbers",
            )
        self._check_days()
        if not 0 < self.threshold < 1:
            raise KnowledgeError(
                ErrorCode.OUT_OF_RANGE,
                f"the threshold of {self.measured} is {self.threshold:g}; improvement by a share "
                "lies between 0 and 1 (50 % is 0.5)",
            )
        if self.people is not None and self.people < 1:
            raise KnowledgeError(
                ErrorCode.OUT_OF_RANGE,
                f"{self.measured} on day {self.day:g} was counted in {self.people} people; give one "
                "or more, or leave it out",
            )
        if self.leavers_fail and self.measured not in {Measured.RESPONSE, Measured.REMISSION}:
            raise KnowledgeError(
                ErrorCode.CONTRADICTION,
                f"{self.measured} does not count leavers; leave leavers_fail out",
            )
        if self.measured is Measured.REMISSION and self.cutoff is None:
            raise KnowledgeError(ErrorCode.MISSING_KEY, "remission needs a cutoff in points")
        if self.measured in _SHARES and not 0 <= self.value.to("1") <= 1:
            raise KnowledgeError(
                ErrorCode.OUT_OF_RANGE,
                f"{self.measured} is {self.value.value:g}; a share lies between 0 and 1",
            )

    def _check_days(self) -> None:
        if self.day < 0 or (self.from_day is not None and self.from_day < 0):
            raise KnowledgeError(
                ErrorCode.OUT_OF_RANGE,
                f"{self.measured} on day {min(self.day, self.from_day or 0.0):g} lies before the first "
                "dose; days count from it (day 0)",
            )
        if self.measured in _NEEDS_FROM and (self.from_day is None or self.from_day >= self.day):
            raise KnowledgeError(
                ErrorCode.MISSING_KEY,
                f"{self.measured} on day {self.day:g} needs a from_day before it",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One arm: n people, their doses, the instrument with its entry scores, the outcomes.

    ``entry_mean``, ``entry_sd`` and ``error`` are in the instrument's points. Doses are mg/kg as
    given by ``route``; the prior knows what that is worth by vein. No doses at all is an arm
    without any contact with one. ``diagnosis`` is the ICD-10 code of the people, empty when mixed.
    ``best`` is the score that means no symptoms: 0, or the lowest score of the instrument, or the
    highest where more is better. With ``responders_on`` the arm holds only people improved by
    ``responders_threshold`` on that day: those randomised to go on or to stop.
    """

    id: str
    n: int
    setting: Setting
    symptoms: Symptoms
    instrument: str
    entry_mean: Sourced
    entry_sd: Sourced
    error: Sourced
    doses: tuple[Dose, ...]
    outcomes: tuple[Observed, ...]
    route: str = Route.INTRAVENOUS.value
    therapy_days: tuple[float, ...] = ()
    diagnosis: str = ""
    rater: Rater = Rater.CLINICIAN
    best: float = 0.0
    responders_on: float | None = None
    responders_threshold: float = 0.5

    def __post_init__(self) -> None:
        if not math.isfinite(self.best) or self.best == self.entry_mean.value:
            raise KnowledgeError(
                ErrorCode.OUT_OF_RANGE,
                f"the best score of arm {self.id} is {self.best:g}, with {self.entry_mean.value:g} at "
                "entry; give the score that means no symptoms",
            )
        if not 0 < self.responders_threshold < 1 or (
            self.responders_on is not None
            and not (math.isfinite(self.responders_on) and self.responders_on > 0)
        ):
            raise KnowledgeError(
                ErrorCode.OUT_OF_RANGE,
                f"responders of arm {self.id} are those improved by {self.responders_threshold:g} on "
                f"day {self.responders_on}; give a share between 0 and 1 and a day after the start",
            )
        days = [d.day for d in self.doses]
        if len(set(days)) < len(days) or min(days, default=0.0) < 0:
            raise KnowledgeError(
                ErrorCode.CONTRADICTION,
                f"arm {self.id} has a dose before day 0, or two at one time; days count from the first "
                "dose (day 0), and two doses of one day are written as 0.0 and 0.3",
            )
        if self.n < 1:
            raise KnowledgeError(ErrorCode.OUT_OF_RANGE, f"n is {self.n}; an arm has people")
        if not self.outcomes:
            raise KnowledgeError(
                ErrorCode.MISSING_KEY, f"arm {self.id} has no outcome; say what was observed"
            )
        for name, number in (
            ("entry_mean", self.entry_mean),
            ("entry_sd", self.entry_sd),
            ("error", self.error),
        ):
            if not (math.isfinite(number.value) and number.value > 0):
                raise KnowledgeError(
                    ErrorCode.OUT_OF_RANGE,
                    f"{name} of arm {self.id} is {number.value:g}; give more than zero points",
                )

    @property
    def inverted(self) -> bool:
        """Return whether more points are better."""
        return self.best > self.entry_mean.value

    def counted_in(self, outcome: Observed) -> int:
        """Return how many people an outcome was counted in."""
        return self.n if outcome.people is None else outcome.people

    def doses_by_vein(self, prior: Prior) -> tuple[Dose, ...]:
        """Return the doses as intravenous equivalents; refuse a route the prior does not know."""
        factor = prior.routes.get(self.route)
        if factor is None:
            raise InputError(
                ErrorCode.UNKNOWN_NAME,
                f'arm {self.id} gives doses by the route "{self.route}", for which the prior has no '
                f"intravenous equivalent; use one of {', '.join(prior.routes)}",
            )
        return tuple(replace(d, mg_per_kg=d.mg_per_kg * factor.value) for d in self.doses)


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """One published study: who was treated, how it was read, and its arms."""

    provenance: Provenance
    role: Role
    reading: Reading
    population: str
    arms: tuple[Arm, ...]

    @property
    def id(self) -> str:
        """Return the id of its file."""
        return self.provenance.id
