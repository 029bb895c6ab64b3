"""Answers that oblige somebody to act: on whom they are, by when, and who is told next.

Which answers these are, what is to be done and within what time is content (``knowledge/risk``). An
obligation is put on a named person: who signed the patient's last plan, or the only psychiatrist.
It stays on the board until somebody says what was done; whoever takes it on is named meanwhile.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.questionnaires.models import Response, RiskAnswer
from ketacare.clinic.work import actions as work
from ketacare.clinic.work.models import TaskKind
from ketacare.core.measures import (
    Obligation,
    RiskLevel,
    Scored,
    Standing,
    Triage,
    obligations_of_score,
    obligations_of_triage,
    standing,
    triage,
)
from ketacare.knowledge.load import load_risk_policy

WHOLE_FORM = 0  # in the place of an item's number: the triage of all answers


def triage_of(scored: Scored) -> Triage | None:
    """Return the triage of a screener's answers; ``None`` for any other instrument."""
    policy = load_risk_policy()
    if scored.instrument.id not in policy.instruments or not scored.answers:
        return None
    return triage(scored.instrument, [answer.value for answer in scored.answers], policy)


def raise_risks(row: Response, scored: Scored, *, by: User | None, now: datetime) -> None:
    """Put one obligation on a named person per answer about risk, within the storing transaction.

    Old answers that are entered later are told as well: nobody may have seen the paper.
    """
    if row.items is None:
        return  # only a total was reported: there is no item to act on
    policy = load_risk_policy()
    found = triage_of(scored)
    named = named_for(row.patient)
    if found is not None:
        for duty in obligations_of_triage(found, policy, raised_at=now):
            asked = duty.level is RiskLevel.CANNOT_TELL
            item = found.missing[0] if asked else WHOLE_FORM
            _raise(row, scored, duty, item=item, value=None if asked else 1, named=named, by=by)
    for alert, duty in zip(
        scored.alerts, obligations_of_score(scored, policy, raised_at=now), strict=True
    ):
        _raise(row, scored, duty, item=alert.rule.item, value=alert.value, named=named, by=by)


def _raise(
    row: Response,
    scored: Scored,
    duty: Obligation,
    *,
    item: int,
    value: int | None,
    named: User | None,
    by: User | None,
) -> None:
    codes = {alert.rule.item: alert.rule.code for alert in scored.alerts}
    risk = RiskAnswer.objects.create(
        patient=row.patient,
        response=row,
        item=item,
        value=value,
        code=codes.get(item, "suicide_risk"),
        level=duty.level.value,
        sentence=duty.sentence[:300],
        raised_at=duty.raised_at,
        acknowledge_by=duty.acknowledge_by,
        due_at=duty.act_by,
        named=named,
    )
    actor = by or audit.PATIENT_BY_LINK
    audit.record(
        tag=audit.Tag.RISK_RAISED,
        by=actor,
        patient_id=row.patient_id,
        object_id=risk.pk,
        details={"code": risk.code, "level": risk.level, "answered": value is not None},
    )
    work.open_task(
        by=actor,
        patient_id=row.patient_id,
        kind=TaskKind.RISK,
        sentence=_task_sentence(scored, risk),
        role=Role(duty.duty.role),
        due_at=risk.due_at,
        object_id=risk.pk,
    )


def named_for(patient: Patient) -> User | None:
    """Return the psychiatrist an obligation is on; ``None`` when nobody can be told apart.

    The one who signed the last plan, as long as they are there; else the only one there is.
    """
    psychiatrists = User.objects.filter(role=Role.PSYCHIATRIST, is_active=True)
    plan = patient.plans.select_related("signed_by").first()
    if plan is not None and plan.signed_by in psychiatrists:
        return plan.signed_by
    found = list(psychiatrists[:2])
    return found[0] if len(found) == 1 else None


def obligation_of(risk: RiskAnswer) -> Obligation:
    """Return a stored answer about risk as the obligation it is."""
    duty = load_risk_policy().duty(RiskLevel(risk.level))
    assert duty is not None  # noqa: S101 - every level that is stored has a duty, see RiskPolicy
    return Obligation(
        level=RiskLevel(risk.level),
        duty=duty,
        raised_at=risk.raised_at,
        acknowledge_by=risk.acknowledge_by or risk.due_at,
        act_by=risk.due_at,
        sentence=risk.sentence,
    )


def standing_of(risk: RiskAnswer, *, now: datetime) -> Standing:
    """Return where an obligation stands at ``now`` and who has been told."""
    return standing(
        obligation_of(risk),
        now=now,
        named="" if risk.named is None else str(risk.named),
        taken_by="" if risk.taken_by is None else str(risk.taken_by),
        taken_at=risk.taken_at,
        done_at=risk.acknowledged_at,
    )


def _task_sentence(scored: Scored, risk: RiskAnswer) -> str:
    name = scored.instrument.name
    whom = "" if risk.named is None else _(" On: {person}.").format(person=risk.named)
    if risk.item == WHOLE_FORM:
        text = {
            "high": _("{name}: high risk. See them now, do not leave them alone."),
            "moderate": _("{name}: moderate risk. Speak to them today."),
            "low": _("{name}: low risk. Look at it with them within a week."),
        }[risk.level].format(name=name)
    elif risk.value is None:
        text = _("{name} item {item} (risk) was left out: ask it.").format(
            name=name, item=risk.item
        )
    else:
        text = _(
            "{name} item {item} (thoughts of death or self-harm): speak to them today."
        ).format(name=name, item=risk.item)
    return f"{text}{whom}"[:200]
