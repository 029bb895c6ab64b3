"""HL7 date-times (DTM) to and from aware UTC times; a zone is never assumed.

A time without a zone takes the zone of the message's own time (MSH-7), which HL7 makes the default
of a message; where that has none either, only the distance of two such times is known.

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


def zone_of(text: str) -> timezone | None:
    """Return the zone a date-time is written in, ``None`` when it has none or is malformed."""
    match = _DTM.fullmatch(text.strip())
    if match is None or match["zone"] is None:
        return None
    return _zone(match["zone"])


def age_between(earlier: str, later: str) -> timedelta | None:
    """Return how long ``earlier`` was before ``later`` when neither has a zone; else ``None``.

    Both come from one clock, so their distance is known though the clock is not. An age below
    zero is none.
    """
    moments = [_local(text) for text in (earlier, later)]
    if moments[0] is None or moments[1] is None:
        return None
    age = moments[1] - moments[0]
    return age if age >= timedelta() else None


def read_time(text: str, *, default: timezone | None = None) -> tuple[datetime | None, str]:
    """Return the moment in UTC and an empty text, or ``None`` and why it is not known.

    ``default`` is the zone of the message, for a time that has none itself.
    """
    text = text.strip()
    if not text:
        return None, "the device gave no time"
    match = _DTM.fullmatch(text)
    if match is None:
        return None, f'"{text[:40]}" is not a date and time of HL7'
    zone = _zone(match["zone"]) if match["zone"] else default
    if zone is None:
        if match["zone"]:
            return None, f"the device's time zone {match['zone']} does not exist"
        return None, f"the device's time {text} has no time zone, so its clock is unknown"
    local = _moment(match)
    try:
        return (local.replace(tzinfo=zone).astimezone(UTC), "") if local else (None, _wrong(text))
    except OverflowError:
        return None, _wrong(text)


def _wrong(text: str) -> str:
    return f'"{text}" is not a possible date and time'


def _zone(written: str) -> timezone | None:
    hours, minutes = int(written[1:3]), int(written[3:5])
    offset = timedelta(hours=hours, minutes=minutes)
    if minutes > 59 or offset > timedelta(hours=14):
        return None
    return timezone(-offset if written[0] == "-" else offset)


def _local(text: str) -> datetime | None:
    match = _DTM.fullmatch(text.strip())
    return _moment(match) if match is not None and match["zone"] is None else None


def _moment(match: re.Match[str]) -> datetime | None:
    stamp = match["stamp"]
    try:
        return datetime(  # noqa: DTZ001 - the zone is put on by whoever knows it
            int(stamp[:4]),
            int(stamp[4:6]),
            int(stamp[6:8]),
            int(stamp[8:10]),
            int(stamp[10:12]),
            int(match["second"] or 0),
            int((match["part"] or "0").ljust(6, "0")),
        )
    except ValueError:
        return None


def write_time(at: datetime) -> str:
    """Return an aware time as HL7 writes it, to the millisecond, with its zone."""
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone; give an aware time")
    stamp = at.strftime("%Y%m%d%H%M%S")
    return f"{stamp}.{at.microsecond // 1000:03d}{at.strftime('%z')[:5]}"
