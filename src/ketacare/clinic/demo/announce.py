"""What the demo prints: the address, a sign-in per role, and what to look at first. Plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import NoReverseMatch, reverse

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.demo.chart import Staff
from ketacare.clinic.infusions.models import Session
from ketacare.clinic.plans import access as plans
from ketacare.clinic.plans.models import Plan
from ketacare.clinic.questionnaires import access as questionnaires
from ketacare.clinic.questionnaires import actions as questionnaire_actions
from ketacare.clinic.questionnaires import links
from ketacare.clinic.questionnaires.models import Request

_WIDTH = 100
_LINK_LASTS = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """One thing to look at first: who, where, and what is there."""

    who: str
    sentence: str
    path: str


def announcement(
    *, base: str, sign_ins: dict[str, dict[str, str]], first: Sequence[First], folder: str
) -> str:
    """Return everything that is printed once the first page can be served."""
    rows = [
        (str(Role(role).label), entry["username"], entry["password"])
        for role, entry in sign_ins.items()
    ]
    widths = [max(len(row[i]) for row in (*rows, _HEAD)) for i in range(3)]
    table = "\n".join(
        "  "
        + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (_HEAD, *rows)
    )
    looks = "\n".join(
        f"  {number}. {each.who}: {each.sentence}\n     {base}{each.path}"
        for number, each in enumerate(first, start=1)
    )
    return (
        f"\nKetacare is at {base}/  (sample people, nobody is real)\n\n{table}\n\n"
        f"What to look at first:\n{looks}\n\n"
        + textwrap.fill(
            f"The data stays in {folder}. Ctrl-C stops everything; `make demo RESET=1` starts over.",
            _WIDTH,
        )
        + "\n"
    )


_HEAD = ("Role", "Sign in as", "Password")


def first_looks(
    *, staff: Staff, running: Session | None, now: datetime, board: str = "/board/"
) -> list[First]:
    """Return the five things to look at first, from what is in the record now."""
    found: list[First] = []
    waiting = plans.patients_needing_decision()
    # A guideline that says stop, beside options that say otherwise, is the clearest to begin with.
    stop = next((each for each in waiting if "stop" in each.sentence), None)
    chosen = stop or (waiting[0] if waiting else None)
    if chosen is not None:
        found.append(
            First(
                who="Psychiatrist",
                sentence=f"{chosen.patient.name}'s plan needs a decision. "
                f"{chosen.sentence.partition('. ')[0]}.",
                path=_path("plans:overview", board, chosen.patient.pk),
            )
        )
    if running is not None:
        chair = running.chair.name if running.chair else "a chair"
        found.append(
            First(
                who="Nurse",
                sentence=f"{running.patient.name}'s infusion is running on {chair}, vital signs "
                "arrive live: record an observation.",
                path=_path("infusions:session", board, running.pk),
            )
        )
    link = open_link(staff, now=now)
    if link is not None:
        found.append(
            First(
                who="Patient",
                sentence=f"{link.patient.called} answers GAD-7 and PHQ-9 on a phone, without an "
                "account (works once).",
                path=_path("questionnaires:link", board, links.token_of(link.pk, link.expires_at)),
            )
        )
    found.append(
        First(
            who="Therapist",
            sentence="the board shows whose integration session is missing, and what is overdue.",
            path=board,
        )
    )
    found.append(
        First(
            who="Manager",
            sentence="what the clinic learns: responses, decisions, and whether forecasts held.",
            path=_path("outcomes:overview", board),
        )
    )
    return found


def open_link(staff: Staff, *, now: datetime) -> Request | None:
    """Return a request of a sample person whose link works for a while, sending one if need be."""
    by_nurse: User = staff[Role.NURSE]
    sample = questionnaires.open_requests(now=now + _LINK_LASTS).filter(patient__is_sample=True)
    ready = [r for r in sample.order_by("-sent_at") if plans.active_plan(r.patient_id)]
    if ready:
        return ready[0]
    plan = (
        plans.all_plans()
        .filter(status=Plan.Status.ACTIVE, patient__is_sample=True)
        .select_related("patient")
        .first()
    )
    if plan is None:
        return None
    request, _token = questionnaire_actions.send_request(
        patient=plan.patient, instruments=["gad7", "phq9"], by=by_nurse, now=now
    )
    return request


def _path(name: str, otherwise: str, *args: object) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return otherwise
