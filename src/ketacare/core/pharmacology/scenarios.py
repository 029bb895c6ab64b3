"""What if: another medicine, a genotype, a liver that works less, another weight to dose by.

A scenario is an object somebody asked for; it changes nothing by itself, and no dose follows from
it. It shows exposure with and without, side by side. What was seen after a swallowed dose is not
carried to a vein: there it is at most what the liver's part of it would do, shown as a range.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from ketacare.core.errors import DomainError, ErrorCode, InputError
from ketacare.core.pharmacology.dosing import Regimen
from ketacare.core.pharmacology.exposure import Exposure, exposure_of
from ketacare.core.pharmacology.model import PkModel, Site
from ketacare.core.pharmacology.modes import Floats
from ketacare.core.pharmacology.structure import Elimination
from ketacare.core.pharmacology.subject import Measure, People, Subject
from ketacare.core.sources import Provenance, Sourced

NOTE = (
    "A scenario shows what could be; it does not change a dose, and exposure does not predict "
    "benefit."
)


class ScenarioKind(StrEnum):
    """What a scenario is about."""

    INTERACTION = "interaction"
    GENOTYPE = "genotype"
    LIVER = "liver"
    KIDNEY = "kidney"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One case of a scenario: its label and the factor on clearance, or why there is no answer."""

    label: str
    clearance: Sourced | None = None
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What changes, as observed.

    Of an interaction: ``swallowed`` the ratio of areas after a swallowed dose, ``in_liver``
    whether the liver can have part in it, ``vein`` the ratio observed after a vein, ``vein_most``
    the ratio there if all of it were in the liver, for models that have no liver of their own.
    ``variants`` are the cases of any other kind.
    """

    id: str
    title: str
    kind: ScenarioKind
    sentence: str
    swallowed: Sourced | None = None
    in_liver: bool = False
    vein: Sourced | None = None
    vein_most: Sourced | None = None
    variants: tuple[Variant, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenarios:
    """All scenarios of one drug, from one file."""

    provenance: Provenance
    drug: str
    scenarios: Mapping[str, Scenario]
    cap_kg: Sourced

    def named(self, name: str) -> Scenario:
        """Return a scenario by id; refuse one the file does not have."""
        if name not in self.scenarios:
            known = ", ".join(self.scenarios)
            raise InputError(
                ErrorCode.UNKNOWN_NAME, f'there is no scenario "{name}"; there is {known}'
            )
        return self.scenarios[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the comparison: exposure, and its ratio to the first line's.

    ``exposure`` is ``None`` where there is no answer; ``sentence`` then says why.
    """

    label: str
    exposure: Exposure | None
    peak_ratio: float | None
    area_ratio: float | None
    sentence: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Exposures side by side; the first row is the person as they are."""

    title: str
    rows: tuple[Row, ...]
    outside: tuple[str, ...]
    note: str
    inputs: tuple[str, ...]


def compare(
    model: PkModel,
    subject: Subject,
    regimen: Regimen,
    scenario: Scenario,
    *,
    site: Site,
    analyte: str,
    times_h: ArrayLike = (),
) -> Comparison:
    """Return the exposure without and with a scenario, side by side, with curves at ``times_h``.

    Refuses what a concentration refuses, and a mixture of swallowed and other doses, for which no
    one range would be true.
    """
    outside = model.check_domain(subject, regimen)
    swallowed = {route.is_swallowed for route in regimen.routes}
    if len(swallowed) > 1:
        raise InputError(
            ErrorCode.NOT_AVAILABLE,
            "the regimen has swallowed and other doses; compare them one by one",
            where="regimen",
        )
    asked = _Asked(model=model, regimen=regimen, site=site, analyte=analyte, times_h=times_h)
    person = model.typical(subject)
    usual = asked.of(person)
    rows = [_row("as they are", usual, usual)]
    if scenario.kind is not ScenarioKind.INTERACTION:
        rows += [_variant(asked, person, usual, variant) for variant in scenario.variants]
    elif swallowed == {True}:
        rows.append(_swallowed(asked, person, usual, scenario))
    else:
        rows += _injected(asked, person, usual, scenario)
    return Comparison(
        title=scenario.title,
        rows=tuple(rows),
        outside=outside,
        note=f"{scenario.sentence} {NOTE}",
        inputs=(f"{model.id} {model.version}", f"scenario {scenario.id}"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The question that stays the same from row to row."""

    model: PkModel
    regimen: Regimen
    site: Site
    analyte: str
    times_h: ArrayLike

    def of(self, person: Mapping[str, Floats], factor: float = 1.0) -> Exposure:
        regimen = self.regimen if factor == 1.0 else self.regimen.times(factor)
        return exposure_of(
            self.model,
            person,
            regimen,
            site=self.site,
            analyte=self.analyte,
            times_h=self.times_h,
        )


