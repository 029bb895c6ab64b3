"""What an order may ask for: hard limits refuse it in one sentence, soft ones have to be signed.

The limits are the protocol's and the safety rules'; nothing is decided here that the core does not
decide. What comes back are the sentences a signer is shown before signing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ketacare.clinic.eligibility.access import Finding, is_held
from ketacare.clinic.plans.computing import Knowledge
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.planning import judge_order
from ketacare.core.safety import Outcome, SessionContext

LONGEST_COURSE = 60  # infusions in one plan; a slip of the keyboard, not a clinical limit
LONGEST_GAP_DAYS = 365.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An order as somebody wrote it: ``number`` infusions, ``days_between`` days apart."""

    dose_mg_per_kg: float
    minutes: float
    number: int
    days_between: float
    therapy: bool

    @property
    def label(self) -> str:
        """The order in words."""
        if self.number == 1:
            text = f"1 infusion of {self.dose_mg_per_kg:.3g} mg/kg over {self.minutes:g} min"
        else:
            text = (
                f"{self.number} infusions of {self.dose_mg_per_kg:.3g} mg/kg over "
                f"{self.minutes:g} min, {self.days_between:.3g} days apart"
            )
        return text + (", with therapy after each" if self.therapy else "")


def within_limits(wanted: Wanted, known: Knowledge) -> tuple[str, ...]:
    """Return what is unusual about an order, as sentences.

    Raises :class:`InputError` with one sentence where the protocol refuses it.
    """
    _numbers(wanted)
    limits = known.protocol.limits
    found = list(judge_order(wanted.dose_mg_per_kg, wanted.minutes, limits))
    hours = limits.spacing.to("h")
    if wanted.number > 1 and wanted.days_between * 24 < hours:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"infusions {wanted.days_between:g} days apart are refused; leave at least {hours:g} "
            "hours between them",
            where="days_between",
        )
    return (*found, *_frequency(wanted, known))


def held_up_by(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return what the safety rules hold against an order, as sentences to be signed all the same.

    ``findings`` are about the person and this order, each with its override. Raises
    :class:`InputError` for a block that nobody may override.
    """
    found: list[str] = []
    unknown: list[str] = []
    for finding, override in findings:
        if finding.stops and finding.outcome is Outcome.BLOCK:
            raise InputError(ErrorCode.NOT_ALLOWED, finding.sentence)
        if not is_held(finding, override):
            continue
        if finding.outcome is Outcome.BLOCK:
            found.append(f"{finding.sentence} It needs an override before the infusion.")
        else:
            unknown.append(finding.title)
    if unknown:
        titles = "; ".join(dict.fromkeys(unknown))
        found.append(f"Not known yet, to be settled before the infusion: {titles}.")
    return tuple(dict.fromkeys(found))


def _numbers(wanted: Wanted) -> None:
    if not 1 <= wanted.number <= LONGEST_COURSE:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"{wanted.number} infusions are refused; order between 1 and {LONGEST_COURSE}",
            where="number",
        )
    gap = wanted.days_between
    if not (math.isfinite(gap) and 0 < gap <= LONGEST_GAP_DAYS):
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"{gap:g} days between infusions are refused; give more than 0 and at most "
            f"{LONGEST_GAP_DAYS:g}",
            where="days_between",
        )


def _frequency(wanted: Wanted, known: Knowledge) -> list[str]:
    limits = known.protocol.limits
    found: list[str] = []
    weekly = round(limits.per_week.value)
    if wanted.number > weekly and wanted.days_between * weekly < 7.0:
        found.append(f"This is more than {weekly} infusions a week.")
    most, window = round(limits.per_course.value), limits.course_window.to("d")
    within = min(wanted.number, 1 + math.floor(window / wanted.days_between))
    if within > most:
        found.append(
            f"This is {within} infusions in {limits.course_window.to('wk'):g} weeks, more than the "
            f"usual {most}."
        )
    return found


def context_of(wanted: Wanted, *, starts_at: datetime, now: datetime) -> SessionContext:
    """Return the order as the safety rules look at it; a start in the past is now."""
    return SessionContext(
        dose_mg_per_kg=wanted.dose_mg_per_kg,
        minutes=wanted.minutes,
        planned_at=max(starts_at, now),
    )
