"""Individual estimation: one person's kinetics from measured plasma concentrations."""

from ketacare.core.pharmacology.estimation.answer import (
    Diagnostics,
    Estimate,
    Fit,
    Held,
    Posterior,
    Predicted,
)
from ketacare.core.pharmacology.estimation.fitting import fit
from ketacare.core.pharmacology.estimation.occasions import Occasions, occasions_of
from ketacare.core.pharmacology.estimation.samples import Arm, Sample, in_ng_per_mL

__all__ = [
    "Arm",
    "Diagnostics",
    "Estimate",
    "Fit",
    "Held",
    "Occasions",
    "Posterior",
    "Predicted",
    "Sample",
    "fit",
    "in_ng_per_mL",
    "occasions_of",
]
