"""Scores with what changed since the one before and since the baseline, and their JSON shape.

The baseline is the last score before the first infusion; before any infusion it is the first one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ketacare.core.measures import Change, Instrument, Rated, judge_change, rate_all
from ketacare.core.record import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreView:
    """One score with its place in the course; a change is ``None`` where a total is missing."""

    rated: Rated
    is_baseline: bool
    since_previous: Change | None
    since_baseline: Change | None


def score_views(
    person: Person, instruments: Mapping[str, Instrument], *, now: datetime
) -> tuple[ScoreView, ...]:
    """Return every score up to ``now``, by instrument and then by time."""
    rated = rate_all(person, instruments, now=now)
    views: list[ScoreView] = []
    for name in dict.fromkeys(r.instrument for r in rated):
        views += _of_one([r for r in rated if r.instrument == name], person, instruments[name])
    return tuple(views)


def _of_one(rated: Sequence[Rated], person: Person, instrument: Instrument) -> list[ScoreView]:
    with_total = [r for r in rated if r.total is not None]
    first_dose = min((i.at for i in person.infusions), default=None)
    before = [r for r in with_total if first_dose is None or r.at <= first_dose]
    if first_dose is None:
        before = before[:1]
    baseline = before[-1] if before else None
    views, previous = [], None
    for one in rated:
        since = None
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


def scores_shape(views: Sequence[ScoreView], person: Person) -> dict[str, Any]:
    """Return scored questionnaires as JSON values."""
    return {"scores": [_score(view, person) for view in views]}


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
        "is_baseline": view.is_baseline,
        "since_previous": _shape(view.since_previous),
        "since_baseline": _shape(view.since_baseline),
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
