"""Reads the times of a case file: dates with a zone, or days counted from the first infusion.

A published case often gives days only. Such a record counts from a nominal anchor; nobody shows
the nominal date. A calendar date alone stands for noon of that day in the person's zone, and is
refused where the time of day matters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ketacare.core.errors import ErrorCode
from ketacare.core.record import Calendar
from ketacare.knowledge.reading import Section

# Day 0 of a record that counts days, when the file names no other.
NOMINAL_ANCHOR = datetime(2000, 1, 1, 12, tzinfo=UTC)

_A_DATE = "2026-05-03, 2026-05-03T10:30:00 or 2026-05-03T10:30:00-04:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How this file tells time."""

    calendar: Calendar
    anchor: datetime | None
    zone: ZoneInfo | None

    def key(self, name: str) -> str:
        """Return the key a time of this name is written under."""
        if self.calendar is Calendar.DATES:
            return name
        return _relative_key(name)

    def moment(self, part: Section, *, exact: bool = False) -> datetime:
        """Return the time of a table that must have one; ``exact`` refuses a date alone."""
        found = self.optional(part, "at", exact=exact)
        if found is None:
            key = self.key("at")
            hint = "day = -4" if self.calendar is Calendar.RELATIVE else "at = 2026-05-03"
            raise part.error(
                ErrorCode.MISSING_KEY, key, f'"{key}" is missing; say when, for example {hint}'
            )
        return found

    def optional(self, part: Section, name: str, *, exact: bool = False) -> datetime | None:
        """Return a time that may be missing."""
        key = self.key(name)
        self._refuse_other_calendar(part, name)
        value = part.raw(key, None)
        if value is None:
            return None
        if self.calendar is Calendar.RELATIVE:
            return self._from_day(part, key, value)
        if isinstance(value, datetime):
            return self._from_datetime(part, key, value)
        if isinstance(value, date):
            if exact:
                raise part.error(
                    ErrorCode.BAD_FORMAT,
                    key,
                    f"{value} has no time of day, which is needed here; "
                    f"write for example {value}T10:30:00",
                )
            return self._in_zone(part, key, datetime.combine(value, time(12)))
        raise part.error(
            ErrorCode.WRONG_TYPE,
            key,
            f"{value!r} is not a date; write it without quotes, for example {_A_DATE}",
        )

    def _refuse_other_calendar(self, part: Section, name: str) -> None:
        other = name if self.calendar is Calendar.RELATIVE else _relative_key(name)
        if other in part:
            raise part.error(
                ErrorCode.CONTRADICTION,
                other,
                f'"{other}" does not fit [person] calendar = "{self.calendar.value}"; '
                f'write "{self.key(name)}" or change the calendar',
            )

    def _from_day(self, part: Section, key: str, value: object) -> datetime:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise part.error(
                ErrorCode.WRONG_TYPE, key, f"{value!r} is not a number of days, for example -4"
            )
        if not math.isfinite(value) or abs(value) > 40_000:
            raise part.error(
                ErrorCode.OUT_OF_RANGE, key, f"day {value:g} lies outside a human life"
            )
        return (self.anchor or NOMINAL_ANCHOR) + timedelta(days=float(value))

    def _from_datetime(self, part: Section, key: str, value: datetime) -> datetime:
        if value.tzinfo is not None:
            return value.astimezone(UTC)
        return self._in_zone(part, key, value)

    def _in_zone(self, part: Section, key: str, value: datetime) -> datetime:
        if self.zone is None:
            raise part.error(
                ErrorCode.BAD_FORMAT,
                key,
                f"{value} has no time zone; add one (…-04:00), or set time_zone in [person], "
                'for example "America/New_York"',
            )
        local = value.replace(tzinfo=self.zone)
        moment = local.astimezone(UTC)
        if moment.astimezone(self.zone).replace(tzinfo=None) != value:
            raise part.error(
                ErrorCode.OUT_OF_RANGE,
                key,
                f"{value} does not exist in {self.zone.key}: the clocks went forward; correct it",
            )
        if local.replace(fold=1).astimezone(UTC) != moment:
            raise part.error(
                ErrorCode.BAD_FORMAT,
                key,
                f"{value} happens twice in {self.zone.key}: the clocks went back; "
                "write the offset, for example -04:00",
            )
        return moment


def _relative_key(name: str) -> str:
    return "day" if name == "at" else f"{name}_day"
