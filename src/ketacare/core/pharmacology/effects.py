"""What the drug does within the hour: pressure, heart rate, dissociation, drowsiness, nausea.

Each effect has its own site with its own half-life, fed by the analyte and the blood its source
used. Blood pressure and heart rate rise in proportion to the site's concentration and show no
tolerance; dissociation saturates and grows weaker from session to session; a person is drowsy
while the site is above a threshold of their own; nausea is known as an incidence only. Nothing
here is about benefit: exposure does not predict it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from ketacare.core.errors import DomainError, ErrorCode, InputError
from ketacare.core.pharmacology.blood import Site
from ketacare.core.pharmacology.domain import Domain
from ketacare.core.pharmacology.dosing import Regimen
from ketacare.core.pharmacology.kinetics import effect_site
from ketacare.core.pharmacology.model import PkModel
from ketacare.core.pharmacology.modes import Floats
from ketacare.core.pharmacology.subject import Subject
from ketacare.core.sources import Provenance, Sourced, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectSite:
    """Where an effect is driven from: dCe/dt = ln 2 / half_life (C - Ce), C of ``analyte``.

    ``site`` is the blood the half-life was estimated behind; with another the half-life would be
    another one (pitfall: such rates do not move between kinetic models).
    """

    analyte: str
    site: Site
    half_life: Sourced

    @property
    def rate_per_h(self) -> float:
        """Return ke0 in 1/h."""
        return float(np.log(2.0) * 60.0 / self.half_life.to("min"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceDose:
    """The regimen at which an effect was measured: mg/kg of racemate over minutes, at a weight."""

    mg_per_kg: Sourced
    minutes: Sourced
    weight: Sourced

    def peak(self, pk: PkModel, behind: EffectSite) -> float:
        """Return the typical peak (ng/mL) at an effect site after this regimen."""
        half_life_min = behind.half_life.to("min")
        weight_kg = self.weight.to("kg")
        minutes = self.minutes.to("min")
        regimen = Regimen.infusion(self.mg_per_kg.to("mg/kg") * weight_kg, minutes)
        # A site of half-life h peaks within a few h after the pump stops; a step of h/400 misses
        # less than 1e-5 of the peak.
        after = np.linspace(0.0, 3.0 * half_life_min, 1201)
        site = effect_site(
            pk,
            Subject(weight_kg),
            regimen,
            (minutes + after) / 60.0,
            half_life_min=half_life_min,
            analyte=behind.analyte,
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
    the instrument. Session k has the factor floor + (1 - floor) keep^(k-1). At ``settled`` points
    or fewer dissociation counts as passed.
    """

    at: EffectSite
    c50: Sourced
    hill: Sourced
    anchor: Sourced
    anchor_dose: ReferenceDose
    spread: Sourced
    maximum: Sourced
    floor: Sourced
    keep: Sourced
    settled: Sourced

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
class Drowsiness:
    """A person is drowsy while the effect site is above a threshold of their own.

    The logarithm of the threshold is normal between people with the standard deviation ``spread``,
    its middle such that ``share`` of people pass it at the peak of the reference ``dose``.
    """

    at: EffectSite
    share: Sourced
    people: int
    spread: Sourced
    dose: ReferenceDose

    def middle(self, pk: PkModel) -> float:
        """Return the median threshold in ng/mL: peak e^(-spread * quantile(share))."""
        above = NormalDist().inv_cdf(self.share.to("1"))
        return self.dose.peak(pk, self.at) * float(np.exp(-self.spread.value * above))


@dataclass(frozen=True, slots=True, kw_only=True)
class Incidence:
    """How many of ``people`` had something in their treatment, without a relation to exposure."""

    name: str
    share: Sourced
    people: int
    note: str

    def interval(self, coverage: float = 0.90) -> tuple[float, float]:
        """Return Wilson's interval of the share (J Am Stat Assoc 1927;22:209)."""
        z = NormalDist().inv_cdf(0.5 + coverage / 2.0)
        n, p = self.people, self.share.to("1")
        middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * float(np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)))
        return middle - half, middle + half


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
    circulation: EffectSite
    circulation_dose: ReferenceDose
    linear: Mapping[str, LinearEffect]
    age: Modifier
    hypertension: Modifier
    dissociation: Dissociation
    drowsiness: Drowsiness
    incidences: tuple[Incidence, ...]
    most_mg_per_kg: Sourced
    most_of_reference: Sourced
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

    @property
    def sites(self) -> Mapping[str, EffectSite]:
        """Return the effect sites by endpoint."""
        return {
            "circulation": self.circulation,
            "dissociation": self.dissociation.at,
            "drowsiness": self.drowsiness.at,
        }

    def too_high(self, pk: PkModel, subject: Subject, regimen: Regimen) -> str | None:
        """Return why no signs are answered for this regimen; ``None`` where they are.

        A rise in proportion is known about the peak of the reference dose, and cannot go on for
        ever: the typical person's peak at the site of circulation is at most so many times that.
        """
        ends = [s.end_h for s in regimen.steps] + [b.at_h for b in regimen.boluses]
        if not ends:
            return None
        half_life_min = self.circulation.half_life.to("min")
        # Within four half-lives of the last input before it a site has begun to fall.
        after = np.linspace(0.0, 4.0 * half_life_min / 60.0, 401)
        peak = effect_site(
            pk,
            subject,
            regimen,
            np.unique(np.add.outer(ends, after)),
            half_life_min=half_life_min,
            analyte=self.circulation.analyte,
        ).max()
        times = float(peak) / self.circulation_dose.peak(pk, self.circulation)
        most = self.most_of_reference.to("1")
        if times <= most:
            return None
        return (
            f"the drug would reach {times:.4g} times the peak of the dose whose effects were "
            f"measured; pressure, heart rate and dissociation are answered up to {most:g} times it"
        )

    def require(self, pk: PkModel) -> None:
        """Refuse a kinetic model the effect sites were not estimated with."""
        for name, behind in self.sites.items():
            if pk.id in self.pk_models and behind.site is not pk.site:
                raise DomainError(
                    ErrorCode.OUTSIDE_DOMAIN,
                    f"the site of {name} follows {behind.site.value} blood, {pk.id} gives "
                    f"{pk.site.value} blood; its half-life cannot be used there",
                )
        if pk.id not in self.pk_models:
            raise DomainError(
                ErrorCode.OUTSIDE_DOMAIN,
                f"{self.id} belongs to {', '.join(self.pk_models)}; its effect sites cannot be "
                f"used with {pk.id}",
            )
