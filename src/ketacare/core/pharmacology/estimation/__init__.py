"""Individual estimation: one person's kinetics from measured plasma concentrations."""

from ketacare.core.pharmacology.estimation.fitting import (
    Diagnostics,
    Estimate,
    Fit,
    Held,
    Posterior,
    Predicted,
    fit,
)
from ketacare.core.pharmacology.estimation.samples import Arm, Sample, in_ng_per_mL

__all__ = [
    "Arm",
    "Diagnostics",
    "Estimate",
    "Fit",
    "Held",
    "Posterior",
    "Predicted",
    "Sample",
    "fit",
    "in_ng_per_mL",
]
