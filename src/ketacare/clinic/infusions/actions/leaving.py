"""Leaving: only through the open gate, or by a physician's decision with a reason."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.cabinet import access as cabinet
from ketacare.clinic.cabinet.actions import take_over
from ketacare.clinic.infusions import checks
from ketacare.clinic.infusions.actions.calling import plan_call
from ketacare.clinic.infusions.actions.stepping import allow, begin, finish, reasoned
from ketacare.clinic.infusions.models import Phase, Session, Step
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.safety import Gate, Outcome


class GateClosed(InputError):  # noqa: N818 - what the gate is
    """A criterion for leaving is not met or not known; ``gate`` shows which."""

    def __init__(self, sentence: str, gate: Gate) -> None:
        super().__init__(ErrorCode.NOT_ALLOWED, sentence)
        self.gate = gate


def discharge(
    *,
    session: Session,
    by: User,
    now: datetime,
    expected_version: int | None,
    override_reason: str = "",
) -> Session:
    """Let the person leave if the gate is open, or if a physician gives the reason why anyway."""
    try:
        return _discharge(
            session=session,
            by=by,
            now=now,
            expected_version=expected_version,
            override_reason=override_reason,
        )
    except GateClosed as closed:
        with transaction.atomic():
            audit.record(
                tag=audit.Tag.DISCHARGE_REFUSED,
                by=by,
                patient_id=session.patient_id,
                object_id=session.pk,
                details={"open_criteria": len(open_criteria(closed.gate))},
            )
        raise


def open_criteria(gate: Gate) -> tuple[str, ...]:
    """Return the rules of the gate that are not met or not known."""
    return tuple(
        item.rule for item in gate.items if item.outcome in {Outcome.BLOCK, Outcome.CANNOT_TELL}
    )


@transaction.atomic
def _discharge(
    *,
    session: Session,
    by: User,
    now: datetime,
    expected_version: int | None,
    override_reason: str,
) -> Session:
    allow(by, Permission.INFUSION_DISCHARGE)
    current = begin(
        session,
        by=by,
        permission=Permission.INFUSION_DISCHARGE,
        expected_version=expected_version,
        phases=(Phase.RECOVERY,),
        act=Step.Act.DISCHARGE,
    )
    gate = checks.gate_of(current, now=now)
    drug = cabinet.standing_of(current, now=now)
    overridden = gate.open is not True or drug.holds_back
    reason = override_reason.strip()
    if overridden:
        closed = [gate.sentence] if gate.open is not True else []
        sentence = " ".join([*closed, drug.sentence] if drug.holds_back else closed)
        if not reason:
            raise GateClosed(
                _(
                    "{sentence} Record what is missing, or a physician decides with a reason."
                ).format(sentence=sentence),
                gate,
            )
        if not may(by, Permission.ELIGIBILITY_OVERRIDE):
            raise GateClosed(
                _("{sentence} Only a physician may decide otherwise.").format(sentence=sentence),
                gate,
            )
        reason = reasoned(reason, "")
    if drug.state is cabinet.State.SETTLED:
        take_over(session=current, by=by, now=now)
    current.discharged_at = now
    instructed = any(
        item.rule == "discharge.instructions" and item.outcome is Outcome.PASS
        for item in gate.items
    )
    due = timezone.localtime(plan_call(current, by=by, now=now, early=gate.open is not True))
    said = _("Call due {day} at {time}.").format(day=f"{due:%d.%m.}", time=f"{due:%H:%M}")
    if instructed:
        said = _("Written instructions given.") + " " + said
    finish(
        current,
        act=Step.Act.DISCHARGE,
        by=by,
        now=now,
        phase=Phase.DISCHARGED,
        text=reason if overridden else said,
        override=overridden,
    )
    audit.record(
        tag=audit.Tag.DISCHARGED,
        by=by,
        patient_id=current.patient_id,
        object_id=current.pk,
        details={
            "override": overridden,
            "instructions": instructed,
            "open_criteria": ", ".join(open_criteria(gate))[:200],
            "cabinet": drug.state.value,
        },
        reason=reason if overridden else "",
    )
    if current.chair is not None:
        audit.record(
            tag=audit.Tag.MONITOR_RELEASED,
            by=by,
            patient_id=current.patient_id,
            object_id=current.pk,
            details={"chair": current.chair.name, "device": current.chair.device_id},
        )
    return current
