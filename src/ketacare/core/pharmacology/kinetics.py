"""Concentrations after a regimen: at a named site, of a named analyte, for one or many people.

Effects follow arterial blood, samples come from an arm vein, and at the end of a 40-minute
infusion arterial is more than half as high again, so no function here has a default site. A concentration is
an exposure: in people it does not predict who gets better.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology.blood import Analyte, Site
from ketacare.core.pharmacology.dosing import Regimen
from ketacare.core.pharmacology.inputs import channels, together
from ketacare.core.pharmacology.linear import LinearSystem, Responder, Schedule, respond, responder
from ketacare.core.pharmacology.matrices import Follower, rate_matrix
from ketacare.core.pharmacology.model import PkModel
from ketacare.core.pharmacology.modes import Floats
from ketacare.core.pharmacology.naming import require_name
from ketacare.core.pharmacology.structure import Structure
from ketacare.core.pharmacology.subject import Subject

_NG_ML_PER_MG_L = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One thing to read off: an analyte at a site, or at an effect site behind arterial blood.

    ``effect_rate`` in 1/h makes it an effect site; ``site`` is then arterial.
    """

    analyte: str
    site: Site = Site.ARTERIAL
    effect_rate: float | None = None


def concentration(
    model: PkModel,
    subject: Subject,
    regimen: Regimen,
    times_h: ArrayLike,
    *,
    site: Site,
    analyte: str,
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
    analyte: str,
    occasion: bool = True,
) -> Floats:
    """Return concentrations (n, t) in ng/mL of ``n`` people of this weight, one row a person.

    Their spread is the source's variance between people and, unless ``occasion`` is false, between
    occasions: one dose in each person differs by both. The error of an assay is not added. The same ``rng`` state gives the same people whatever analyte or times are asked. Ten thousand
    people at a hundred times take hundredths of a second. Refuses what :func:`concentration`
    refuses. People with a weight each: :func:`ketacare.core.pharmacology.concentrations`.
    """
    model.check_domain(subject, regimen)
    people = model.draw(subject, n=n, rng=rng, occasion=occasion)
    found = read(model, people, regimen, times_h, [Probe(analyte=analyte, site=site)])
    return np.asarray(found[:, 0])


def effect_site(
    model: PkModel,
    subject: Subject,
    regimen: Regimen,
    times_h: ArrayLike,
    *,
    half_life_min: float,
    analyte: str = Analyte.S_KETAMINE,
) -> Floats:
    """Return the typical concentration (t,) in ng/mL at an effect site behind the model's blood.

    dCe/dt = ke0 (C - Ce), ke0 = ln 2 / ``half_life_min``, C at the site the model was made with.
    A half-life belongs to the effect and the kinetic model it was estimated with.
    """
    if not (np.isfinite(half_life_min) and half_life_min > 0):
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"half_life_min is {half_life_min:g} min; give a finite number, more than zero",
            where="half_life_min",
        )
    model.check_domain(subject, regimen)
    probe = Probe(analyte=analyte, effect_rate=np.log(2.0) * 60.0 / half_life_min)
    found = read(model, model.typical(subject), regimen, times_h, [probe])
    return np.asarray(found[0, 0])


def amounts(
    model: PkModel, subject: Subject, regimen: Regimen, times_h: ArrayLike
) -> dict[str, Floats]:
    """Return where the typical person's dose is: mg of the drug's equivalents by state.

    All enantiomers together, ``"excreted"`` included, what a route has not let in yet as
    ``"not yet released"`` and what it never lets in as ``"not absorbed"`` (below zero where a
    published fraction is above 1); at each time the sum is what was delivered of the enantiomers
    that the model computes.
    """
    model.check_domain(subject, regimen)
    model.require_routes(regimen.routes)
    times = _checked(times_h)
    structure = model.structure.by_routes(regimen.routes)
    names = structure.states
    total = np.zeros((len(names), len(times)))
    outside = dict.fromkeys(("not yet released", "not absorbed"), np.zeros(len(times)))
    given = np.array([regimen.delivered_mg(float(t)) for t in times])
    for enantiomer, share in model.shares(regimen.enantiomer).items():
        values = model.for_enantiomer(model.typical(subject), enantiomer)
        matrix = rate_matrix(structure, values)
        readout = np.eye(len(names))[None]
        arrived, aimed = np.zeros(len(times)), np.zeros(len(times))
        for channel in channels(structure, values, regimen):
            system = LinearSystem(matrix=matrix, entry=channel.entry * share, readout=readout)
            total += respond(system, channel.schedule, times)[0]
            part = share * float(channel.entry[0].sum())
            arrived += part * channel.schedule.delivered(times)
            aimed += part * channel.aimed(times)
        outside["not yet released"] = outside["not yet released"] + aimed - arrived
        outside["not absorbed"] = outside["not absorbed"] + share * given - aimed
    return {**dict(zip(names, total, strict=True)), **outside}


