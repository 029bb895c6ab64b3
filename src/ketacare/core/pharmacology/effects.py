"""What the drug does within the hour: blood pressure, heart rate and dissociation as effect models.

Each effect has its own site behind arterial S-ketamine; arketamine drives none of them. Blood
pressure and heart rate rise in proportion to the site's concentration and show no tolerance;
dissociation saturates and grows weaker from session to session. Nothing here is about benefit:
exposure does not predict it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ketacare.core.errors import DomainError, ErrorCode, InputError
from ketacare.core.pharmacology.domain import Domain
from ketacare.core.pharmacology.dosing import Regimen
from ketacare.core.pharmacology.kinetics import effect_site
from ketacare.core.pharmacology.model import PkModel
from ketacare.core.pharmacology.modes import Floats
from ketacare.core.pharmacology.subject import Subject
from ketacare.core.sources import Provenance, Sourced, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceDose:
    """The regimen at which an effect was measured: mg/kg of racemate over minutes, at a weight."""

    mg_per_kg: Sourced
    minutes: Sourced
    weight: Sourced

    def peak(self, pk: PkModel, half_life_min: float) -> float:
        """Return the typical peak (ng/mL S-ketamine) at an effect site after this regimen."""
        weight_kg = self.weight.to("kg")
        minutes = self.minutes.to("min")
        regimen = Regimen.infusion(self.mg_per_kg.to("mg/kg") * weight_kg, minutes)
        # A site of half-life h peaks within a few h after the pump stops; a step of h/400 misses
        # less than 1e-5 of the peak.
        after = np.linspace(0.0, 3.0 * half_life_min, 1201)
        site = effect_site(
            pk, Subject(weight_kg), regimen, (minutes + after) / 60.0, half_life_min=half_life_min
        )
        return float(site.max())


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearEffect:
    """A rise in proportion to the effect site, ``rise`` at the peak of the reference dose.

    ``spread`` is the standard deviation between people of the measured peak change, ``reading``
    that part of it which is the one baseline reading missing the person's level of the day; the
    rest, sqrt(spread^2 - reading^2), is how differently people respond.
    """

    rise: Sourced
    spread: Sourced
    reading: Sourced

    @property
    def response_spread(self) -> float:
        """Return the standard deviation of the response itself, in the unit of ``rise``."""
        return float(np.sqrt(self.spread.value**2 - self.reading.value**2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dissociation:
    """CADSS points from the effect site: scale E(Ce) / E(peak of ``anchor_dose``).

    E(C) = C^hill / (c50^hill + C^hill). ``anchor`` is the mean of the first session at the anchor
    dose, ``spread`` the standard deviation of the logarithm between people, ``maximum`` the top of
    the instrument. Session k has the factor floor + (1 - floor) keep^(k-1).
    """

    half_life: Sourced
    c50: Sourced
    hill: Sourced
    anchor: Sourced
    anchor_dose: ReferenceDose
    spread: Sourced
    maximum: Sourced
    floor: Sourced
    keep: Sourced

    def tolerance(self, session_number: int) -> float:
        """Return the factor on the points in session ``session_number`` (1 is the first)."""
        if session_number < 1:
            raise InputError(
                ErrorCode.OUT_OF_RANGE,
                f"session_number is {session_number}; the first session is 1",
                where="session_number",
            )
        floor = self.floor.value
        return float(floor + (1.0 - floor) * self.keep.value ** (session_number - 1))

    def occupied(self, site_ng_mL: Floats, c50_ng_mL: float) -> Floats:
        """Return E(Ce), from 0 to 1, for S-ketamine at the effect site in ng/mL."""
        relative = (site_ng_mL / c50_ng_mL) ** self.hill.value
        return relative / (1.0 + relative)


@dataclass(frozen=True, slots=True, kw_only=True)
class Modifier:
    """A factor on the circulatory response of people with a trait.

    ``share`` is how many of treated people have the trait: where it is not recorded, that part
    of the drawn people has it.
    """

    factor: Sourced
    share: Sourced
    from_age: Sourced | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectModel:
    """The effects of an infusion with all their numbers; ``linear`` by name of the vital sign."""

    provenance: Provenance
    pk_models: tuple[str, ...]
    circulation_half_life: Sourced
    circulation_dose: ReferenceDose
    linear: Mapping[str, LinearEffect]
    age: Modifier
    hypertension: Modifier
    dissociation: Dissociation
    most_mg_per_kg: Sourced
    domain: Domain
    benefit_note: str
    benefit_source: str

    @property
    def id(self) -> str:
        """Return the id results name the file by."""
        return self.provenance.id

    @property
    def version(self) -> str:
        """Return the version of the knowledge file."""
        return self.provenance.version

    @property
    def status(self) -> Status:
        """Return how far the file has been checked."""
        return self.provenance.status

    def require(self, pk: PkModel) -> None:
        """Refuse a kinetic model the effect sites were not estimated with."""
        if pk.id not in self.pk_models:
            raise DomainError(
                ErrorCode.OUTSIDE_DOMAIN,
                f"{self.id} belongs to {', '.join(self.pk_models)}; its effect sites cannot be "
                f"used with {pk.id}",
            )
