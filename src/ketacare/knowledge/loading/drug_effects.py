"""Reads effect files (``effects_*.toml``): circulation, dissociation, drowsiness, incidences."""

from __future__ import annotations

from ketacare.core.errors import ErrorCode
from ketacare.core.pharmacology import (
    Dissociation,
    Drowsiness,
    EffectModel,
    EffectSite,
    Incidence,
    LinearEffect,
    Modifier,
    ReferenceDose,
    Site,
)
from ketacare.core.sources import Sourced
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


def _at(part: Section) -> EffectSite:
    behind = part.section("driver")
    found = EffectSite(
        analyte=behind.text("analyte"),
        site=behind.choice("site", Site),
        half_life=part.sourced("half_life", unit="min"),
    )
    behind.source_id("source")
    behind.text("note", "")
    behind.close()
    if found.half_life.value <= 0:
        raise part.error(
            ErrorCode.OUT_OF_RANGE, "half_life", f"{found.half_life.quantity} is not more than zero"
        )
    return found


def _share(part: Section) -> tuple[Sourced, int]:
    share, people = part.sourced("share"), part.integer("people")
    if not 0 < share.to("1") < 1 or people < 1:
        raise part.error(
            ErrorCode.OUT_OF_RANGE, "share", "a share lies between 0 and 1, of at least one person"
        )
    return share, people


def _drowsiness(part: Section) -> Drowsiness:
    share, people = _share(part)
    effect = Drowsiness(
        at=_at(part),
        share=share,
        people=people,
        spread=part.sourced("spread", unit="1"),
        dose=_dose(part.section("reference")),
    )
    part.close()
    return effect


def _incidence(part: Section) -> Incidence:
    share, people = _share(part)
    found = Incidence(name=part.text("name"), share=share, people=people, note=part.text("note"))
    part.close()
    return found


def _dissociation(part: Section) -> Dissociation:
    effect = Dissociation(
        at=_at(part),
        c50=part.sourced("c50", unit="nmol/mL"),
        hill=part.sourced("hill", unit="1"),
        anchor=part.sourced("anchor", unit="point"),
        anchor_dose=_dose(part.section("anchor_dose")),
        spread=part.sourced("spread", unit="1"),
        maximum=part.sourced("maximum", unit="point"),
        floor=part.sourced("floor", unit="1"),
        keep=part.sourced("keep", unit="1"),
        settled=part.sourced("settled", unit="point"),
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
        circulation=_at(circulation),
        circulation_dose=_dose(circulation.section("reference")),
        linear={
            "systolic": _linear(circulation.section("systolic"), "mmHg"),
            "diastolic": _linear(circulation.section("diastolic"), "mmHg"),
            "heart_rate": _linear(circulation.section("heart_rate"), "1/min (beats)"),
        },
        age=_modifier(root.section("age")),
        hypertension=_modifier(root.section("hypertension")),
        dissociation=_dissociation(root.section("dissociation")),
        drowsiness=_drowsiness(root.section("drowsiness")),
        incidences=tuple(_incidence(part) for part in root.sections("incidence", optional=True)),
        most_mg_per_kg=domain.sourced("most_mg_per_kg", unit="mg/kg"),
        most_of_reference=domain.sourced("most_of_reference", unit="1"),
        domain=read_domain(domain),
        benefit_note=benefit.text("note"),
        benefit_source=benefit.source_id("source"),
    )
    benefit.close()
    circulation.close()
    root.raw("check", [])
    root.close()
    return effects
