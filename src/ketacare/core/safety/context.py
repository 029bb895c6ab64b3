"""What a rule has to know about this visit that is not part of the person's record.

An order that is being written, the state of the pump, the resistance stage another room computed.
What is not given stays ``None`` and makes the rules that need it say ``cannot_tell``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from ketacare.core.history import Stage
from ketacare.core.record._checks import require_aware, require_positive
from ketacare.core.safety.kinds import Phase
from ketacare.core.safety.preparation import Preparation, Stock, Waste


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionContext:
    """One visit or one order.

    ``dose_mg`` and ``second_dose_mg`` are the two independent calculations of the dose (mg racemic
    ketamine base). ``planned_at`` is when the infusion would start (``now`` when left out).
    ``stage_resistant`` comes from the staging of the history; ``stage_lacks_only_therapy`` says
    that an adequate psychotherapy course is all that is lacking, and ``stage_open`` names the
    criteria that cannot be told from the history yet. ``preparation``, ``waste`` and ``stock`` are what
    was drawn up, thrown away and counted.
    """

    dose_mg_per_kg: float | None = None
    minutes: float | None = None
    dose_mg: float | None = None
    second_dose_mg: float | None = None
    planned_at: datetime | None = None
    stage_resistant: bool | None = None
    stage_open: tuple[str, ...] = ()
    stage_lacks_only_therapy: bool = False
    phase: Phase | None = None
    started: datetime | None = None
    ended: datetime | None = None
    preparation: Preparation | None = None
    waste: Waste | None = None
    stock: Stock | None = None

    def __post_init__(self) -> None:
        require_positive("dose_mg_per_kg", self.dose_mg_per_kg, "mg/kg")
        require_positive("minutes", self.minutes, "min")
        require_positive("dose_mg", self.dose_mg, "mg")
        require_positive("second_dose_mg", self.second_dose_mg, "mg")
        for name in ("planned_at", "started", "ended"):
            require_aware(name, getattr(self, name))

    def with_stage(self, stage: Stage | None) -> SessionContext:
        """Return this context with what the staging of the history says; without one, unchanged."""
        if stage is None:
            return self
        unmet = [criterion.name for criterion in stage.criteria if criterion.met is not True]
        return replace(
            self,
            stage_resistant=stage.resistant,
            stage_lacks_only_therapy=unmet == ["therapies"],
            stage_open=tuple(c.label for c in stage.criteria if c.met is None),
        )
