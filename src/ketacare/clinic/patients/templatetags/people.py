"""How a person, a day and a span of time are written on clinical pages."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()


@register.filter
def age(born: date | None) -> str:
    """Return an age today in words, or that it is not recorded."""
    if born is None:
        return _("age not recorded")
    today = timezone.localdate()
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return ngettext("{n} year", "{n} years", years).format(n=years)


@register.filter
def day(value: datetime | date | None) -> str:
    """Return a day as the clinic writes it, or that it is not recorded."""
    if value is None:
        return _("not recorded")
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return date_format(value, "j M Y")


@register.filter
def civil_day(value: datetime | None) -> str:
    """Return a day that was given as a day and travels as midnight UTC."""
    return _("not recorded") if value is None else date_format(value.date(), "j M Y")


@register.filter
def span(value: timedelta | float | None) -> str:
    """Return a time span (seconds when a number) as said: "25 min", "3 h", "4 days"."""
    if value is None:
        return _("not known")
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    minutes = int(abs(seconds) // 60)
    if minutes < 1:
        return _("less than a minute")
    if minutes < 120:
        return _("{n} min").format(n=minutes)
    if minutes < 48 * 60:
        return _("{n} h").format(n=round(minutes / 60))
    days = round(minutes / 1440)
    return ngettext("{n} day", "{n} days", days).format(n=days)


@register.filter
def ago(at: datetime | None) -> str:
    """Return how long ago something was: "3 days ago"."""
    if at is None:
        return _("never")
    return _("{span} ago").format(span=span(timezone.now() - at))


@register.filter
def amount(value: float | None) -> str:
    """Return a number without trailing zeros, or that it is not recorded."""
    return _("not recorded") if value is None else f"{value:g}"


@register.simple_tag
def place(route: str, *args: object) -> str:
    """Return the address of a page, or "" in an installation that does not have it."""
    try:
        return reverse(route, args=args)
    except NoReverseMatch:
        return ""
