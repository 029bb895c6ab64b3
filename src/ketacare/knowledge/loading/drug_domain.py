"""Reads the domain of a drug file: who was studied, with which doses, and what is answered at all."""

from __future__ import annotations

from ketacare.core.errors import ErrorCode
from ketacare.core.pharmacology import Domain, DoseRange, Limit, Measure, Range, Route
from ketacare.knowledge.reading import Section

_OWN_KEYS = ("population", "weight", "age", "most_mg_per_kg", "most_of_reference", "dose")
_AMOUNTS = {"mg": ("mg", False), "mg/kg": ("mg/kg", True)}
_RATES = {"mg/h": ("mg/h", False), "mg/kg/h": ("mg/kg/h", True), "mg/kg/min": ("mg/kg/h", True)}


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


def _limit(part: Section, key: str, units: dict[str, tuple[str, bool]]) -> Limit:
    given = part.sourced(key)
    if given.unit not in units:
        raise part.error(
            ErrorCode.UNKNOWN_UNIT, key, f'"{given.unit}" is not one of {", ".join(units)}'
        )
    unit, per_kg = units[given.unit]
    if given.value <= 0:
        raise part.error(ErrorCode.OUT_OF_RANGE, key, f"{given.value:g} is not more than zero")
    return Limit(value=given.to(unit), unit=unit, per_kg=per_kg)


def _doses(part: Section) -> dict[Route, DoseRange]:
    """Read the highest doses and rates by route."""
    found = {}
    for key in part.keys():  # noqa: SIM118 - keys() of a Section marks nothing as read
        if key not in {route.value for route in Route}:
            raise part.error(ErrorCode.UNKNOWN_NAME, key, f'"{key}" is not a route')
        own = part.section(key)
        found[Route(key)] = DoseRange(
            studied=_limit(own, "studied_to", _AMOUNTS),
            answered=_limit(own, "answered_to", _AMOUNTS),
            fastest=_limit(own, "fastest", _RATES) if "fastest" in own else None,
        )
        studied, answered = found[Route(key)].studied, found[Route(key)].answered
        if studied.per_kg != answered.per_kg or studied.value > answered.value:
            raise own.error(
                ErrorCode.CONTRADICTION,
                "answered_to",
                "the doses answered reach at least as far as those studied, in the same unit",
            )
        own.close()
    part.close()
    return found


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
        doses=_doses(part.section("dose")) if "dose" in part else {},
    )
    part.close()
    return domain
