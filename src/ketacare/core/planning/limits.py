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
from ketacare.core.planning.exposure import checks_due, exposure_of, overexposed
from ketacare.core.planning.guideline import GuidelineView
from ketacare.core.planning.protocol import Protocol
from ketacare.core.planning.restricting import restrict
from ketacare.core.planning.standing import standing_of
from ketacare.core.record import Person
from ketacare.core.safety import Outcome, Policy, RuleFinding, SessionContext, Station, screen


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

    Order of the limits: the person's own hard stops, findings that pause the series, exposure since
    liver and bladder were checked, then :func:`restrict`, then the safety rules about an order
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
    blocked = [f for f in own if f.outcome is Outcome.BLOCK]
    stop = next((f for f in blocked if f.stops), None)
    pause = stop or next((f for f in blocked if f.rule in protocol.pausing), None)
    standing = standing_of(plain, protocol.guideline.thresholds, now=now)
    exposure = exposure_of(person, protocol.limits, now=now)
    asked: dict[tuple[float, float, float], _Order] = {}
    open_orders: dict[Candidate, tuple[str, ...]] = {}
    allowed: list[Candidate] = []
    excluded: list[Excluded] = []
    for candidate in candidates:
        found: tuple[str, str] | None = None
        if candidate.kind is Kind.STOP:
            found = None if pause is not None else restrict(candidate, current, standing, protocol)
        elif stop is not None or (pause is not None and candidate.kind is Kind.GIVE):
            finding = stop or pause
            found = None if finding is None else (finding.sentence, finding.rule)
        elif candidate.kind is Kind.GIVE:
            found = overexposed(candidate, exposure) or restrict(
                candidate, current, standing, protocol
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
                open_orders[candidate] = (*asked[key].open, *checks_due(candidate, exposure))
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
