"""The session's small multiples: what was measured over what was expected, on one time axis.

A machine's values are dots, a person's are open diamonds, the expected 5 to 95 % band is grey behind
them. Every chart carries its table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from ketacare.adapters.plots import (
    BandData,
    Chart,
    Mark,
    Threshold,
    VitalPanel,
    VitalPoint,
    vitals_chart,
)
from ketacare.clinic.infusions.expecting import Expected, minutes_between
from ketacare.clinic.vitals.access import Span
from ketacare.core.record import InfusionEvent, InfusionEventKind, Measurement, Vital
from ketacare.core.safety import Level, Policy, Side
from ketacare.knowledge.load import load_observations
from ketacare.knowledge.loading.bedside import spoken_unit

WIDTH = 340  # one column of a phone; style sheets let it grow a little on wide screens
PANEL_HEIGHT = 84

_EVENTS = {
    InfusionEventKind.START: _("start"),
    InfusionEventKind.RATE: _("rate"),
    InfusionEventKind.PAUSE: _("pause"),
    InfusionEventKind.RESUME: _("on"),
    InfusionEventKind.STOP: _("stop"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart with its title and a note, as ``_chart.html`` draws it."""

    title: str
    chart: Chart
    note: str


def figures(
    *,
    zero: datetime,
    now: datetime,
    live: bool,
    persons: Sequence[Measurement],
    spans: Sequence[Span],
    events: Sequence[InfusionEvent],
    expected: Expected | None,
    policy: Policy,
) -> tuple[Figure, ...]:
    """Return the charts of a session, ``zero`` being the start of the infusion (or the check-in)."""
    points = _points(zero, persons, spans)
    marks = [
        Mark(at=minutes_between(zero, event.at), label=str(_EVENTS[event.kind])) for event in events
    ]
    here = minutes_between(zero, now) if live else None
    latest = max([minutes_between(zero, now) if live else 0.0, *(m.at for m in marks), 0.0])
    until = max(120.0, min(latest + 10.0, 240.0))

    def panel(kind: Vital) -> VitalPanel:
        known = load_observations()[kind]
        return VitalPanel(
            name=known.short,
            unit=spoken_unit(kind),
            points=points.get(kind, ()),
            band=_band(expected, kind.value, until),
            limits=_limits(policy, kind, now),
        )

    def figure(name: str, title: str, panels: Sequence[VitalPanel], note: str = "") -> Figure:
        chart = vitals_chart(
            chart_id=f"session-{name}",
            title=title,
            panels=panels,
            events=marks,
            now=here,
            until=until,
            width=WIDTH,
            panel_height=PANEL_HEIGHT,
        )
        return Figure(title=title, chart=chart, note=note)

    found = [
        figure(
            "pressure",
            _("Blood pressure"),
            [panel(Vital.SYSTOLIC), panel(Vital.DIASTOLIC)],
            expected.missing if expected else "",
        ),
        figure("pulse", _("Pulse and oxygen"), [panel(Vital.HEART_RATE), panel(Vital.SPO2)]),
        figure(
            "awake",
            _("Breathing and wakefulness"),
            [panel(Vital.RESPIRATORY_RATE), panel(Vital.MOAAS)],
        ),
    ]
    felt = [panel(k) for k in (Vital.DISTRESS, Vital.CADSS6, Vital.NAUSEA) if points.get(k)]
    if felt:
        found.append(figure("felt", _("How it feels"), felt))
    if expected is not None and "concentration" in expected.bands:
        predicted = VitalPanel(
            name=_("Ketamine in venous plasma"),
            unit="ng/mL",
            band=_band(expected, "concentration", until),
        )
        title = _("Predicted concentration")
        drawn = figure("concentration", title, [predicted], expected.note)
        found.append(replace(drawn, chart=replace(drawn.chart, summary=_peak(predicted.band))))
    return tuple(found)


def _points(
    zero: datetime, persons: Sequence[Measurement], spans: Sequence[Span]
) -> dict[Vital, list[VitalPoint]]:
    found: dict[Vital, list[VitalPoint]] = {}
    for each in persons:
        found.setdefault(each.kind, []).append(
            VitalPoint(minute=minutes_between(zero, each.at), value=each.value, manual=True)
        )
    for span in spans:
        minute = minutes_between(zero, span.at)
        row = found.setdefault(span.kind, [])
        row.append(VitalPoint(minute=minute, value=span.low, manual=False))
        if span.high != span.low:
            row.append(VitalPoint(minute=minute, value=span.high, manual=False))
    return found


def _band(expected: Expected | None, name: str, until: float) -> BandData | None:
    if expected is None or name not in expected.bands:
        return None
    band = expected.bands[name]
    shown = band.times_h * 60.0 <= until
    return BandData(
        at=(band.times_h[shown] * 60.0).tolist(),
        p5=band.p5[shown].tolist(),
        p25=band.p25[shown].tolist(),
        p50=band.p50[shown].tolist(),
        p75=band.p75[shown].tolist(),
        p95=band.p95[shown].tolist(),
    )


def _limits(policy: Policy, kind: Vital, now: datetime) -> list[Threshold]:
    """Return the absolute limits to draw; a rise over the person's own value has no fixed line."""
    limits = policy.monitoring.vitals.get(kind)
    if limits is None:
        return []
    words = {Level.AMBER: _("amber"), Level.RED: _("red"), Level.CRITICAL: _("critical")}
    return [
        Threshold(value=bound.dated.on(now.date()).value, label=str(words[bound.level]))
        for bound in limits.bounds
        if bound.side is not Side.RISE and bound.level is not Level.CRITICAL
    ]


def _peak(band: BandData | None) -> str:
    if band is None:
        return ""
    highest = max(range(len(band.at)), key=lambda index: band.p50[index])
    return _(
        "Half of people like this one would be above {half:.0f} ng/mL at minute {minute:.0f}, "
        "nine in ten between {low:.0f} and {high:.0f}."
    ).format(
        half=band.p50[highest],
        minute=band.at[highest],
        low=band.p5[highest],
        high=band.p95[highest],
    )
