"""Dates as a clinician reads them: "3 May 2026". For programs there is ISO 8601."""

from __future__ import annotations

from datetime import date

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def spoken_date(day: date) -> str:
    """Return a date (or the date of a moment) in words that no country reads the other way round."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
