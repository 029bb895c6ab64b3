"""Everything that is signed about a plan, and computing the advice it rests on.

A decision locks the patient's row, checks that nobody decided or computed anew meanwhile, and is
then final. ``refresh_advice`` is in :mod:`.refreshing` and offered here.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.eligibility import access as eligibility
from ketacare.clinic.eligibility.models import Review
from ketacare.clinic.patients.mapping import person_record
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.plans import access, computing, ordering
from ketacare.clinic.plans.inputs import inputs_of, ordered, outgrown
from ketacare.clinic.plans.models import AdviceSnapshot, Decision, Plan
from ketacare.clinic.plans.refreshing import morning, refresh_advice
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.safety import Station

__all__ = [
    "OvertakenError",
    "decline",
    "end_plan",
    "modify",
    "morning",
    "needs_reason",
    "refresh_advice",
    "sign_plan",
    "wanted_of",
    "warnings_of",
]


class OvertakenError(InputError):
    """Somebody else decided, or newer options were computed, while this was being written."""


@transaction.atomic
def sign_plan(
    patient: Patient,
    *,
    by: User,
    now: datetime,
    snapshot: AdviceSnapshot,
    option_index: int,
    grounds: str = Decision.Grounds.AGREE,
    reason: str = "",
    expected: int | None = None,
) -> Decision:
    """Sign one option of the newest advice as it is offered; ``option_index`` counts from 0.

    A ``reason`` in words is needed for any option but the first, and for one that departs from the
    guideline. ``expected`` is the number of the last decision the signer saw. Raises
    :class:`OvertakenError` when there is a newer decision or newer advice, :class:`InputError` when
    the record has changed since the advice was computed.
    """
    _lock(patient, snapshot=snapshot, expected=expected)
    options = snapshot.options
    if not 0 <= option_index < len(options):
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            _("There is no option {number} in this advice.").format(number=option_index + 1),
        )
    if inputs_of(patient, now=now).hash != snapshot.input_hash:
        raise InputError(
            ErrorCode.CONTRADICTION,
            _(
                "The record has changed since these options were computed: compute them again, or "
                "write the plan yourself."
            ),
        )
    if too_old := outgrown(snapshot, now=now):
        raise InputError(ErrorCode.NOT_ALLOWED, too_old)
    option = options[option_index]
    if needs_reason(option):
        _require(
            reason, _("Say why this option: it is not the first, or not what the guideline says.")
        )
    plan = None
    if option["dose_days"]:
        starts_at = now + timedelta(days=option["dose_days"][0])
        plan = _begin(patient, wanted_of(option), by=by, now=now, starts_at=starts_at)
    else:
        _end_active(patient, by=by, now=now, reason=option["label"])
    return _decide(
        patient,
        kind=Decision.Kind.ACCEPT,
        by=by,
        now=now,
        snapshot=snapshot,
        plan=plan,
        option_index=option_index,
        grounds=grounds,
        reason=reason,
        tag=audit.Tag.PLAN_SIGNED,
    )


@transaction.atomic
def modify(
    patient: Patient,
    *,
    by: User,
    now: datetime,
    dose_mg_per_kg: float,
    minutes: float,
    number: int,
    days_between: float,
    therapy: bool,
    reason: str,
    grounds: str = Decision.Grounds.CLINICAL,
    starts_on: date | None = None,
    snapshot: AdviceSnapshot | None = None,
    option_index: int | None = None,
    expected: int | None = None,
) -> Decision:
    """Sign a plan other than any option offered; a reason is required, hard limits refuse.

    ``snapshot`` is the advice the signer looked at, ``None`` when there was none.
    """
    _require(reason, _("Say why this plan and not one of the options."))
    _lock(patient, snapshot=snapshot, expected=expected)
    wanted = ordering.Wanted(
        dose_mg_per_kg=dose_mg_per_kg,
        minutes=minutes,
        number=number,
        days_between=days_between,
        therapy=therapy,
    )
    starts_at = now if starts_on is None else morning(starts_on)
    plan = _begin(patient, wanted, by=by, now=now, starts_at=starts_at)
    return _decide(
        patient,
        kind=Decision.Kind.MODIFY,
        by=by,
        now=now,
        snapshot=snapshot,
        plan=plan,
        option_index=option_index,
        grounds=grounds,
        reason=reason,
        tag=audit.Tag.PLAN_CHANGED,
    )


@transaction.atomic
def decline(
    patient: Patient,
    *,
    by: User,
    now: datetime,
    snapshot: AdviceSnapshot,
    reason: str,
    grounds: str = Decision.Grounds.CLINICAL,
    expected: int | None = None,
) -> Decision:
    """Decline every option of the newest advice; the plan in force, if any, stays as it is."""
    _require(reason, _("Say why none of the options is taken."))
    _lock(patient, snapshot=snapshot, expected=expected)
    return _decide(
        patient,
        kind=Decision.Kind.DECLINE,
        by=by,
        now=now,
        snapshot=snapshot,
        plan=access.active_plan(patient.pk),
        option_index=None,
        grounds=grounds,
        reason=reason,
        tag=audit.Tag.PLAN_DECLINED,
    )


@transaction.atomic
def end_plan(
    patient: Patient,
    *,
    by: User,
    now: datetime,
    reason: str,
    grounds: str = Decision.Grounds.CLINICAL,
    expected: int | None = None,
) -> Decision:
    """End the plan in force; no further infusion of it is to be given."""
    _require(reason, _("Say why the plan is ended."))
    _lock(patient, snapshot=None, expected=expected)
    plan = _end_active(patient, by=by, now=now, reason=reason)
    if plan is None:
        raise InputError(ErrorCode.NOT_AVAILABLE, _("There is no plan in force to be ended."))
    return _decide(
        patient,
        kind=Decision.Kind.END,
        by=by,
        now=now,
        snapshot=access.latest_advice(patient.pk),
        plan=plan,
        option_index=None,
        grounds=grounds,
        reason=reason,
        tag=audit.Tag.PLAN_STOPPED,
    )


def warnings_of(
    patient: Patient, wanted: ordering.Wanted, *, now: datetime, starts_at: datetime
) -> tuple[str, ...]:
    """Return what about an order has to be signed all the same; raise when it is refused."""
    known = computing.knowledge()
    unusual = ordering.within_limits(wanted, known)
    person = person_record(patient.pk, now=now, patient=patient)
    context = ordering.context_of(wanted, starts_at=starts_at, now=now)
    findings = [
        *eligibility.findings(
            patient, Station.ELIGIBILITY, now=now, context=context, person=person
        ),
        *(
            (finding, override)
            for finding, override in eligibility.findings(
                patient, Station.BEFORE_DOSE, now=now, context=context, person=person
            )
            if finding.rule in known.policy.order_rules
        ),
    ]
    review = eligibility.latest_review(patient.pk)
    return (*unusual, *_unreviewed(review), *ordering.held_up_by(findings))


def _unreviewed(review: Review | None) -> tuple[str, ...]:
    if review is None:
        return (_("The eligibility review is not signed."),)
    if review.decision != Review.Decision.ELIGIBLE:
        return (
            _("The eligibility review of {day} says: {what}.").format(
                day=review.at.date().isoformat(), what=review.get_decision_display().lower()
            ),
        )
    return ()


def needs_reason(option: dict[str, Any]) -> bool:
    """Return whether signing this option needs a reason in words."""
    return option["rank"] > 1 or bool(option["departs"])


def wanted_of(option: dict[str, Any]) -> ordering.Wanted:
    """Return an offered option as an order."""
    days = option["dose_days"]
    gap = option["interval_days"]
    return ordering.Wanted(
        dose_mg_per_kg=option["dose_mg_per_kg"],
        minutes=option["minutes"],
        number=len(days),
        days_between=gap if gap is not None else computing.knowledge().protocol.days_between,
        therapy=option["therapy"],
    )


def _lock(patient: Patient, *, snapshot: AdviceSnapshot | None, expected: int | None) -> None:
    """Let one person decide at a time, on what is newest."""
    current = Patient.objects.select_for_update().get(pk=patient.pk)
    if current.closed_at is not None:
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            _("Care of this person has ended; open it again before a plan is decided."),
        )
    decided = access.last_decision(patient.pk)
    number = 0 if decided is None else decided.number
    if expected is not None and number != expected and decided is not None:
        raise OvertakenError(
            ErrorCode.CONTRADICTION,
            _("{who} decided about this plan while you were looking at it ({what}).").format(
                who=decided.by.display_name, what=decided.get_kind_display().lower()
            ),
        )
    if snapshot is not None:
        latest = access.latest_advice(patient.pk)
        if snapshot.patient_id != patient.pk or latest is None or latest.pk != snapshot.pk:
            raise OvertakenError(
                ErrorCode.CONTRADICTION,
                _("Newer options were computed for this person while you were looking at these."),
            )


def _begin(
    patient: Patient, wanted: ordering.Wanted, *, by: User, now: datetime, starts_at: datetime
) -> Plan:
    """Put a plan in force; the one before it ends."""
    warnings = warnings_of(patient, wanted, now=now, starts_at=starts_at)
    _end_active(patient, by=by, now=now, reason=_("A newer plan was signed."))
    protocol = computing.knowledge().protocol
    return Plan.objects.create(
        patient=patient,
        **asdict(wanted),
        starts_on=timezone.localtime(starts_at).date(),
        protocol=protocol.id,
        protocol_version=protocol.provenance.version,
        warnings=list(warnings),
        signed_by=by,
        signed_at=now,
    )


def _end_active(patient: Patient, *, by: User, now: datetime, reason: str) -> Plan | None:
    plan = access.active_plan(patient.pk)
    if plan is not None:
        plan.status = Plan.Status.ENDED
        plan.ended_at, plan.ended_by, plan.ended_reason = now, by, reason[:500]
        plan.save(update_fields=["status", "ended_at", "ended_by", "ended_reason"])
    return plan


def _decide(
    patient: Patient,
    *,
    kind: Decision.Kind,
    by: User,
    now: datetime,
    snapshot: AdviceSnapshot | None,
    plan: Plan | None,
    option_index: int | None,
    grounds: str,
    reason: str,
    tag: audit.Tag,
) -> Decision:
    earlier = access.last_decision(patient.pk)
    reason = reason.strip()
    decision = Decision(
        patient=patient,
        number=1 if earlier is None else earlier.number + 1,
        snapshot=snapshot,
        plan=plan,
        kind=kind,
        option_index=option_index,
        grounds=Decision.Grounds(grounds),
        reason=reason,
        shown=_shown(snapshot, option_index),
        topic="" if snapshot is None else snapshot.topic,
        by=by,
        at=now,
    )
    decision.save()
    audit.record(
        tag=tag,
        by=by,
        patient_id=patient.pk,
        object_id=decision.pk,
        details={
            "number": decision.number,
            "advice": None if snapshot is None else snapshot.number,
            "option": None if option_index is None else option_index + 1,
            "grounds": decision.grounds,
            **({} if plan is None else {**ordered(plan), "warnings": len(plan.warnings)}),
        },
        reason=reason or str(decision.get_grounds_display()),
    )
    if plan is not None and plan.is_active and kind != Decision.Kind.DECLINE:
        # The forecast under the signed plan is what later scores are held against.
        transaction.on_commit(lambda: refresh_advice(patient, now=now, by=by))
    return decision


def _shown(snapshot: AdviceSnapshot | None, option_index: int | None) -> dict[str, Any]:
    """Return what stood on the screen, for whoever reads the decision later."""
    if snapshot is None:
        return {}
    data, options = snapshot.data, snapshot.options
    leading = data["guideline"]["leading"]
    chosen = options[option_index] if option_index is not None else None
    return {
        "question": snapshot.question,
        "first": options[0]["label"] if options else None,
        "chosen": None if chosen is None else chosen["label"],
        "guideline": None if leading is None else f"{leading['id']}: {leading['sentence']}",
        "departs": None if chosen is None else chosen["departs"],
        "options": len(options),
    }


def _require(reason: str, sentence: str) -> None:
    if not reason.strip():
        raise InputError(ErrorCode.MISSING_KEY, sentence, where="reason")
