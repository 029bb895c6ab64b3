"""What has been tried before: treatments, trial adequacy, and the stage of resistance.

Trials are judged one by one, each with its reasons; a definition of resistance, which is data,
says what the judgements add up to. Nothing here raises a label from a history that is not known:
what is missing is named.
"""

from ketacare.core.history.criteria import Count, Criterion, SeverityReading
from ketacare.core.history.definition import (
    ChecklistItem,
    Combine,
    DiagnosisRule,
    MedicineRule,
    SeverityRule,
    StagingDefinition,
    TherapyRule,
    Threshold,
)
from ketacare.core.history.functioning import (
    DOMAINS,
    LEVELS,
    Domain,
    Functioning,
    SetApart,
    functioning_of,
    set_apart,
)
from ketacare.core.history.judgement import Adequacy, TrialJudgement
from ketacare.core.history.medicines import (
    EquivalentPart,
    LorazepamEquivalent,
    diazepam_equivalent,
    lorazepam_equivalent,
    medicines_of_class,
)
from ketacare.core.history.points import (
    PointsBand,
    PointsDefinition,
    PointsKind,
    PointsPart,
    PointsStage,
    points_of,
)
from ketacare.core.history.staging import Stage, stage
from ketacare.core.history.treatments import (
    CourseAdequacy,
    MedicineAdequacy,
    Treatment,
    TreatmentClass,
    Treatments,
    find_treatment,
    plain,
    treatment_of,
)
from ketacare.core.history.trials import judge_trial

__all__ = [
    "DOMAINS",
    "LEVELS",
    "Adequacy",
    "ChecklistItem",
    "Combine",
    "Count",
    "CourseAdequacy",
    "Criterion",
    "DiagnosisRule",
    "Domain",
    "EquivalentPart",
    "Functioning",
    "LorazepamEquivalent",
    "MedicineAdequacy",
    "MedicineRule",
    "PointsBand",
    "PointsDefinition",
    "PointsKind",
    "PointsPart",
    "PointsStage",
    "SetApart",
    "SeverityReading",
    "SeverityRule",
    "Stage",
    "StagingDefinition",
    "TherapyRule",
    "Threshold",
    "Treatment",
    "TreatmentClass",
    "Treatments",
    "TrialJudgement",
    "diazepam_equivalent",
    "find_treatment",
    "functioning_of",
    "judge_trial",
    "lorazepam_equivalent",
    "medicines_of_class",
    "plain",
    "points_of",
    "set_apart",
    "stage",
    "treatment_of",
]
