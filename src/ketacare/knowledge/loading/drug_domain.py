"""Reads the domain of a drug file: who was studied, and who is answered at all."""

from __future__ import annotations

from ketacare.core.errors import ErrorCode
from ketacare.core.pharmacology import Domain, Measure, Range
from ketacare.knowledge.reading import Section

_OWN_KEYS = ("population", "weight", "age", "most_mg_per_kg")


def _range(part: Section, name: str, measure: Measure) -> Range:
    numbers = {
        key: part.sourced(key, unit=measure.unit).to(measure.unit)
        for key in ("studied_from", "studied_to", "answered_from", "answered_to")
    }
    low, high = numbers["answered_from"], numbers["answered_to"]
    if not low <= numbers["studied_from"] <= numbers["studied_to"] <= high:
        raise part.error(
            ErrorCode.CONTRADICTION,
            "studied_from",
            "the range studied does not lie inside the range answered; correct one of them",
        )
    part.close()
    return Range(
        name=name,
        studied=(numbers["studied_from"], numbers["studied_to"]),
        answered=(low, high),
        unit=measure.unit_in_words,
    )


def read_domain(part: Section) -> Domain:
    """Read who was studied and who is answered; refuse keys it does not know."""
    others = []
    for key in part.keys():  # noqa: SIM118 - keys() of a Section marks nothing as read
        if key not in _OWN_KEYS and key in {measure.value for measure in Measure}:
            measure = Measure(key)
            others.append((measure, _range(part.section(key), key.replace(" ", "_"), measure)))
    domain = Domain(
        population=part.text("population"),
        weight=_range(part.section("weight"), "weight_kg", Measure.WEIGHT),
        age=_range(part.section("age"), "age_years", Measure.AGE),
        others=tuple(others),
    )
    part.close()
    return domain
