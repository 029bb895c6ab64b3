"""How one person changes: the severity model, its population prior, what scores teach, forecasts.

The model is described in ``dynamics``, the prior in ``prior``, learning in ``posterior``, fans and
probabilities in ``forecasting``. It answers for groups and for people like this one, with wide and
stated uncertainty; it never gives a target concentration and never uses the hours after a dose.
"""

from ketacare.core.response.asking import ValueOfAsking, value_of_asking
from ketacare.core.response.chances import Chances, RelapseForecast, chances, relapse_forecast
from ketacare.core.response.course import Course, Future, Rating, course_of
from ketacare.core.response.dropout import dropout_probability
from ketacare.core.response.dynamics import Dose, Relief, dose_effect, lagged, relief
from ketacare.core.response.forecasting import (
    Fan,
    Outcome,
    forecast,
    population,
    population_forecast,
    probability,
    sample_paths,
)
from ketacare.core.response.foretold import Foretold
from ketacare.core.response.observation import drift_slope, expected_reading, sample_scores
from ketacare.core.response.posterior import (
    Posterior,
    PosteriorStatus,
    extend,
    update,
    weighted_quantiles,
)
from ketacare.core.response.prior import (
    ANCHOR_MG_PER_KG,
    ConstantName,
    Indication,
    Prior,
    Rater,
    Setting,
    Shape,
    Trait,
    TraitName,
    Traits,
    View,
)
from ketacare.core.response.readings import expected_readings
from ketacare.core.response.watch import (
    Accuracy,
    Signal,
    SignalName,
    SignalState,
    WatchRules,
    ewma,
    expected_course,
    losing_relief,
    off_track,
    watch,
)

__all__ = [
    "ANCHOR_MG_PER_KG",
    "Accuracy",
    "Chances",
    "ConstantName",
    "Course",
    "Dose",
    "Fan",
    "Foretold",
    "Future",
    "Indication",
    "Outcome",
    "Posterior",
    "PosteriorStatus",
    "Prior",
    "Rater",
    "Rating",
    "RelapseForecast",
    "Relief",
    "Setting",
    "Shape",
    "Signal",
    "SignalName",
    "SignalState",
    "Trait",
    "TraitName",
    "Traits",
    "ValueOfAsking",
    "View",
    "WatchRules",
    "chances",
    "course_of",
    "dose_effect",
    "drift_slope",
    "dropout_probability",
    "ewma",
    "expected_course",
    "expected_reading",
    "expected_readings",
    "extend",
    "forecast",
    "lagged",
    "losing_relief",
    "off_track",
    "population",
    "population_forecast",
    "probability",
    "relapse_forecast",
    "relief",
    "sample_paths",
    "sample_scores",
    "update",
    "value_of_asking",
    "watch",
    "weighted_quantiles",
]
