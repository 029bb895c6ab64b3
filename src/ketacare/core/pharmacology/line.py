"""What leaves the pump and what reaches the vein: the line between them holds some of the dose.

A line that begins with saline gives nothing until the drug has filled it, and keeps that much when
the pump stops, unless it is flushed. What is in it moves on in order (plug flow), without mixing.
"""

from __future__ import annotations

import math
from dataclasses import replace

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology.dosing import RateStep, Regimen
from ketacare.core.pharmacology.routes import Route


def held_in_line(dead_mL: float, mg_per_mL: float) -> float:
    """Return the mg that a line of ``dead_mL`` holds at the pump's concentration."""
    for name, value, unit in (
        ("dead_mL", dead_mL, "mL"),
        ("mg_per_mL", mg_per_mL, "mg/mL"),
    ):
        if not (math.isfinite(value) and value > 0):
            raise InputError(
                ErrorCode.OUT_OF_RANGE,
                f"{name} is {value:g} {unit}; give a finite number, more than zero",
                where=name,
            )
    return dead_mL * mg_per_mL


def through_line(
    regimen: Regimen, held_mg: float, *, flush_minutes: float | None = None
) -> Regimen:
    """Return what reaches the vein of what ``regimen`` says the pump delivered.

    ``held_mg`` is what fills the line (:func:`held_in_line`); the line holds saline at first and is
    used once. Without ``flush_minutes`` that much stays in it; with it the rest follows at an even
    rate over so many minutes from the end on. For a line primed with the drug what leaves the pump
    reaches the vein at once, and nothing is to be computed. Doses by other routes are as they were.
    Refuses a dose injected into the vein: by which port it went is not known.

    >>> through_line(Regimen.infusion(35, 40), 1.75).steps[0].start_h * 60
    2.0
    """
    if not (math.isfinite(held_mg) and held_mg >= 0):
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"held_mg is {held_mg:g} mg; give a finite number, zero or more",
            where="held_mg",
        )
    if flush_minutes is not None and not (math.isfinite(flush_minutes) and flush_minutes > 0):
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"flush_minutes is {flush_minutes:g} min; give a finite number, more than zero",
            where="flush_minutes",
        )
    if any(bolus.route is Route.INTRAVENOUS for bolus in regimen.boluses):
        raise InputError(
            ErrorCode.NOT_AVAILABLE,
            "what a line holds is worked out for infusions; it is not known by which port an "
            "injection went",
            where="boluses",
        )
    left = held_mg
    reached: list[RateStep] = []
    for step in regimen.steps:
        if step.mg <= left:
            left -= step.mg
            continue
        wait_h = left / step.mg_per_h
        left = 0.0
        reached.append(replace(step, start_h=step.start_h + wait_h) if wait_h else step)
    kept = held_mg - left
    if flush_minutes is not None and kept > 0:
        hours = flush_minutes / 60.0
        end_h = regimen.steps[-1].end_h
        reached.append(RateStep(end_h, end_h + hours, kept / hours))
    return replace(regimen, steps=tuple(reached))
