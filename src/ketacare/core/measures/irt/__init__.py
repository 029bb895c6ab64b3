"""Item response theory: graded items, scores with errors, sum-score tables, adaptive tests, links.

The engine knows no item text. Banks are content (``knowledge/banks``) or a clinic's own file;
every score names the grid and the prior it is defined on.
"""

from ketacare.core.measures.irt.adaptive import (
    AdaptiveRules,
    Asked,
    Selection,
    Step,
    Stop,
    Trace,
    next_step,
    run_adaptive,
)
from ketacare.core.measures.irt.calibration import Calibration
from ketacare.core.measures.irt.estimates import (
    Estimate,
    LatentChange,
    Method,
    eap,
    judge_estimates,
    log_likelihood,
    map_estimate,
    posterior,
)
from ketacare.core.measures.irt.links import Link, Linked, on_metric
from ketacare.core.measures.irt.model import (
    GradedItem,
    ItemBank,
    Metric,
    Prior,
    Quadrature,
    category_probabilities,
    information,
)
from ketacare.core.measures.irt.sumscores import (
    SumScore,
    SumScoreTable,
    sum_likelihoods,
    sum_score_table,
)

__all__ = [
    "AdaptiveRules",
    "Asked",
    "Calibration",
    "Estimate",
    "GradedItem",
    "ItemBank",
    "LatentChange",
    "Link",
    "Linked",
    "Method",
    "Metric",
    "Prior",
    "Quadrature",
    "Selection",
    "Step",
    "Stop",
    "SumScore",
    "SumScoreTable",
    "Trace",
    "category_probabilities",
    "eap",
    "information",
    "judge_estimates",
    "log_likelihood",
    "map_estimate",
    "next_step",
    "on_metric",
    "posterior",
    "run_adaptive",
    "sum_likelihoods",
    "sum_score_table",
]
