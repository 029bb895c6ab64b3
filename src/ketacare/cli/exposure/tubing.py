"""Reads what is between the pump and the vein: ``"1.5 mL of 0.7 mg/mL, flushed over 2 min"``."""

from __future__ import annotations

import re

from ketacare.cli.exposure.amounts import duration_in
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology import Regimen, held_in_line, through_line

EXAMPLE = "1.5 mL of 0.7 mg/mL, flushed over 2 min"
_NUMBER = r"(\d+(?:\.\d+)?|\.\d+)"
_LINE = re.compile(
    rf"^\s*{_NUMBER}\s*mL\s+(?:of|at)\s+{_NUMBER}\s*mg/mL(?:\s*,?\s+flushed\s+over\s+(?P<span>.+))?$"
)


def in_the_vein(text: str, regimen: Regimen) -> tuple[Regimen, str]:
    """Return what reaches the vein through the line described, and a sentence that says so."""
    match = _LINE.match(text.strip())
    span = None if match is None or match["span"] is None else duration_in(match["span"])
    if match is None or (match["span"] is not None and span is None):
        raise InputError(
            ErrorCode.BAD_FORMAT,
            f'"{text}" is not understood; write for example "{EXAMPLE}"',
            where="--line",
        )
    try:
        held = held_in_line(float(match[1]), float(match[2]))
        found = through_line(regimen, held, flush_minutes=span)
    except InputError as error:
        raise InputError(error.code, error.sentence, where="--line") from error
    ordered, reached = regimen.total_mg, found.total_mg
    kept = f"; {ordered - reached:.3g} mg stay in the line" if ordered - reached > 1e-9 else ""
    return found, (
        f"The line, full of saline at first, holds {held:.3g} mg: of {ordered:.4g} mg from the pump "
        f"{reached:.4g} mg reach the vein{kept}."
    )
