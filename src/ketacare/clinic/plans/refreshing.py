"""Computes advice when what it rests on has changed, and stores it with its comparisons.

The computation (about a second) runs outside the transaction; storing is short. Scores that came
since are held against the forecast stored before them in the same act.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.plans import access, asking, comparing, computing, rechecking, watching
from ketacare.clinic.plans.inputs import HOLDS, Inputs, inputs_of
from ketacare.clinic.plans.models import AdviceSnapshot, Comparison, Plan
from ketacare.clinic.questionnaires import access as questionnaires
from ketacare.core import planning
from ketacare.core.record import Person


def refresh_advice(patient: Patient, *, now: datetime, by: User | None = None) -> AdviceSnapshot:
    """Return the newest advice, computing it when what it rests on has changed or a day has passed.

    Takes about a second. Call it when scores or infusions are committed, never to show a page.
    """
    inputs = inputs_of(patient, now=now)
    latest = access.latest_advice(patient.pk)
    if (
        latest is not None
        and latest.input_hash == inputs.hash
        and timedelta() <= now - latest.computed_at < HOLDS
    ):
        return latest
    known = computing.knowledge()
    order, agreed = _rest(inputs, now, known), _agreed(patient, inputs)
    computed = computing.compute(
        inputs.person,
        now=now,
        seed=computing.seed_of(inputs.record, known),
        known=known,
        order=order,
        agreed=agreed,
        particles=computing.PARTICLES,
    )
    question = asking.question_of(
        computed.advice,
        plan=None if inputs.plan is None else core_plan(inputs.plan),
        given=inputs.given,
        eligible=inputs.eligible,
        closed=patient.closed_at is not None,
    )
    beside = rechecking.beside_of(order, agreed, known)
    return _store(patient, inputs, computed, question, known, beside=beside, now=now, by=by)


@transaction.atomic
def _store(
    patient: Patient,
    inputs: Inputs,
    computed: computing.Computed,
    question: asking.Question,
    known: computing.Knowledge,
    *,
    beside: dict[str, Any],
    now: datetime,
    by: User | None,
) -> AdviceSnapshot:
    Patient.objects.select_for_update().get(pk=patient.pk)
    earlier = AdviceSnapshot.objects.filter(patient=patient).order_by("-number").first()
    decided = access.last_decision(patient.pk)
    asks = question.asks and not (decided is not None and decided.topic == question.topic)
    asked_at = now if asks else None
    if asks and earlier is not None and earlier.asks and earlier.topic == question.topic:
        asked_at = earlier.asked_at
    AdviceSnapshot.objects.filter(patient=patient, is_latest=True).update(is_latest=False)
    snapshot = AdviceSnapshot.objects.create(
        patient=patient,
        number=1 if earlier is None else earlier.number + 1,
        computed_at=now,
        computed_by=by,
        input_hash=inputs.hash,
        seed=str(computed.seed),
        particles=computing.PARTICLES,
        versions=known.versions,
        inputs=inputs.record,
        beside=beside,
        data=computed.data,
        asks=asks,
        question=question.sentence,
        topic=question.topic,
        asked_at=asked_at,
        watch=computed.watch,
        watch_raised=watching.is_raised(computed.watch),
        silent_from=watching.begins_at(computed.watch),
    )
    _compare(patient, inputs.person)
    audit.record(
        tag=audit.Tag.ADVICE_COMPUTED,
        by=by or audit.SYSTEM,
        patient_id=patient.pk,
        object_id=snapshot.pk,
        details={
            "number": snapshot.number,
            "options": len(computed.advice.options),
            "asks": asks,
            "input_hash": inputs.hash,
        },
    )
    return snapshot


def _compare(patient: Patient, person: Person) -> None:
    """Hold each new score against the forecast that was stored before it was given."""
    known = {
        (row.instrument, row.at, row.total)
        for row in Comparison.objects.filter(patient=patient).only("instrument", "at", "total")
    }
    for rated in comparing.totals_of(person):
        if (rated.instrument, rated.at, rated.total) in known:
            continue
        snapshot = access.snapshot_before(patient.pk, rated.at)
        if snapshot is None:
            continue
        found = comparing.compare(rated, snapshot.data, snapshot.computed_at, person)
        if found is not None:
            Comparison.objects.create(
                patient=patient,
                snapshot=snapshot,
                instrument=rated.instrument,
                at=rated.at,
                total=rated.total,
                **asdict(found),
            )


def core_plan(plan: Plan) -> planning.Plan:
    """Return a stored plan as the core knows it."""
    return planning.Plan(
        dose_mg_per_kg=plan.dose_mg_per_kg,
        minutes=plan.minutes,
        number=plan.number,
        days_between=plan.days_between,
        therapy=plan.therapy,
    )


def _rest(inputs: Inputs, now: datetime, known: computing.Knowledge) -> computing.Order | None:
    """Return what is left of the plan in force, for the forecast."""
    plan = inputs.plan
    if plan is None or inputs.given >= plan.number:
        return None
    last = max((i.at for i in inputs.person.infusions if i.at <= now), default=None)
    next_at = morning(plan.starts_on)
    if last is not None:
        next_at = max(last + timedelta(days=plan.days_between), next_at)
    return computing.order_of(
        dose_mg_per_kg=plan.dose_mg_per_kg,
        minutes=plan.minutes,
        left=plan.number - inputs.given,
        days_between=plan.days_between,
        therapy=plan.therapy,
        next_at=next_at,
        now=now,
        known=known,
    )


def _agreed(patient: Patient, inputs: Inputs) -> watching.Agreed | None:
    """Return how often a score is expected: with each infusion to come, else as it was asked for.

    A plan with infusions left asks for a score between them. After it the time between the newest
    two requests that ask for the primary questionnaire counts.
    """
    plan = inputs.plan
    if patient.closed_at is not None:
        return None
    if plan is not None and 0 < inputs.given < plan.number:
        return watching.Agreed(every_days=plan.days_between, by="the plan in force")
    asked = sorted(
        request.due_at
        for request in questionnaires.requests_of(patient.pk)
        if computing.PRIMARY in request.instruments and request.revoked_at is None
    )
    gap = (asked[-1] - asked[-2]) / timedelta(days=1) if len(asked) > 1 else 0.0
    if gap < 1.0:  # two links on one day are one question
        return None
    return watching.Agreed(every_days=round(gap, 1), by="the questionnaires asked for")


def morning(day: date) -> datetime:
    """Return the beginning of a working day of the clinic, for orders that name only a day."""
    return timezone.make_aware(datetime.combine(day, time(9)))
