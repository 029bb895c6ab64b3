"""Eigenmodes of many linear compartment systems at once, with a guard for near-equal rates.

A system dx/dt = A x is taken apart into its strongly connected blocks (a drug with its peripheral
compartments is one, each transit compartment or effect site another); A is block triangular in
that order, so the modes of a block are eigenvectors of the block carried downstream by forward
substitution. A chain of compartments with one rate has no eigenbasis but a Jordan one, which is
written down directly. Where other coupled modes have nearly the same rate the system is marked as
not sound: its caller uses the matrix exponential instead. (Golub and Van Loan, Matrix
Computations, 4th ed., sections 7.1, 9.3.) People are the last axis, so that every step is one
operation over all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ketacare.core.pharmacology.symmetric import Floats, symmetric_modes

__all__ = ["Floats", "Modes", "blocks_of", "decompose", "upstream"]

_SMALLEST_GAP = 1e-9  # below it nothing can be divided; the loss of digits is judged by its sum
# A response is a sum of modes that may cancel. If the parts are this much larger than the whole,
# measured by areas under the curve, five of sixteen digits are lost and the engine promises nine.
_MOST_CANCELLATION = 1e5
_BALANCED_TO = 1e-13  # rounding of a few products, relative
# A rate of exactly zero (a compartment that only collects) divides badly; at 1e-30 per hour
# expm1(rate t) / rate is t to the last digit and nothing else changes.
_STILL = -1e-30
_MOVING = 1e-20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Modes:
    """The modes of ``n`` systems: ``k`` of them, ``c`` inputs, ``o`` outputs.

    ``rates`` (k, n) in 1/h, ``entry`` (c, k, n) how much of each mode one unit of an input makes,
    ``gain`` (o, k, n) what one unit of a mode adds to an output, ``sound`` (n,) false where the
    modes must not be used. ``ladders`` are the runs (first, length) of modes with one rate, each
    fed by the next: da_j/dt = rate a_j + a_(j+1). A mode by itself has length 1.
    """

    rates: Floats
    entry: Floats
    gain: Floats
    ladders: tuple[tuple[int, int], ...]
    sound: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Block:
    """States that influence each other, or a chain of one rate, with their own modes.

    ``right`` and ``left`` (b, b, n) are the vectors by column and by row. In a chain ``feeds``
    (b, n) is the product of the flows from a place to the end, and there are no vectors.
    """

    states: NDArray[np.intp]
    rates: Floats
    right: Floats | None = None
    left: Floats | None = None
    feeds: Floats | None = None

    @property
    def is_ladder(self) -> bool:
        return self.feeds is not None


def upstream(pattern: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return ``reach`` with ``reach[i, j]`` true when state ``j`` influences state ``i``."""
    reach = pattern | np.eye(len(pattern), dtype=bool)
    while True:
        further = reach @ reach
        if (further == reach).all():
            return reach
        reach = further


