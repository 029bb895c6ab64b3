"""Eigenmodes of many linear compartment systems at once, with a guard for near-equal rates.

A system dx/dt = A x is taken apart into its strongly connected blocks (a drug with its peripheral
compartments is one, each transit compartment or effect site another); A is block triangular in
that order, so the modes of a block are eigenvectors of the block carried downstream by forward
substitution. Where two coupled modes have nearly the same rate, as in a chain of transit
compartments, no eigenbasis exists and the system is marked as not sound: its caller uses the
matrix exponential instead. (Golub and Van Loan, Matrix Computations, 4th ed., sections 7.1, 9.3.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Rounding errors of a modal sum grow as machine epsilon / relative gap: a gap of 1e-6 still leaves
# about ten digits, and the engine promises nine.
_SMALLEST_GAP = 1e-6
_BALANCED_TO = 1e-13  # rounding of a few products, relative


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Modes:
    """The eigenvalues, eigenvectors and entry amplitudes of ``n`` systems of ``m`` states.

    ``rates`` (n, m) in 1/h, ``vectors`` (n, m, m) one mode per column, ``entry`` (n, m) how much
    of each mode one unit of input makes, ``sound`` (n,) false where the modes must not be used.
    """

    rates: NDArray[np.inexact]
    vectors: NDArray[np.inexact]
    entry: NDArray[np.inexact]
    sound: NDArray[np.bool_]


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


def decompose(matrix: Floats, entry: Floats) -> Modes:
    """Return the modes of ``matrix`` (n, m, m), in 1/h, for an input along ``entry`` (n, m)."""
    count, size, _ = matrix.shape
    pattern = (matrix != 0).any(axis=0)
    reach = upstream(pattern)
    blocks = blocks_of(pattern)
    sound = np.ones(count, dtype=bool)
    inner = [_block_modes(matrix[:, block[:, None], block], sound) for block in blocks]
    kind = np.result_type(np.float64, *(vectors.dtype for _, vectors, _ in inner))
    rates = np.zeros((count, size), dtype=kind)
    vectors = np.zeros((count, size, size), dtype=kind)
    amplitude = np.zeros((count, size), dtype=kind)
    for place, (block, (own, right, left)) in enumerate(zip(blocks, inner, strict=True)):
        rates[:, block] = own
        vectors[:, block[:, None], block] = right
        before = blocks[:place]
        rest = entry[:, block].astype(kind)
        for earlier in before:
            if not reach[block[0], earlier[0]]:
                continue
            # (rate_k - A_block) v_k = flow of mode k into this block from all blocks before it
            flow = np.zeros((count, len(block), len(earlier)), dtype=kind)
            for source in before:
                if pattern[block[:, None], source].any():
                    flow += matrix[:, block[:, None], source] @ vectors[:, source[:, None], earlier]
            theirs = rates[:, earlier][:, None, :]
            mine = own[:, :, None]
            gap = theirs - mine
            close = np.abs(gap) <= _SMALLEST_GAP * np.maximum(np.abs(theirs), np.abs(mine))
            sound &= ~close.any(axis=(1, 2))
            carried = right @ ((left @ flow) / np.where(close, 1.0, gap))
            vectors[:, block[:, None], earlier] = carried
            rest -= (carried @ amplitude[:, earlier, None])[:, :, 0]
        amplitude[:, block] = (left @ rest[:, :, None])[:, :, 0]
    return Modes(rates=rates, vectors=vectors, entry=amplitude, sound=sound)


def _block_modes(
    block: Floats, sound: NDArray[np.bool_]
) -> tuple[NDArray[np.inexact], NDArray[np.inexact], NDArray[np.inexact]]:
    """Return rates, right and left vectors of one block; clear ``sound`` where they coincide."""
    if block.shape[1] == 1:
        unit = np.ones_like(block)
        return block[:, :, 0], unit, unit
    weight = _balance(block)
    if weight is None:
        rates, right = np.linalg.eig(block)
    else:
        root = np.sqrt(weight)
        symmetric = block * (root[:, None, :] / root[:, :, None])
        rates, turned = np.linalg.eigh(symmetric)
        right = root[:, :, None] * turned
    size = rates.shape[1]
    for i in range(size):
        for j in range(i):
            scale = np.maximum(np.abs(rates[:, i]), np.abs(rates[:, j]))
            sound &= np.abs(rates[:, i] - rates[:, j]) > _SMALLEST_GAP * scale
    if weight is not None:
        return rates, right, turned.transpose(0, 2, 1) / root[:, None, :]
    right[~sound] = np.eye(size)  # never used; keeps the inverse below possible
    return rates, right, np.linalg.inv(right)


def _balance(block: Floats) -> Floats | None:
    """Return weights w (n, m) with w_i A_ji = w_j A_ij (detailed balance), or ``None``.

    Distribution between compartments is balanced (the weights are the volumes), which makes the
    block similar to a symmetric one: real rates, and a cheaper and better-conditioned solution.
    """
    size = block.shape[1]
    linked = (block != 0).all(axis=0)
    if ((block != 0).any(axis=0) != linked).any() or (linked != linked.T).any():
        return None
    weight = np.ones(block.shape[:2])
    seen = [0]
    for here in seen:  # grows while it is walked: a search through the graph of the block
        for there in np.flatnonzero(linked[:, here]):
            if there not in seen:
                weight[:, there] = weight[:, here] * block[:, there, here] / block[:, here, there]
                seen.append(int(there))
    if len(seen) < size or (weight <= 0).any():
        return None
    flow = block * weight[:, None, :]
    if np.abs(flow - flow.transpose(0, 2, 1)).max() > _BALANCED_TO * np.abs(flow).max():
        return None
    return weight
