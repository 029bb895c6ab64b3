"""What the drug does: dosing, kinetics, and the effects within the hour.

Linear compartment models are solved exactly for piecewise-constant input. Sites and enantiomers
are always named, doses are milligrams of ketamine base. Concentration is shown for safety and
understanding only: exposure does not predict benefit.
"""

from ketacare.core.pharmacology.bands import Band
from ketacare.core.pharmacology.blood import (
    Analyte,
    EffectSiteRate,
    Forms,
    Measured,
    Residual,
    Site,
    VenousLink,
)
from ketacare.core.pharmacology.domain import Domain, Range
from ketacare.core.pharmacology.dose_range import DoseRange, Limit
from ketacare.core.pharmacology.dosing import Bolus, Enantiomer, RateStep, Regimen
from ketacare.core.pharmacology.dosing_weights import compare_dosing_weights
from ketacare.core.pharmacology.drawing import Baseline, SessionDraws, draw_session
from ketacare.core.pharmacology.effects import (
    Dissociation,
    Drowsiness,
    EffectModel,
    EffectSite,
    Incidence,
    LinearEffect,
    Modifier,
    ReferenceDose,
)
from ketacare.core.pharmacology.estimation import (
    Arm,
    Diagnostics,
    Estimate,
    Fit,
    Held,
    Occasions,
    Posterior,
    Predicted,
    Sample,
    fit,
    in_ng_per_mL,
    occasions_of,
)
from ketacare.core.pharmacology.exposure import Exposure, exposure
from ketacare.core.pharmacology.kinetics import amounts, concentration, effect_site, population
from ketacare.core.pharmacology.line import held_in_line, through_line
from ketacare.core.pharmacology.model import PkModel
from ketacare.core.pharmacology.parameters import (
    Covariate,
    Form,
    Missing,
    Parameter,
    Scaling,
    Spread,
    Use,
)
from ketacare.core.pharmacology.populations import (
    Concentrations,
    concentrations,
    population_quantiles,
)
from ketacare.core.pharmacology.returning import Back
from ketacare.core.pharmacology.routes import Absorption, Route, RoutePart, Saturation
from ketacare.core.pharmacology.scenarios import (
    Comparison,
    Row,
    Scenario,
    ScenarioKind,
    Scenarios,
    Variant,
    compare,
)
from ketacare.core.pharmacology.session import Chance, SessionForecast, expected_session
from ketacare.core.pharmacology.structure import Compartment, Elimination, Exchange, Structure
from ketacare.core.pharmacology.subject import Measure, People, Subject

__all__ = [
    "Absorption",
    "Analyte",
    "Arm",
    "Back",
    "Band",
    "Baseline",
    "Bolus",
    "Chance",
    "Comparison",
    "Compartment",
    "Concentrations",
    "Covariate",
    "Diagnostics",
    "Dissociation",
    "Domain",
    "DoseRange",
    "Drowsiness",
    "EffectModel",
    "EffectSite",
    "EffectSiteRate",
    "Elimination",
    "Enantiomer",
    "Estimate",
    "Exchange",
    "Exposure",
    "Fit",
    "Form",
    "Forms",
    "Held",
    "Incidence",
    "Limit",
    "LinearEffect",
    "Measure",
    "Measured",
    "Missing",
    "Modifier",
    "Occasions",
    "Parameter",
    "People",
    "PkModel",
    "Posterior",
    "Predicted",
    "Range",
    "RateStep",
    "ReferenceDose",
    "Regimen",
    "Residual",
    "Route",
    "RoutePart",
    "Row",
    "Sample",
    "Saturation",
    "Scaling",
    "Scenario",
    "ScenarioKind",
    "Scenarios",
    "SessionDraws",
    "SessionForecast",
    "Site",
    "Spread",
    "Structure",
    "Subject",
    "Use",
    "Variant",
    "VenousLink",
    "amounts",
    "compare",
    "compare_dosing_weights",
    "concentration",
    "concentrations",
    "draw_session",
    "effect_site",
    "expected_session",
    "exposure",
    "fit",
    "held_in_line",
    "in_ng_per_mL",
    "occasions_of",
    "population",
    "population_quantiles",
    "through_line",
]
