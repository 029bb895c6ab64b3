"""The forecast charts of a snapshot: with the plan and without, each instrument on its own scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ketacare.adapters.plots import (
    BandData,
    Chart,
    Mark,
    ScorePanel,
    ScorePoint,
    Threshold,
    TradeOff,
    score_chart,
    trade_off_chart,
)
from ketacare.clinic.plans.computing import SHOWN, WITH_PLAN, WITHOUT

WIDE, NARROW, TRADE = 560, 330, 760
WEEKS_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One chart in two widths, with its title."""

    title: str
    wide: Chart
    narrow: Chart


def pictures_of(data: Mapping[str, Any]) -> tuple[Picture, ...]:
    """Return the charts of a snapshot's data, with the plan first; none when there are no fans."""
    found = []
    for about in (WITH_PLAN, WITHOUT):
        fans = [f for f in data.get("forecasts", ()) if f["about"] == about]
        if fans:
            title = fans[0]["label"]
            doses = _planned(data, about)
            found.append(
                Picture(
                    title=title,
                    wide=_chart(data, fans, doses, chart_id=f"fan-{about}", width=WIDE),
                    narrow=_chart(data, fans, doses, chart_id=f"small-{about}", width=NARROW),
                )
            )
    return tuple(found)


def trade_off_of(data: Mapping[str, Any]) -> Picture | None:
    """Return relief against risk and burden for every option; ``None`` without two to compare."""
    options = [
        TradeOff(
            rank=row["rank"],
            label=row["label"],
            relief=row["expected_relief"],
            risk=row["risk"],
            burden=row["burden"],
            outdone_by=row.get("outdone_by") or "",
        )
        for row in data["options"]
        if "efficient" in row  # snapshots from before the comparison do not say
    ]
    if len(options) < 2:
        return None
    title = _("Relief, risk and burden")
    wide, narrow = (
        trade_off_chart(chart_id=f"trade-{width}", title=title, options=options, width=width)
        for width in (TRADE, NARROW)
    )
    return Picture(title=title, wide=wide, narrow=narrow)


def outlook_picture(data: Mapping[str, Any]) -> Picture:
    """Return the chart of one instrument under one option, as it was drawn."""
    course = data["course"]
    zero = course["now_day"] if course["first_dose_day"] is None else course["first_dose_day"]
    today = course["now_day"] - zero
    days = data["days_from_now"]
    bands = {key: data[key] for key in ("p5", "p25", "p50", "p75", "p95")}
    panel = ScorePanel(
        name=data["name"],
        minimum=data["minimum"],
        maximum=data["maximum"],
        points=[ScorePoint(day=day - zero, value=total) for day, total in data["points"]],
        fan=BandData(at=[today + d for d in days], **bands),
        thresholds=[Threshold(value=data["well"], label=_("remission"))],
    )
    given = [Mark(at=day - zero, label=_dose(dose)) for day, dose in course["doses"]]
    label = _("{dose} planned").format(dose=_dose(data["dose_mg_per_kg"] or 0.0))
    planned = [Mark(at=today + day, label=label) for day in data["dose_days"] if day <= days[-1]]
    title = f"{data['name']}: {data['label']}"
    wide, narrow = (
        score_chart(
            chart_id=f"ahead-{width}",
            title=title,
            panels=[panel],
            doses=[*given, *planned],
            today=today,
            width=width,
            panel_height=220,
            axis_label=_axis_label(course),
        )
        for width in (TRADE, NARROW)
    )
    return Picture(title=title, wide=wide, narrow=narrow)


def _axis_label(course: Mapping[str, Any]) -> str:
    counted = course["first_dose_day"] is not None
    return _("days since the first infusion") if counted else _("days from today")


def _chart(
    data: Mapping[str, Any],
    fans: list[dict[str, Any]],
    doses: list[Mark],
    *,
    chart_id: str,
    width: int,
) -> Chart:
    course = data["course"]
    zero = course["now_day"] if course["first_dose_day"] is None else course["first_dose_day"]
    today = course["now_day"] - zero
    by_name = {fan["instrument"]: fan for fan in fans}
    panels = []
    for name in SHOWN:
        levels, fan = course["levels"][name], by_name[name]
        days = [d for d in fan["days_from_now"] if d <= 7 * WEEKS_SHOWN]
        bands = {key: fan[key][: len(days)] for key in ("p5", "p25", "p50", "p75", "p95")}
        panels.append(
            ScorePanel(
                name=levels["name"],
                minimum=levels["minimum"],
                maximum=levels["maximum"],
                points=[
                    ScorePoint(day=day - zero, value=total) for day, total in course["points"][name]
                ],
                fan=BandData(at=[today + d for d in days], **bands),
                thresholds=_thresholds(levels),
            )
        )
    given = [Mark(at=day - zero, label=_dose(dose)) for day, dose in course["doses"]]
    planned = [Mark(at=today + mark.at, label=mark.label) for mark in doses]
    return score_chart(
        chart_id=chart_id,
        title=fans[0]["label"],
        panels=panels,
        doses=[*given, *planned],
        today=today,
        width=width,
        panel_height=130,
        axis_label=_axis_label(course),
    )


def _thresholds(levels: Mapping[str, Any]) -> list[Threshold]:
    found = [Threshold(value=levels["remission"], label=_("remission"))]
    if levels["response"] is not None and levels["response"] > levels["remission"]:
        found.append(Threshold(value=levels["response"], label=_("response")))
    return found


def _planned(data: Mapping[str, Any], about: str) -> list[Mark]:
    """Return the infusions a fan assumes, in days from now."""
    if about != WITH_PLAN:
        return []
    ahead = data["ahead"]
    label = _("{dose} planned").format(dose=_dose(ahead["dose_mg_per_kg"]))
    return [Mark(at=day, label=label) for day in ahead["dose_days"] if day <= 7 * WEEKS_SHOWN]


def _dose(mg_per_kg: float) -> str:
    return f"{mg_per_kg:.3g} mg/kg"