def _row(
    label: str,
    found: Exposure | None,
    usual: Exposure,
    sentence: str = "",
    sources: tuple[str, ...] = (),
) -> Row:
    if found is None:
        return Row(
            label=label,
            exposure=None,
            peak_ratio=None,
            area_ratio=None,
            sentence=sentence,
            sources=sources,
        )
    return Row(
        label=label,
        exposure=found,
        peak_ratio=found.peak_ng_ml / usual.peak_ng_ml if usual.peak_ng_ml else None,
        area_ratio=found.area_ng_h_ml / usual.area_ng_h_ml if usual.area_ng_h_ml else None,
        sentence=sentence,
        sources=sources,
    )


def _variant(asked: _Asked, person: Mapping[str, Floats], usual: Exposure, variant: Variant) -> Row:
    if variant.clearance is None:
        return _row(variant.label, None, usual, variant.refused)
    changed = _cleared(asked.model, person, variant.clearance.to("1"))
    factor = variant.clearance
    return _row(variant.label, asked.of(changed), usual, factor.note, (factor.source,))


def _swallowed(
    asked: _Asked, person: Mapping[str, Floats], usual: Exposure, scenario: Scenario
) -> Row:
    """Return a swallowed dose as observed: through the liver of the model, or by scale."""
    ratio = scenario.swallowed
    label = "with it, swallowed"
    if ratio is None:
        return _row(label, None, usual, "No change after a swallowed dose is described.")
    area = ratio.to("1")
    ways = _parent_ways(asked.model)
    if scenario.in_liver and _is_hepatic(asked.model, ways):
        changed = _scaled(person, ways, 1.0 / area)
        sentence = "The area is the one observed; the peak is what the model's liver makes of it."
        return _row(label, asked.of(changed), usual, sentence, (ratio.source,))
    sentence = (
        "The whole curve is multiplied by the ratio of areas observed; its shape is not known."
    )
    # A dose of another size has another area of the same shape; the dose shown stays the given one.
    scaled = replace(asked.of(person, area), dose_mg=usual.dose_mg)
    return _row(label, scaled, usual, sentence, (ratio.source,))


def _injected(
    asked: _Asked, person: Mapping[str, Floats], usual: Exposure, scenario: Scenario
) -> list[Row]:
    """Return a dose that is not swallowed: as observed, and the range that the liver can explain."""
    rows = []
    if scenario.vein is not None:
        changed = _cleared(asked.model, person, 1.0 / scenario.vein.to("1"))
        sentence = "As observed after an intravenous dose."
        rows.append(
            _row(
                "with it, as observed", asked.of(changed), usual, sentence, (scenario.vein.source,)
            )
        )
    if not scenario.in_liver:
        sentence = "It acts in the wall of the gut: no change is expected unless swallowed."
        return [*rows, _row("with it, not swallowed", usual, usual, sentence)]
    if scenario.vein is None:
        sentence = "The least: none of what was seen after swallowing is in the liver."
        rows.append(_row("with it, at least", usual, usual, sentence))
    ways = _parent_ways(asked.model)
    ratio, most = scenario.swallowed, scenario.vein_most
    sentence = "The most: all of what was seen after swallowing is in the liver."
    if ratio is not None and _is_hepatic(asked.model, ways):
        changed, source = _scaled(person, ways, 1.0 / ratio.to("1")), ratio.source
    elif most is not None:
        changed, source = _cleared(asked.model, person, 1.0 / most.to("1")), most.source
    else:
        return rows
    return [*rows, _row("with it, at most", asked.of(changed), usual, sentence, (source,))]


