"""Leaving care before the next visit: who improves stays, so what is left over is not everybody.

A logistic rule with constants of the prior. Virtual trials use it to lose people as clinics do; a
person's own missing scores are a signal of ``watch``, never evidence about their severity.
"""

from __future__ import annotations

import math

from ketacare.core.response.prior import ConstantName, Prior


def dropout_probability(prior: Prior, *, improved: bool, adverse: bool = False) -> float:
    """Return the probability that someone does not come to the next visit.

    log odds = base + unimproved (without response) + adverse (after an adverse event).
    """
    odds = prior.constant(ConstantName.DROPOUT_BASE)
    if not improved:
        odds += prior.constant(ConstantName.DROPOUT_UNIMPROVED)
    if adverse:
        odds += prior.constant(ConstantName.DROPOUT_ADVERSE)
    return 1.0 / (1.0 + math.exp(-odds))
