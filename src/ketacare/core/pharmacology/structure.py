"""Compartments and what flows between them, by the names of parameters.

A structure names its parameters; the numbers come with each person. States are amounts in mg of
ketamine equivalents (molar: 1 mg stands for 1/237.73 mmol of whichever molecule it has become), so
that nothing is lost on the way and what has left the body is a state too.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from ketacare.core.errors import ErrorCode, KnowledgeError
from ketacare.core.pharmacology.routes import Absorption, Route

EXCRETED = "excreted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compartment:
    """A place; ``volume`` is the name of a parameter in L, empty where only rates are published."""

    name: str
    volume: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Distribution between two compartments, by names of parameters.

    Either one ``clearance`` (L/h) both ways, or ``out`` from the first to the second and ``back``
    (both 1/h). Without ``back`` it is a way without return.
    """

    first: str
    second: str
    clearance: str = ""
    out: str = ""
    back: str = ""

    def __post_init__(self) -> None:
        if bool(self.clearance) == bool(self.out) or (self.back and not self.out):
            raise KnowledgeError(
                ErrorCode.CONTRADICTION,
                f"exchange of {self.first} and {self.second} needs a clearance, or rates out and "
                "back, one of the two",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Elimination:
    """One way out of a compartment, by ``clearance`` (L/h) or ``rate`` (1/h), by parameter name.

    Without ``into`` all of it leaves the body. With it the part ``fraction`` (all, when not given)
    becomes the metabolite and the rest leaves the body; on its way it may pass ``transits``
    compartments in a row with a mean time ``transit_time`` (h) in all of them together.
    """

    source: str
    clearance: str = ""
    rate: str = ""
    into: str = ""
    fraction: str = ""
    transit_time: str = ""
    transits: int = 0

    def __post_init__(self) -> None:
        if bool(self.clearance) == bool(self.rate):
            raise KnowledgeError(
                ErrorCode.CONTRADICTION,
                f"elimination from {self.source} needs a clearance or a rate, one of them",
            )
        if (self.transits > 0) != bool(self.transit_time) or self.transits < 0:
            raise KnowledgeError(
                ErrorCode.CONTRADICTION,
                f"elimination from {self.source} needs transits and transit_time together",
            )
        if not self.into and (self.fraction or self.transits):
            raise KnowledgeError(
                ErrorCode.MISSING_KEY,
                f"elimination from {self.source} has a fraction or transits but leads nowhere; "
                'name the metabolite\'s compartment in "into"',
            )

    def chain(self) -> tuple[str, ...]:
        """Return the names of its transit compartments, first to last."""
        return tuple(f"{self.source} > {self.into} {i + 1}" for i in range(self.transits))


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """A whole model's compartments; intravenous doses enter ``central``, others by their route."""

    central: str
    compartments: tuple[Compartment, ...]
    exchanges: tuple[Exchange, ...]
    eliminations: tuple[Elimination, ...]
    absorptions: tuple[Absorption, ...] = ()

    def __post_init__(self) -> None:
        known = {c.name for c in self.compartments}
        if len(known) < len(self.compartments):
            raise KnowledgeError(
                ErrorCode.CONTRADICTION, "two compartments have one name; rename one"
            )
        named = [self.central]
        named += [name for e in self.exchanges for name in (e.first, e.second)]
        named += [name for e in self.eliminations for name in (e.source, e.into) if name]
        for name in named:
            if name not in known:
                raise KnowledgeError(
                    ErrorCode.UNKNOWN_NAME,
                    f'compartment "{name}" is not among {", ".join(sorted(known))}',
                )
        needed = {e.source for e in self.eliminations if e.clearance}
        needed |= {name for e in self.exchanges if e.clearance for name in (e.first, e.second)}
        for name in sorted(needed):
            if not self.volume_of(name):
                raise KnowledgeError(
                    ErrorCode.MISSING_KEY,
                    f'compartment "{name}" has a clearance but no volume; name its volume',
                )
        routes = [a.route for a in self.absorptions]
        if len(set(routes)) < len(routes):
            raise KnowledgeError(ErrorCode.CONTRADICTION, "a route is described twice; keep one")
        reached = set(self.states) - {EXCRETED}
        for part in (part for a in self.absorptions for part in a.parts):
            if part.into not in reached:
                raise KnowledgeError(
                    ErrorCode.UNKNOWN_NAME,
                    f'a route leads into "{part.into}", which is not among '
                    f"{', '.join(sorted(reached))}",
                )

    @property
    def states(self) -> tuple[str, ...]:
        """Return the names of the states in the order of the matrix."""
        chains = [name for e in self.eliminations for name in e.chain()]
        entered = [
            name
            for a in self.absorptions
            for number, part in enumerate(a.parts, start=1)
            for name in part.states(a.route, number)
        ]
        return (*(c.name for c in self.compartments), *chains, *entered, EXCRETED)

    @property
    def parameters(self) -> frozenset[str]:
        """Return the names of the parameters the structure asks for."""
        names = {c.volume for c in self.compartments}
        for exchange in self.exchanges:
            names |= {exchange.clearance, exchange.out, exchange.back}
        for e in self.eliminations:
            names |= {e.clearance, e.rate, e.fraction, e.transit_time}
        for absorption in self.absorptions:
            names |= absorption.parameters
        return frozenset(names - {""})

    def by_routes(self, routes: Collection[Route]) -> Structure:
        """Return the structure with those routes only."""
        return replace(self, absorptions=tuple(a for a in self.absorptions if a.route in routes))

    def absorption(self, route: Route) -> Absorption | None:
        """Return how a route is absorbed, ``None`` where the model does not describe it."""
        return next((a for a in self.absorptions if a.route is route), None)

    def leading_to(self, wanted: Collection[str]) -> Structure:
        """Return the structure without the compartments that cannot influence ``wanted``.

        What would have gone to one of them counts as excreted. Where a route leads is kept.
        """
        wanted = {*wanted, *(self._end_of(p.into) for a in self.absorptions for p in a.parts)}
        keep = set(wanted)
        while True:
            more = {e.source for e in self.eliminations if e.into in keep} - keep
            for e in self.exchanges:
                if {e.first, e.second} & keep:
                    more |= {e.first, e.second} - keep
            if not more:
                break
            keep |= more
        ways = tuple(
            e
            if e.into in keep
            else Elimination(source=e.source, clearance=e.clearance, rate=e.rate)
            for e in self.eliminations
            if e.source in keep
        )
        return Structure(
            central=self.central,
            compartments=tuple(c for c in self.compartments if c.name in keep),
            exchanges=tuple(e for e in self.exchanges if e.first in keep),
            eliminations=ways,
            absorptions=self.absorptions,
        )

    def _end_of(self, state: str) -> str:
        """Return the compartment a state is, or leads to."""
        for e in self.eliminations:
            if state in e.chain():
                return e.into
        return state

    def volume_of(self, compartment: str) -> str:
        """Return the name of the parameter that is the volume of a compartment."""
        return next(c.volume for c in self.compartments if c.name == compartment)
