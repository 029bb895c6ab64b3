"""The inbox: messages that fitted no session, and the named people who decide about them.

A message can be attached only to a session whose person sat in the chair it names at the time it was
measured; where it names no known chair, to one whose person sat in some chair then. Nothing here ever
happens by itself. Where a device stands is also said here, for the messages to come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from ketacare.adapters.hl7v2 import parse_oru
from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.infusions import access as infusions
from ketacare.clinic.infusions.models import Chair, Session
from ketacare.clinic.vitals.models import Binding, DeviceEvent, Message, Value
from ketacare.clinic.vitals.routing import Router
from ketacare.clinic.vitals.values import Content, content_of
from ketacare.core.errors import ErrorCode, InputError

MOST_AT_ONCE = 2000  # a busy hour of one monitor; the rest is asked for again
_BEFORE = timedelta(hours=1)
_REASON_LENGTH = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A session a message may be attached to, and the chair its person sat in."""

    session: Session
    chair: Chair


def content_of_row(message: Message) -> Content:
    """Return what a kept message says, read again from its bytes."""
    return content_of(parse_oru(bytes(message.raw)), received_at=message.received_at)


def candidates(message: Message, router: Router | None = None) -> tuple[Candidate, ...]:
    """Return the sessions ``message`` may belong to: in that chair, for all of its times."""
    content = content_of_row(message)
    router = router or Router(since=min(content.times) - _BEFORE)
    said = content.message
    named = router.chairs_named(devices=said.devices, bed=said.bed, at=content.at)
    found = []
    for chair in named or tuple(infusions.chairs()):
        there = {getattr(router.sitting(chair, at), "pk", None) for at in content.times}
        session = router.sitting(chair, content.at)
        if session is None or there != {session.pk} or router.is_sealed(session):
            continue
        found.append(Candidate(session=session, chair=chair))
    return tuple(found)


def like(message: Message) -> QuerySet[Message]:
    """Return the waiting messages of the same device, bed and reason, oldest first."""
    return Message.objects.filter(
        status=Message.Status.UNMATCHED,
        device_id=message.device_id,
        bed=message.bed,
        problem=message.problem,
    ).order_by("received_at")


@transaction.atomic
def attach(
    *,
    message: Message,
    session: Session,
    reason: str,
    by: User,
    now: datetime,
    until: datetime | None = None,
) -> int:
    """Attach ``message`` to ``session``, and those like it up to ``until``; return how many.

    Only what was measured while that person sat in that chair is attached; the rest keeps waiting.
    Refuses a session that does not fit, and a message somebody has settled already.
    """
    _may(by)
    reason = _reasoned(reason)
    current = _waiting(message)
    others = list(_more(current, until))
    contents = {row.pk: content_of_row(row) for row in (current, *others)}
    oldest = min(at for content in contents.values() for at in content.times)
    router = Router(since=oldest - _BEFORE)
    fits = [
        row
        for row in (current, *others)
        if session.pk in {each.session.pk for each in candidates(row, router)}
    ]
    if current not in fits:
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            _("That person did not sit in this chair at that time; choose another session."),
            where="session",
        )
    values: list[Value] = []
    events: list[DeviceEvent] = []
    for row in fits:
        values += contents[row.pk].values(row, session)
        events += contents[row.pk].events(row, session)
        row.session = session
    _settle(fits, Message.Status.ATTACHED, reason=reason, by=by, now=now)
    Value.objects.bulk_create(values)
    DeviceEvent.objects.bulk_create(events)
    Session.objects.filter(pk=session.pk).update(changes=F("changes") + 1)
    audit.record(
        tag=audit.Tag.MESSAGE_ATTACHED,
        by=by,
        patient_id=session.patient_id,
        object_id=session.pk,
        details={
            "messages": len(fits),
            "first": str(fits[0].pk),
            "device": current.device_id[:80],
            "bed": current.bed[:80],
        },
        reason=reason,
    )
    return len(fits)


@transaction.atomic
def set_aside(
    *, message: Message, reason: str, by: User, now: datetime, until: datetime | None = None
) -> int:
    """Set ``message`` aside, and those like it up to ``until``; return how many. Bytes stay."""
    _may(by)
    reason = _reasoned(reason)
    current = _waiting(message)
    rows = [current, *_more(current, until)]
    _settle(rows, Message.Status.SET_ASIDE, reason=reason, by=by, now=now)
    audit.record(
        tag=audit.Tag.MESSAGE_SET_ASIDE,
        by=by,
        object_id=current.pk,
        details={
            "messages": len(rows),
            "device": current.device_id[:80],
            "bed": current.bed[:80],
        },
        reason=reason,
    )
    return len(rows)


