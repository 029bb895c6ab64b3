"""The marks on a session: everything that was done in spite of a rule or without a step, with the reason.

A mark stays for good; it is shown on the session's page and on the board while the person is there.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ketacare.clinic.eligibility.models import Override
from ketacare.clinic.infusions.models import Session, Step
from ketacare.core.safety import Station
from ketacare.knowledge.load import load_check_in

_TITLES = {
    Step.Act.PREPARE: gettext_lazy("Vial not read"),
    Step.Act.DISCHARGE: gettext_lazy("Discharged in spite of the gate"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One thing that was left out or gone past: what, by whom, when, why."""

    title: str
    who: str
    at: datetime
    why: str


def marks_of(sessions: Iterable[Session]) -> Mapping[uuid.UUID, tuple[Mark, ...]]:
    """Return the marks of each session, oldest first."""
    by_id = {session.pk: session for session in sessions}
    found: dict[uuid.UUID, list[Mark]] = defaultdict(list)
    steps = Step.objects.filter(session_id__in=by_id, override=True).select_related("by")
    for step in steps:
        found[step.session_id].append(
            Mark(title=_title(step), who=step.by.display_name, at=step.at, why=step.text)
        )
    for session, row in _overrides(by_id.values()):
        found[session.pk].append(
            Mark(
                title=_("Override: {what}").format(what=row.finding.get("title", row.rule)),
                who=row.by.display_name,
                at=row.at,
                why=row.reason,
            )
        )
    return {pk: tuple(sorted(marks, key=lambda mark: mark.at)) for pk, marks in found.items()}


def _title(step: Step) -> str:
    if step.act == Step.Act.SKIP:
        known = load_check_in().step(step.subject)
        return _("Skipped: {what}").format(what=known.title if known else step.subject)
    return str(_TITLES.get(Step.Act(step.act), step.get_act_display()))


def _overrides(sessions: Iterable[Session]) -> Iterable[tuple[Session, Override]]:
    """Return the overrides before the dose that were signed between arrival and start."""
    came = [session for session in sessions if session.checked_in_at is not None]
    rows = Override.objects.filter(
        patient_id__in=[session.patient_id for session in came],
        station=Station.BEFORE_DOSE.value,
        withdrawn_at__isnull=True,
    ).select_related("by")
    for row in rows:
        for session in came:
            end = session.started_at or session.cancelled_at
            if (
                row.patient_id == session.patient_id
                and session.checked_in_at is not None
                and session.checked_in_at <= row.at
                and (end is None or row.at <= end)
            ):
                yield session, row
