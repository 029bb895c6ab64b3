"""Reads scenario files (``scenarios_*.toml``): interactions, genotypes, organs, a cap on weight."""

from __future__ import annotations

from ketacare.core.errors import ErrorCode
from ketacare.core.pharmacology import Route, Scenario, ScenarioKind, Scenarios, Variant
from ketacare.core.sources import Sourced
from ketacare.knowledge.reading import Section, read_provenance


def read_scenarios(root: Section) -> Scenarios:
    """Read all scenarios of one drug; refuse what it does not know."""
    found: dict[str, Scenario] = {}
    for part in root.sections("scenario"):
        scenario = _scenario(part)
        if scenario.id in found:
            raise part.error(
                ErrorCode.CONTRADICTION, "id", f'scenario "{scenario.id}" stands here twice'
            )
        found[scenario.id] = scenario
    cap = root.section("dosing_weight")
    scenarios = Scenarios(
        provenance=read_provenance(root),
        drug=root.text("drug"),
        scenarios=found,
        cap_kg=cap.sourced("cap", unit="kg"),
    )
    cap.close()
    root.close()
    return scenarios


def _scenario(part: Section) -> Scenario:
    kind = part.choice("kind", ScenarioKind)
    interacts = kind is ScenarioKind.INTERACTION
    scenario = Scenario(
        id=part.text("id"),
        title=part.text("title"),
        kind=kind,
        sentence=part.text("sentence"),
        swallowed=_ratio(part, "swallowed"),
        in_liver=part.flag("in_liver") if interacts else False,
        vein=_ratio(part, "vein"),
        vein_most=_ratio(part, "vein_most"),
        variants=tuple(_variant(p) for p in part.sections("variants", optional=True)),
        measured=None if interacts else part.choice("measured", Route),
    )
    if interacts == bool(scenario.variants):
        raise part.error(
            ErrorCode.CONTRADICTION,
            "variants",
            "an interaction has ratios of areas, every other scenario has variants",
        )
    if interacts and scenario.swallowed is None and scenario.vein is None:
        raise part.error(
            ErrorCode.MISSING_KEY, "swallowed", "the interaction has no ratio; give one"
        )
    part.close()
    return scenario


def _ratio(part: Section, key: str) -> Sourced | None:
    if key not in part:
        return None
    value = part.sourced(key, unit="1")
    if value.value <= 0:
        raise part.error(ErrorCode.OUT_OF_RANGE, key, f"{value.value:g} is not more than zero")
    return value


def _variant(part: Section) -> Variant:
    variant = Variant(
        label=part.text("label"),
        clearance=_ratio(part, "clearance"),
        refused=part.text("refused", ""),
    )
    if (variant.clearance is None) != bool(variant.refused):
        raise part.error(
            ErrorCode.CONTRADICTION,
            "clearance",
            "a variant has a factor on clearance, or says why there is no answer",
        )
    part.close()
    return variant
