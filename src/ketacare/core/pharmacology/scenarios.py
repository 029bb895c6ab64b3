"""What if: another medicine, a genotype, a liver that works less, another weight to dose by.

A scenario is an object somebody asked for; it changes nothing by itself, and no dose follows from
it. It shows exposure with and without, side by side. What was seen after a swallowed dose is not
carried to a vein: there it is at most what the liver's part of it would do, shown as a range. What
was measured by one route is never shown for another without saying so in the row itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from numpy.typing import ArrayLike

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology.blood import Site
from ketacare.core.pharmacology.clearing import cleared, is_hepatic, parent_ways, scaled
from ketacare.core.pharmacology.dosing import Regimen
from ketacare.core.pharmacology.exposure import Exposure, exposure_of
from ketacare.core.pharmacology.model import PkModel
from ketacare.core.pharmacology.modes import Floats
from ketacare.core.pharmacology.routes import Route
from ketacare.core.pharmacology.subject import Subject
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
    ``variants`` are the cases of any other kind, ``measured`` by which route they were seen.
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
    measured: Route | None = None


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
    rows = [row_of("as they are", usual, usual)]
    if scenario.kind is not ScenarioKind.INTERACTION:
        rows += [
            _variant(asked, person, usual, variant, scenario.measured)
            for variant in scenario.variants
        ]
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


def row_of(
    label: str,
    found: Exposure | None,
    usual: Exposure,
    sentence: str = "",
    sources: tuple[str, ...] = (),
) -> Row:
    """Return one line of a comparison, with its ratios to the ``usual`` exposure."""
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


def _variant(
    asked: _Asked,
    person: Mapping[str, Floats],
    usual: Exposure,
    variant: Variant,
    measured: Route | None,
) -> Row:
    """Return one case; of another route than the measured one, its label and sentence say so."""
    if variant.clearance is None:
        return row_of(variant.label, None, usual, variant.refused)
    changed = cleared(asked.model, person, variant.clearance.to("1"))
    factor = variant.clearance
    label, sentence = variant.label, factor.note
    others = [route.value for route in asked.regimen.routes if route is not measured]
    if measured is not None and others:
        label = f"{label}, carried over from {measured.value}"
        sentence = (
            f"Measured after a dose by the {measured.value} route, not by the "
            f"{' and '.join(others)} one: the change of clearance is carried over. {sentence}"
        )
    return row_of(label, asked.of(changed), usual, sentence, (factor.source,))


def _swallowed(
    asked: _Asked, person: Mapping[str, Floats], usual: Exposure, scenario: Scenario
) -> Row:
    """Return a swallowed dose as observed: through the liver of the model, or by scale."""
    ratio = scenario.swallowed
    label = "with it, swallowed"
    if ratio is None:
        return row_of(label, None, usual, "No change after a swallowed dose is described.")
    area = ratio.to("1")
    ways = parent_ways(asked.model)
    if scenario.in_liver and is_hepatic(asked.model, ways):
        changed = scaled(person, ways, 1.0 / area)
        sentence = "The area is the one observed; the peak is what the model's liver makes of it."
        return row_of(label, asked.of(changed), usual, sentence, (ratio.source,))
    sentence = (
        "The whole curve is multiplied by the ratio of areas observed; its shape is not known."
    )
    # A dose of another size has another area of the same shape; the dose shown stays the given one.
    multiplied = replace(asked.of(person, area), dose_mg=usual.dose_mg)
    return row_of(label, multiplied, usual, sentence, (ratio.source,))


def _injected(
    asked: _Asked, person: Mapping[str, Floats], usual: Exposure, scenario: Scenario
) -> list[Row]:
    """Return a dose that is not swallowed: as observed, and the range that the liver can explain."""
    rows = []
    if scenario.vein is not None:
        changed = cleared(asked.model, person, 1.0 / scenario.vein.to("1"))
        sentence = "As observed after an intravenous dose."
        rows.append(
            row_of(
                "with it, as observed", asked.of(changed), usual, sentence, (scenario.vein.source,)
            )
        )
    if not scenario.in_liver:
        sentence = "It acts in the wall of the gut: no change is expected unless swallowed."
        return [*rows, row_of("with it, not swallowed", usual, usual, sentence)]
    if scenario.vein is None:
        sentence = "The least: none of what was seen after swallowing is in the liver."
        rows.append(row_of("with it, at least", usual, usual, sentence))
    ways = parent_ways(asked.model)
    ratio, most = scenario.swallowed, scenario.vein_most
    sentence = "The most: all of what was seen after swallowing is in the liver."
    if ratio is not None and is_hepatic(asked.model, ways):
        changed, source = scaled(person, ways, 1.0 / ratio.to("1")), ratio.source
    elif most is not None:
        changed, source = cleared(asked.model, person, 1.0 / most.to("1")), most.source
    else:
        return rows
    return [*rows, row_of("with it, at most", asked.of(changed), usual, sentence, (source,))]
