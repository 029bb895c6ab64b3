"""How an infusion was borne: distress and blood pressure in its session, as far as recorded.

Distress is judged by the guideline's own thresholds, blood pressure by the site's monitoring
limits. What nobody measured or answered is ``None``: not tolerated badly, not tolerated well.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ketacare.core.planning.rules import Thresholds
from ketacare.core.record import Infusion, Measurement, Person, Vital
from ketacare.core.safety import FactUsed, Level, Policy, judge_vitals, session_baseline

TOLERATED = "last_infusion_tolerated"
"""The question that records a clinician's own judgement of the session."""

# Which observations belong to the session: effects are gone within hours, the record may lag.
_SESSION = timedelta(hours=12)
_PRESSURES = (Vital.SYSTOLIC, Vital.DIASTOLIC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """Whether the session brought distress, a red blood pressure, severe nausea, and was tolerated.

    Severe nausea is treated before the next infusion and does not make a session badly tolerated,
    but no dose rises on it. Each is ``None`` when the record does not say. ``missing`` names what would have said it.
    """

    distress: bool | None
    pressure: bool | None
    nausea: bool | None
    tolerated: bool | None
    facts: tuple[FactUsed, ...]
    missing: tuple[str, ...]


def session_tolerance(
    person: Person,
    infusion: Infusion,
    *,
    policy: Policy,
    thresholds: Thresholds,
    now: datetime,
    until: datetime | None = None,
) -> Tolerance:
    """Return how ``infusion`` was borne.

    Observations count from its start to twelve hours after, or to ``until`` (the next infusion) or
    ``now`` if that is sooner. The recorded answer of a clinician decides ``tolerated`` when there is
    one; otherwise it needs both a distress rating and a blood pressure.
    """
    end = min(infusion.at + _SESSION, now, *([until] if until is not None else []))
    seen = [m for m in person.measurements if infusion.at <= m.at <= end]
    distress, distress_facts = _distress(seen, thresholds)
    pressure, pressure_facts = _pressure(person, infusion, seen, policy)
    nausea, nausea_facts = _nausea(seen, thresholds)
    answer = _answer(person, infusion, until, now)
    facts = [*distress_facts, *pressure_facts, *nausea_facts]
    missing: list[str] = []
    if distress is None:
        missing.append("distress (0 to 10) or CADSS-6 during the last infusion")
    if pressure is None:
        missing.append("blood pressure during the last infusion")
    if distress or pressure:
        tolerated: bool | None = False
    elif answer is not None:
        tolerated, at = answer
        facts.append(FactUsed(name=TOLERATED, value_text="yes" if tolerated else "no", at=at))
        missing = []
    elif distress is None or pressure is None:
        tolerated = None
    else:
        tolerated = True
    return Tolerance(
        distress=distress,
        pressure=pressure,
        nausea=nausea,
        tolerated=tolerated,
        facts=tuple(facts),
        missing=tuple(missing),
    )


def _distress(
    seen: list[Measurement], thresholds: Thresholds
) -> tuple[bool | None, list[FactUsed]]:
    limits = {
        Vital.DISTRESS: ("distress", thresholds.distress.to("point")),
        Vital.CADSS6: ("CADSS-6", thresholds.cadss6.to("point")),
    }
    found: bool | None = None
    facts: list[FactUsed] = []
    for kind, (label, limit) in limits.items():
        worst = max((m for m in seen if m.kind is kind), key=lambda m: m.value, default=None)
        if worst is not None:
            found = bool(found) or worst.value >= limit
            text = f"{worst.value:g} at most (limit {limit:g})"
            facts.append(FactUsed(name=label, value_text=text, at=worst.at))
    return found, facts


def _nausea(seen: list[Measurement], thresholds: Thresholds) -> tuple[bool | None, list[FactUsed]]:
    ratings = [m for m in seen if m.kind is Vital.NAUSEA]
    if not ratings:
        return None, []
    worst = max(ratings, key=lambda m: m.value)
    limit = thresholds.nausea.to("point")
    if worst.value < limit:
        return False, []
    text = f"{worst.value:g} at most (limit {limit:g})"
    return True, [FactUsed(name="nausea", value_text=text, at=worst.at)]


def _pressure(
    person: Person, infusion: Infusion, seen: list[Measurement], policy: Policy
) -> tuple[bool | None, list[FactUsed]]:
    readings = [m for m in seen if m.kind in _PRESSURES]
    if not readings:
        return None, []
    baseline = session_baseline(person, infusion.at)
    day = date.max if person.calendar.value == "relative" else infusion.at.date()
    for at in sorted({m.at for m in readings}):
        upto = [m for m in readings if m.at <= at]
        for state in judge_vitals(upto, baseline, policy, at, day=day):
            if state.kind in _PRESSURES and state.is_high_concern and state.confirmed:
                text = f"{state.value:g} mmHg, {state.level.value}"
                return True, [FactUsed(name=state.label, value_text=text, at=state.at)]
    top = max(readings, key=lambda m: (m.kind is Vital.SYSTOLIC, m.value))
    text = f"{top.value:g} mmHg at most, never {Level.RED.value} for long"
    return False, [FactUsed(name=top.kind.value, value_text=text, at=top.at)]


def _answer(
    person: Person, infusion: Infusion, until: datetime | None, now: datetime
) -> tuple[bool, datetime] | None:
    last = now if until is None else min(until, now)
    found = [
        f
        for f in person.facts
        if f.code == TOLERATED and infusion.at < f.at <= last and isinstance(f.value, bool)
    ]
    newest = max(found, key=lambda f: f.at, default=None)
    return None if newest is None else (bool(newest.value), newest.at)
