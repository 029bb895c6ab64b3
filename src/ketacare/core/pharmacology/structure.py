"""Compartments and what flows between them, turned into rate matrices for many people.

A structure names its parameters; the numbers come with each person. States are amounts in mg of
ketamine equivalents (molar: 1 mg stands for 1/237.73 mmol of whichever molecule it has become), so
that nothing is lost on the way and what has left the body is a state too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ketacare.core.errors import ErrorCode, KnowledgeError
from ketacare.core.pharmacology.modes import Floats

EXCRETED = "excreted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compartment:
    """A place with a volume; ``volume`` is the name of a parameter in L."""

    name: str
    volume: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Distribution between two compartments; ``clearance`` is the name of a parameter in L/h."""

    first: str
    second: str
    clearance: str


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
    """A whole model's compartments; intravenous doses enter ``central``."""

    central: str
    compartments: tuple[Compartment, ...]
    exchanges: tuple[Exchange, ...]
    eliminations: tuple[Elimination, ...]

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

    @property
    def states(self) -> tuple[str, ...]:
        """Return the names of the states in the order of the matrix."""
        chains = [name for e in self.eliminations for name in e.chain()]
        return (*(c.name for c in self.compartments), *chains, EXCRETED)

    @property
    def parameters(self) -> frozenset[str]:
        """Return the names of the parameters the structure asks for."""
        names = {c.volume for c in self.compartments} | {e.clearance for e in self.exchanges}
        for e in self.eliminations:
            names |= {e.clearance, e.rate, e.fraction, e.transit_time}
        return frozenset(names - {""})

    def leading_to(self, wanted: Collection[str]) -> Structure:
        """Return the structure without the compartments that cannot influence ``wanted``.

        What would have gone to one of them counts as excreted.
        """
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
        )

    def volume_of(self, compartment: str) -> str:
        """Return the name of the parameter that is the volume of a compartment."""
        return next(c.volume for c in self.compartments if c.name == compartment)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Follower:
    """A site that follows a compartment's concentration: dC/dt = rate (C_compartment - C).

    A venous delay compartment and an effect site are both of this kind: they hold concentration
    (mg/L) instead of an amount and take nothing from the body. ``rate`` is (n,) in 1/h.
    """

    compartment: str
    rate: Floats


def rate_matrix(
    structure: Structure, values: Mapping[str, Floats], followers: Sequence[Follower] = ()
) -> Floats:
    """Return the matrices (n, m, m) in 1/h: the structure's states, then the followers.

    ``values`` holds each parameter as (n,), volumes in L, clearances in L/h, times in h.
    """
    states = structure.states
    place = {name: i for i, name in enumerate(states)}
    count = len(next(iter(values.values())))
    size = len(states) + len(followers)
    matrix = np.zeros((count, size, size))

    def move(source: str, target: str, rate: Floats) -> None:
        matrix[:, place[source], place[source]] -= rate
        matrix[:, place[target], place[source]] += rate

    def volume(name: str) -> Floats:
        return values[structure.volume_of(name)]

    for exchange in structure.exchanges:
        flow = values[exchange.clearance]
        move(exchange.first, exchange.second, flow / volume(exchange.first))
        move(exchange.second, exchange.first, flow / volume(exchange.second))
    for way in structure.eliminations:
        rate = values[way.rate] if way.rate else values[way.clearance] / volume(way.source)
        if not way.into:
            move(way.source, EXCRETED, rate)
            continue
        part = values[way.fraction] if way.fraction else np.ones(count)
        chain = way.chain()
        move(way.source, chain[0] if chain else way.into, rate * part)
        if way.fraction:
            move(way.source, EXCRETED, rate * (1.0 - part))
        for here, there in zip(chain, (*chain[1:], way.into), strict=True):
            move(here, there, way.transits / values[way.transit_time])
    for i, follower in enumerate(followers, start=len(states)):
        source = place[follower.compartment]
        matrix[:, i, source] = follower.rate / volume(follower.compartment)
        matrix[:, i, i] = -follower.rate
    return matrix
