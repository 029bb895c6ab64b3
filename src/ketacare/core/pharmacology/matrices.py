"""Structures turned into rate matrices for many people, with the sites that follow blood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ketacare.core.pharmacology.modes import Floats
from ketacare.core.pharmacology.structure import EXCRETED, Structure


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Follower:
    """A site that follows a compartment's concentration: dC/dt = rate (C_compartment - C).

    A venous delay compartment and an effect site are both of this kind: they hold concentration
    (mg/L) instead of an amount and take nothing from the body. ``rate`` is (n,) in 1/h;
    ``behind`` is the place among the followers of the one it follows instead of the compartment.
    """

    compartment: str
    rate: Floats
    behind: int | None = None


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
    # People are the last axis in memory: the engine works on all of them at once.
    matrix = np.moveaxis(np.zeros((size, size, count)), 2, 0)
    flows = (*_exchanged(structure, values), *_eliminated(structure, values))
    for source, target, rate in (*flows, *_absorbed(structure, values)):
        matrix[:, place[source], place[source]] -= rate
        matrix[:, place[target], place[source]] += rate
    for i, follower in enumerate(followers, start=len(states)):
        matrix[:, i, i] = -follower.rate
        if follower.behind is not None:
            matrix[:, i, len(states) + follower.behind] = follower.rate
        else:
            volume = values[structure.volume_of(follower.compartment)]
            matrix[:, i, place[follower.compartment]] = follower.rate / volume
    return matrix


_Flow = tuple[str, str, Floats]  # from, to, rate in 1/h


def _exchanged(structure: Structure, values: Mapping[str, Floats]) -> list[_Flow]:
    flows: list[_Flow] = []
    for exchange in structure.exchanges:
        there, back = (exchange.first, exchange.second), (exchange.second, exchange.first)
        if exchange.clearance:
            flow = values[exchange.clearance]
            flows += [(*way, flow / values[structure.volume_of(way[0])]) for way in (there, back)]
            continue
        flows.append((*there, values[exchange.out]))
        if exchange.back:
            flows.append((*back, values[exchange.back]))
    return flows


def _eliminated(structure: Structure, values: Mapping[str, Floats]) -> list[_Flow]:
    flows: list[_Flow] = []
    for way in structure.eliminations:
        if way.rate:
            rate = values[way.rate]
        else:
            rate = values[way.clearance] / values[structure.volume_of(way.source)]
        if not way.into:
            flows.append((way.source, EXCRETED, rate))
            continue
        part = values[way.fraction] if way.fraction else 1.0
        chain = way.chain()
        flows.append((way.source, chain[0] if chain else way.into, rate * part))
        if way.fraction:
            flows.append((way.source, EXCRETED, rate * (1.0 - part)))
        for here, there in zip(chain, (*chain[1:], way.into), strict=bool(chain)):
            flows.append((here, there, way.transits / values[way.transit_time]))
    return flows


def _absorbed(structure: Structure, values: Mapping[str, Floats]) -> list[_Flow]:
    flows = []
    for absorption in structure.absorptions:
        for number, part in enumerate(absorption.parts, start=1):
            own = part.states(absorption.route, number)
            for here, there in zip(own, (*own[1:], part.into), strict=bool(own)):
                if part.rate and here == own[0]:
                    flows.append((here, there, values[part.rate]))
                else:
                    flows.append((here, there, part.transits / values[part.transit_time]))
    return flows
