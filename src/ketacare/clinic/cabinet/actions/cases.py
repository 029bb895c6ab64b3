"""Cases: opened by a count or by hand, told step by step, closed by two people with an explanation."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.cabinet.actions.entering import (
    allow,
    enter,
    locked,
    patient_of,
    said,
    two_people,
)
from ketacare.clinic.cabinet.models import Case, CaseStep, Count, Lot
from ketacare.clinic.infusions.models import Session
from ketacare.core import ledger
from ketacare.core.errors import ErrorCode, InputError

LONGEST_TEXT = 2000


@transaction.atomic
def open_case(
    *,
    lot: Lot,
    sentence: str,
    by: User,
    now: datetime,
    difference_vials: int = 0,
    difference_ug: int = 0,
    count: Count | None = None,
    session: Session | None = None,
) -> Case:
    """Open a case; its clocks run from ``now``. Whoever handles the cabinet may find something."""
    if not may(by, Permission.CABINET_CASE):
        allow(by, Permission.CABINET_HANDLE)
    row = Case.objects.create(
        found_at=now,
        lot=lot,
        session=session,
        count=count,
        difference_vials=difference_vials,
        difference_ug=difference_ug,
        sentence=said(sentence, "sentence", _("Say what does not add up.")),
        by=by,
    )
    audit.record(
        tag=audit.Tag.CABINET_CASE_OPENED,
        by=by,
        patient_id=patient_of(session),
        object_id=row.pk,
        details={"lot": lot.number, "ug": difference_ug, "vials": difference_vials},
    )
    return row


@transaction.atomic
def tell_case(
    *, case: Case, act: str, on: date, text: str, by: User, now: datetime, reference: str = ""
) -> CaseStep:
    """Add what was done: a note, the written notice, the form. The day may be before today."""
    allow(by, Permission.CABINET_CASE)
    _still_open(case)
    if act not in {CaseStep.Act.NOTE, CaseStep.Act.NOTICE, CaseStep.Act.FORM}:
        raise InputError(ErrorCode.UNKNOWN_NAME, _("Choose what was done."), where="act")
    today = timezone.localdate(now)
    if not timezone.localdate(case.found_at) <= on <= today:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            _("The day lies between the day the case was found and today: correct it."),
            where="on",
        )
    row = CaseStep.objects.create(
        case=case,
        act=act,
        at=now,
        on=on,
        text=said(text, "text", _("Say what was done, and by whom."), LONGEST_TEXT),
        reference=reference.strip(),
        by=by,
    )
    audit.record(tag=audit.Tag.CABINET_CASE_STEP, by=by, object_id=case.pk, details={"act": act})
    return row


@transaction.atomic
def close_case(
    *, case: Case, text: str, correct_register: bool, by: User, witness: User, now: datetime
) -> CaseStep:
    """Close a case with its explanation; ``correct_register`` enters the difference that remains."""
    allow(by, Permission.CABINET_CASE)
    two_people(by, witness)
    lot = locked(case.lot)
    _still_open(case)
    explained = said(text, "text", _("Say what was found out."), LONGEST_TEXT)
    row = CaseStep.objects.create(
        case=case,
        act=CaseStep.Act.CLOSE,
        at=now,
        on=timezone.localdate(now),
        text=explained,
        by=by,
        witness=witness,
    )
    if correct_register:
        enter(
            lot,
            ledger.adjust(vials=case.difference_vials, ug=case.difference_ug),
            by=by,
            witness=witness,
            now=now,
            case=case,
            reason=explained[:500],
        )
    audit.record(
        tag=audit.Tag.CABINET_CASE_CLOSED,
        by=by,
        patient_id=patient_of(case.session),
        object_id=case.pk,
        details={"corrected": correct_register, "witness": witness.display_name},
    )
    return row


def _still_open(case: Case) -> None:
    if CaseStep.objects.filter(case=case, act=CaseStep.Act.CLOSE).exists():
        raise InputError(
            ErrorCode.NOT_ALLOWED, _("The case is closed: open another one about what is new.")
        )
