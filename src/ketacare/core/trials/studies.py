"""Published studies as the calibration reads them: arms, what they were given, what was observed.

A study is evidence, not truth: an outcome carries the study's own sampling error through n, and a
``discrepancy``, how far the model may stand from it for reasons the model does not hold (another
population, another rater, what ambulatory clinics leave out).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ketacare.core.errors import ErrorCode, KnowledgeError
from ketacare.core.response import Dose, Setting
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
    """

    RESPONSE = "response"
    REMISSION = "remission"
    CHANGE = "change"
    EFFECT = "effect"
    IMPROVEMENT = "improvement"
    RELAPSED = "relapsed"
    LOG_ODDS_RATIO = "log_odds_ratio"
    RETAINED = "retained"


class Symptoms(StrEnum):
    """What the instrument of an arm measures: drug relief in depression has its own gain."""

    ANXIETY = "anxiety"
    DEPRESSION = "depression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One observed outcome of an arm; days count from the first dose (day 0).

    For ``change``, ``from_day`` (if any) is what the change is counted from instead of entry.
    ``sd`` is the published SD between people where there is one.
    """

    measured: Measured
    day: float
    value: Sourced
    sd: Sourced | None = None
    threshold: float = 0.5
    cutoff: float | None = None
    from_day: float | None = None
    discrepancy: Sourced | None = None

    def __post_init__(self) -> None:
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
        shares = {
            Measured.RESPONSE,
            Measured.REMISSION,
            Measured.RELAPSED,
            Measured.IMPROVEMENT,
            Measured.RETAINED,
        }
        if self.measured in shares and not 0 <= self.value.to("1") <= 1:
            raise KnowledgeError(
                ErrorCode.OUT_OF_RANGE,
                f"{self.measured} is {self.value.value:g}; a share lies between 0 and 1",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One arm: n people, their doses, the instrument with its entry scores, the outcomes.

    ``entry_mean``, ``entry_sd`` and ``error`` are in the instrument's points. Doses are
    intravenous-equivalent mg/kg; an empty list is an arm without any contact with a dose.
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

    def __post_init__(self) -> None:
        if self.n < 1:
            raise KnowledgeError(ErrorCode.OUT_OF_RANGE, f"n is {self.n}; an arm has people")


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
