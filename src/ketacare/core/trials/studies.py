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


_SHARES = frozenset(
    {
        Measured.RESPONSE,
        Measured.REMISSION,
        Measured.RELAPSED,
        Measured.IMPROVEMENT,
        Measured.RETAINED,
        Measured.STOPPED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One observed outcome of an arm; days count from the first dose (day 0).

    For ``change``, ``from_day`` (if any) is what the change is counted from instead of entry.
    ``sd`` is the published SD between people where there is one, ``se`` the published standard
    error of the value itself.
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
        if not 0 < self.threshold < 1:
            raise KnowledgeError(
                ErrorCode.OUT_OF_RANGE,
                f"the threshold of {self.measured} is {self.threshold:g}; improvement by a share "
                "lies between 0 and 1 (50 % is 0.5)",
            )
        needs_from = self.measured in {
            Measured.RELAPSED,
            Measured.LOG_ODDS_RATIO,
            Measured.RETAINED,
        }
        if needs_from and (self.from_day is None or self.from_day >= self.day):
            raise KnowledgeError(
                ErrorCode.MISSING_KEY,
                f"{self.measured} on day {self.day:g} needs a from_day before it",
            )
        if self.measured is Measured.REMISSION and self.cutoff is None:
            raise KnowledgeError(ErrorCode.MISSING_KEY, "remission needs a cutoff in points")
        if self.measured in _SHARES and not 0 <= self.value.to("1") <= 1:
            raise KnowledgeError(
                ErrorCode.OUT_OF_RANGE,
                f"{self.measured} is {self.value.value:g}; a share lies between 0 and 1",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One arm: n people, their doses, the instrument with its entry scores, the outcomes.

    ``entry_mean``, ``entry_sd`` and ``error`` are in the instrument's points. Doses are mg/kg as
    given by ``route``; the prior knows what that is worth by vein. No doses at all is an arm
    without any contact with one. ``diagnosis`` is the ICD-10 code of the people, empty when mixed.
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

    def __post_init__(self) -> None:
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
