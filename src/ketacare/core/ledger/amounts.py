"""Amounts as whole micrograms: from what a person types, from a pump, and back to milligrams.

A typed amount finer than a microgram is refused rather than rounded; what a pump delivered is a
measured number and goes to the nearest microgram.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from ketacare.core.errors import ErrorCode, InputError

_PER_MG = 1000
# A bound for slips of the keyboard, far above what a clinic holds: 1 kg.
MOST_UG = 1_000_000_000


def micrograms(mg: Decimal | int | str) -> int:
    """Return an exact amount in whole micrograms; refuse less than none, or finer than one.

    >>> micrograms("34.5")
    34500
    """
    try:
        exact = Decimal(mg)
    except InvalidOperation:
        raise InputError(
            ErrorCode.BAD_FORMAT, f'"{mg}" is not a number of milligrams, such as 34.5'
        ) from None
    if not exact.is_finite() or exact < 0:
        raise InputError(ErrorCode.OUT_OF_RANGE, f"{mg} mg cannot be an amount; give zero or more")
    scaled = exact * _PER_MG
    if scaled > MOST_UG:
        raise InputError(ErrorCode.OUT_OF_RANGE, f"{mg} mg is more than a cabinet holds; check it")
    if scaled != scaled.to_integral_value():
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"{mg} mg is finer than a microgram; give at most three decimals",
        )
    return int(scaled)


def nearest_micrograms(mg: float) -> int:
    """Return a measured amount in mg as the nearest whole microgram (half to even)."""
    if not math.isfinite(mg) or mg < 0:
        raise InputError(ErrorCode.OUT_OF_RANGE, f"{mg} mg cannot be an amount; give zero or more")
    return int((Decimal(repr(float(mg))) * _PER_MG).to_integral_value(ROUND_HALF_EVEN))


def milligrams(ug: int) -> Decimal:
    """Return micrograms as exact milligrams, without trailing zeros.

    >>> str(milligrams(34500)), str(milligrams(-2000))
    ('34.5', '-2')
    """
    exact = Decimal(ug) / _PER_MG
    whole = exact.to_integral_value()
    return whole if exact == whole else exact.normalize()


def vial_content(mg_per_ml: Decimal, volume_ml: Decimal) -> int:
    """Return what one vial holds, in whole micrograms; refuse an empty one."""
    content = micrograms(mg_per_ml * volume_ml)
    if content == 0:
        raise InputError(ErrorCode.OUT_OF_RANGE, "a vial holds more than nothing; check its size")
    return content
