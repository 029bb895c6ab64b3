"""Reads the domain of a drug file: who was studied, and who is answered at all."""

from __future__ import annotations

from ketacare.core.pharmacology import Domain, Range
from ketacare.knowledge.reading import Section


def _range(part: Section, name: str, unit: str) -> Range:
    numbers = {
        key: part.sourced(key, unit=unit).to(unit)
        for key in ("studied_from", "studied_to", "answered_from", "answered_to")
    }
    part.close()
    return Range(
        name=name,
        studied=(numbers["studied_from"], numbers["studied_to"]),
        answered=(numbers["answered_from"], numbers["answered_to"]),
        unit="years" if unit == "year" else unit,
    )


def read_domain(part: Section) -> Domain:
    """Read who was studied and who is answered; refuse keys it does not know."""
    domain = Domain(
        population=part.text("population"),
        weight=_range(part.section("weight"), "weight_kg", "kg"),
        age=_range(part.section("age"), "age_years", "year"),
    )
    part.close()
    return domain