def _parent_ways(model: PkModel) -> tuple[Elimination, ...]:
    """Return how the drug itself leaves: out of the compartments it is distributed in."""
    reached = {model.structure.central}
    while True:
        more = {
            name
            for e in model.structure.exchanges
            if {e.first, e.second} & reached
            for name in (e.first, e.second)
        }
        if more <= reached:
            return tuple(e for e in model.structure.eliminations if e.source in reached)
        reached |= more


def _is_hepatic(model: PkModel, ways: tuple[Elimination, ...]) -> bool:
    """Return whether all of the drug leaves through one compartment fed by a flow (a liver)."""
    places = {way.source for way in ways}
    return len(places) == 1 and model.structure.central not in places


def _scaled(
    person: Mapping[str, Floats], ways: tuple[Elimination, ...], factor: float
) -> dict[str, Floats]:
    """Return the person with the ways out multiplied by a factor."""
    names = {way.clearance or way.rate for way in ways}
    return {name: value * factor if name in names else value for name, value in person.items()}


def _cleared(model: PkModel, person: Mapping[str, Floats], factor: float) -> dict[str, Floats]:
    """Return the person with a systemic clearance of ``factor`` times theirs.

    In a model with a liver, clearance = Q E and E = K / (Q + K), with flow Q and intrinsic
    clearance K: K is changed so that E is ``factor`` times what it was. No liver clears more than
    its flow brings.
    """
    ways = _parent_ways(model)
    if not _is_hepatic(model, ways):
        return _scaled(person, ways, factor)
    place = ways[0].source
    (flow,) = (
        float(person[e.clearance][0])
        for e in model.structure.exchanges
        if {e.first, e.second} == {model.structure.central, place}
    )
    volume = float(person[model.structure.volume_of(place)][0])
    intrinsic = sum(
        float(person[way.clearance][0]) if way.clearance else float(person[way.rate][0]) * volume
        for way in ways
    )
    extracted = factor * intrinsic / (flow + intrinsic)
    if extracted >= 1:
        raise DomainError(
            ErrorCode.OUTSIDE_DOMAIN,
            f"a clearance of {factor:g} times is more than the liver's blood flow in {model.id}; "
            "there is no such scenario",
        )
    return _scaled(person, ways, flow * extracted / (1.0 - extracted) / intrinsic)


def compare_dosing_weights(
    model: PkModel,
    subject: Subject,
    scenarios: Scenarios,
    *,
    mg_per_kg: float,
    minutes: float,
    site: Site,
    analyte: str,
    times_h: ArrayLike = (),
) -> Comparison:
    """Return the exposure of an infusion dosed by actual, ideal, adjusted and capped weight.

    Clearance and volumes stay those of the actual weight: only the dose differs. Ideal and
    adjusted weight need height and sex; without them their rows say so. None is chosen here.
    """
    if not (np.isfinite(mg_per_kg) and mg_per_kg > 0):
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"mg_per_kg is {mg_per_kg:g} mg/kg; give a finite number, more than zero",
            where="mg_per_kg",
        )
    people = People.of([subject])
    cap = scenarios.cap_kg
    weights = {
        "actual weight": subject.weight_kg,
        "ideal weight": float(people.measure(Measure.IDEAL_WEIGHT)[0]),
        "adjusted weight": float(people.measure(Measure.ADJUSTED_WEIGHT)[0]),
        "capped weight": min(subject.weight_kg, cap.to("kg")),
    }
    person = model.typical(subject)
    rows: list[Row] = []
    outside: tuple[str, ...] = ()
    usual: Exposure | None = None
    for label, weight in weights.items():
        if usual is not None and not weight > 0:
            sentence = "Height and sex are needed for this weight."
            rows.append(_row(label, None, usual, sentence))
            continue
        regimen = Regimen.infusion(mg_per_kg * weight, minutes)
        outside = outside or model.check_domain(subject, regimen)
        found = exposure_of(model, person, regimen, site=site, analyte=analyte, times_h=times_h)
        usual = usual or found
        sources = (cap.source,) if label.startswith("capped") else ()
        rows.append(_row(f"{label}, {weight:.1f} kg", found, usual, "", sources))
    return Comparison(
        title=f"{mg_per_kg:g} mg/kg over {minutes:g} min by different weights",
        rows=tuple(rows),
        outside=outside,
        note=f"{cap.note} {NOTE}",
        inputs=(f"{model.id} {model.version}",),
    )
