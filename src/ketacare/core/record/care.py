"""What was done and how it went: infusions with their pump history, therapy sessions, scores."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record._checks import require_aware, require_positive


class Route(StrEnum):
    """How the dose entered the body."""

    INTRAVENOUS = "intravenous"
    INTRAMUSCULAR = "intramuscular"
    SUBCUTANEOUS = "subcutaneous"
    INTRANASAL = "intranasal"
    ORAL = "oral"
    SUBLINGUAL = "sublingual"


class InfusionEventKind(StrEnum):
    """What happened to the pump."""

    START = "start"
    RATE = "rate"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionEvent:
    """One act at the pump: ``mg_per_h`` is the rate from this moment on (0 for pause and stop)."""

    kind: InfusionEventKind
    at: datetime
    mg_per_h: float
    reason: str = ""
    by: str = ""

    def __post_init__(self) -> None:
        require_aware("at", self.at)
        require_positive("mg_per_h", self.mg_per_h, "mg/h", zero=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Infusion:
    """One dose that was given. ``dose_mg`` is milligrams of racemic ketamine base delivered.

    With ``events`` the pump history is exact; without it the dose is taken as delivered at a
    constant rate over ``minutes``. ``minutes`` is 0 for an injection and ``None`` if not reported.
    """

    at: datetime
    dose_mg: float
    minutes: float | None
    weight_kg: float | None = None
    route: Route = Route.INTRAVENOUS
    drug: str = "ketamine"
    events: tuple[InfusionEvent, ...] = ()
    completed: bool | None = None
    note: str = ""

    def __post_init__(self) -> None:
        require_aware("at", self.at)
        require_positive("dose", self.dose_mg, "mg")
        require_positive("minutes", self.minutes, "min", zero=True)
        require_positive("weight", self.weight_kg, "kg")

    @property
    def mg_per_kg(self) -> float | None:
        """Return the dose per kilogram, or ``None`` when no weight was recorded."""
        return None if self.weight_kg is None else self.dose_mg / self.weight_kg

    @property
    def ended(self) -> datetime | None:
        """Return when the infusion ended, or ``None`` when its duration is not known."""
        if self.events:
            return self.events[-1].at
        return None if self.minutes is None else self.at + timedelta(minutes=self.minutes)


class TherapyKind(StrEnum):
    """What a session with a therapist was for."""

    PREPARATION = "preparation"
    INTEGRATION = "integration"
    CBT = "cbt"
    COACHING = "coaching"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class TherapySession:
    """One session of therapy or coaching."""

    kind: TherapyKind
    at: datetime
    minutes: float | None = None
    attended: bool | None = None
    structured: bool | None = None
    by: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        require_aware("at", self.at)
        require_positive("minutes", self.minutes, "min")


class Rater(StrEnum):
    """Who answered: self-report and clinician rating differ in what they pick up."""

    PATIENT = "patient"
    CLINICIAN = "clinician"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One completed instrument: item answers, or the total alone when only that was reported.

    ``items`` holds ``None`` for each item left out. A reported ``total`` beside ``items`` must be
    what scoring gives; ``measures.score`` decides that.
    """

    instrument: str
    at: datetime
    total: float | None = None
    items: tuple[int | None, ...] | None = None
    rater: Rater = Rater.PATIENT
    wording: str = ""

    def __post_init__(self) -> None:
        require_aware("at", self.at)
        if self.total is None and self.items is None:
            raise InputError(
                ErrorCode.MISSING_KEY,
                f"{self.instrument} has neither total nor items; give one of them",
            )
