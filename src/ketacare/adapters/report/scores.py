"""Scores with what changed, when they were given after a dose, and their JSON shape.

The baseline is the last score before the first infusion; before any infusion it is the first one. A
score that cannot be used as it stands is listed with what is the matter and has no time since dose.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ketacare.core.measures import (
    Change,
    DoseTiming,
    Instrument,
    Point,
    Problem,
    Rated,
    RiskPolicy,
    Scored,
    Triage,
    judge_change,
    rate_all,
    trajectory,
    triage,
)
from ketacare.core.record import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreView:
    """One score with its place in the course; a change is ``None`` where a total is missing.

    ``point`` has the time since the last dose, ``triage`` the level of a risk screener.
    """

    rated: Rated
    is_baseline: bool
    since_previous: Change | None
    since_baseline: Change | None
    point: Point | None = None
    triage: Triage | None = None


def score_views(
    person: Person,
    instruments: Mapping[str, Instrument],
    *,
    now: datetime,
    timing: DoseTiming | None = None,
    policy: RiskPolicy | None = None,
) -> tuple[ScoreView, ...]:
    """Return every score up to ``now``, by instrument and then by time.

    With ``timing`` each has the time since the last dose, with ``policy`` screeners are triaged.
    """
    rated = rate_all(person, instruments, now=now)
    views: list[ScoreView] = []
    for name in dict.fromkeys(r.instrument for r in rated):
        points: dict[int, Point] = {}
        if timing is not None:
            found = trajectory(person, instruments[name], timing, now=now).points
            points = {id(point.rated.reported): point for point in found}
        own = [r for r in rated if r.instrument == name]
        left_out = {id(r) for r in own if timing is not None and id(r.reported) not in points}
        mine = _of_one(own, person, instruments[name], left_out)
        views += [
            replace(
                view,
                point=points.get(id(view.rated.reported)),
                triage=_triage(view.rated.scored, policy),
            )
            for view in mine
        ]
    return tuple(views)


def _triage(scored: Scored, policy: RiskPolicy | None) -> Triage | None:
    if policy is None or scored.instrument.id not in policy.instruments or not scored.answers:
        return None
    return triage(scored.instrument, [answer.value for answer in scored.answers], policy)


def _of_one(
    rated: Sequence[Rated], person: Person, instrument: Instrument, left_out: Collection[int]
) -> list[ScoreView]:
    with_total = [r for r in rated if r.total is not None and id(r) not in left_out]
    first_dose = min((i.at for i in person.infusions), default=None)
    before = [r for r in with_total if first_dose is None or r.at <= first_dose]
    if first_dose is None:
        before = before[:1]
    baseline = before[-1] if before else None
    views, previous = [], None
    for one in rated:
        since = None
        if id(one) in left_out:
            nothing = ScoreView(
                rated=one, is_baseline=False, since_previous=None, since_baseline=None
            )
            views.append(nothing)
            continue
        if baseline is not None and one.at > baseline.at:
            since = _change(instrument, baseline, one)
        views.append(
            ScoreView(
                rated=one,
                is_baseline=one is baseline,
                since_previous=_change(instrument, previous, one),
                since_baseline=since,
            )
        )
        previous = one if one.total is not None else previous
    return views


def _change(instrument: Instrument, before: Rated | None, after: Rated) -> Change | None:
    if before is None or before.total is None or after.total is None:
        return None
    return judge_change(instrument, before.total, after.total)


def scores_shape(
    views: Sequence[ScoreView], person: Person, problems: Sequence[Problem] = ()
) -> dict[str, Any]:
    """Return scored questionnaires as JSON values."""
    return {
        "scores": [_score(view, person) for view in views],
        "problems": [
            {"kind": p.kind.value, "where": p.where, "sentence": p.sentence} for p in problems
        ],
    }


def _score(view: ScoreView, person: Person) -> dict[str, Any]:
    scored = view.rated.scored
    return {
        "instrument": view.rated.instrument,
        "when": person.when(view.rated.at),
        "total": scored.total,
        "maximum": scored.instrument.maximum,
        "band": None if scored.band is None else scored.band.label,
        "route": scored.route.value,
        "missing_items": list(scored.missing),
        "sentence": scored.sentence,
        "alerts": [
            {"item": a.rule.item, "raised": a.raised, "sentence": a.sentence} for a in scored.alerts
        ],
        "error": scored.error,
        "items": [
            {
                "number": a.item.number,
                "value": a.value,
                "points": a.points,
                "label": a.label,
                "asked": a.asked,
            }
            for a in scored.answers
        ],
        "subscales": [
            {"id": s.subscale.id, "total": s.total, "reached": s.reached} for s in scored.subscales
        ],
        "cuts": [{"label": c.cut.label, "reached": c.reached} for c in scored.cuts],
        "patterns": [{"met": p.met, "sentence": p.sentence} for p in scored.patterns],
        "triage": _triage_shape(view.triage),
        "is_baseline": view.is_baseline,
        "since_previous": _shape(view.since_previous),
        "since_baseline": _shape(view.since_baseline),
        **_dose_shape(view.point),
    }


def _dose_shape(point: Point | None) -> dict[str, Any]:
    return {
        "hours_since_dose": None if point is None else point.hours_since_dose,
        "dose_class": None if point is None else point.dose_class.value,
        "recall_reaches_back": None if point is None else point.recall_reaches_back,
        "since_same_class": None if point is None else _shape(point.since_same_class),
        "caution": "" if point is None else point.caution,
    }


def _triage_shape(found: Triage | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "level": found.level.value,
        "at_most": found.at_most.value,
        "sentence": found.sentence,
        "contradictions": list(found.contradictions),
    }


def _shape(change: Change | None) -> dict[str, Any] | None:
    if change is None:
        return None
    return {
        "before": change.before,
        "points": change.points,
        "percent": change.percent,
        "reliable": change.reliable,
        "meaningful": change.meaningful,
        "response": change.response,
        "remission": change.remission,
        "sentence": change.sentence,
    }
