"""Duties between infusions: checks of a longer treatment that are due become a task on the board.

What is due is what the follow-up rules find; nothing is judged here. One task stands for one person,
names what is due, and closes by itself when the answers are recorded.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.eligibility.access import findings, is_held
from ketacare.clinic.infusions import access as infusions
from ketacare.clinic.patients import access as patients
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.work import actions as work
from ketacare.clinic.work.models import Task, TaskKind
from ketacare.core.safety import Outcome, Station
from ketacare.knowledge.load import load_policy

# Rules whose answer to "when" is a schedule; the others of the station begin with an event.
RULES = ("workup.follow_up", "misuse.review")
OBJECT = "follow_up_rules"
LOOK_BACK = timedelta(days=400)  # a treatment that ended long ago asks for nothing any more
WITHIN = timedelta(days=7)
AGAIN_AFTER = timedelta(days=1)  # ticked off and still due: it comes back the next day
SENTENCE_MOST = 200


def chase(*, now: datetime, by: User | audit.Actor = audit.SYSTEM) -> int:
    """Open and close the duties of everybody treated lately; return how many are open now."""
    treated = {session.patient_id for session in infusions.sessions_between(now - LOOK_BACK, now)}
    people = patients.open_patients().filter(pk__in=treated)
    return sum(follow(patient, now=now, by=by) for patient in people)


@transaction.atomic
def follow(patient: Patient, *, now: datetime, by: User | audit.Actor = audit.SYSTEM) -> bool:
    """Bring one person's duty up to what is due now; return whether one is open."""
    due = [
        finding
        for finding, override in findings(patient, Station.FOLLOW_UP, now=now)
        if finding.rule in RULES
        and finding.outcome is not Outcome.PASS
        and (finding.outcome is Outcome.WARN or is_held(finding, override))
    ]
    # Maintenance begins where the schedule of the checks says so.
    first = load_policy().limit(RULES[0], "first", on=timezone.localdate(now)).value
    is_long = len(infusions.infusions_of(patient.pk)) >= first
    if not due or not is_long:
        work.complete_tasks(by=by, patient_id=patient.pk, kind=TaskKind.REVIEW, object_id=OBJECT)
        return False
    mine = Task.objects.filter(patient_id=patient.pk, kind=TaskKind.REVIEW, object_id=OBJECT)
    last = mine.order_by("-opened_at").first()
    if last is not None and not last.is_open and (last.done_at or now) > now - AGAIN_AFTER:
        return False
    text = _("Between infusions, due: {what}.").format(
        what="; ".join(finding.title[:1].lower() + finding.title[1:] for finding in due)
    )
    work.open_task(
        by=by,
        patient_id=patient.pk,
        kind=TaskKind.REVIEW,
        object_id=OBJECT,
        sentence=text[:SENTENCE_MOST],
        role=Role.PSYCHIATRIST,
        due_at=last.due_at if last is not None and last.is_open else now + WITHIN,
    )
    return True
