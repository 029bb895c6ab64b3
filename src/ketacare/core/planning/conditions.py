"""Evaluates the conditions of an adaptive-care rule on one series: holds, does not, or cannot tell.

Each condition answers yes, no or ``None`` with what is missing; a rule holds when all hold, and
fails as soon as one fails, so that a missing fact matters only where it could change the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ketacare.core.history import Treatments
from ketacare.core.measures import Instrument
from ketacare.core.planning.besides import judge_beside
from ketacare.core.planning.rules import AdaptiveRule, Known, Thresholds, When
from ketacare.core.planning.series import Series, Treated
from ketacare.core.planning.tolerance import Tolerance
from ketacare.core.record import Person
from ketacare.core.safety import FactUsed

RISK = "cssrs_since_last"
"""The question whose answer "high" holds the next infusion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything the conditions look at."""

    person: Person
    series: Series
    tolerance: Tolerance | None
    instrument: Instrument
    thresholds: Thresholds
    now: datetime
    others: bool | None = field(default=None)
    instruments: Mapping[str, Instrument] = field(default_factory=dict)
    treatments: Treatments | None = None


def judge(rule: AdaptiveRule, situation: Situation) -> Known:
    """Return whether ``rule`` applies; of a rule that fails, only the failing condition is kept."""
    facts: list[FactUsed] = []
    missing: list[str] = []
    for condition in _conditions(rule.when):
        known = condition(situation)
        if known.holds is False:
            return Known(holds=False, facts=known.facts)
        facts.extend(known.facts)
        missing.extend(known.missing)
    return Known(
        holds=None if missing else True, facts=tuple(facts), missing=tuple(dict.fromkeys(missing))
    )


def _conditions(when: When) -> list[Callable[[Situation], Known]]:
    found: list[Callable[[Situation], Known]] = [lambda s: _count(when, s)]
    if when.fallback:
        found.append(_no_other)
    if when.at_least is not None or when.below is not None:
        found.append(lambda s: _improved(when, s))
    if when.run_below is not None:
        length = when.run_below
        found.append(lambda s: _run(s.series.infusions[-length:], length, s))
    if when.run_before is not None:
        before = when.run_before
        found.append(lambda s: _run(s.series.infusions[:-1][-before:], before, s))
    chosen: tuple[tuple[bool, Callable[[Situation], Known]], ...] = (
        (when.tolerated, lambda s: _tolerance(s, "tolerated")),
        (when.distress, lambda s: _tolerance(s, "distress")),
        (when.pressure, lambda s: _tolerance(s, "pressure")),
        (when.relapse, _relapsed),
        (when.worse, _worse),
        (when.incomplete, _incomplete),
    )
    found.extend(condition for wanted, condition in chosen if wanted)
    if when.beside is not None:
        beside = when.beside
        found.append(lambda s: judge_beside(beside, s))
    if when.remission is not None:
        count = when.remission
        found.append(lambda s: _remitted(s, count))
    return found


def _count(when: When, s: Situation) -> Known:
    number = s.series.number
    holds = number >= when.after_least and (when.after_most is None or number <= when.after_most)
    return Known(holds=holds, facts=(FactUsed(name="infusions", value_text=str(number)),))


def _no_other(s: Situation) -> Known:
    # While it is open whether a rule above applies, the protocol does not step in for it.
    return Known(holds=s.others is False)


def _improved(when: When, s: Situation) -> Known:
    last = s.series.last
    if last is None:
        return Known(holds=False)
    if last.improvement is None:
        return Known(holds=None, missing=(_unrated(last, s),))
    low = None if when.at_least is None else s.thresholds.percent(when.at_least)
    high = None if when.below is None else s.thresholds.percent(when.below)
    holds = (low is None or last.improvement >= low) and (high is None or last.improvement < high)
    return Known(holds=holds, facts=(fact_of(last, s.series),))


def _run(treated: Sequence[Treated], length: int, s: Situation) -> Known:
    """Return whether ``length`` infusions in a row all stayed under the lowest threshold."""
    if len(treated) < length:
        return Known(holds=False)
    limit = s.thresholds.some.to("%")
    known = [(t, t.improvement) for t in treated if t.improvement is not None]
    above = [t for t, improvement in known if improvement >= limit]
    if above:
        return Known(holds=False, facts=(fact_of(above[-1], s.series),))
    facts = tuple(fact_of(t, s.series) for t, _ in known)
    missing = tuple(_unrated(t, s) for t in treated if t.improvement is None)
    return Known(holds=None if missing else True, facts=facts, missing=missing)


def _tolerance(s: Situation, which: str) -> Known:
    if s.tolerance is None:
        return Known(holds=False)
    holds: bool | None = getattr(s.tolerance, which)
    if holds is None and which != "tolerated":
        # Nobody saw distress or a red pressure: the rule is about an event that was recorded.
        return Known(holds=False)
    return Known(
        holds=holds,
        facts=s.tolerance.facts,
        missing=s.tolerance.missing if holds is None else (),
    )


def _remitted(s: Situation, count: int) -> Known:
    cut = s.instrument.remission
    if cut is None:
        return Known(holds=False)
    since = [r for r in s.series.usable if r.hours_after is not None]
    days = {r.at.date(): r for r in since}  # one assessment a day, the last of it
    latest = list(days.values())[-count:]
    if len(latest) < count:
        return Known(holds=False)
    facts = tuple(
        FactUsed(name=s.series.name, value_text=f"{r.total:g} (remission ≤{cut.value:g})", at=r.at)
        for r in latest
    )
    return Known(holds=all(r.total <= cut.value for r in latest), facts=facts)


def _relapsed(s: Situation) -> Known:
    """Return whether a response was reached and at least half of it is reliably lost again."""
    series, latest = s.series, s.series.latest
    reliable = s.instrument.reliable_change
    if series.baseline is None or latest is None or not series.infusions or reliable is None:
        return Known(holds=False)
    first, last = series.infusions[0].infusion.at, series.infusions[-1].infusion.at
    since = [r for r in series.usable if r.at > first]
    best = min(since, key=lambda r: r.total, default=None)
    if best is None or best.at >= latest.at:
        return Known(holds=False)
    gain = series.improvement(best.total)
    weeks = (latest.at - last) / timedelta(weeks=1)
    if gain is None or gain < s.thresholds.response.to("%"):
        return Known(holds=False)
    lost = (latest.total - best.total) / (series.baseline.total - best.total)
    holds = (
        latest.total - best.total >= reliable.value
        and lost >= s.thresholds.relapse_loss.to("1")
        and weeks <= s.thresholds.relapse_until.to("wk")
    )
    text = (
        f"{series.name} {best.total:g} at best, {latest.total:g} now: {lost:.0%} of the gain lost"
    )
    return Known(holds=holds, facts=(FactUsed(name="relapse", value_text=text, at=latest.at),))


def _worse(s: Situation) -> Known:
    """Return whether the latest score is reliably above the baseline, or suicide risk is high."""
    risk = s.person.fact(RISK, before=s.now)
    recent = timedelta(days=s.thresholds.stale.to("d"))
    if risk is not None and risk.value == "high" and s.now - risk.at <= recent:
        fact = FactUsed(name="C-SSRS since the last visit", value_text="high", at=risk.at)
        return Known(holds=True, facts=(fact,))
    baseline, latest = s.series.baseline, s.series.latest
    reliable = s.instrument.reliable_change
    if baseline is None or latest is None or reliable is None or not s.series.infusions:
        return Known(holds=False)
    rise = latest.total - baseline.total
    text = (
        f"{s.series.name} {baseline.total:g} → {latest.total:g} "
        f"(reliable worsening: {reliable.value:g} points or more)"
    )
    fact = FactUsed(name="change since baseline", value_text=text, at=latest.at)
    return Known(holds=latest.at > baseline.at and rise >= reliable.value, facts=(fact,))


def _incomplete(s: Situation) -> Known:
    """Return whether the newest score is too old, or infusions in a row have none."""
    latest = s.series.latest
    stale = s.thresholds.stale.to("d")
    if latest is None:
        return Known(
            holds=True, facts=(FactUsed(name=s.series.name, value_text="no usable score"),)
        )
    age = (s.now - latest.at) / timedelta(days=1)
    if age > stale:
        text = f"{age:.0f} days old (limit {stale:g})"
        return Known(
            holds=True, facts=(FactUsed(name=s.series.name, value_text=text, at=latest.at),)
        )
    due = [t for t in s.series.infusions if t.is_due]
    count = round(s.thresholds.unrated.value)
    tail = due[-count:]
    if len(tail) == count and all(t.rating is None for t in tail):
        text = f"no score after infusions {', '.join(str(t.number) for t in tail)}"
        return Known(holds=True, facts=(FactUsed(name=s.series.name, value_text=text),))
    return Known(holds=False)


def fact_of(treated: Treated, series: Series) -> FactUsed:
    """Return the improvement after one infusion as a fact: both scores, hours, per cent."""
    rating, baseline = treated.rating, series.baseline
    if rating is None or baseline is None or treated.improvement is None:
        return FactUsed(name=f"after infusion {treated.number}", value_text="not known")
    hours = (rating.at - treated.infusion.at) / timedelta(hours=1)
    when = f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"
    return FactUsed(
        name=f"after infusion {treated.number}",
        value_text=(
            f"{series.name} {baseline.total:g} → {rating.total:g}, {treated.improvement:.0f} % "
            f"better, {when} after"
        ),
        at=rating.at,
    )


def _unrated(treated: Treated, s: Situation) -> str:
    name = s.series.name
    if s.series.baseline is None:
        days = s.thresholds.baseline_age.to("d")
        return f"{name} within {days:g} days before the first infusion"
    if s.series.baseline.total <= 0:
        return f"a {name} baseline above zero, from which improvement can be counted"
    if not treated.is_due:
        return f"{name} about 24 hours after infusion {treated.number}, not due yet"
    return f"{name} between 12 hours and 7 days after infusion {treated.number}, before the next"