@transaction.atomic
def bind(*, device_id: str, chair: Chair, since: datetime, by: User, now: datetime) -> Binding:
    """Say that a device stands at ``chair`` from ``since`` on; where it stood before ends then."""
    _may(by)
    device_id = device_id.strip()
    if not device_id:
        raise InputError(ErrorCode.MISSING_KEY, _("The device has no name."), where="device_id")
    if since > now:
        raise InputError(
            ErrorCode.OUT_OF_RANGE, _("That time lies in the future; correct it."), where="since"
        )
    known = Binding.objects.select_for_update().filter(device_id__iexact=device_id)
    for earlier in known:
        starts_later = earlier.since is not None and earlier.since >= since
        ends_later = earlier.until is not None and earlier.until > since
        if starts_later or ends_later:
            raise InputError(
                ErrorCode.CONTRADICTION,
                _("The device stood at {chair} after that time; give a later one.").format(
                    chair=earlier.chair.name
                ),
                where="since",
            )
    if not known:
        _remember_standing(device_id, by)
    Binding.objects.filter(device_id__iexact=device_id, until__isnull=True).update(
        until=since, until_by=by
    )
    made = Binding.objects.create(device_id=device_id, chair=chair, since=since, by=by)
    audit.record(
        tag=audit.Tag.MONITOR_ASSIGNED,
        by=by,
        object_id=chair.pk,
        details={"chair": chair.name, "device": device_id[:80], "since": since.isoformat()},
    )
    return made


@transaction.atomic
def release(*, binding: Binding, by: User, now: datetime) -> Binding:
    """Say that a device no longer stands where it stood."""
    _may(by)
    current = Binding.objects.select_for_update(of=("self",)).get(pk=binding.pk)
    if current.until is not None:
        raise InputError(
            ErrorCode.CONTRADICTION, _("The device was taken away already; look at the list.")
        )
    current.until, current.until_by = now, by
    current.save(update_fields=["until", "until_by"])
    audit.record(
        tag=audit.Tag.MONITOR_RELEASED,
        by=by,
        object_id=current.chair_id,
        details={"chair": current.chair.name, "device": current.device_id[:80]},
    )
    return current


def standing_changed(*, chair: Chair, before: str, after: str, by: User, now: datetime) -> None:
    """Keep since when a chair has another monitor, so that a late message finds the right one.

    Called inside the transaction that changes ``Chair.device_id``. A chair's first monitor counts
    as standing there always.
    """
    if before.casefold() == after.casefold():
        return
    open_ones = Binding.objects.filter(until__isnull=True)
    if before:
        ended = open_ones.filter(device_id__iexact=before, chair=chair).update(
            until=now, until_by=by
        )
        if not ended and not Binding.objects.filter(device_id__iexact=before).exists():
            Binding.objects.create(device_id=before, chair=chair, until=now, until_by=by)
    if after and (before or Binding.objects.filter(device_id__iexact=after).exists()):
        open_ones.filter(device_id__iexact=after).update(until=now, until_by=by)
        Binding.objects.create(device_id=after, chair=chair, since=now, by=by)


def _remember_standing(device_id: str, by: User) -> None:
    """Write down where a device stood always, before it is bound for a time."""
    chair = infusions.chairs().filter(device_id__iexact=device_id).first()
    if chair is not None:
        Binding.objects.create(device_id=device_id, chair=chair, by=by)


def _more(current: Message, until: datetime | None) -> QuerySet[Message]:
    if until is None:
        return Message.objects.none()
    return like(current).filter(received_at__lte=until).exclude(pk=current.pk)[:MOST_AT_ONCE]


def _settle(
    rows: Sequence[Message], status: Message.Status, *, reason: str, by: User, now: datetime
) -> None:
    for row in rows:
        row.status, row.settled_reason = status, reason
        row.settled_by, row.settled_at = by, now
    Message.objects.bulk_update(
        rows,
        ["status", "session", "settled_reason", "settled_by", "settled_at"],
        batch_size=200,
    )


def _waiting(message: Message) -> Message:
    current = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
    if current.status != Message.Status.UNMATCHED:
        who = current.settled_by.display_name if current.settled_by else ""
        raise InputError(
            ErrorCode.CONTRADICTION,
            _("{who} has settled this message already; nothing was changed.").format(
                who=who or _("Somebody")
            ),
        )
    return current


def _reasoned(reason: str) -> str:
    text = reason.strip()
    if not text:
        raise InputError(ErrorCode.MISSING_KEY, _("Say why."), where="reason")
    return text[:_REASON_LENGTH]


def _may(by: User) -> None:
    if not may(by, Permission.VITALS_RECORD):
        raise PermissionDenied(_("Your role does not settle monitors' messages."))
