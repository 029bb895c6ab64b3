"""Start, rate, pause, resume, stop: each exact to the moment, with what had been delivered by then.

Nothing here reaches a pump: a person sets the pump and records here what they did.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.infusions import arriving, checks, mapping
from ketacare.clinic.infusions.actions.stepping import begin, finish, reasoned
from ketacare.clinic.infusions.models import FLOWING_PHASES, Phase, PumpEvent, Session, Step
from ketacare.core.errors import ErrorCode, InputError


class NotReady(InputError):  # noqa: N818 - what the session is
    """A check before the dose stands in the way; ``open_checks`` holds what is to be resolved."""

    def __init__(self, sentence: str, open_checks: Sequence[checks.Checked]) -> None:
        super().__init__(ErrorCode.NOT_ALLOWED, sentence)
        self.open_checks = tuple(open_checks)


@transaction.atomic
def start(*, session: Session, by: User, now: datetime, expected_version: int | None) -> Session:
    """Record that the pump was started; refused while a check before the dose stands in the way."""
    current = begin(
        session,
        by=by,
        permission=Permission.INFUSION_RUN,
        expected_version=expected_version,
        phases=(Phase.READY,),
        act=Step.Act.START,
    )
    _must_be_ready(current, now)
    rate_ml_h = current.rate_ml_h
    if rate_ml_h is None:
        raise InputError(ErrorCode.MISSING_KEY, _("There is no pump sheet with a rate."))
    current.started_at = now
    return _pump(
        current,
        kind=PumpEvent.Kind.START,
        act=Step.Act.START,
        tag=audit.Tag.INFUSION_STARTED,
        phase=Phase.RUNNING,
        rate_ml_h=rate_ml_h,
        reason="",
        by=by,
        now=now,
    )


@transaction.atomic
def change_rate(
    *,
    session: Session,
    rate_ml_h: float,
    reason: str,
    by: User,
    now: datetime,
    expected_version: int | None,
) -> Session:
    """Record another rate in mL/h, never above the one that two people checked."""
    current = _running(session, by, expected_version, (Phase.RUNNING,), Step.Act.RATE)
    text = reasoned(reason, _("Say why the rate is changed."))
    _check_rate(current, rate_ml_h)
    return _pump(
        current,
        kind=PumpEvent.Kind.RATE,
        act=Step.Act.RATE,
        tag=audit.Tag.INFUSION_RATE_CHANGED,
        phase=None,
        rate_ml_h=rate_ml_h,
        reason=text,
        by=by,
        now=now,
    )


@transaction.atomic
def pause(
    *, session: Session, reason: str, by: User, now: datetime, expected_version: int | None
) -> Session:
    """Record that the pump was paused, with the reason."""
    current = _running(session, by, expected_version, (Phase.RUNNING,), Step.Act.PAUSE)
    return _pump(
        current,
        kind=PumpEvent.Kind.PAUSE,
        act=Step.Act.PAUSE,
        tag=audit.Tag.INFUSION_PAUSED,
        phase=Phase.PAUSED,
        rate_ml_h=0.0,
        reason=reasoned(reason, _("Say why the infusion is paused.")),
        by=by,
        now=now,
    )


@transaction.atomic
def resume(
    *,
    session: Session,
    reason: str,
    by: User,
    now: datetime,
    expected_version: int | None,
    rate_ml_h: float | None = None,
) -> Session:
    """Record that the pump runs again, at the rate before the pause or a lower one (mL/h)."""
    current = _running(session, by, expected_version, (Phase.PAUSED,), Step.Act.RESUME)
    text = reasoned(reason, _("Say why the infusion goes on."))
    if rate_ml_h is None:
        before = current.pump_events.filter(rate_ml_per_h__gt=0).order_by("-number").first()
        rate_ml_h = before.rate_ml_per_h if before is not None else current.rate_ml_h
    if rate_ml_h is None:
        raise InputError(ErrorCode.MISSING_KEY, _("There is no rate to go on with."))
    _check_rate(current, rate_ml_h)
    return _pump(
        current,
        kind=PumpEvent.Kind.RESUME,
        act=Step.Act.RESUME,
        tag=audit.Tag.INFUSION_RESUMED,
        phase=Phase.RUNNING,
        rate_ml_h=rate_ml_h,
        reason=text,
        by=by,
        now=now,
    )


@transaction.atomic
def stop(
    *,
    session: Session,
    reason: str,
    by: User,
    now: datetime,
    expected_version: int | None,
    completed: bool = False,
) -> Session:
    """Record the end: ``completed`` when the bag is given, otherwise an early stop with its reason."""
    act = Step.Act.COMPLETE if completed else Step.Act.STOP
    current = _running(session, by, expected_version, FLOWING_PHASES, act)
    text = reason.strip() if completed else reasoned(reason, _("Say why it is stopped early."))
    current.ended_at = now
    return _pump(
        current,
        kind=PumpEvent.Kind.STOP,
        act=act,
        tag=audit.Tag.INFUSION_COMPLETED if completed else audit.Tag.INFUSION_STOPPED,
        phase=Phase.RECOVERY,
        rate_ml_h=0.0,
        reason=text,
        by=by,
        now=now,
    )


def _must_be_ready(session: Session, now: datetime) -> None:
    """Refuse the start while a check stands in the way or a step of the check-in is left open."""
    person = checks.person_of(session, now=now)
    checked = checks.before_dose(session, now=now, person=person)
    standing = [each for each in checked if each.stands]
    if standing:
        sentences = " ".join(each.finding.sentence for each in standing[:3])
        more = len(standing) - 3
        rest = _(" And {n} more.").format(n=more) if more > 0 else ""
        raise NotReady(_("The infusion cannot start. ") + sentences + rest, standing)
    still = arriving.left_open(arriving.arrival_of(session, checked, person))
    if still:
        names = ", ".join(each.step.title for each in still)
        raise NotReady(
            _(
                "The infusion cannot start. Open at the check-in: {names}. Do it, or skip it with a "
                "reason."
            ).format(names=names),
            (),
        )


def _running(
    session: Session,
    by: User,
    expected_version: int | None,
    phases: Sequence[Phase],
    act: Step.Act,
) -> Session:
    return begin(
        session,
        by=by,
        permission=Permission.INFUSION_RUN,
        expected_version=expected_version,
        phases=phases,
        act=act,
    )


def _check_rate(session: Session, rate_ml_h: float) -> None:
    highest = session.rate_ml_h or 0.0
    if not 0 < rate_ml_h <= highest:  # NaN too
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            _(
                "A rate of {rate:g} mL/h is not possible: give more than 0 and at most the checked "
                "{highest:g} mL/h. A higher one needs a new pump sheet."
            ).format(rate=rate_ml_h, highest=highest),
            where="rate_ml_h",
        )


def _pump(
    current: Session,
    *,
    kind: PumpEvent.Kind,
    act: Step.Act,
    tag: audit.Tag,
    phase: Phase | None,
    rate_ml_h: float,
    reason: str,
    by: User,
    now: datetime,
) -> Session:
    concentration = current.concentration_mg_per_ml
    if concentration is None:
        raise InputError(ErrorCode.MISSING_KEY, _("There is no pump sheet with a concentration."))
    earlier = list(current.pump_events.select_related("by").order_by("number"))
    if earlier and now < earlier[-1].at:
        raise InputError(
            ErrorCode.CONTRADICTION,
            _("This is before the last act at the pump; check the clock."),
        )
    so_far = mapping.delivered_at(current, mapping.event_records(earlier), now)
    event = PumpEvent.objects.create(
        session=current,
        number=len(earlier) + 1,
        kind=kind,
        at=now,
        rate_mg_per_h=rate_ml_h * concentration,
        rate_ml_per_h=rate_ml_h,
        volume_ml=so_far.volume_mL if so_far else 0.0,
        dose_mg=so_far.dose_mg if so_far else 0.0,
        reason=reason,
        by=by,
    )
    finish(current, act=act, by=by, now=now, phase=phase, text=reason)
    audit.record(
        tag=tag,
        by=by,
        patient_id=current.patient_id,
        object_id=current.pk,
        details={
            "at": now.isoformat(),
            "rate_ml_h": rate_ml_h,
            "volume_ml": event.volume_ml,
            "dose_mg": event.dose_mg,
        },
        reason=reason,
    )
    return current
