"""Concentrations after a regimen: at a named site, of a named analyte, for one or many people.

Effects follow arterial blood, samples come from an arm vein, and at the end of a 40-minute
infusion arterial is more than half as high again, so no function here has a default site. A concentration is
an exposure: in people it does not predict who gets better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology.dosing import Enantiomer, Regimen
from ketacare.core.pharmacology.linear import LinearSystem, respond, schedule_of
from ketacare.core.pharmacology.model import Analyte, PkModel, Site, Subject
from ketacare.core.pharmacology.modes import Floats
from ketacare.core.pharmacology.structure import Follower, rate_matrix

_NG_ML_PER_MG_L = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One thing to read off: an analyte at a site, or at an effect site behind arterial blood.

    ``effect_rate`` in 1/h makes it an effect site; ``site`` is then arterial.
    """

    analyte: Analyte
    site: Site = Site.ARTERIAL
    effect_rate: float | None = None


def concentration(
    model: PkModel,
    subject: Subject,
    regimen: Regimen,
    times_h: ArrayLike,
    *,
    site: Site,
    analyte: Analyte,
) -> Floats:
    """Return the typical person's concentration (t,) in ng/mL at ``times_h`` hours.

    The answer at one time does not depend on which other times are asked; at the moment of a bolus
    it is the one just after. Refuses negative or non-finite times (InputError), an analyte or site
    the model does not have (InputError), and a person it cannot answer for (DomainError); what
    is merely unlike the studied population is told by :meth:`PkModel.check_domain`.
    """
    model.check_domain(subject, regimen)
    probe = Probe(analyte=analyte, site=site)
    found = read(model, model.typical(subject), regimen, times_h, [probe])
    return np.asarray(found[0, 0])


def population(
    model: PkModel,
    subject: Subject,
    regimen: Regimen,
    times_h: ArrayLike,
    *,
    n: int,
    rng: np.random.Generator,
    site: Site,
    analyte: Analyte,
) -> Floats:
    """Return concentrations (n, t) in ng/mL of ``n`` people of this weight, one row a person.

    Their spread is the source's between-person variance; the error of an assay is not added. The
    same ``rng`` state gives the same people whatever analyte or times are asked. Ketamine takes
    milliseconds; metabolites behind transit chains have no eigenmodes and take a second or so per
    thousand people, more on an uneven grid. Refuses what :func:`concentration` refuses.
    """
    model.check_domain(subject, regimen)
    people = model.draw(subject, n=n, rng=rng)
    found = read(model, people, regimen, times_h, [Probe(analyte=analyte, site=site)])
    return np.asarray(found[:, 0])


def effect_site(
    model: PkModel, subject: Subject, regimen: Regimen, times_h: ArrayLike, *, half_life_min: float
) -> Floats:
    """Return the typical S-ketamine concentration (t,) in ng/mL at an effect site.

    dCe/dt = ke0 (C_arterial - Ce), ke0 = ln 2 / ``half_life_min``. A half-life belongs to the
    effect and the kinetic model it was estimated with.
    """
    if not (np.isfinite(half_life_min) and half_life_min > 0):
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"half_life_min is {half_life_min:g} min; give a finite number, more than zero",
            where="half_life_min",
        )
    model.check_domain(subject, regimen)
    probe = Probe(analyte=Analyte.S_KETAMINE, effect_rate=np.log(2.0) * 60.0 / half_life_min)
    found = read(model, model.typical(subject), regimen, times_h, [probe])
    return np.asarray(found[0, 0])


def amounts(
    model: PkModel, subject: Subject, regimen: Regimen, times_h: ArrayLike
) -> dict[str, Floats]:
    """Return where the typical person's dose is: mg of ketamine equivalents by state.

    Both enantiomers together, ``"excreted"`` included; at each time the sum is what was delivered.
    """
    model.check_domain(subject, regimen)
    times = _checked(times_h)
    structure = model.structure
    size = len(structure.states)
    total = np.zeros((size, len(times)))
    for enantiomer, share in model.shares(regimen.enantiomer).items():
        values = model.for_enantiomer(model.typical(subject), enantiomer)
        entry = np.zeros((1, size))
        entry[0, structure.states.index(structure.central)] = share
        system = LinearSystem(
            matrix=rate_matrix(structure, values), entry=entry, readout=np.eye(size)[None]
        )
        total += respond(system, schedule_of(regimen), times)[0]
    return dict(zip(structure.states, total, strict=True))


