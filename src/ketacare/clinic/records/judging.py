"""What the clinic's policy said about a session, at the moments that counted.

Judgements rest on the policy of their day and are kept in the record as they were; a seal is checked
against what was recorded, never against a judgement made again.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from ketacare.clinic.infusions import checks
from ketacare.clinic.infusions.models import Phase, Session
from ketacare.clinic.records.monitor import device_measurements
from ketacare.clinic.records.rows import Event, stamp
from ketacare.clinic.vitals import access as vitals
from ketacare.core.record import Person
from ketacare.core.safety import RuleFinding, crossings, session_baseline
from ketacare.core.sealing import KEY
from ketacare.knowledge.load import load_policy

JUDGED = "judged"  # the keys of these events begin with it


def judged(session: Session) -> Iterator[Event]:
    """Yield the checks before the dose, the criteria for leaving, and the limits crossed."""
    yield from _before_dose(session)
    yield from _crossings(session)
    yield from _leaving(session)


def _before_dose(session: Session) -> Iterator[Event]:
    if session.started_at is None:
        return
    # As it stood just before the start: the infusion itself is not yet one of the person's.
    now = session.started_at - timedelta(microseconds=1)
    then = copy.copy(session)
    then.phase, then.started_at, then.ended_at = Phase.READY, None, None
    for check in checks.before_dose(then, now=now):
        told = _finding("check", check.finding, stamp(now))
        if check.override is not None:
            told["override"] = str(check.override.pk)
        yield told


def _leaving(session: Session) -> Iterator[Event]:
    if session.discharged_at is None:
        return
    then = copy.copy(session)
    then.phase = Phase.RECOVERY
    for finding in checks.gate_of(then, now=session.discharged_at).items:
        yield _finding("gate", finding, stamp(session.discharged_at))


def _finding(name: str, finding: RuleFinding, at: str) -> Event:
    return {
        KEY: f"{JUDGED}.{name}:{finding.rule}",
        "at": at,
        "rule": finding.rule,
        "version": finding.version,
        "title": finding.title,
        "outcome": finding.outcome.value,
        "sentence": finding.sentence,
        "facts": [
            [fact.label or fact.name, fact.value_text, None if fact.at is None else stamp(fact.at)]
            for fact in finding.facts
        ],
    }


def _crossings(session: Session) -> Iterator[Event]:
    if session.checked_in_at is None:
        return
    persons = vitals.current(vitals.persons_values(session.pk))
    device = device_measurements(session)
    start = session.started_at
    seen = (*persons, *(vitals.device_values_before(session.pk, start) if start else ()))
    baseline = session_baseline(Person(id="", label="", measurements=seen), start)
    found = crossings((*persons, *device), baseline, load_policy(), session.checked_in_at.date())
    for each in found:
        told: dict[str, Any] = {
            KEY: f"{JUDGED}.limit:{each.kind.value}:{stamp(each.since)}",
            "at": stamp(each.since),
            "until": stamp(each.until),
            "kind": each.kind.value,
            "label": each.label,
            "level": each.level.value,
            "limit": each.limit,
            "worst": each.worst,
            "worst_at": stamp(each.worst_at),
            "values": each.values,
        }
        yield told
