"""The JSON shape of advice: options in order, what was excluded, the guideline beside, the gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ketacare.adapters.report.screening import finding_shape
from ketacare.core.planning import Advice, Candidate, GuidelineView, Option, RuleView
from ketacare.core.record import Person
from ketacare.core.response import Fan


@dataclass(frozen=True, slots=True, kw_only=True)
class FanView:
    """A forecast with whom it is about and what would be done; ``from_now`` in days, as the fan."""

    about: str
    label: str
    from_now: Sequence[float]
    fan: Fan


def advice_shape(advice: Advice, fans: Sequence[FanView], person: Person) -> dict[str, Any]:
    """Return advice about ``person`` and forecasts as JSON values."""
    return {
        "sentence": advice.sentence,
        "options": [_option(i, o) for i, o in enumerate(advice.options, start=1)],
        "excluded": [
            {"label": e.candidate.label, "reason": e.reason, "rule": e.rule}
            for e in advice.excluded
        ],
        "guideline": _guideline(advice.guideline),
        "comparison": advice.comparison,
        "conditions": [finding_shape(finding, person) for finding in advice.conditions],
        "missing": list(advice.missing),
        "notes": list(advice.notes),
        "forecasts": [_fan(view) for view in fans],
        "inputs": inputs_of(advice, person),
        "seed": advice.seed,
        "versions": dict(advice.versions),
    }


def inputs_of(advice: Advice, person: Person) -> dict[str, str]:
    """Return what the advice was computed from, with its time as the record counts time."""
    now = person.when(datetime.fromisoformat(advice.inputs["now"]))
    return {**advice.inputs, "now": now}


def _option(rank: int, option: Option) -> dict[str, Any]:
    return {
        "rank": rank,
        **_candidate(option.candidate),
        "expected_relief": option.expected_relief,
        "relief_low": option.relief_low,
        "relief_high": option.relief_high,
        "symptom_free_days": option.symptom_free_days,
        "p_response": option.p_response,
        "p_remission": option.p_remission,
        "p_relapse": option.p_relapse,
        "infusions": option.infusions,
        "therapy_sessions": option.therapy_sessions,
        "burden": option.burden,
        "risk": option.risk,
        "score": option.score,
        "efficient": option.efficient,
        "outdone_by": option.outdone_by or None,
        "reasons": list(option.reasons),
        "what_would_change": list(option.what_would_change),
        "sureness": {
            "best": option.sureness.best,
            "action_best": option.sureness.action_best,
            "behind": option.sureness.behind,
            "error": option.sureness.error,
            "sentence": option.sureness.sentence,
        },
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        "kind": candidate.kind.value,
        "label": candidate.label,
        "dose_mg_per_kg": candidate.dose_mg_per_kg,
        "minutes": candidate.minutes,
        "interval_days": candidate.interval_days,
        "days_until_next": candidate.days_until_next,
        "then_days": candidate.then_days,
        "therapy": candidate.therapy,
    }


def _guideline(view: GuidelineView) -> dict[str, Any]:
    return {
        "sentence": view.sentence,
        "leading": None if view.leading is None else _rule(view.leading),
        "also": [_rule(rule) for rule in view.also],
        "cannot_tell": [_rule(rule) for rule in view.cannot_tell],
        "status": view.status,
        "version": view.version,
    }


def _rule(rule: RuleView) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "sentence": rule.sentence,
        "options": list(rule.options),
        "evidence": rule.evidence,
        "source": rule.source,
        "missing": list(rule.missing),
    }


def _fan(view: FanView) -> dict[str, Any]:
    fan = view.fan
    return {
        "about": view.about,
        "label": view.label,
        "instrument": fan.instrument,
        "days_from_now": [round(float(day), 3) for day in view.from_now],
        **{
            level: [round(float(v), 2) for v in getattr(fan, level)]
            for level in ("p5", "p10", "p25", "p50", "p75", "p90", "p95", "mean")
        },
    }
