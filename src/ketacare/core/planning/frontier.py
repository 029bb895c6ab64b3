"""Which options are worth comparing: relief against risk and burden, ties told from differences.

The Pareto front of options in the order of their ranking. Two options tie in relief when they
differ by less than the simulation can tell apart or a page shows; without that, nearly every option
of a fine grid is best at something nobody can see (epsilon-dominance; Laumanns et al. 2002,
Evolutionary Computation 10:263).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

# The last digit a page shows of each: relief in whole percent, risk to a tenth, burden to a
# hundredth. Smaller differences read as the same number.
_RELIEF: Final = 0.01
_RISK: Final = 0.1
_BURDEN: Final = 0.01
_ERRORS: Final = 2.0  # Monte Carlo standard errors a difference in relief has to exceed
_ROUNDING: Final = 1e-9


def outdone_by(
    relief: NDArray[np.float64],
    risk: Sequence[float],
    burden: Sequence[float],
    *,
    people: float,
) -> list[int | None]:
    """Return for each option an option before it that outdoes it, or ``None`` on the front.

    ``relief`` is (options, simulated people), options in the order of their ranking; ``people`` is
    how many independent people they are worth. One option outdoes a later one when it brings at
    least as much relief for no more risk and no more burden, ties counting as equal. Only options
    of the front outdo others, so the first is always on it.
    """
    front: list[int] = []
    found: list[int | None] = []
    for index, own in enumerate(relief):
        better = next(
            (
                other
                for other in front
                if risk[other] <= risk[index] + _RISK - _ROUNDING
                and burden[other] <= burden[index] + _BURDEN - _ROUNDING
                and _no_less(relief[other] - own, people)
            ),
            None,
        )
        found.append(better)
        if better is None:
            front.append(index)
    return found


def _no_less(gain: NDArray[np.float64], people: float) -> bool:
    """Return whether a difference in relief, person by person, is no loss that can be told."""
    error = float(gain.std()) / np.sqrt(people)
    return bool(gain.mean() > -max(_ERRORS * error, _RELIEF) + _ROUNDING)
