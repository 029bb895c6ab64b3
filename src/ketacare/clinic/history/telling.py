"""Asking a patient for their history by link, keeping what they tell, and confirming it line by line.

What is told enters no judgement. A clinician looks at each line and writes what the record says; the
line stays beside it, so that who said what can always be read.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.history import actions
from ketacare.clinic.history.models import Invitation, Medicine, Told, Trial
from ketacare.clinic.patients.models import Patient
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record import Certainty, EndReason, TrialOutcome
from ketacare.knowledge.load import find_treatment

WORKS_FOR = timedelta(days=14)
MOST_LINES = 60
_LINKS = Signer(salt="ketacare.history.link")

# A patient's plain words as the record's; a clinician sees and changes them before anything is kept.
OUTCOME_OF = {
    Told.Helped.A_LOT: TrialOutcome.REMISSION,
    Told.Helped.HALF: TrialOutcome.RESPONSE,
    Told.Helped.SOME: TrialOutcome.NONE,
    Told.Helped.NO: TrialOutcome.NONE,
    Told.Helped.WORSE: TrialOutcome.WORSE,
}
REASON_OF = {
    Told.Ended.NO_HELP: EndReason.INEFFICACY,
    Told.Ended.SIDE_EFFECTS: EndReason.INTOLERANCE,
    Told.Ended.NOT_TAKEN: EndReason.NON_ADHERENCE,
    Told.Ended.ACCESS: EndReason.ACCESS,
    Told.Ended.PREGNANCY: EndReason.PREGNANCY,
    Told.Ended.OTHER: EndReason.OTHER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A genuine link with what was told by it so far."""

    invitation: Invitation
    token: str
    is_open: bool
    lines: tuple[Told, ...]

    @property
    def name(self) -> str:
        """What the person likes to be called."""
        return self.invitation.patient.called


def token_of(invitation: Invitation) -> str:
    """Return the token of an invitation; the same for the same invitation."""
    name = base64.urlsafe_b64encode(invitation.pk.bytes).decode().rstrip("=")
    return _LINKS.sign(f"{name}:{int(invitation.expires_at.timestamp()):x}")


def telling_of(token: str, *, now: datetime) -> Telling | None:
    """Return the telling of a link made here, whatever its state; ``None`` for any other text."""
    try:
        name, _colon, _expiry = _LINKS.unsign(token).partition(":")
        key = uuid.UUID(bytes=base64.urlsafe_b64decode(name + "=="))
    except (BadSignature, ValueError, binascii.Error):
        return None
    digest = hashlib.sha256(token.encode()).hexdigest()
    found = Invitation.objects.select_related("patient").filter(pk=key, token_digest=digest).first()
    if found is None:
        return None
    return Telling(
        invitation=found,
        token=token,
        is_open=found.is_open(now),
        lines=tuple(found.lines.filter(taken_back_at__isnull=True)),
    )


@transaction.atomic
def invite(*, patient: Patient, by: User, now: datetime) -> tuple[Invitation, str]:
    """Return a new invitation and its token; the address is ``/h/<token>/``. Older links end."""
    for old in Invitation.objects.select_for_update().filter(patient=patient):
        if old.is_open(now):
            old.revoked_at = now
            old.save(update_fields=["revoked_at"])
    made = Invitation(
        patient=patient,
        created_by=by,
        created_at=now,
        expires_at=(now + WORKS_FOR).astimezone(UTC).replace(microsecond=0),
    )
    token = token_of(made)
    made.token_digest = hashlib.sha256(token.encode()).hexdigest()
    made.save()
    _audit(audit.Tag.HISTORY_ASKED, by, made.patient_id, made.pk)
    return made, token


@transaction.atomic
def tell(*, telling: Telling, now: datetime, **values: Any) -> Told:
    """Keep one line as the patient told it. ``values``: kind, what, dose, how_long, when, helped, ended, words."""
    invitation = _locked(telling, now)
    if invitation.lines.count() >= MOST_LINES:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            _("These are {n} lines already; tell the rest to your care team.").format(n=MOST_LINES),
        )
    line = Told(invitation=invitation, patient=invitation.patient, told_at=now, **values)
    line.what = line.what.strip()
    if not line.what:
        raise InputError(ErrorCode.MISSING_KEY, _("Write what it was."), where="what")
    line.save()
    _audit(audit.Tag.HISTORY_TOLD, audit.PATIENT_BY_LINK, line.patient_id, line.pk)
    return line


@transaction.atomic
def take_back(*, telling: Telling, line_id: uuid.UUID, now: datetime) -> None:
    """Take a line back that nobody has looked at yet; it is kept, and shown to nobody."""
    _locked(telling, now)
    line = (
        Told.objects.select_for_update().filter(pk=line_id, invitation=telling.invitation).first()
    )
    if line is None or not line.is_open:
        raise InputError(
            ErrorCode.NOT_AVAILABLE, _("Your care team has looked at this line already.")
        )
    line.taken_back_at = now
    line.save(update_fields=["taken_back_at"])
    _audit(audit.Tag.HISTORY_TAKEN_BACK, audit.PATIENT_BY_LINK, line.patient_id, line.pk)


