"""What was recorded about one person: the vocabulary every other room reads.

These are facts as someone entered, measured or reported them, with their time and their origin.
No judgement lives here: whether a trial was adequate is decided in ``history``, whether a value is
safe in ``safety``. What nobody recorded is ``None`` and stays so.
"""

from ketacare.core.record.blood import BloodSite, Concentration, SampleArm
from ketacare.core.record.care import (
    Infusion,
    InfusionEvent,
    InfusionEventKind,
    Rater,
    Route,
    Score,
    TherapyKind,
    TherapySession,
)
from ketacare.core.record.clinical import (
    Certainty,
    Diagnosis,
    Fact,
    Measurement,
    Medicine,
    Origin,
    Vital,
)
from ketacare.core.record.contradictions import (
    Contradiction,
    ContradictionKind,
    find_contradictions,
)
from ketacare.core.record.dates import spoken_date
from ketacare.core.record.person import Calendar, Person, Sex
from ketacare.core.record.trials import (
    Adherence,
    EndReason,
    TreatmentKind,
    TreatmentTrial,
    TrialOutcome,
    TrialRole,
)

__all__ = [
    "Adherence",
    "BloodSite",
    "Calendar",
    "Certainty",
    "Concentration",
    "Contradiction",
    "ContradictionKind",
    "Diagnosis",
    "EndReason",
    "Fact",
    "Infusion",
    "InfusionEvent",
    "InfusionEventKind",
    "Measurement",
    "Medicine",
    "Origin",
    "Person",
    "Rater",
    "Route",
    "SampleArm",
    "Score",
    "Sex",
    "TherapyKind",
    "TherapySession",
    "TreatmentKind",
    "TreatmentTrial",
    "TrialOutcome",
    "TrialRole",
    "Vital",
    "find_contradictions",
    "spoken_date",
]
