"""By when a missing controlled drug is reported, counted in the clinic's own days.

A business day is Monday to Friday; public holidays are not taken out, so that a clock can run early
and never late. The numbers come from the knowledge.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from ketacare.core.sources import Provenance, Sourced

_SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class CabinetRules:
    """What the law and the clinic ask of the cabinet; days, except where the name says so."""

    provenance: Provenance
    notice_business_days: Sourced
    form_days: Sourced
    keep_years: Sourced
    expiry_warning_days: Sourced


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One duty with its last day, and the day it was done."""

    due: date
    done: date | None
    days_left: int

    @property
    def is_overdue(self) -> bool:
        """Whether the last day has passed and it was not done."""
        return self.done is None and self.days_left < 0

    @property
    def was_late(self) -> bool:
        """Whether it was done after its last day."""
        return self.done is not None and self.done > self.due


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """The written notice to the authority's field office, and the form."""

    notice: Clock
    form: Clock


def clocks_of(
    found: date,
    rules: CabinetRules,
    *,
    today: date,
    notified: date | None = None,
    filed: date | None = None,
) -> Clocks:
    """Return both clocks of a loss found on a day."""
    notice_by = found
    for _ in range(int(rules.notice_business_days.value)):
        notice_by += timedelta(days=1)
        while notice_by.weekday() >= _SATURDAY:
            notice_by += timedelta(days=1)
    form_by = found + timedelta(days=int(rules.form_days.value))
    return Clocks(
        notice=Clock(due=notice_by, done=notified, days_left=(notice_by - today).days),
        form=Clock(due=form_by, done=filed, days_left=(form_by - today).days),
    )
