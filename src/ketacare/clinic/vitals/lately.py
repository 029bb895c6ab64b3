"""A monitor's values at the grain somebody needs: the last of each kind, the last half hour, a chart.

A monitor sends several signs each second, for hours. Every question here names the kinds it asks for,
so that the index answers it alone, and none returns more rows than it has to.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, QuerySet

from ketacare.clinic.vitals.models import Value
from ketacare.clinic.vitals.times import bucket_of, start_of
from ketacare.core.record import Measurement, Origin, Vital

RECENT = timedelta(minutes=30)
EXACT = timedelta(seconds=30)  # so long every single value of a monitor is looked at
MOST_EXACT = 120  # of one kind in RECENT; a cuff's are fewer, and all of them are

COLUMNS = ("kind", "value", "at", "device_id")
_Row = tuple[str, float | None, datetime, str]
_KINDS = tuple(kind.value for kind in Vital)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The lowest and highest device value of one kind in one step of time, which starts at ``at``."""

    kind: Vital
    at: datetime
    low: float
    high: float


def recent_device_values(session_id: uuid.UUID, *, now: datetime) -> tuple[Measurement, ...]:
    """Return what the monitor measured in the last half hour, and the last of each kind before.

    What comes every second is given exactly for the last half minute; before that, as the lowest and
    the highest of each step of time, so that no excursion is left out.
    """
    first, exact = bucket_of(now - RECENT), bucket_of(now - EXACT)

    def recent(kinds: Iterable[str]) -> QuerySet[Value]:
        return _device_values(session_id, kinds).filter(bucket__gte=first)

    numbers = dict(recent(_KINDS).values_list("kind").annotate(Count("bucket")))
    dense = {kind for kind, number in numbers.items() if number > MOST_EXACT}
    rows = _newest(session_id, set(_KINDS) - set(numbers), bucket__lt=first)
    if dense:
        steps = recent(dense).filter(bucket__lt=exact).values_list("kind", "bucket")
        for kind, bucket, low, high in steps.annotate(Min("value"), Max("value")):
            rows += [(kind, value, start_of(bucket), "") for value in {low, high}]
        rows += _newest(session_id, dense, bucket__gte=first)
        rows += recent(dense).filter(bucket__gte=exact).values_list(*COLUMNS)
    if sparse := set(numbers) - dense:
        rows += recent(sparse).values_list(*COLUMNS)
    return as_measured(rows)


def device_values_before(session_id: uuid.UUID, at: datetime) -> tuple[Measurement, ...]:
    """Return the monitor's last value of each kind at or before ``at``: the baseline it saw."""
    last = bucket_of(at)
    rows = _newest(session_id, _KINDS, bucket__gte=bucket_of(at - RECENT), bucket__lt=last)
    # The step that ``at`` falls in holds values from after it too, so it is looked at by itself.
    here = _device_values(session_id, _KINDS).filter(bucket=last, at__lte=at)
    rows += _in_order(here)
    return as_measured({row[0]: row for row in rows}.values())


def _device_values(session_id: uuid.UUID, kinds: Iterable[str] = _KINDS) -> QuerySet[Value]:
    """Return the monitor's values of these kinds; naming the kinds lets the index answer alone."""
    return Value.objects.filter(
        session_id=session_id, origin=Value.Origin.DEVICE, kind__in=kinds, value__isnull=False
    ).order_by()


def _newest(session_id: uuid.UUID, kinds: Iterable[str], **when: int) -> list[_Row]:
    """Return the last value of each of these kinds in a range of steps."""
    there = _device_values(session_id, kinds).filter(**when)
    steps = dict(there.values_list("kind").annotate(Max("bucket")))
    if not steps:
        return []
    rows = _in_order(_device_values(session_id, steps).filter(bucket__in=set(steps.values())))
    return list({row[0]: row for row in rows}.values())


def _in_order(found: QuerySet[Value]) -> list[_Row]:
    """Return rows in order of time; sorted here, because asking for it chooses the wrong index."""
    return sorted(found.values_list(*COLUMNS), key=lambda row: row[2])


def as_measured(rows: Iterable[_Row]) -> tuple[Measurement, ...]:
    """Return rows of :data:`COLUMNS` as a monitor's measurements; a gap is none."""
    return tuple(
        Measurement(kind=Vital(kind), value=value, at=at, origin=Origin.DEVICE, by=device)
        for kind, value, at, device in rows
        if value is not None
    )


def device_spans(session_id: uuid.UUID) -> tuple[Span, ...]:
    """Return the monitor's values as their range in each step of time: no extreme is left out."""
    rows = (
        _device_values(session_id)
        .values("kind", "bucket")
        .annotate(low=Min("value"), high=Max("value"))
    )
    return tuple(
        Span(
            kind=Vital(row["kind"]),
            at=start_of(row["bucket"]),
            low=row["low"],
            high=row["high"],
        )
        for row in rows
    )