def read(
    model: PkModel,
    people: Mapping[str, Floats],
    regimen: Regimen,
    times_h: ArrayLike,
    probes: Sequence[Probe],
) -> Floats:
    """Return concentrations (n, probes, t) in ng/mL for people given by their parameters."""
    times = _checked(times_h)
    count = len(next(iter(people.values())))
    found: Floats | None = None
    for asked, system, schedule in systems(model, people, regimen, probes):
        answer = respond(system, schedule, times)
        if len(asked) == len(probes):
            found = answer if found is None else np.add(found, answer, out=found)
            continue
        if found is None:
            found = np.zeros((count, len(probes), len(times)))
        found[:, asked] += answer
    return np.zeros((count, len(probes), len(times))) if found is None else found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """People worked out once, to be read at some of the times after one another."""

    count: int
    responders: tuple[Responder, ...]

    def at(self, columns: slice) -> Floats:
        """Return concentrations (n, t) in ng/mL at some of the times."""
        total = None
        for responder_ in self.responders:
            width = columns.stop - columns.start
            found = np.zeros((self.count, 1, width))
            responder_.add(columns, found)
            total = found if total is None else total + found
        if total is None:
            return np.zeros((self.count, columns.stop - columns.start))
        return total[:, 0]


def prepare(
    model: PkModel,
    people: Mapping[str, Floats],
    regimen: Regimen,
    times_h: Floats,
    probe: Probe,
) -> Prepared:
    """Return people ready to be read at rising ``times_h``, one probe."""
    each = systems(model, people, regimen, [probe])
    return Prepared(
        count=len(next(iter(people.values()))),
        responders=tuple(responder(system, plan, _checked(times_h)) for _, system, plan in each),
    )


def systems(
    model: PkModel, people: Mapping[str, Floats], regimen: Regimen, probes: Sequence[Probe]
) -> Iterator[tuple[list[int], LinearSystem, Schedule]]:
    """Yield which probes each system answers, the system and its input."""
    model.require_routes(regimen.routes)
    for probe in probes:
        _check_probe(model, probe)
    for enantiomer, share in model.shares(regimen.enantiomer).items():
        asked = [
            i for i, p in enumerate(probes) if enantiomer in model.analytes[p.analyte].enantiomers
        ]
        if not asked:
            continue
        values = model.for_enantiomer(people, enantiomer)
        structure, matrix, readout = _system(model, values, regimen, [probes[i] for i in asked])
        extra = matrix.shape[1] - len(structure.states)
        for entries, schedule in together(channels(structure, values, regimen)):
            entry = np.pad(entries * share, ((0, 0), (0, 0), (0, extra)))
            yield asked, LinearSystem(matrix=matrix, entry=entry, readout=readout), schedule


def _system(
    model: PkModel, values: Mapping[str, Floats], regimen: Regimen, probes: Sequence[Probe]
) -> tuple[Structure, Floats, Floats]:
    """Return one enantiomer's compartments with the sites that the probes need."""
    places = {model.analytes[probe.analyte].compartment for probe in probes}
    structure = model.structure.by_routes(regimen.routes)
    structure = structure.leading_to(places | {structure.central})
    count = len(next(iter(values.values())))
    followers: list[Follower] = []
    known: dict[tuple[str, float, int], int] = {}
    recipes: list[tuple[Probe, int | None, float]] = []
    for probe in probes:
        place = model.analytes[probe.analyte].compartment
        rate, direct, stages = probe.effect_rate, 0.0, 1
        if rate is None:
            direct = 1.0
            if probe.site is not model.site and model.venous is not None:
                link = model.venous
                rate, direct, stages = link.rate.to("1/h"), link.share.value, link.delays
        behind = None
        for stage in range(stages if rate is not None else 0):
            key = (place, rate or 0.0, stage)
            if key not in known:
                known[key] = len(followers)
                followers.append(
                    Follower(compartment=place, rate=np.full(count, rate), behind=behind)
                )
            behind = known[key]
        recipes.append((probe, behind, direct))
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
    return structure, rate_matrix(structure, values, followers), readout


def _check_probe(model: PkModel, probe: Probe) -> None:
    require_name(probe.site, Site, "site")
    if probe.analyte not in model.analytes:
        known = ", ".join(model.analytes)
        raise InputError(
            ErrorCode.UNKNOWN_NAME,
            f"{model.id} has no {probe.analyte}; it answers for {known}",
            where="analyte",
        )
    if probe.site is model.site or probe.effect_rate is not None:
        return
    if model.venous is None or probe.analyte not in model.venous.analytes:
        raise InputError(
            ErrorCode.NOT_AVAILABLE,
            f"{model.id} gives {probe.analyte} in {model.site.value} blood only; ask for "
            f"that site, and do not compare it with {probe.site.value} samples",
            where="site",
        )


def _checked(times_h: ArrayLike) -> Floats:
    try:
        times = np.asarray(times_h, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(
            ErrorCode.WRONG_TYPE, "times_h holds what is no number; give hours", where="times_h"
        ) from None
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
