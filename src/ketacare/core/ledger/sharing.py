"""One amount shared over several lots that were mixed in one bag."""

from __future__ import annotations

from collections.abc import Sequence

from ketacare.core.errors import ErrorCode, InputError


def share(total: int, parts: Sequence[int]) -> tuple[int, ...]:
    """Return whole shares of ``total`` in proportion to ``parts``: they add up exactly.

    No share exceeds its part while the total does not exceed the sum. Largest remainder first.

    >>> share(10, (10, 20))
    (3, 7)
    """
    whole = sum(parts)
    if total < 0 or any(part < 0 for part in parts) or (total > 0 and total > whole):
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"{total} cannot be shared over {whole}; give at most what there is",
        )
    if total == 0:
        return tuple(0 for _ in parts)
    shares = [total * part // whole for part in parts]
    left = total - sum(shares)
    order = sorted(range(len(parts)), key=lambda i: (-(total * parts[i] % whole), i))
    for index in order[:left]:
        shares[index] += 1
    return tuple(shares)
