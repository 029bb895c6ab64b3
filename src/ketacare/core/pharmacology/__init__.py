"""What the drug does: dosing, kinetics, and the effects within the hour.

Linear compartment models are solved exactly for piecewise-constant input. Sites and enantiomers
are always named, doses are milligrams of ketamine base. Concentration is shown for safety and
understanding only: exposure does not predict benefit.
"""

from ketacare.core.pharmacology.bands import Band
from ketacare.core.pharmacology.dosing import Bolus, Enantiomer, RateStep, Regimen
from ketacare.core.pharmacology.drawing import Baseline, SessionDraws, draw_session
from ketacare.core.pharmacology.effects import (
    Dissociation,
    EffectModel,
    LinearEffect,
    Modifier,
    ReferenceDose,
)
from ketacare.core.pharmacology.kinetics import amounts, concentration, effect_site, population
from ketacare.core.pharmacology.model import (
    Analyte,
    Domain,
    Measured,
    Parameter,
    PkModel,
    Range,
    Scaling,
    Site,
    Subject,
    VenousLink,
)
from ketacare.core.pharmacology.session import SessionForecast, expected_session
from ketacare.core.pharmacology.structure import Compartment, Elimination, Exchange, Structure

__all__ = [
    "Analyte",
    "Band",
    "Baseline",
    "Bolus",
    "Compartment",
    "Dissociation",
    "Domain",
    "EffectModel",
    "Elimination",
    "Enantiomer",
    "Exchange",
    "LinearEffect",
    "Measured",
    "Modifier",
    "Parameter",
    "PkModel",
    "Range",
    "RateStep",
    "ReferenceDose",
    "Regimen",
    "Scaling",
    "SessionDraws",
    "SessionForecast",
    "Site",
    "Structure",
    "Subject",
    "VenousLink",
    "amounts",
    "concentration",
    "draw_session",
    "effect_site",
    "expected_session",
    "population",
]
