"""The score chart of one person: what was measured, the infusions, and the stored forecast as a fan.

The fan is that of the newest advice snapshot, computed when the record last changed. Behind a past
score stands what was stored about it before it was given, never a forecast fitted afterwards; nothing
is forecast here. Before the first infusion days are counted from today.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ketacare.adapters.plots import (
    BandData,
    Chart,
    Foreseen,
    Mark,
    ScorePanel,
    ScorePoint,
    Threshold,
    score_chart,
)
from ketacare.clinic.plans.models import Comparison
from ketacare.core.measures import Instrument, Rated, rate_all
from ketacare.core.record import Person
from ketacare.knowledge.load import load_instruments

WIDE, NARROW = 760, 330
WEEKS_AHEAD = 8
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePicture:
    """The chart in two widths, and a line that says what the fan assumes and when it was made."""

    wide: Chart
    narrow: Chart
    note: str


def ratings_of(person: Person, *, now: datetime) -> dict[str, tuple[Rated, ...]]:
    """Return the scored totals of each instrument that has any, oldest first."""
    found: dict[str, list[Rated]] = {}
    for rated in rate_all(person, load_instruments(), now=now):
        if rated.total is not None:
            found.setdefault(rated.instrument, []).append(rated)
    return {name: tuple(sorted(rows, key=lambda r: r.at)) for name, rows in found.items()}


def score_picture(
    person: Person,
    ratings: Mapping[str, tuple[Rated, ...]],
    advice: Mapping[str, Any] | None,
    compared: Iterable[Comparison] = (),
    *,
    now: datetime,
) -> ScorePicture | None:
    """Return the chart, or ``None`` while there is neither a score nor a forecast.

    ``advice`` is a stored snapshot's data (``plans``), ``None`` before the first was computed;
    ``compared`` are the scores that were held against forecasts made before them.
    """
    fans = _fans(advice)
    # One lone point needs no panel: its number stands above the chart.
    drawn_alone = not fans and not any(len(rows) > 1 for rows in ratings.values())
    names = [
        name
        for name in load_instruments()
        if name in fans or len(ratings.get(name, ())) > (0 if drawn_alone else 1)
    ]
    if not names:
        return None
    zero = person.day_zero or now
    start = _fan_start(advice, now)
    told = _foreseen(ratings, compared, zero)
    panels = [
        replace(
            _panel(load_instruments()[n], ratings.get(n, ()), fans.get(n), zero, start),
            foreseen=[bar for bar, _ in told.get(n, ())],
        )
        for n in names
    ]
    doses = [
        Mark(at=(i.at - zero) / DAY, label=_dose(i.mg_per_kg, i.dose_mg)) for i in person.infusions
    ]

    def drawn(width: int, name: str) -> Chart:
        return score_chart(
            chart_id=f"scores-{name}",
            title=_("Scores, infusions and what is expected"),
            panels=panels,
            doses=doses,
            today=(now - zero) / DAY,
            width=width,
            panel_height=150,
            axis_label=_("days since the first infusion") if doses else _("days from today"),
        )

    return ScorePicture(
        wide=drawn(WIDE, "wide"),
        narrow=drawn(NARROW, "narrow"),
        note=" ".join(part for part in (_held(told), _note(fans, start, zero, person)) if part),
    )


def _foreseen(
    ratings: Mapping[str, tuple[Rated, ...]], compared: Iterable[Comparison], zero: datetime
) -> dict[str, list[tuple[Foreseen, bool]]]:
    """Return what was expected of each score as it stands, and whether it came true (nine in ten).

    A corrected score was never foreseen as it is now; one given after other infusions than the
    forecast assumed cannot be judged by it.
    """
    stands = {(name, r.at, r.total) for name, rows in ratings.items() for r in rows}
    found: dict[str, list[tuple[Foreseen, bool]]] = {}
    for row in compared:
        if (row.instrument, row.at, row.total) not in stands:
            continue
        if row.p5 is None or row.p25 is None or row.p50 is None:
            continue
        if row.p75 is None or row.p95 is None:
            continue
        bar = Foreseen(
            day=(row.at - zero) / DAY,
            p5=row.p5,
            p25=row.p25,
            p50=row.p50,
            p75=row.p75,
            p95=row.p95,
            made=date_format(timezone.localtime(row.snapshot.computed_at), "j M Y"),
        )
        found.setdefault(row.instrument, []).append((bar, row.p5 <= row.total <= row.p95))
    return found


def _held(told: Mapping[str, list[tuple[Foreseen, bool]]]) -> str:
    """Return how many scores lay where they had been expected."""
    came = [true for rows in told.values() for _, true in rows]
    if not came:
        return ""
    return ngettext(
        "A bar behind a dot is what was expected of that score before it was given: "
        "{held} of {n} score lies inside.",
        "Bars behind dots are what was expected of those scores before they were given: "
        "{held} of {n} scores lie inside (nine in ten should).",
        len(came),
    ).format(held=sum(came), n=len(came))


def _fans(advice: Mapping[str, Any] | None) -> dict[str, Mapping[str, Any]]:
    """Return one fan for each instrument: the one with the plan, else the one without infusions."""
    found: dict[str, Mapping[str, Any]] = {}
    for fan in () if advice is None else advice.get("forecasts", ()):
        if fan["instrument"] not in found or fan["about"] == "plan":
            found[fan["instrument"]] = fan
    return found


def _fan_start(advice: Mapping[str, Any] | None, now: datetime) -> datetime:
    """Return the moment a stored forecast counts its days from."""
    course = {} if advice is None else advice.get("course", {})
    if "zero" in course:
        return datetime.fromisoformat(course["zero"]) + float(course["now_day"]) * DAY
    return now


def _panel(
    instrument: Instrument,
    ratings: tuple[Rated, ...],
    fan: Mapping[str, Any] | None,
    zero: datetime,
    start: datetime,
) -> ScorePanel:
    levels = []
    if instrument.remission is not None:
        levels.append(Threshold(value=instrument.remission.to("point"), label=_("remission")))
    return ScorePanel(
        name=instrument.name,
        minimum=instrument.minimum,
        maximum=instrument.maximum,
        points=[
            ScorePoint(day=(r.at - zero) / DAY, value=r.total)
            for r in ratings
            if r.total is not None
        ],
        fan=None if fan is None else _band(fan, (start - zero) / DAY),
        thresholds=levels,
    )


def _band(fan: Mapping[str, Any], offset: float) -> BandData:
    days = [d for d in fan["days_from_now"] if d <= 7 * WEEKS_AHEAD]
    bands = {key: fan[key][: len(days)] for key in ("p5", "p25", "p50", "p75", "p95")}
    return BandData(at=[offset + d for d in days], **bands)


def _dose(mg_per_kg: float | None, dose_mg: float) -> str:
    return f"{dose_mg:g} mg" if mg_per_kg is None else f"{mg_per_kg:.2g} mg/kg"


def _note(
    fans: Mapping[str, Mapping[str, Any]], start: datetime, zero: datetime, person: Person
) -> str:
    parts = []
    if fans:
        label = next(iter(fans.values()))["label"]
        when = date_format(timezone.localtime(start), "j M Y")
        parts.append(
            _(
                "The fan is what was expected on {when}. {label}. Half of such people lie in the darker band, nine in ten in the lighter."
            ).format(when=when, label=label)
        )
    if person.day_zero is None:
        parts.append(_("No infusion has been given: day 0 is today."))
    else:
        parts.append(
            _("Day 0 is the first infusion, {day}.").format(
                day=date_format(timezone.localtime(zero), "j M Y")
            )
        )
    return " ".join(parts)
