"""Writing answers, overriding findings with a name and a reason, signing the review."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.eligibility.access import Finding, is_held
from ketacare.clinic.eligibility.mapping import digest_of, digest_of_all, signers_of, stored
from ketacare.clinic.eligibility.models import Answer, Override, Review
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.policy.actions import keep_edition
from ketacare.clinic.work import actions as work
from ketacare.clinic.work.models import TaskKind
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record import Fact
from ketacare.core.safety import RuleFinding
from ketacare.knowledge.load import load_policy

log = logging.getLogger(__name__)
Value = bool | float | str
COSIGN_WITHIN = timedelta(hours=24)


@transaction.atomic
def record_answers(
    patient: Patient,
    answers: Mapping[str, Value],
    *,
    by: User | None,
    now: datetime,
    at: datetime | None = None,
    notes: Mapping[str, str] | None = None,
) -> tuple[Answer, ...]:
    """Record answers to questions of the policy; all of them, or none when one cannot be.

    ``at`` is when it was found out, ``now`` unless given. Numbers are in the question's unit.
    Raises ``InputError`` whose ``where`` is the question's code.
    """
    moment = at or now
    if moment > now:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            _("An answer cannot come from the future: give the time it was found out."),
            where="at",
        )
    rows = [
        _answer(patient, code, value, by=by, at=moment, note=(notes or {}).get(code, ""))
        for code, value in answers.items()
    ]
    for row in rows:
        row.save()
        _record(audit.Tag.FACT_RECORDED, by, patient.pk, row.pk, {"code": row.code})
    return tuple(rows)


@transaction.atomic
def correct_answer(*, answer: Answer, value: Value, by: User, now: datetime, reason: str) -> Answer:
    """Say that an answer was wrong when it was given: the new one takes its place, both are kept."""
    if not reason.strip():
        raise InputError(ErrorCode.MISSING_KEY, _("Say why the answer was wrong."), where="reason")
    current = Answer.objects.select_for_update().select_related("patient").get(pk=answer.pk)
    if current.superseded_by_id is not None:
        raise InputError(
            ErrorCode.CONTRADICTION,
            _("Somebody else corrected this answer meanwhile: look at how it stands now."),
        )
    row = _answer(current.patient, current.code, value, by=by, at=now, note="")
    row.save()
    current.superseded_by, current.superseded_reason = row, reason.strip()
    current.save(update_fields=["superseded_by", "superseded_reason"])
    _record(
        audit.Tag.FACT_CORRECTED,
        by,
        current.patient_id,
        row.pk,
        {"code": row.code, "before": str(current.pk)},
        reason=reason,
    )
    return row


@transaction.atomic
def override(
    *, patient: Patient, finding: RuleFinding, reason: str, by: User, now: datetime
) -> Override:
    """Go past a finding on one's own name, with a reason; where two have to sign, ask the other.

    A hard stop is refused, whoever asks; so is a role the rule does not name.
    """
    roles = _may_sign(finding, by)
    if not reason.strip():
        raise InputError(
            ErrorCode.MISSING_KEY,
            _("Give the reason for the override: it stands beside the finding."),
            where="reason",
        )
    keep_edition(now=now)
    row = Override.objects.create(
        patient=patient,
        rule=finding.rule,
        version=finding.version,
        station=finding.station.value,
        digest=digest_of(finding),
        finding=stored(finding),
        signers=[role.value for role in roles],
        reason=reason.strip(),
        by=by,
        role=by.role,
        at=now,
    )
    _record(
        audit.Tag.OVERRIDDEN,
        by,
        patient.pk,
        row.pk,
        {"rule": row.rule, "version": row.version, "station": row.station},
        reason=reason,
    )
    for role in row.awaited:
        work.open_task(
            by=by,
            patient_id=patient.pk,
            kind=TaskKind.COSIGN,
            sentence=_("Cosign or refuse the override of “{title}”.").format(title=finding.title),
            role=Role(role),
            due_at=now + COSIGN_WITHIN,
            object_id=row.pk,
        )
    return row


@transaction.atomic
def cosign(*, override: Override, by: User, now: datetime) -> Override:
    """Sign an override as the second person the rule asks for."""
    row = _open_override(override)
    if by.pk == row.by_id:
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            _("You signed this override already; the second signature is somebody else's."),
        )
    if by.role not in row.awaited:
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            _("This override is not waiting for your role ({role}).").format(role=by.role_label),
        )
    row.cosigned_by, row.cosigned_role, row.cosigned_at = by, by.role, now
    row.save(update_fields=["cosigned_by", "cosigned_role", "cosigned_at"])
    _record(audit.Tag.OVERRIDE_COSIGNED, by, row.patient_id, row.pk, {"rule": row.rule})
    _close_cosign_task(row, by)
    return row


@transaction.atomic
def withdraw_override(*, override: Override, by: User, now: datetime, reason: str) -> Override:
    """Take an override back, or refuse to cosign it: the finding stands again."""
    if not reason.strip():
        raise InputError(ErrorCode.MISSING_KEY, _("Say why."), where="reason")
    row = _open_override(override)
    row.withdrawn_by, row.withdrawn_at, row.withdrawn_reason = by, now, reason.strip()
    row.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_reason"])
    _record(
        audit.Tag.OVERRIDE_WITHDRAWN, by, row.patient_id, row.pk, {"rule": row.rule}, reason=reason
    )
    _close_cosign_task(row, by)
    return row


@transaction.atomic
def sign_review(
    *,
    patient: Patient,
    decision: str,
    findings: Sequence[Finding],
    by: User,
    now: datetime,
    note: str = "",
    refresh: bool = False,
) -> Review:
    """Sign the review with the findings as they stand; "eligible" only when nothing is held up.

    ``refresh`` computes the options for the next step (about a second) once the signature is
    committed: who has become eligible may need a plan.
    """
    held = [finding for finding, signed in findings if is_held(finding, signed)]
    if decision == Review.Decision.ELIGIBLE and held:
        titles = ", ".join(finding.title for finding in held[:4])
        more = len(held) - 4
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            _("Not eligible yet: {count} findings are open ({titles}{more}).").format(
                count=len(held),
                titles=titles,
                more=_(" and {n} more").format(n=more) if more > 0 else "",
            ),
            where="decision",
        )
    if decision not in Review.Decision.values:
        raise InputError(ErrorCode.UNKNOWN_NAME, _("Choose what was decided."), where="decision")
    if decision != Review.Decision.ELIGIBLE and not note.strip():
        raise InputError(
            ErrorCode.MISSING_KEY, _("Say why, and what would change the decision."), where="note"
        )
    keep_edition(now=now)
    row = Review.objects.create(
        patient=patient,
        decision=decision,
        note=note.strip(),
        policy_version=load_policy().version,
        digest=digest_of_all(finding for finding, _signed in findings),
        findings=[
            {**stored(finding), "override": None if signed is None else str(signed.pk)}
            for finding, signed in findings
        ],
        by=by,
        at=now,
    )
    _record(
        audit.Tag.REVIEWED,
        by,
        patient.pk,
        row.pk,
        {"decision": row.decision, "policy": row.policy_version},
    )
    work.complete_tasks(by=by, patient_id=patient.pk, kind=TaskKind.REVIEW, object_id="")
    if refresh:
        transaction.on_commit(lambda: _refresh_advice(patient, by=by, now=now))
    return row


def _refresh_advice(patient: Patient, *, by: User, now: datetime) -> None:
    try:
        from ketacare.clinic.plans.actions import refresh_advice

        refresh_advice(patient, now=now, by=by)
    except Exception:
        # Whatever is wrong with the options, the review is signed and must not seem lost.
        log.exception("The options were not computed after a signed review.")


def _answer(
    patient: Patient, code: str, value: Value, *, by: User | None, at: datetime, note: str
) -> Answer:
    policy = load_policy()
    if isinstance(value, str):
        value = value.strip()
    try:
        checked = policy.check_fact(Fact(code=code, value=value, at=at))
    except InputError as error:
        raise InputError(error.code, error.sentence, where=code) from error
    return Answer(
        patient=patient,
        code=code,
        value=checked,
        unit=policy.facts[code].unit,
        at=at,
        by=by,
        note=note[:500],
    )


def _may_sign(finding: RuleFinding, by: User) -> tuple[Role, ...]:
    if finding.stops:
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            _("“{title}” is a hard stop: nobody can override it. Change what it rests on.").format(
                title=finding.title
            ),
        )
    if not finding.needs_override:
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            _("“{title}” does not stand in the way; there is nothing to override.").format(
                title=finding.title
            ),
        )
    roles = signers_of(finding)
    if by.role not in roles:
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            _("“{title}” can be overridden by: {names}.").format(
                title=finding.title, names=" + ".join(str(role.label) for role in roles)
            ),
        )
    return roles


def _open_override(override: Override) -> Override:
    row = Override.objects.select_for_update().select_related("patient").get(pk=override.pk)
    if row.withdrawn_at is not None:
        raise InputError(ErrorCode.CONTRADICTION, _("This override was withdrawn already."))
    return row


def _close_cosign_task(row: Override, by: User) -> None:
    work.complete_tasks(by=by, patient_id=row.patient_id, kind=TaskKind.COSIGN, object_id=row.pk)


def _record(
    tag: audit.Tag,
    by: User | None,
    patient_id: uuid.UUID,
    object_id: uuid.UUID,
    details: dict[str, str],
    *,
    reason: str = "",
) -> None:
    audit.record(
        tag=tag,
        by=by or audit.SYSTEM,
        patient_id=patient_id,
        object_id=object_id,
        details=details,
        reason=reason,
    )
