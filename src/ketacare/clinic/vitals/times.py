"""When something was measured, by the clinic's clock.

A monitor's clock may be wrong by minutes or a year. As long as it agrees with the server's within
:data:`AGREES`, its time is taken; otherwise the measurement is as old as the device's own clock says
it was when the message was sent. The device's time is kept beside it either way.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ketacare.clinic.vitals.models import BUCKET_SECONDS

AGREES = timedelta(minutes=2)
OLDEST = timedelta(hours=12)  # a monitor's memory; what claims to be older has a broken clock


def measured_at(
    *,
    device_at: datetime | None,
    sent_at: datetime | None,
    received_at: datetime,
    age: timedelta | None = None,
) -> tuple[datetime, str]:
    """Return when it was measured, and what is wrong with the device's clock (empty: nothing).

    ``age`` is how long before its message something was measured, where the device wrote both
    times without a zone.
    """
    if device_at is None or sent_at is None:
        return _by_arrival(device_at, received_at, age)
    offset = received_at - sent_at
    age = sent_at - device_at
    if not timedelta() <= age <= OLDEST:
        return received_at, "the device's own times contradict each other; arrival is shown"
    if abs(offset) <= AGREES:
        return min(device_at, received_at), ""
    minutes = offset / timedelta(minutes=1)
    side = "behind" if minutes > 0 else "ahead of"
    return (
        received_at - age,
        f"the device's clock is {abs(minutes):.0f} min {side} ours; its time is corrected",
    )


def _by_arrival(
    device_at: datetime | None, received_at: datetime, age: timedelta | None
) -> tuple[datetime, str]:
    """Return the time of something whose device did not say when it sent, or not in which zone."""
    if device_at is not None:
        if abs(received_at - device_at) <= AGREES:
            return min(device_at, received_at), ""
        return received_at, "the device's clock differs from ours; the time of arrival is shown"
    if age is not None and timedelta() <= age <= OLDEST:
        return received_at - age, "the device gave no time zone; counted back from arrival"
    return received_at, "the device gave no usable time; the time of arrival is shown"


def bucket_of(at: datetime) -> int:
    """Return the step of :data:`BUCKET_SECONDS` that ``at`` falls in."""
    return int(at.timestamp()) // BUCKET_SECONDS


def start_of(bucket: int) -> datetime:
    """Return the moment at which a step of :data:`BUCKET_SECONDS` begins."""
    return datetime.fromtimestamp(bucket * BUCKET_SECONDS, tz=UTC)
