"""Does the calibrated prior predict studies it has not seen: fit without one, predict that one.

The honest check of width: each study in turn is left out, the prior fitted to the others, and every
outcome of the study compared with its predictive interval. Validation studies play no part in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.trials.calibration import Calibration, calibrate
from ketacare.core.trials.prediction import Predicted, predict
from ketacare.core.trials.studies import Study

_ROUNDS = 4  # from where the fit to all studies ended; one study less moves it little
_FEWEST = 3


def leave_each_out(
    studies: Sequence[Study],
    whole: Calibration,
    *,
    n: int = 500,
    groups: int = 300,
    level: float = 0.9,
    told: Callable[[str], None] = lambda _: None,
) -> tuple[Predicted, ...]:
    """Return every outcome with the interval predicted from the other studies.

    ``whole`` is the calibration to all of them and says where to begin; ``told`` hears the id of
    each study when its turn comes. Deterministic for the seed of ``whole``.
    """
    if len(studies) < _FEWEST:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"{len(studies)} studies cannot be left out one by one; give at least {_FEWEST}",
        )
    found: list[Predicted] = []
    for number, study in enumerate(sorted(studies, key=lambda s: s.id)):
        told(study.id)
        others = [s for s in studies if s.id != study.id]
        fitted = calibrate(
            others, start=whole.start, seed=whole.seed, n=n, max_rounds=_ROUNDS, steps=whole.steps
        )
        rng = np.random.default_rng([whole.seed, number])
        found += predict(fitted.prior, study, rng=rng, groups=groups, level=level)
    return tuple(found)
