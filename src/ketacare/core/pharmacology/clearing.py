"""How the drug itself leaves the body in a model, and the same person with more or less of it.

Where a model has a liver (one place, fed by a flow, through which all of the drug leaves), clearance
is bounded by that flow; elsewhere it is what the file says it is.
"""

from __future__ import annotations

from collections.abc import Mapping

from ketacare.core.errors import DomainError, ErrorCode
from ketacare.core.pharmacology.model import PkModel
from ketacare.core.pharmacology.modes import Floats
from ketacare.core.pharmacology.structure import Elimination


def parent_ways(model: PkModel) -> tuple[Elimination, ...]:
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


def is_hepatic(model: PkModel, ways: tuple[Elimination, ...]) -> bool:
    """Return whether all of the drug leaves through one compartment fed by a flow (a liver)."""
    places = {way.source for way in ways}
    return len(places) == 1 and model.structure.central not in places


def scaled(
    person: Mapping[str, Floats], ways: tuple[Elimination, ...], factor: float
) -> dict[str, Floats]:
    """Return the person with the ways out multiplied by a factor."""
    names = {way.clearance or way.rate for way in ways}
    return {name: value * factor if name in names else value for name, value in person.items()}


def cleared(model: PkModel, person: Mapping[str, Floats], factor: float) -> dict[str, Floats]:
    """Return the person with a systemic clearance of ``factor`` times theirs.

    In a model with a liver, clearance = Q E and E = K / (Q + K), with flow Q and intrinsic
    clearance K: K is changed so that E is ``factor`` times what it was. No liver clears more than
    its flow brings.
    """
    ways = parent_ways(model)
    if not is_hepatic(model, ways):
        return scaled(person, ways, factor)
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
    return scaled(person, ways, flow * extracted / (1.0 - extracted) / intrinsic)
