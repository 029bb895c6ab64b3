"""Ways in other than a vein: what of a dose goes where, and how fast.

A route is one or more parts that run side by side: each takes a fraction of the dose, may wait
(lag), enters at a constant rate (zero order) or at once, passes a depot (first order) and a chain
of transit compartments of one rate, and ends in a compartment. An absorption rate belongs to the
disposition it was estimated with.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ketacare.core.errors import ErrorCode, KnowledgeError


class Route(StrEnum):
    """How a dose is given."""

    INTRAVENOUS = "intravenous"
    INTRAMUSCULAR = "intramuscular"
    SUBCUTANEOUS = "subcutaneous"
    INTRANASAL = "intranasal"
    ORAL = "oral"
    SUBLINGUAL = "sublingual"

    @property
    def is_swallowed(self) -> bool:
        """Return whether the whole dose passes gut and liver first."""
        return self is Route.ORAL


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutePart:
    """One way of a dose into a state, with names of parameters.

    The amount is dose * (product of ``fractions``) * (product of 1 - ``remainders``). ``into`` is
    a compartment, or the name of a state such as the first transit compartment on the way to a
    metabolite (then it is formed before any drug reaches the blood). ``duration`` (h) of the
    zero-order input, ``rate`` (1/h) of the depot, ``transits`` with a mean ``transit_time`` (h)
    in all of them together, ``lag`` (h).
    """

    into: str
    fractions: tuple[str, ...] = ()
    remainders: tuple[str, ...] = ()
    duration: str = ""
    rate: str = ""
    transits: int = 0
    transit_time: str = ""
    lag: str = ""

    def __post_init__(self) -> None:
        if (self.transits > 0) != bool(self.transit_time) or self.transits < 0:
            raise KnowledgeError(
                ErrorCode.CONTRADICTION,
                f"the part into {self.into} needs transits and transit_time together",
            )

    @property
    def parameters(self) -> frozenset[str]:
        """Return the names of the parameters it asks for."""
        named = {*self.fractions, *self.remainders, self.duration, self.rate}
        return frozenset((named | {self.transit_time, self.lag}) - {""})

    def states(self, route: Route, number: int) -> tuple[str, ...]:
        """Return the names of its own states, in the order a dose passes them."""
        place = f"{route.value} {number}"
        depot = (f"{place} depot",) if self.rate else ()
        return (*depot, *(f"{place} transit {i + 1}" for i in range(self.transits)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Saturation:
    """A fraction that falls when much is given at once, as with one nasal device after another.

    Of all that is given within ``window`` (h), what goes beyond ``after_mg`` has its parameter
    ``fraction`` multiplied by ``factor``.
    """

    fraction: str
    factor: float
    after_mg: float
    window_h: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Absorption:
    """All parts of one route, what may saturate, and a note for the reader."""

    route: Route
    parts: tuple[RoutePart, ...]
    saturation: Saturation | None = None
    note: str = ""

    @property
    def parameters(self) -> frozenset[str]:
        """Return the names of the parameters it asks for."""
        return frozenset().union(*(part.parameters for part in self.parts))