@transaction.atomic
def finish(*, telling: Telling, now: datetime) -> None:
    """End the link: the patient has told everything they remember."""
    invitation = _locked(telling, now)
    invitation.finished_at = now
    invitation.save(update_fields=["finished_at"])


def told_of(patient_id: uuid.UUID) -> QuerySet[Told]:
    """Return the lines a patient told and did not take back, with who decided on each."""
    return Told.objects.filter(patient_id=patient_id, taken_back_at__isnull=True).select_related(
        "decided_by", "patient"
    )


def told_for(user: User, patient_id: uuid.UUID, line_id: uuid.UUID) -> Told:
    """Return one line this person may decide on: unknown or decided 404, not allowed 403."""
    found = told_of(patient_id).filter(pk=line_id).first()
    if found is None or not found.is_open:
        raise Http404(_("There is no such line, or somebody has decided on it meanwhile."))
    if not may(user, Permission.HISTORY_EDIT):
        raise PermissionDenied(_("Your role does not change histories."))
    return found


def proposal(line: Told) -> dict[str, Any]:
    """Return how a line would stand in the record, for a clinician to look at and change.

    Doses and times stay empty: what a patient wrote is shown beside the field, and not guessed.
    """
    try:
        treatment = find_treatment(line.what).name
    except InputError:
        treatment = line.what
    note = _("Told by the patient: {words}").format(
        words="; ".join((line.what, *line.lines, *([line.words] if line.words else [])))
    )
    if line.kind == Told.Kind.TAKING:
        return {"medicine": treatment, "note": note}
    found: dict[str, Any] = {
        "treatment": treatment,
        "certainty": Certainty.RECALL.value,
        "note": note,
    }
    if line.helped in OUTCOME_OF:
        found["outcome"] = OUTCOME_OF[Told.Helped(line.helped)].value
    if line.helped == Told.Helped.SOME:
        del found["outcome"]  # "a little" may be 10 or 40 percent: the clinician asks
    if line.ended == Told.Ended.GOING_ON:
        found["ongoing"] = True
    elif line.ended in REASON_OF:
        found["end_reason"] = REASON_OF[Told.Ended(line.ended)].value
        found["ongoing"] = False
    return found


@transaction.atomic
def confirm(*, line: Told, by: User, now: datetime, **values: Any) -> Trial | Medicine:
    """Write what the record says of a line, and keep the line beside it."""
    current = _undecided(line)
    row: Trial | Medicine
    if current.kind == Told.Kind.TAKING:
        row = actions.record_medicine(patient=current.patient, by=by, now=now, **values)
        current.medicine = row
    else:
        row = actions.record_trial(patient=current.patient, by=by, now=now, **values)
        current.trial = row
    current.decided_at, current.decided_by = now, by
    current.save(update_fields=["decided_at", "decided_by", "trial", "medicine"])
    _audit(audit.Tag.HISTORY_CONFIRMED, by, current.patient_id, current.pk)
    return row


@transaction.atomic
def set_aside(*, line: Told, by: User, now: datetime, reason: str) -> None:
    """Keep a line out of the record, with the reason; the line itself stays."""
    if not reason.strip():
        raise InputError(
            ErrorCode.MISSING_KEY, _("Say why this line is set aside."), where="reason"
        )
    current = _undecided(line)
    current.decided_at, current.decided_by = now, by
    current.set_aside_reason = reason.strip()
    current.save(update_fields=["decided_at", "decided_by", "set_aside_reason"])
    _audit(audit.Tag.HISTORY_SET_ASIDE, by, current.patient_id, current.pk, reason=reason)


def _undecided(line: Told) -> Told:
    # Without joining what may be NULL: PostgreSQL does not lock the outer side of a join.
    current = Told.objects.select_for_update().get(pk=line.pk)
    if not current.is_open:
        raise InputError(
            ErrorCode.CONTRADICTION,
            _("Somebody else decided on this line meanwhile: look at how it stands now."),
        )
    return current


def _locked(telling: Telling, now: datetime) -> Invitation:
    current = Invitation.objects.select_for_update().get(pk=telling.invitation.pk)
    if not current.is_open(now):
        raise InputError(ErrorCode.NOT_AVAILABLE, _("This link has ended; ask for a new one."))
    return current


def _audit(
    tag: audit.Tag, by: Any, patient_id: uuid.UUID, object_id: uuid.UUID, *, reason: str = ""
) -> None:
    audit.record(tag=tag, by=by, patient_id=patient_id, object_id=object_id, reason=reason)