def blocks_of(pattern: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """Return the strongly connected blocks, upstream before downstream."""
    reach = upstream(pattern)
    mutual = reach & reach.T
    # What is upstream has strictly fewer ancestors, so their number is a topological order.
    first_members = sorted({int(np.argmax(row)) for row in mutual}, key=lambda i: reach[i].sum())
    return [np.flatnonzero(mutual[i]) for i in first_members]


def decompose(matrix: Floats, entry: Floats, readout: Floats) -> Modes:
    """Return the modes of ``matrix`` (m, m, n), in 1/h, people last.

    ``entry`` (c, m, n) is what each input adds to the states, ``readout`` (o, m, n) how each
    output is made of them.
    """
    size, _, count = matrix.shape
    pattern = (matrix != 0).any(axis=2)
    reach = upstream(pattern)
    sound = np.ones(count, dtype=bool)
    blocks = [
        _solved(matrix, states, sound) for states in _merged(blocks_of(pattern), matrix, reach)
    ]
    rates = np.empty((size, count))
    vectors = np.zeros((size, size, count))
    amplitude = np.zeros((len(entry), size, count))
    ladders: list[tuple[int, int]] = []
    place = 0
    starts = []
    for number, block in enumerate(blocks):
        mine = slice(place, place + len(block.states))
        starts.append(place)
        rates[mine] = block.rates
        if block.is_ladder:
            ladders.append((place, len(block.states)))
        else:
            ladders += [(place + i, 1) for i in range(len(block.states))]
        _own_vectors(vectors, block, place)
        for before, first in zip(blocks[:number], starts, strict=False):
            if reach[block.states[:, None], before.states].any():
                _carry(matrix, pattern, vectors, (before, first), (block, place), sound)
        known = vectors[block.states, :place]
        for channel, into in enumerate(entry):
            rest = into[block.states].copy()
            if place:
                rest -= (known * amplitude[channel, :place]).sum(axis=1)
            amplitude[channel, mine] = _own_amplitudes(block, rest)
        place = mine.stop
    gain = np.zeros((len(readout), size, count))
    for o, made in enumerate(readout):
        for state in np.flatnonzero((made != 0).any(axis=1)):
            gain[o] += made[state] * vectors[state]
    rates[rates == 0] = _STILL
    modes = Modes(rates=rates, entry=amplitude, gain=gain, ladders=tuple(ladders), sound=sound)
    sound &= _keeps_digits(modes)
    return modes


def _merged(
    blocks: list[NDArray[np.intp]], matrix: Floats, reach: NDArray[np.bool_]
) -> list[NDArray[np.intp]]:
    """Return the blocks with chains of single states of exactly one rate put together."""
    merged: list[NDArray[np.intp]] = []
    single = {int(b[0]) for b in blocks if len(b) == 1}
    taken: set[int] = set()
    for block in blocks:
        here = int(block[0])
        if here in taken:
            continue
        chain = [here]
        while here in single:
            after = [
                there
                for there in single - taken - {here}
                if matrix[there, here].any()
                and not matrix[there, chain[:-1]].any()
                and _alike(matrix, here, there, reach)
            ]
            if len(after) != 1:
                break
            here = after[0]
            chain.append(here)
            taken.add(here)
        merged.append(np.array(chain) if len(chain) > 1 else block)
    # A chain stands where its first member stood; what feeds only its later members may come
    # after that, so the order is made anew from what reaches what.
    ancestors = {int(b[0]): int(reach[b].any(axis=0).sum()) for b in merged}
    return sorted(merged, key=lambda b: ancestors[int(b[0])])


def _alike(matrix: Floats, here: int, there: int, reach: NDArray[np.bool_]) -> bool:
    """Return whether two states have one rate in everybody and nothing else lies between them."""
    between = reach[:, here] & reach[there]
    between[[here, there]] = False
    return not between.any() and bool((matrix[here, here] == matrix[there, there]).all())


def _solved(matrix: Floats, states: NDArray[np.intp], sound: NDArray[np.bool_]) -> _Block:
    """Return a block with its own modes; clear ``sound`` where it has none to give."""
    own = matrix[states[:, None], states]
    if len(states) == 1:
        unit = np.ones_like(own)
        return _Block(states=states, rates=own[0], right=unit, left=unit)
    if not own[0, 1:].any() and not np.triu((own != 0).any(axis=2), 1).any():
        feeds = np.ones_like(own[0])
        for q in range(len(states) - 2, -1, -1):
            feeds[q] = feeds[q + 1] * own[q + 1, q]
        return _Block(states=states, rates=own[range(len(states)), range(len(states))], feeds=feeds)
    weight = _balance(own)
    if weight is None:
        rates, right, left = _general(own, sound)
    else:
        root = np.sqrt(weight)
        symmetric = own * (root[None, :] / root[:, None])
        rates, turned = symmetric_modes(symmetric)
        right = root[:, None] * turned
        left = np.swapaxes(turned, 0, 1) / root[None, :]
    return _Block(states=states, rates=rates, right=right, left=left)


def _general(own: Floats, sound: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """Return the modes of blocks without balance; those that swing are not sound."""
    rates, right = np.linalg.eig(np.moveaxis(own, 2, 0))
    size = len(own)
    if np.iscomplexobj(rates):
        sound &= ~(rates.imag != 0).any(axis=1)
    real, vectors = np.ascontiguousarray(rates.real), np.ascontiguousarray(right.real)
    for i in range(size):
        for j in range(i):
            scale = np.maximum(np.abs(real[:, i]), np.abs(real[:, j]))
            sound &= np.abs(real[:, i] - real[:, j]) > _SMALLEST_GAP * scale
    vectors[~sound] = np.eye(size)  # never used; keeps the inverse below possible
    left = np.linalg.inv(vectors)
    return real.T.copy(), np.moveaxis(vectors, 0, 2).copy(), np.moveaxis(left, 0, 2).copy()


def _balance(own: Floats) -> Floats | None:
    """Return weights w (b, n) with w_i A_ji = w_j A_ij (detailed balance), or ``None``.

    Distribution between compartments is balanced (the weights are the volumes), which makes the
    block similar to a symmetric one: real rates, and a cheaper and better-conditioned solution.
    """
    size = len(own)
    linked = (own != 0).all(axis=2)
    if ((own != 0).any(axis=2) != linked).any() or (linked != linked.T).any():
        return None
    weight = np.ones(own.shape[1:])
    seen = [0]
    for here in seen:  # grows while it is walked: a search through the graph of the block
        for there in np.flatnonzero(linked[:, here]).tolist():
            if there not in seen:
                weight[there] = weight[here] * own[there, here] / own[here, there]
                seen.append(there)
    if len(seen) < size or not (weight > 0).all():
        return None
    if size > 2 and linked.sum() > 3 * size - 2:
        flow = own * weight
        if np.abs(flow - np.swapaxes(flow, 0, 1)).max() > _BALANCED_TO * np.abs(flow).max():
            return None
    return weight


def _own_vectors(vectors: Floats, block: _Block, place: int) -> None:
    """Write a block's modes in its own states; in a ladder the last state is the first mode."""
    for i in range(len(block.states)):
        if block.feeds is not None:
            state = len(block.states) - 1 - i
            vectors[block.states[state], place + i] = 1.0 / block.feeds[state]
        elif block.right is not None:
            vectors[block.states, place + i] = block.right[:, i]


def _own_amplitudes(block: _Block, rest: Floats) -> Floats:
    """Return how much of each own mode (b, n) the states ``rest`` (b, n) are made of."""
    if block.feeds is not None:
        return np.asarray((rest * block.feeds)[::-1])
    if block.left is None or len(block.states) == 1:
        return rest
    return np.asarray((block.left * rest[None]).sum(axis=1))


def _carry(  # noqa: PLR0917 - two blocks and the four arrays they share
    matrix: Floats,
    pattern: NDArray[np.bool_],
    vectors: Floats,
    source: tuple[_Block, int],
    target: tuple[_Block, int],
    sound: NDArray[np.bool_],
) -> None:
    """Write the modes of an upstream block in the states of a downstream one.

    (rate - A_target) v = flow of the mode into the target, minus the mode before it in a ladder.
    """
    before, first = source
    block, _ = target
    for i in range(len(before.states)):
        mode = first + i
        flow = np.zeros((len(block.states), vectors.shape[2]))
        for row, state in enumerate(block.states):
            for origin in np.flatnonzero(pattern[state]):
                if origin not in block.states:
                    flow[row] += matrix[state, origin] * vectors[origin, mode]
        if before.is_ladder and i:
            flow -= vectors[block.states, mode - 1]
        vectors[block.states, mode] = _solve(matrix, block, before.rates[i], flow, sound)


def _solve(
    matrix: Floats, block: _Block, rate: Floats, flow: Floats, sound: NDArray[np.bool_]
) -> Floats:
    """Return (rate - A_block)^-1 flow (b, n)."""

    def gap(own: Floats) -> Floats:
        found = rate - own
        close = np.abs(found) <= _SMALLEST_GAP * np.maximum(np.abs(rate), np.abs(own))
        if close.any():
            np.logical_and(sound, ~close, out=sound)
            found = np.where(close, 1.0, found)
        return found

    if block.feeds is not None:
        distance = gap(block.rates[0])
        found = np.empty_like(flow)
        found[0] = flow[0] / distance
        for q in range(1, len(flow)):
            passed = matrix[block.states[q], block.states[q - 1]] * found[q - 1]
            found[q] = (flow[q] + passed) / distance
        return found
    if block.right is None or block.left is None or len(flow) == 1:
        return flow / gap(block.rates[0])
    found = np.zeros_like(flow)
    for own, right, left in zip(
        block.rates, np.swapaxes(block.right, 0, 1), block.left, strict=True
    ):
        found += right * ((left * flow).sum(axis=0) / gap(own))
    return found


def _keeps_digits(modes: Modes) -> NDArray[np.bool_]:
    """Return for whom (n,) no output's area under the curve is a small rest of large parts."""
    keeps = np.ones(modes.rates.shape[1], dtype=bool)
    moving = np.abs(modes.rates) > _MOVING
    for entry in modes.entry:
        # The area of each mode after one unit: from the top of each ladder down.
        net, gross = np.zeros_like(entry), np.zeros_like(entry)
        for first, length in modes.ladders:
            for k in range(first + length - 1, first - 1, -1):
                slow = np.where(moving[k], -modes.rates[k], np.inf)
                above = k + 1 < first + length
                net[k] = (entry[k] + (net[k + 1] if above else 0.0)) / slow
                gross[k] = (np.abs(entry[k]) + (gross[k + 1] if above else 0.0)) / slow
        for gain in modes.gain:
            whole = np.abs((gain * net).sum(axis=0))
            parts = (np.abs(gain) * gross).sum(axis=0)
            keeps &= parts <= _MOST_CANCELLATION * whole + np.finfo(float).tiny
    return keeps
