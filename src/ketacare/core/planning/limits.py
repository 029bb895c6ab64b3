"""Hard limits before any ranking: what safety rules, tolerance and spacing do not allow.

An excluded candidate keeps its reason. A safety rule that cannot be told because its facts belong
to the day of the infusion does not exclude; it is listed as a condition to be met first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ketacare.core.history import Stage, Treatments
from ketacare.core.planning.candidates import Candidate, Current, Kind
from ketacare.core.planning.guideline import GuidelineView
from ketacare.core.planning.protocol import Protocol
from ketacare.core.planning.tolerance import Tolerance
from ketacare.core.record import Person
from ketacare.core.safety import Outcome, Policy, RuleFinding, SessionContext, Station, screen

_WEEK = 7.0
_SAME = 1e-6  # mg/kg: equal up to floating point


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """A candidate that is not offered, with the reason and the rule it comes from."""

    candidate: Candidate
    reason: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limited:
    """What may be ranked, what may not, and what must be settled before any infusion.

    ``open_orders`` says, for an allowed candidate, which order rules cannot be told yet.
    """

    allowed: tuple[Candidate, ...]
    open_orders: Mapping[Candidate, tuple[str, ...]]
    excluded: tuple[Excluded, ...]
    conditions: tuple[RuleFinding, ...]


def limit(
    candidates: Sequence[Candidate],
    person: Person,
    *,
    current: Current,
    plain: GuidelineView,
    protocol: Protocol,
    policy: Policy,
    treatments: Treatments,
    now: datetime,
    stage: Stage | None = None,
) -> Limited:
    """Return the candidates that pass every hard limit, and the others with their reasons.

    Order of the limits: the person's own hard stops, what the last infusion showed, what the
    evidence does not carry (stopping for non-response too early, a lower or wider-spaced course
    before a response, a higher dose after one), frequency, then the safety rules about an order
    (``policy.order_rules``) for that dose, duration and date.
    """
    own = screen(
        person,
        policy,
        treatments,
        station=Station.ELIGIBILITY,
        now=now,
        context=SessionContext().with_stage(stage),
    )
    own = tuple(f for f in own if f.rule not in policy.order_rules)
    stop = next((f for f in own if f.stops and f.outcome is Outcome.BLOCK), None)
    asked: dict[tuple[float, float, float], _Order] = {}
    open_orders: dict[Candidate, tuple[str, ...]] = {}
    allowed: list[Candidate] = []
    excluded: list[Excluded] = []
    for candidate in candidates:
        found: tuple[str, str] | None = None
        if candidate.kind is Kind.STOP:
            found = None if stop is not None else _too_early(plain, protocol)
        elif stop is not None:
            found = (stop.sentence, stop.rule)
        elif candidate.kind is Kind.GIVE:
            found = (
                _borne(candidate, current, plain.tolerance)
                or _unsupported(candidate, current, plain, protocol)
                or _frequency(candidate, plain, protocol, now)
            )
            if found is None:
                key = (
                    candidate.dose_mg_per_kg or 0.0,
                    candidate.minutes or 0.0,
                    candidate.days_until_next or 0.0,
                )
                if key not in asked:
                    asked[key] = _ordered(
                        candidate, current, person, policy=policy, treatments=treatments, now=now
                    )
                found = asked[key].blocked
                open_orders[candidate] = asked[key].open
        if found is None:
            allowed.append(candidate)
        else:
            excluded.append(Excluded(candidate=candidate, reason=found[0], rule=found[1]))
    return Limited(
        allowed=tuple(allowed),
        open_orders=open_orders,
        excluded=tuple(excluded),
        conditions=tuple(f for f in own if f.is_open),
    )


def _borne(
    candidate: Candidate, current: Current, tolerance: Tolerance | None
) -> tuple[str, str] | None:
    """Return why the last infusion forbids this one: no escalation without tolerance."""
    dose, minutes = candidate.dose_mg_per_kg or 0.0, candidate.minutes or 0.0
    higher = dose > current.dose_mg_per_kg + _SAME
    gentler = (dose < current.dose_mg_per_kg - _SAME or minutes > current.minutes) and not higher
    if tolerance is None:
        return (
            ("No dose has been tolerated yet: start at the start dose.", "N02") if higher else None
        )
    if tolerance.distress and not gentler:
        return (
            "Dissociation was distressing last time: only slower or lower, never higher.",
            "A14",
        )
    if tolerance.pressure and not gentler:
        return ("Blood pressure was red last time: only slower or lower, never higher.", "A16")
    if higher and tolerance.tolerated is not True:
        gap = "; ".join(tolerance.missing) or "the last infusion was not tolerated"
        return (f"A higher dose needs a recorded tolerance of the last one: {gap}.", "N02")
    return None


def _too_early(plain: GuidelineView, protocol: Protocol) -> tuple[str, str] | None:
    """Return why stopping is not ranked yet. The person may stop at any time all the same."""
    first = round(protocol.guideline.thresholds.judged_from.value)
    if not 0 < plain.series.number < first:
        return None
    reason = (
        f"Non-response is not called before infusion {first}, so stopping is not ranked against "
        "continuing yet. The person can stop at any time."
    )
    return (reason, "A3")


def _unsupported(
    candidate: Candidate, current: Current, plain: GuidelineView, protocol: Protocol
) -> tuple[str, str] | None:
    """Return why the evidence does not carry this dose or spacing for this person now."""
    response = protocol.guideline.thresholds.response.to("%")
    known = [t.improvement for t in plain.series.infusions if t.improvement is not None]
    responded = any(improvement >= response for improvement in known)
    last = plain.series.last
    responds = last is not None and last.improvement is not None and last.improvement >= response
    dose = candidate.dose_mg_per_kg or 0.0
    tolerance = plain.tolerance
    badly = tolerance is not None and bool(tolerance.distress or tolerance.pressure)
    if dose < current.dose_mg_per_kg - _SAME and not (badly or responded):
        return ("A lower dose is for poor tolerance, or for keeping a response.", "A14")
    if dose > current.dose_mg_per_kg + _SAME and responds:
        return ("The person responds at this dose: the lowest effective dose is kept.", "A1")
    if (candidate.interval_days or 0.0) > _WEEK and not responded:
        return ("Infusions are not spaced beyond a week before there is a response.", "A11")
    return None


def _frequency(
    candidate: Candidate, plain: GuidelineView, protocol: Protocol, now: datetime
) -> tuple[str, str] | None:
    limits = protocol.limits
    gap = candidate.interval_days or 0.0
    if gap < limits.spacing.to("d"):
        return (f"Infusions are at least {limits.spacing.to('h'):g} hours apart.", "P07")
    weekly = round(limits.per_week.value)
    if len(candidate.dose_days) > weekly and gap * weekly < _WEEK:
        return (f"More than {weekly} infusions a week need an override.", "P07")
    most, window = round(limits.per_course.value), limits.course_window.to("d")
    given = [(t.infusion.at - now) / timedelta(days=1) for t in plain.series.infusions]
    days = sorted([*given, *candidate.dose_days])
    # One more than allowed fits into the window when the first and the last of them lie inside it.
    if any(days[i + most] - days[i] < window for i in range(len(days) - most)):
        weeks = limits.course_window.to("wk")
        return (f"More than {most} infusions in {weeks:g} weeks need an override.", "P07")
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """What the order rules say: why it is blocked, or what cannot be told yet."""

    blocked: tuple[str, str] | None
    open: tuple[str, ...]


def _ordered(
    candidate: Candidate,
    current: Current,
    person: Person,
    *,
    policy: Policy,
    treatments: Treatments,
    now: datetime,
) -> _Order:
    """Return what the safety rules about orders say against this dose, duration and date.

    The dose is compared as it would come out by weight, with the rounding of the last one: 35 mg
    for 70.4 kg again is no rise from 0.497 to 0.5 mg/kg.
    """
    rounding = current.given_mg_per_kg - current.dose_mg_per_kg
    context = SessionContext(
        dose_mg_per_kg=(candidate.dose_mg_per_kg or 0.0) + rounding,
        minutes=candidate.minutes,
        planned_at=now + timedelta(days=candidate.days_until_next or 0.0),
    )
    still_open: dict[str, None] = {}
    for station in (Station.ELIGIBILITY, Station.BEFORE_DOSE):
        findings = screen(
            person,
            policy,
            treatments,
            station=station,
            now=now,
            context=context,
            rules=policy.order_rules,
        )
        for finding in findings:
            if finding.outcome is Outcome.BLOCK and (finding.stops or finding.needs_override):
                return _Order(blocked=(finding.sentence, finding.rule), open=())
            if finding.is_open:
                still_open[finding.sentence] = None
    return _Order(blocked=None, open=tuple(still_open))
