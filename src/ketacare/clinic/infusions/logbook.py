"""The log of a session: who did what, what people measured, what the monitor could not say.

Machine and person are told apart, and a corrected value stands beside the one that replaced it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from ketacare.clinic.infusions import access
from ketacare.clinic.infusions.alarming import goes_on, said_of
from ketacare.clinic.infusions.alerting import said
from ketacare.clinic.infusions.entering import DIFFERS
from ketacare.clinic.infusions.models import Session, Step
from ketacare.clinic.infusions.watching import Readings
from ketacare.clinic.vitals import access as vitals
from ketacare.clinic.vitals.models import DeviceEvent, Value
from ketacare.core.record import Vital
from ketacare.knowledge.load import load_observations
from ketacare.knowledge.loading.bedside import spoken_unit

GAP_RUN = timedelta(minutes=2)  # gaps closer than this are one line of the log


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the log: when, who or what, what; ``machine`` tells the two apart."""

    at: datetime
    who: str
    machine: bool
    text: str
    detail: str = ""
    struck: bool = False
    correct: Value | None = None
    tone: str = ""


def log_of(session: Session, readings: Readings) -> tuple[Line, ...]:
    """Return who did what and what was measured by people, newest first, corrections with both."""
    acted = {event.at: event for event in readings.events}
    lines = []
    for step in access.steps_of(session):
        event = acted.get(step.at)
        detail = step.text
        if event is not None and step.act in {
            "start",
            "rate",
            "pause",
            "resume",
            "stop",
            "complete",
        }:
            given = _("{ml:.2f} mL ({mg:.2f} mg) given, then {rate:g} mL/h").format(
                ml=event.volume_ml, mg=event.dose_mg, rate=event.rate_ml_per_h
            )
            detail = f"{step.text}. {given}" if step.text else given
        if step.override and step.act == Step.Act.DISCHARGE:
            detail = _("although criteria for leaving were open: {why}").format(why=step.text)
        lines.append(
            Line(
                at=step.at,
                who=step.by.display_name,
                machine=False,
                text=str(step.get_act_display()),
                detail=detail,
                tone="stop" if step.act in {"stop", "mismatch"} or step.override else "",
            )
        )
    lines += [
        _value_line(row) for row in readings.rows if not (row.value is None and not row.problem)
    ]
    lines += _gap_lines(session)
    lines += _alarm_lines(session)
    lines += _limit_lines(session)
    lines += _kept_lines(session)
    lines.sort(key=lambda line: line.at, reverse=True)
    return tuple(lines)


def _gap_lines(session: Session) -> list[Line]:
    """Return the monitor's gaps, one line for each run of the same kind and reason."""
    runs: dict[tuple[str, str, str], list[Value]] = {}
    lines = []

    def close(key: tuple[str, str, str]) -> None:
        run = runs.pop(key)
        first, last = timezone.localtime(run[-1].at), timezone.localtime(run[0].at)
        detail = run[0].problem
        if len(run) > 1:
            detail = _("{why}; {n} times from {first} to {last}").format(
                why=detail, n=len(run), first=f"{first:%H:%M:%S}", last=f"{last:%H:%M:%S}"
            )
        lines.append(
            Line(
                at=run[0].at,
                who=_("Monitor {device}").format(device=run[0].device_id),
                machine=True,
                text=_("no value for {what}").format(what=_kind_name(run[0])),
                detail=detail,
            )
        )

    for gap in vitals.gaps_of_session(session.pk):  # newest first
        key = (gap.kind or gap.raw_code, gap.problem, gap.device_id)
        if key in runs and runs[key][-1].at - gap.at > GAP_RUN:
            close(key)
        runs.setdefault(key, []).append(gap)
    for key in list(runs):
        close(key)
    return lines


def _alarm_lines(session: Session) -> list[Line]:
    """Return what the devices alarmed about, when it began and when they said it was over."""
    events = vitals.device_events(session.pk).filter(kind=DeviceEvent.Kind.ALARM)
    return [
        Line(
            at=event.at,
            who=_("Monitor {device}").format(device=event.device_id),
            machine=True,
            text=_("its own alarm: {name}").format(name=event.name or event.code)
            if goes_on(event)
            else _("end of its own alarm: {name}").format(name=event.name or event.code),
            detail=said_of(event),
        )
        for event in events
        if event.phase.lower() in {"", "start", "end"}
    ]


def _limit_lines(session: Session) -> list[Line]:
    """Return the limits that were crossed, who said when that they saw it, and who was told."""
    lines = []
    for alert in session.alerts.select_related("acknowledged_by", "escalated_to"):
        lines.append(
            Line(
                at=alert.at,
                who="Ketacare",
                machine=True,
                text=_("crossed limit: {level}").format(level=alert.level),
                detail=said(alert),
                tone="stop",
            )
        )
        if alert.escalated_at is not None:
            lines.append(
                Line(
                    at=alert.escalated_at,
                    who="Ketacare",
                    machine=True,
                    text=_("told {who} that nobody had acknowledged it").format(
                        who=alert.escalated_to or _("the anaesthesia clinicians")
                    ),
                )
            )
        if alert.acknowledged_by is not None and alert.acknowledged_at is not None:
            lines.append(
                Line(
                    at=alert.acknowledged_at,
                    who=alert.acknowledged_by.display_name,
                    machine=False,
                    text=_("acknowledged the crossed limit"),
                    detail=alert.words,
                )
            )
    return lines


def _kept_lines(session: Session) -> list[Line]:
    """Return what waited on a device that had lost the server: both its times, and a wrong clock."""
    lines = []
    for kept in session.kept_entries.select_related("by"):
        made = timezone.localtime(kept.at)
        detail = _("made at {at}, without connection to the server").format(at=f"{made:%H:%M:%S}")
        if abs(kept.ahead_s) >= DIFFERS.total_seconds():
            own = timezone.localtime(kept.device_at)
            detail += "; " + _("the device's clock said {at}, which is wrong by {n} s").format(
                at=f"{own:%H:%M:%S}", n=f"{kept.ahead_s:+.0f}"
            )
        lines.append(
            Line(
                at=kept.received_at,
                who=kept.by.display_name,
                machine=False,
                text=_("sent what was kept on a device: {what}").format(what=kept.what),
                detail=detail,
            )
        )
    return lines


def _value_line(row: Value) -> Line:
    said = _("struck out") if row.value is None else f"{row.value:g} {spoken_unit(Vital(row.kind))}"
    detail = ""
    newer = row.superseded_by
    if newer is not None:
        to = _("struck out") if newer.value is None else f"{newer.value:g}"
        detail = _("corrected to {to} by {who} at {when}: {why}").format(
            to=to,
            who=newer.by.display_name if newer.by else "",
            when=timezone.localtime(newer.received_at).strftime("%H:%M"),
            why=row.superseded_reason,
        )
    return Line(
        at=row.at,
        who=row.by.display_name if row.by else "",
        machine=False,
        text=f"{_kind_name(row)} {said}",
        detail=detail,
        struck=newer is not None,
        correct=row if newer is None and row.value is not None else None,
    )


def _kind_name(row: Value) -> str:
    if not row.kind:
        return row.raw_name or row.raw_code
    return load_observations()[Vital(row.kind)].label
