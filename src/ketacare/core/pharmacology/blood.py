"""Where a drug is measured and what is measured of it: sites, analytes, mirror images, errors.

Arterial and venous blood differ twofold at the end of an infusion, an assay may see S, R or both, and
a metabolite weighs what its own molecule weighs; each is named here so that none is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ketacare.core.pharmacology.dosing import Enantiomer
from ketacare.core.pharmacology.modes import Floats
from ketacare.core.sources import Sourced


class Site(StrEnum):
    """Where blood is drawn: effects follow arterial blood, samples are usually venous."""

    ARTERIAL = "arterial"
    VENOUS = "venous"


class Analyte(StrEnum):
    """What an assay of ketamine measures; without S or R in front, both enantiomers together.

    Models of other drugs have analytes of their own names; wherever an analyte is asked for, a
    text that the model knows will do.
    """

    KETAMINE = "ketamine"
    S_KETAMINE = "S-ketamine"
    R_KETAMINE = "R-ketamine"
    NORKETAMINE = "norketamine"
    S_NORKETAMINE = "S-norketamine"
    R_NORKETAMINE = "R-norketamine"
    HYDROXYNORKETAMINE = "hydroxynorketamine"
    S_HYDROXYNORKETAMINE = "S-hydroxynorketamine"
    R_HYDROXYNORKETAMINE = "R-hydroxynorketamine"


class Forms(StrEnum):
    """Which mirror images of the drug a model is about.

    ``separate`` S and R each by itself; ``S only`` and ``R only`` one of them; ``pooled`` one set
    of parameters for the racemate and for S; ``none`` the drug has no mirror images.
    """

    SEPARATE = "separate"
    S_ONLY = "S only"
    R_ONLY = "R only"
    POOLED = "pooled"
    NONE = "none"

    @property
    def computed(self) -> tuple[Enantiomer, ...]:
        """Return what is computed one by one; a pooled or single drug is one thing."""
        return _COMPUTED.get(self, (Enantiomer.RACEMATE,))


_COMPUTED = {
    Forms.SEPARATE: (Enantiomer.S, Enantiomer.R),
    Forms.S_ONLY: (Enantiomer.S,),
    Forms.R_ONLY: (Enantiomer.R,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VenousLink:
    """How blood from an arm vein follows arterial blood.

    C_venous = share * C_arterial + (1 - share) * C_delayed, dC_delayed/dt = rate (C_arterial -
    C_delayed); ``share`` is a proportion, ``rate`` in 1/h, ``delays`` how many such compartments
    follow one another. ``analytes`` are those it was made for.
    """

    share: Sourced
    rate: Sourced
    note: str
    delays: int = 1
    analytes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectSiteRate:
    """An effect site published with the kinetic model: its rate ke0 (1/h) and what drives it."""

    rate: Sourced
    analyte: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Where an analyte is: its compartment, what an amount there weighs, and of which enantiomers.

    ``mass_ratio`` turns mg of the dose's molecule into mg of the analyte (molar masses, or 1 where
    a source carries mass unchanged); ``molar_mass`` in g/mol is the analyte's own.
    """

    compartment: str
    mass_ratio: float
    molar_mass: float
    enantiomers: frozenset[Enantiomer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Residual:
    """What a measured concentration differs by from the model, as published, for one analyte.

    ``proportional`` a standard deviation relative to the prediction, ``additive`` one in
    ng/mL, ``log_sd`` one of the logarithm (then it stands alone).
    """

    proportional: float = 0.0
    additive: float = 0.0
    log_sd: float | None = None
    note: str = ""

    def deviation(self, predicted: Floats) -> Floats:
        """Return the standard deviation (ng/mL) at a prediction in ng/mL (not for ``log_sd``)."""
        return np.hypot(self.proportional * predicted, self.additive)