def read(
    model: PkModel,
    people: Mapping[str, Floats],
    regimen: Regimen,
    times_h: ArrayLike,
    probes: Sequence[Probe],
) -> Floats:
    """Return concentrations (n, probes, t) in ng/mL for people given by their parameters."""
    times = _checked(times_h)
    for probe in probes:
        _check_probe(model, probe)
    count = len(next(iter(people.values())))
    found = np.zeros((count, len(probes), len(times)))
    schedule = schedule_of(regimen)
    for enantiomer, share in model.shares(regimen.enantiomer).items():
        asked = [i for i, probe in enumerate(probes) if enantiomer in probe.analyte.enantiomers]
        if asked:
            system = _system(model, people, enantiomer, share, [probes[i] for i in asked])
            found[:, asked] += respond(system, schedule, times)
    return found


def _system(
    model: PkModel,
    people: Mapping[str, Floats],
    enantiomer: Enantiomer,
    share: float,
    probes: Sequence[Probe],
) -> LinearSystem:
    """Return one enantiomer's compartments with the sites that the probes need."""
    places = {model.analytes[probe.analyte].compartment for probe in probes}
    structure = model.structure.leading_to(places | {model.structure.central})
    values = model.for_enantiomer(people, enantiomer)
    count = len(next(iter(values.values())))
    followed: dict[tuple[str, float], int] = {}
    recipes: list[tuple[Probe, int | None, float]] = []
    for probe in probes:
        place = model.analytes[probe.analyte].compartment
        rate, direct = probe.effect_rate, 0.0
        if probe.effect_rate is None:
            direct = 1.0
            if probe.site is not model.site and model.venous is not None:
                rate, direct = model.venous.rate.to("1/h"), model.venous.share.value
        behind = None
        if rate is not None:
            behind = followed.setdefault((place, rate), len(followed))
        recipes.append((probe, behind, direct))
    followers = [Follower(compartment=place, rate=np.full(count, rate)) for place, rate in followed]
    states = structure.states
    size = len(states) + len(followers)
    readout = np.zeros((count, len(probes), size))
    for row, (probe, behind, direct) in enumerate(recipes):
        measured = model.analytes[probe.analyte]
        scale = _NG_ML_PER_MG_L * measured.mass_ratio
        volume = values[structure.volume_of(measured.compartment)]
        readout[:, row, states.index(measured.compartment)] = direct * scale / volume
        if behind is not None:
            readout[:, row, len(states) + behind] = (1.0 - direct) * scale
    entry = np.zeros((count, size))
    entry[:, states.index(structure.central)] = share
    return LinearSystem(
        matrix=rate_matrix(structure, values, followers), entry=entry, readout=readout
    )


def _check_probe(model: PkModel, probe: Probe) -> None:
    if probe.analyte not in model.analytes:
        known = ", ".join(analyte.value for analyte in model.analytes)
        raise InputError(
            ErrorCode.UNKNOWN_NAME,
            f"{model.id} has no {probe.analyte.value}; it answers for {known}",
            where="analyte",
        )
    if probe.site is model.site:
        return
    if model.venous is None or probe.analyte.is_metabolite:
        raise InputError(
            ErrorCode.NOT_AVAILABLE,
            f"{model.id} gives {probe.analyte.value} in {model.site.value} blood only; ask for "
            f"that site, and do not compare it with {probe.site.value} samples",
            where="site",
        )


def _checked(times_h: ArrayLike) -> Floats:
    times = np.asarray(times_h, dtype=np.float64)
    if times.ndim != 1:
        raise InputError(
            ErrorCode.BAD_FORMAT,
            f"times_h has {times.ndim} dimensions; give a list of hours",
            where="times_h",
        )
    wrong = ~np.isfinite(times) | (times < 0)
    if wrong.any():
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"times_h holds {times[wrong][0]:g} h; times are finite and not before the start",
            where="times_h",
        )
    return times
