"""Treatments that were tried before, as told or documented, without any judgement.

The fields are those that treatment-history instruments ask for: dose, duration at that dose,
adherence, outcome and reason for ending (ATHF-SF, Sackeim et al. 2019, J Psychiatr Res 113:125).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ketacare.core.record._checks import require_aware, require_order, require_positive
from ketacare.core.record.clinical import Certainty


class TreatmentKind(StrEnum):
    """What kind of treatment was tried."""

    MEDICINE = "medicine"
    PSYCHOTHERAPY = "psychotherapy"
    NEUROMODULATION = "neuromodulation"


class Adherence(StrEnum):
    """How much of the treatment was taken or attended."""

    GOOD = "good"
    PARTIAL = "partial"
    POOR = "poor"


class TrialOutcome(StrEnum):
    """What the treatment achieved: response is 50 % better or more, partial 25 to 49 %."""

    REMISSION = "remission"
    RESPONSE = "response"
    PARTIAL = "partial"
    NONE = "none"
    WORSE = "worse"
    RELAPSE = "relapse"


class EndReason(StrEnum):
    """Why the treatment ended; only inefficacy counts as a failed trial."""

    INEFFICACY = "inefficacy"
    INTOLERANCE = "intolerance"
    NON_ADHERENCE = "non_adherence"
    ACCESS = "access"
    PREGNANCY = "pregnancy"
    OTHER = "other"


class TrialRole(StrEnum):
    """Whether a treatment stood alone, was added to another one, or was begun together with one."""

    ALONE = "alone"
    AUGMENTATION = "augmentation"
    COMBINATION = "combination"


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentTrial:
    """One treatment that was tried.

    ``treatment`` is the id of a file in ``knowledge/treatments`` (``"escitalopram"``, ``"cbt"``);
    ``name`` is what was written down. ``dose_mg_per_day`` is the highest dose that was held and
    ``weeks_at_dose`` the weeks at that dose. Psychotherapies use ``sessions`` and the questions
    below it. ``role`` says whether it was added to another treatment (``added_to``, an id like
    ``treatment``); ``optimised`` whether the dose was raised as far as it was borne. ``None``
    everywhere means: not recorded.
    """

    id: str
    kind: TreatmentKind
    treatment: str
    name: str = ""
    dose_mg_per_day: float | None = None
    weeks_at_dose: float | None = None
    started: datetime | None = None
    ended: datetime | None = None
    ongoing: bool | None = None
    adherence: Adherence | None = None
    outcome: TrialOutcome | None = None
    end_reason: EndReason | None = None
    sessions: int | None = None
    weeks: float | None = None
    disorder_specific: bool | None = None
    exposure_delivered: bool | None = None
    therapist_qualified: bool | None = None
    homework_fraction: float | None = None
    role: TrialRole | None = None
    added_to: str = ""
    optimised: bool | None = None
    certainty: Certainty | None = None
    recorded_by: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        require_positive("dose", self.dose_mg_per_day, "mg/day")
        require_positive("weeks_at_dose", self.weeks_at_dose, "wk", zero=True)
        require_positive("weeks", self.weeks, "wk", zero=True)
        require_positive("sessions", self.sessions, "sessions", zero=True)
        require_positive("homework_fraction", self.homework_fraction, "", zero=True)
        require_aware("started", self.started)
        require_aware("ended", self.ended)
        require_order("started", self.started, "ended", self.ended)
