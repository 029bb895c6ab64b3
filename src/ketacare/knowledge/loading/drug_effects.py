"""Reads effect files (``effects_*.toml``): blood pressure, heart rate and dissociation."""

from __future__ import annotations

from ketacare.core.errors import ErrorCode
from ketacare.core.pharmacology import (
    Dissociation,
    EffectModel,
    LinearEffect,
    Modifier,
    ReferenceDose,
)
from ketacare.knowledge.loading.drug_domain import read_domain
from ketacare.knowledge.reading import Section, read_provenance


def _dose(part: Section) -> ReferenceDose:
    dose = ReferenceDose(
        mg_per_kg=part.sourced("mg_per_kg", unit="mg/kg"),
        minutes=part.sourced("minutes", unit="min"),
        weight=part.sourced("weight", unit="kg"),
    )
    part.close()
    return dose


def _linear(part: Section, unit: str) -> LinearEffect:
    effect = LinearEffect(
        rise=part.sourced("rise", unit=unit),
        spread=part.sourced("spread", unit=unit),
        reading=part.sourced("reading", unit=unit),
    )
    if effect.reading.value > effect.spread.value:
        raise part.error(
            ErrorCode.CONTRADICTION, "reading", "the reading error is part of the spread"
        )
    part.close()
    return effect


def _modifier(part: Section) -> Modifier:
    modifier = Modifier(
        factor=part.sourced("factor", unit="1"),
        share=part.sourced("share", unit="1"),
        from_age=part.sourced("from_age", unit="year") if "from_age" in part else None,
    )
    part.close()
    return modifier


def _dissociation(part: Section) -> Dissociation:
    effect = Dissociation(
        half_life=part.sourced("half_life", unit="min"),
        c50=part.sourced("c50", unit="nmol/mL"),
        hill=part.sourced("hill", unit="1"),
        anchor=part.sourced("anchor", unit="point"),
        anchor_dose=_dose(part.section("anchor_dose")),
        spread=part.sourced("spread", unit="1"),
        maximum=part.sourced("maximum", unit="point"),
        floor=part.sourced("floor", unit="1"),
        keep=part.sourced("keep", unit="1"),
    )
    part.close()
    return effect


def read_effect_model(root: Section) -> EffectModel:
    """Read an effect file from its root; refuse what it does not know."""
    benefit = root.section("benefit")
    circulation = root.section("circulation")
    domain = root.section("domain")
    effects = EffectModel(
        provenance=read_provenance(root),
        pk_models=root.texts("pk_models"),
        circulation_half_life=circulation.sourced("half_life", unit="min"),
        circulation_dose=_dose(circulation.section("reference")),
        linear={
            "systolic": _linear(circulation.section("systolic"), "mmHg"),
            "diastolic": _linear(circulation.section("diastolic"), "mmHg"),
            "heart_rate": _linear(circulation.section("heart_rate"), "1/min (beats)"),
        },
        age=_modifier(root.section("age")),
        hypertension=_modifier(root.section("hypertension")),
        dissociation=_dissociation(root.section("dissociation")),
        most_mg_per_kg=domain.sourced("most_mg_per_kg", unit="mg/kg"),
        domain=read_domain(domain),
        benefit_note=benefit.text("note"),
        benefit_source=benefit.source_id("source"),
    )
    benefit.close()
    circulation.close()
    root.raw("check", [])
    root.close()
    return effects
