"""Reads the structure of a kinetic model: compartments, flows, and the routes that lead in."""

from __future__ import annotations

from ketacare.core.errors import ErrorCode
from ketacare.core.pharmacology import (
    Absorption,
    Compartment,
    Elimination,
    Exchange,
    Route,
    RoutePart,
    Saturation,
    Structure,
)
from ketacare.knowledge.reading import Section


def read_structure(part: Section, routes: tuple[Absorption, ...]) -> Structure:
    """Read compartments and flows; ``routes`` were read from their own table."""
    compartments = []
    for row in part.sections("compartments"):
        compartments.append(Compartment(name=row.text("name"), volume=row.text("volume", "")))
        row.close()
    exchanges = []
    for row in part.sections("exchanges", optional=True):
        exchanges.append(
            Exchange(
                first=row.text("first"),
                second=row.text("second"),
                clearance=row.text("clearance", ""),
                out=row.text("out", ""),
                back=row.text("back", ""),
            )
        )
        row.close()
    eliminations = []
    for row in part.sections("eliminations"):
        eliminations.append(
            Elimination(
                source=row.text("source"),
                clearance=row.text("clearance", ""),
                rate=row.text("rate", ""),
                into=row.text("into", ""),
                fraction=row.text("fraction", ""),
                transit_time=row.text("transit_time", ""),
                transits=row.integer("transits", 0),
            )
        )
        row.close()
    structure = Structure(
        central=part.text("central"),
        compartments=tuple(compartments),
        exchanges=tuple(exchanges),
        eliminations=tuple(eliminations),
        absorptions=routes,
    )
    part.close()
    return structure


def read_routes(part: Section) -> tuple[Absorption, ...]:
    """Read how each route but the vein is absorbed."""
    found = []
    for name in part.keys():  # noqa: SIM118 - keys() of a Section marks nothing as read
        known = {route.value for route in Route} - {Route.INTRAVENOUS.value}
        if name not in known:
            raise part.error(
                ErrorCode.UNKNOWN_NAME,
                name,
                f'"{name}" is not one of {", ".join(sorted(known))}; a vein needs no table',
            )
        row = part.section(name)
        parts = tuple(_part(p) for p in row.sections("parts"))
        if not parts:
            raise row.error(ErrorCode.MISSING_KEY, "parts", "a route needs at least one part")
        found.append(
            Absorption(
                route=Route(name),
                parts=parts,
                saturation=_saturation(row.section("saturation")) if "saturation" in row else None,
                note=row.text("note"),
            )
        )
        row.close()
    part.close()
    return tuple(found)


def _part(row: Section) -> RoutePart:
    part = RoutePart(
        into=row.text("into"),
        fractions=row.texts("fractions", ()),
        remainders=row.texts("remainders", ()),
        duration=row.text("duration", ""),
        rate=row.text("rate", ""),
        transits=row.integer("transits", 0),
        transit_time=row.text("transit_time", ""),
        lag=row.text("lag", ""),
    )
    row.close()
    return part


def _saturation(row: Section) -> Saturation:
    found = Saturation(
        fraction=row.text("fraction"),
        factor=row.sourced("factor", unit="1").to("1"),
        after_mg=row.sourced("after", unit="mg").to("mg"),
        window_h=row.sourced("window", unit="h").to("h"),
    )
    row.close()
    return found
