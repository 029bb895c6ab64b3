"""HL7 date-times (DTM) to and from aware UTC times; a time without a zone is never assumed.

Format: ``YYYYMMDDHHMM[SS[.S[S[S[S]]]]][+/-ZZZZ]`` (HL7 v2.6, chapter 2.A.22). Shorter forms name
a day or an hour, not a moment, and are refused as times of an observation.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_DTM = re.compile(
    r"(?P<stamp>[0-9]{12})(?P<second>[0-9]{2})?(?:\.(?P<part>[0-9]{1,4}))?"
    r"(?P<zone>[+-][0-9]{4})?"
)


def read_time(text: str) -> tuple[datetime | None, str]:
    """Return the moment in UTC and an empty text, or ``None`` and why it is not known."""
    text = text.strip()
    if not text:
        return None, "the device gave no time"
    match = _DTM.fullmatch(text)
    if match is None:
        return None, f'"{text[:40]}" is not a date and time of HL7'
    if match["zone"] is None:
        return None, f"the device's time {text} has no time zone, so its clock is unknown"
    hours, minutes = int(match["zone"][1:3]), int(match["zone"][3:5])
    offset = timedelta(hours=hours, minutes=minutes)
    if minutes > 59 or offset > timedelta(hours=14):
        return None, f"the device's time zone {match['zone']} does not exist"
    zone = timezone(-offset if match["zone"][0] == "-" else offset)
    try:
        local = datetime.strptime(match["stamp"], "%Y%m%d%H%M").replace(tzinfo=zone)
        moment = local.replace(
            second=int(match["second"] or 0),
            microsecond=int((match["part"] or "0").ljust(6, "0")),
        )
        return moment.astimezone(UTC), ""
    except (ValueError, OverflowError):
        return None, f'"{text}" is not a possible date and time'


def write_time(at: datetime) -> str:
    """Return an aware time as HL7 writes it, to the millisecond, with its zone."""
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone; give an aware time")
    stamp = at.strftime("%Y%m%d%H%M%S")
    return f"{stamp}.{at.microsecond // 1000:03d}{at.strftime('%z')[:5]}"
