"""One person with samples, and models with a residual error to weigh them by."""

from dataclasses import replace

import numpy as np

from ketacare.core.pharmacology import Arm, Regimen, Residual, Sample, Site, Subject
from ketacare.core.pharmacology.kinetics import Probe, read

WOMAN = Subject(62.0, 28.0)
DOSE = Regimen.infusion(31, 40)
# Simons 2022, Table 4: proportional error of ketamine in arterial blood. In venous blood it is the
# same number for want of another.
ERROR = {"ketamine": Residual(proportional=0.1095), "S-ketamine": Residual(proportional=0.1095)}


def with_spread(model, names):
    """Return the model with differences between people in some parameters only."""
    kept = {
        name: p if name in names else replace(p, omega2=None, variance=None, occasion=None)
        for name, p in model.parameters.items()
    }
    pairs = {pair: v for pair, v in model.covariances.items() if set(pair) <= set(names)}
    return replace(model, parameters=kept, covariances=pairs)


def sample(at_h, value, analyte="ketamine", site=Site.VENOUS, lloq=None, arm=Arm.OTHER):
    return Sample(at_h, analyte, value, site, arm, lloq)


def measured(model, people, row, times_h, rng, *, analyte="ketamine", site=Site.VENOUS, lloq=None):
    """Return what a laboratory would report of one drawn person, with 10.95 % error."""
    person = {name: value[row : row + 1] for name, value in people.items()}
    level = read(model, person, DOSE, times_h, [Probe(analyte=analyte, site=site)])[0, 0]
    noisy = level * (1 + 0.1095 * rng.standard_normal(len(times_h)))
    return [
        sample(t, None if lloq and v < lloq else float(v), analyte, site, lloq)
        for t, v in zip(times_h, noisy, strict=True)
    ]


def times(*hours):
    return np.array(hours, dtype=float)
