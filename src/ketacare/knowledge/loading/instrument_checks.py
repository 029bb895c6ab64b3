"""Runs the ``[[check]]`` tables of an instrument: answers to total and band, and what a change means.

A check gives ``items`` or a bare ``reported`` total and says ``total`` and ``band``; or it gives
``before`` and ``after`` and what the change is. ``refused`` names the error that is expected.
"""

from __future__ import annotations

from datetime import UTC, datetime

from ketacare.core.errors import KetacareError
from ketacare.core.measures import Instrument, Scored, judge_change, score, score_items
from ketacare.core.record import Score
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.reading import Section

# TOML has no "nothing": a check writes an item that was left out as this word.
LEFT_OUT = "missing"
_WHEN = datetime(2026, 11, 23, tzinfo=UTC)  # any moment: scoring does not look at it


def check_instrument(part: Section, instrument: Instrument) -> CheckResult:
    """Return the result of one ``[[check]]`` table."""
    name = part.text("name")
    wanted = part.text("refused", "")
    try:
        if "items" in part or "reported" in part:
            expected, found = _score(part, instrument)
        else:
            expected, found = _change(part, instrument)
    except KetacareError as error:
        expected, found = wanted or "an answer", error.code.value
    part.close()
    return CheckResult(
        file=part.source, name=name, passed=expected == found, expected=expected, found=found
    )


def _score(part: Section, instrument: Instrument) -> tuple[str, str]:
    scored = _scored(part, instrument)
    total = "none" if scored.total is None else f"{scored.total:.6g}"
    found = {
        "total": total,
        "band": "none" if scored.band is None else scored.band.label,
        "alerts": " ".join(a.rule.code for a in scored.alerts if a.raised),
        "subscales": ", ".join(
            f"{s.subscale.id} {'none' if s.total is None else format(s.total, '.4g')}"
            for s in scored.subscales
        ),
        "cuts": ", ".join(c.cut.label for c in scored.cuts if c.reached),
        "patterns": ", ".join(
            {True: "yes", False: "no", None: "unknown"}[p.met] for p in scored.patterns
        ),
    }
    expected = {"total": str(part.raw("total")), "band": part.text("band", "none")}
    expected["alerts"] = " ".join(part.texts("alerts", ()))
    for key in ("subscales", "cuts", "patterns"):
        if key in part:
            expected[key] = part.text(key, "")
    return (
        "; ".join(f"{key} {value}" for key, value in expected.items()),
        "; ".join(f"{key} {found[key]}" for key in expected),
    )


def _scored(part: Section, instrument: Instrument) -> Scored:
    if "reported" in part:
        given = Score(instrument=instrument.id, at=_WHEN, total=part.number("reported"))
        return score(instrument, given)
    answers = [None if value == LEFT_OUT else value for value in part.raw("items")]
    return score_items(instrument, answers)


def _change(part: Section, instrument: Instrument) -> tuple[str, str]:
    change = judge_change(instrument, part.number("before"), part.number("after"))
    answers = {
        "reliable": change.reliable,
        "meaningful": change.meaningful,
        "response": change.response,
        "remission": change.remission,
        "deteriorated": change.deteriorated,
    }
    asked = [key for key in answers if key in part]
    return (
        ", ".join(f"{key} {part.flag(key)}" for key in asked),
        ", ".join(f"{key} {answers[key]}" for key in asked),
    )
