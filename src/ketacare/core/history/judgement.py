"""What the judgement of one trial consists of, for whoever shows or counts it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ketacare.core.history.treatments import Treatment
from ketacare.core.record import TreatmentTrial, TrialRole


class Adequacy(StrEnum):
    """Whether the treatment was given well enough to say that it was tried.

    ``possible`` lies between the fewest weeks or sessions and the preferred ones.
    """

    YES = "yes"
    POSSIBLE = "possible"
    NO = "no"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialJudgement:
    """One trial with its adequacy, whether it failed, and whether it counts.

    ``failed`` is true only for lack of effect: intolerance, non-adherence and access are kept
    apart. ``counts`` is true for an adequate failed trial, ``None`` when that cannot be told or
    the trial is only possibly adequate. ``reasons`` are sentences, ``missing`` what would settle
    the question; a treatment without a definition has neither adequacy nor anything missing.
    """

    trial: TreatmentTrial
    treatment: Treatment
    adequacy: Adequacy
    failed: bool | None
    counts: bool | None
    reasons: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def is_augmentation(self) -> bool:
        """Return whether it was added to another treatment."""
        return self.trial.role is TrialRole.AUGMENTATION

    @property
    def defined(self) -> bool:
        """Return whether an adequate trial of this treatment is defined at all."""
        return self.treatment.is_defined
