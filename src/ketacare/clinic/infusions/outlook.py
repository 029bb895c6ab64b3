"""Expected beside measured: signs now, limits they may pass, and when they should be back.

The numbers are those of the session's forecast, read at this minute; limits are the policy's. It is
a help for whoever plans to stay or to leave, no alarm and no criterion, and exposure does not
predict benefit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _

from ketacare.clinic.infusions.expecting import Expected, minutes_between
from ketacare.core.pharmacology import Back, Band, Chance
from ketacare.core.record import Measurement, Vital
from ketacare.core.safety import Level, Policy
from ketacare.knowledge.load import load_observations
from ketacare.knowledge.loading.bedside import spoken_unit

# What the forecast calls a sign, and what is measured of it at the bedside.
_SIGNS = {
    "systolic": Vital.SYSTOLIC,
    "diastolic": Vital.DIASTOLIC,
    "heart_rate": Vital.HEART_RATE,
    "dissociation": Vital.CADSS,
}
_CHANCES = {"drowsiness": Vital.MOAAS, "nausea": Vital.NAUSEA, "dizziness": None}
_LEVELS = (Level.AMBER, Level.RED, Level.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """A table by sign, and what to keep in mind about it."""

    header: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    notes: tuple[str, ...]
    status: str

    @property
    def lines(self) -> tuple[tuple[str, tuple[tuple[str, str | None], ...]], ...]:
        """Each row as its title, and its other cells with the name of their column."""
        return tuple(
            (str(row[0]), tuple(zip(self.header[1:], row[1:], strict=True))) for row in self.rows
        )


def limits_of(
    policy: Policy, baseline: Mapping[Vital, float], day: date
) -> tuple[tuple[str, float], ...]:
    """Return the upper limits that the drug may push signs over, as the forecast names them.

    A level is reached at its lowest limit, an absolute one or a rise over the person's baseline.
    """
    found = []
    for name, kind in _SIGNS.items():
        limits = policy.monitoring.vitals.get(kind)
        if limits is None:
            continue
        for level in _LEVELS:
            above = [
                each.above
                for each in limits.ranges_on(day, baseline.get(kind))
                if each.bound.level is level and np.isfinite(each.above)
            ]
            if above:
                found.append((f"{name} {level.value}", min(above)))
    return tuple(found)


def outlook_of(
    expected: Expected | None, *, zero: datetime, now: datetime, measured: Sequence[Measurement]
) -> Outlook | None:
    """Return the table, ``None`` when there is nothing to expect signs from."""
    if expected is None or not expected.back:
        return None
    minute = max(0.0, minutes_between(zero, now))
    newest = {m.kind: m for m in sorted(measured, key=lambda m: m.at)}
    rows: list[tuple[str | None, ...]] = []
    for name, kind in _SIGNS.items():
        known = load_observations()[kind]
        seen = _seen(newest.get(kind))
        if kind is Vital.CADSS and seen is None and Vital.CADSS6 in newest:
            seen = f"{load_observations()[Vital.CADSS6].short} {_seen(newest[Vital.CADSS6])}"
        rows.append(
            (
                f"{known.short}, {spoken_unit(kind)}" if spoken_unit(kind) else known.short,
                seen,
                _now(expected.bands[name], minute),
                _passes(name, expected.crossing, dict(expected.limits)),
                _back(
                    expected.back[name],
                    zero,
                    started=now > zero,
                    last_h=float(expected.bands[name].times_h[-1]),
                ),
            )
        )
    titles = {"drowsiness": _("Drowsy"), "nausea": _("Nausea"), "dizziness": _("Dizziness")}
    for name, measure in _CHANCES.items():
        if name in expected.chances:
            known_of = _seen(newest.get(measure)) if measure is not None else ""
            chance = _chance(expected.chances[name], expected, minute)
            rows.append((titles[name], known_of, chance, "", ""))
    return Outlook(
        header=(
            _("Sign"),
            _("Measured"),
            _("Expected now (9 in 10 people)"),
            _("People who pass a limit"),
            _("Back as before"),
        ),
        rows=tuple(rows),
        notes=(*expected.outside, *_counted(expected), expected.note),
        status=expected.status,
    )


def _counted(expected: Expected) -> tuple[str, ...]:
    """Say of what was only counted that it knows nothing of this dose."""
    if not {"nausea", "dizziness"} & expected.chances.keys():
        return ()
    return (
        _(
            "Nausea and dizziness are how often they were seen at the usual doses, whatever this dose "
            "is: how they depend on the dose is not known."
        ),
    )


def _seen(measurement: Measurement | None) -> str | None:
    if measurement is None:
        return None
    at = timezone.localtime(measurement.at)
    return _("{value:g} at {when}").format(value=measurement.value, when=f"{at:%H:%M}")


def _now(band: Band, minute: float) -> str:
    at = minute / 60.0
    if at > band.times_h[-1]:
        return _("no longer foretold")
    p5, p50, p95 = (
        float(np.interp(at, band.times_h, values)) for values in (band.p5, band.p50, band.p95)
    )
    return _("{middle:.0f} ({low:.0f} to {high:.0f})").format(middle=p50, low=p5, high=p95)


def _passes(name: str, crossing: Mapping[str, float], limits: Mapping[str, float]) -> str:
    words = {Level.AMBER: _("amber"), Level.RED: _("red"), Level.CRITICAL: _("critical")}
    said = [
        _("{level} ({limit:.0f}): {share}").format(
            level=words[level],
            limit=limits[f"{name} {level.value}"],
            share=_percent(crossing[f"{name} {level.value}"]),
        )
        for level in _LEVELS
        if f"{name} {level.value}" in crossing
    ]
    return "; ".join(said)


def _percent(share: float) -> str:
    if 0 < share < 0.01:
        return _("under 1 %")
    return _("{n:.0f} %").format(n=100.0 * share)


def _back(back: Back, zero: datetime, *, started: bool, last_h: float) -> str:
    def moment(hours: float) -> str:
        if not started:
            return _("minute {n:.0f}").format(n=60.0 * hours)
        return f"{timezone.localtime(zero + timedelta(hours=hours)):%H:%M}"

    middle = _("half by {when}").format(when=moment(back.p50)) if back.p50 is not None else ""
    if back.p50 == 0:
        middle = _("half never leave it")
    if back.p95 is None:
        later = _("one in {n:.0f} later than {when}").format(
            n=1.0 / back.not_yet, when=moment(last_h)
        )
        return f"{middle}, {later}" if middle else later
    return _("{middle}, 19 of 20 by {late}").format(middle=middle, late=moment(back.p95))


def _chance(chance: Chance, expected: Expected, minute: float) -> str:
    if chance.low is not None and chance.high is not None:
        return _("{share} at some time ({low:.0f} to {high:.0f} %)").format(
            share=_percent(chance.share), low=100 * chance.low, high=100 * chance.high
        )
    times = expected.bands["systolic"].times_h
    if chance.over_time is None or minute / 60.0 > times[-1]:
        return _("{share} at some time").format(share=_percent(chance.share))
    here = float(np.interp(minute / 60.0, times, chance.over_time))
    return _("{here} now, {share} at some time").format(
        here=_percent(here), share=_percent(chance.share)
    )
