"""The strip of a record: pump, signs, scales and events of one session over one time axis."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext as _

from ketacare.adapters.plots import (
    Chart,
    StripEvent,
    StripPump,
    StripScale,
    StripSeries,
    StripSign,
    VitalPoint,
    strip_chart,
)
from ketacare.clinic.infusions.models import PumpEvent, Step
from ketacare.clinic.records.measuring import Measured, from_monitors, name_of
from ketacare.clinic.records.reading import Record
from ketacare.core.record import Vital
from ketacare.knowledge.loading.bedside import spoken_unit

WIDE, NARROW = 980, 340
_PANELS = (
    ((Vital.SYSTOLIC, Vital.DIASTOLIC), 92.0),
    ((Vital.HEART_RATE,), 60.0),
    ((Vital.SPO2,), 48.0),
    ((Vital.RESPIRATORY_RATE,), 48.0),
)
_SCALES = (Vital.MOAAS, Vital.DISTRESS, Vital.CADSS6, Vital.CADSS, Vital.NAUSEA, Vital.PAIN)
# Acts that the strip shows by itself, or that say nothing of the hours in the chair.
_LEFT_OUT = frozenset({"schedule", "assign", "prepare", "second_check", "call"})


def strip_of(record: Record, *, width: float = WIDE, values: Sequence[Measured] = ()) -> Chart:
    """Return the strip; ``values`` saves unpacking the monitors' values twice."""
    found = _points(record, values or tuple(from_monitors(record)))
    events = _events(record)
    minutes = [event.minute for event in events]
    minutes += [point.minute for points in found.values() for point in points]
    first = min([record.minute(record.begins), *minutes])
    last = max([first + 30.0, *minutes])
    return strip_chart(
        chart_id=f"strip-{width:g}",
        title=_("The session on one time axis"),
        pump=_pump(record),
        signs=[
            _sign(record, kinds, found, height)
            for kinds, height in _PANELS
            if kinds[0] in (Vital.SYSTOLIC, Vital.HEART_RATE, Vital.SPO2)
            or any(kind in found for kind in kinds)
        ],
        scales=[
            StripScale(
                name=name_of(kind),
                points=sorted((point.minute, point.value) for point in found[kind]),
            )
            for kind in _SCALES
            if kind in found
        ],
        events=events,
        start=first,
        until=last + 2.0,
        width=width,
        tick_label=lambda minute: f"{record.origin + timedelta(minutes=minute):%H:%M}",
        axis_label=_("time at the clinic"),
    )


def _points(record: Record, values: Sequence[Measured]) -> dict[Vital, list[VitalPoint]]:
    found: dict[Vital, list[VitalPoint]] = {}
    for row in record.rows("vitals.value"):
        if row["value"] is not None and row["superseded_by_id"] is None:
            found.setdefault(Vital(row["kind"]), []).append(
                VitalPoint(minute=record.minute(row["at"]), value=row["value"], manual=True)
            )
    for each in values:
        if each.kind is not None and each.value is not None:
            minute = (each.at - record.origin) / timedelta(minutes=1)
            found.setdefault(each.kind, []).append(
                VitalPoint(minute=minute, value=each.value, manual=False)
            )
    return found


def _sign(
    record: Record,
    kinds: tuple[Vital, ...],
    found: dict[Vital, list[VitalPoint]],
    height: float,
) -> StripSign:
    crossed = [
        (record.minute(event["at"]), record.minute(event["until"]), event["level"])
        for kind in kinds
        for event in record.told(f"judged.limit:{kind.value}")
    ]
    pressure = kinds[0] is Vital.SYSTOLIC
    return StripSign(
        name=_("Blood pressure") if pressure else name_of(kinds[0]),
        unit=spoken_unit(kinds[0]),
        series=[StripSeries(name=name_of(kind), points=found.get(kind, ())) for kind in kinds],
        spans=crossed,
        height=height,
    )


def _pump(record: Record) -> StripPump | None:
    rows = list(record.rows("infusions.pumpevent"))
    if not rows:
        return None
    last = rows[-1]
    return StripPump(
        unit="mL/h",
        steps=[(record.minute(row["at"]), row["rate_ml_per_h"]) for row in rows],
        said=_("{ml:.2f} mL, {mg:.2f} mg by {when}").format(
            ml=last["volume_ml"], mg=last["dose_mg"], when=record.clock(last["at"], seconds=False)
        ),
    )


def _events(record: Record) -> list[StripEvent]:
    visit = record.visit
    closed = visit["discharged_at"] or visit["cancelled_at"]
    found = [
        (row["at"], _step(row["act"], row["text"]))
        for row in record.rows("infusions.step")
        if row["act"] not in _LEFT_OUT and (closed is None or row["at"] <= closed)
    ]
    found += [
        (row["at"], _("alarm of the device: {said}").format(said=row["text"] or row["name"]))
        for row in record.rows("vitals.deviceevent")
        if row["kind"] == "alarm" and row["phase"] in {"", "start", "present"}
    ]
    found.sort(key=lambda each: each[0])
    return [StripEvent(minute=record.minute(at), text=text) for at, text in found]


def _step(act: str, text: str) -> str:
    said = str(dict(Step.Act.choices).get(act, act))
    return f"{said}: {text}" if text else said


def kind_of_pump(kind: str) -> str:
    """Return what was done at the pump, in words."""
    return str(dict(PumpEvent.Kind.choices).get(kind, kind))
