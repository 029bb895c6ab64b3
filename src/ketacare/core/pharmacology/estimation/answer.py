"""What an estimation answers: parameters, samples against the curve, bands, and how it was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology.bands import Band, band_over
from ketacare.core.pharmacology.blood import Site
from ketacare.core.pharmacology.dosing import Regimen
from ketacare.core.pharmacology.estimation.occasions import Occasions
from ketacare.core.pharmacology.estimation.samples import Sample
from ketacare.core.pharmacology.kinetics import Probe, read
from ketacare.core.pharmacology.model import PkModel
from ketacare.core.pharmacology.modes import Floats
from ketacare.core.sources import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One parameter of the person, in ``unit``: typical, most probable, and the posterior.

    ``shrinkage`` is the posterior variance of the deviation over its prior variance: near 0 the
    samples decide, near 1 they say nothing and the value is the population's. ``deviation`` is the
    most probable deviation in standard deviations of the population. ``occasion`` counts from 1
    where the value is that of one occasion; ``None`` is the person's own, or of the only occasion.
    """

    name: str
    unit: str
    occasion: int | None
    typical: float
    most_probable: float
    mean: float
    p5: float
    p25: float
    p50: float
    p75: float
    p95: float
    shrinkage: float
    deviation: float

    @property
    def label(self) -> str:
        """Return the name, with the occasion where there is one."""
        return self.name if self.occasion is None else f"{self.name}, occasion {self.occasion}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A sample held against the most probable curve; ``standardised`` in residual errors.

    ``standardised`` is ``None`` for a sample below its limit of quantification; ``probability`` is
    then how probable such a result was.
    """

    sample: Sample
    predicted_ng_mL: float  # noqa: N815 - the unit is written as the field writes it
    standardised: float | None
    probability: float | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Predicted:
    """The concentration of the person at a site over time in ng/mL: most probable, and the band.

    The band is of the concentration itself; the error of an assay is not in it.
    """

    analyte: str
    site: Site
    most_probable: Floats
    band: Band


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Posterior:
    """Draws of equal weight: each parameter (n,) in the engine's units.

    ``occasions`` are the same people on each occasion that was seen, ``parameters`` on the next
    one, whose own deviations nobody has seen: they are drawn from the population.
    """

    parameters: Mapping[str, Floats]
    occasions: tuple[Mapping[str, Floats], ...]

    @property
    def size(self) -> int:
        """Return how many draws there are."""
        return len(next(iter(self.parameters.values())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostics:
    """How the answer was found, for whoever has to trust it.

    ``effective_size`` of ``particles`` weighted draws and ``pareto_k`` (below 0.7, or there would
    be no answer); ``modes`` different maxima, ``decrement`` the log density that may be missing
    at the highest, ``hessian_uncertain`` how much its curvature depends on the step of the
    derivatives (relative), ``iterations`` of Newton's method.
    """

    particles: int
    effective_size: float
    pareto_k: float
    modes: int
    decrement: float
    hessian_uncertain: float
    iterations: int
    estimated: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """What samples say about one person.

    ``map`` holds each parameter at the mode (of the only occasion, or of the person where there are
    several), ``map_ahead`` that of a next occasion; ``outside`` one sentence per thing to keep in mind
    about person, samples and estimate; ``inputs`` the model with its version, and the draws.
    """

    model: PkModel
    map: Mapping[str, float]
    map_ahead: Mapping[str, float]
    occasions: Occasions
    posterior: Posterior
    estimates: tuple[Estimate, ...]
    predicted: tuple[Predicted, ...]
    samples: tuple[Held, ...]
    diagnostics: Diagnostics
    outside: tuple[str, ...]
    note: str
    status: Status
    inputs: tuple[str, ...]

    @property
    def shrinkage(self) -> dict[str, float]:
        """Return the shrinkage of each estimated parameter; 1 means the samples said nothing."""
        return {estimate.label: estimate.shrinkage for estimate in self.estimates}

    def estimate(self, name: str, occasion: int | None = None) -> Estimate:
        """Return one parameter; refuse one that does not differ between people in this model.

        ``occasion`` from 1, for a value of one of several occasions.
        """
        for estimate in self.estimates:
            if (estimate.name, estimate.occasion) == (name, occasion):
                return estimate
        known = "; ".join(estimate.label for estimate in self.estimates)
        raise InputError(
            ErrorCode.UNKNOWN_NAME, f'"{name}" was not estimated; there is {known}', where="name"
        )

    def predict(
        self, regimen: Regimen, times_h: ArrayLike, *, site: Site, analyte: str
    ) -> Predicted:
        """Return this person's concentrations after any regimen, for example the next dose.

        It is another occasion: what stays is the person's, what differs between occasions is drawn
        anew. Refuses what ``concentration`` refuses.
        """
        times = np.asarray(times_h, dtype=np.float64)
        probe = [Probe(analyte=analyte, site=site)]
        drawn = read(self.model, self.posterior.parameters, regimen, times, probe)[:, 0]
        middle = {name: np.array([value]) for name, value in self.map_ahead.items()}
        return Predicted(
            analyte=analyte,
            site=site,
            most_probable=read(self.model, middle, regimen, times, probe)[0, 0],
            band=band_over(times, np.ascontiguousarray(drawn.T)),
        )
