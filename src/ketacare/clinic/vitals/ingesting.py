"""Storing monitors' messages: a batch in one transaction, each answered after the commit.

A message becomes values of one session, or waits in the inbox, or (when it cannot be read) in
quarantine; its bytes are kept either way. Batches exist because a commit costs more than a message:
under load the disk is asked once for many. Messages are stored in the order in which they came.
"""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import F

from ketacare.adapters.hl7v2 import AckCode, OruMessage, ack, parse_ack, parse_oru, refuse
from ketacare.clinic import audit
from ketacare.clinic.infusions import alerting
from ketacare.clinic.infusions.models import Session
from ketacare.clinic.vitals.models import DeviceEvent, Message, Value
from ketacare.clinic.vitals.routing import Route, Router
from ketacare.clinic.vitals.times import OLDEST
from ketacare.clinic.vitals.values import Content, content_of
from ketacare.core.errors import InputError
from ketacare.core.record import Origin, Vital

_SEATS = OLDEST + timedelta(hours=1)
_Key = tuple[str, str, str]  # device, control id, digest
_Fate = tuple[str, uuid.UUID | None, str]  # status, session, device

# The minute in which each was last written to the log; a shortcut, never the truth.
_noted: dict[_Fate, datetime] = {}
_MOST_NOTED = 1000


@dataclass(slots=True, kw_only=True)
class _Draft:
    """One message on its way: what it says, and the answer when that is known already."""

    payload: bytes
    digest: str
    message: OruMessage | None
    control_id: str
    problem: str = ""
    answer: bytes = b""

    @property
    def key(self) -> _Key:
        device = self.message.device if self.message else ""
        return device[:200], self.control_id[:200], self.digest


def ingest(payload: bytes, *, now: datetime) -> bytes:
    """Store one message and return its acknowledgement: see :func:`ingest_many`."""
    (answer,) = ingest_many([payload], now=now)
    return answer


def ingest_many(payloads: Sequence[bytes], *, now: datetime) -> list[bytes]:
    """Store messages of monitors and return their acknowledgements, in order.

    AA only after the commit: stored with a session, or kept in the inbox (then with the reason). A
    message that cannot be read is kept with its bytes and answered AE (or AR for what this port
    never takes). The same message again changes nothing and is answered AA. When the whole batch
    cannot be stored, its messages are tried one by one; raises ``DatabaseError`` when even that
    fails, and then nothing is acknowledged.
    """
    drafts = [_read(payload, now) for payload in payloads]
    try:
        _store(drafts, now)
    except OperationalError:
        raise  # locked or full: one by one would only wait again
    except DatabaseError:  # one that cannot be stored, or a session sealed meanwhile: look anew
        for draft in drafts:
            _store([draft], now)
    return [_answer(draft, now) for draft in drafts]


def digest_of(payload: bytes) -> str:
    """Return the digest of everything after the header, whose time a sender may renew."""
    return hashlib.sha256(payload.partition(b"\r")[2]).hexdigest()


def _read(payload: bytes, now: datetime) -> _Draft:
    digest = digest_of(payload)
    try:
        message = parse_oru(payload)
    except InputError as error:
        answer = refuse(payload, error, at=now)
        return _Draft(
            payload=payload,
            digest=digest,
            message=None,
            control_id=parse_ack(answer).control_id,
            problem=str(error),
            answer=answer,
        )
    return _Draft(payload=payload, digest=digest, message=message, control_id=message.control_id)


def _answer(draft: _Draft, now: datetime) -> bytes:
    if draft.message is None:
        return draft.answer
    said = f"kept in the inbox: {draft.problem}" if draft.problem else ""
    return ack(draft.message, AckCode.AA, said, at=now)


@transaction.atomic
def _store(drafts: Sequence[_Draft], now: datetime) -> None:
    known = _known(drafts)
    again: Counter[uuid.UUID] = Counter()
    router: Router | None = None
    messages: list[Message] = []
    values: list[Value] = []
    events: list[DeviceEvent] = []
    changed: dict[uuid.UUID, Session] = {}
    for draft in drafts:
        earlier = known.get(draft.key)
        if earlier is not None:
            again[earlier] += 1
            continue
        if draft.message is None:
            stored = _row(draft, Message.Status.QUARANTINED, now)
        else:
            router = router or Router(since=now - _SEATS)
            content = content_of(draft.message, received_at=now)
            route = route_of(draft.message, content, router)
            session = route.session
            draft.problem = route.problem
            status = Message.Status.COMMITTED if session else Message.Status.UNMATCHED
            stored = _row(draft, status, now, session=session, at=content.at)
            if session is not None:
                values += content.values(stored, session)
                events += content.events(stored, session)
                changed[session.pk] = session
        messages.append(stored)
        known[draft.key] = stored.pk
    for times in set(again.values()):
        Message.objects.filter(pk__in=[pk for pk, n in again.items() if n == times]).exclude(
            pk__in=[message.pk for message in messages]
        ).update(repeats=F("repeats") + times, repeated_at=now)
    for message in messages:
        if message.pk in again:
            message.repeats, message.repeated_at = again[message.pk], now
    _hold(changed)
    _note(messages, now)
    Message.objects.bulk_create(messages)
    Value.objects.bulk_create(values)
    DeviceEvent.objects.bulk_create(events)
    _hold_limits(values, changed, now)
    counts = Counter(message.session_id for message in messages)
    for n in {counts[session_id] for session_id in changed}:
        same = [session_id for session_id in changed if counts[session_id] == n]
        Session.objects.filter(pk__in=same).update(changes=F("changes") + n)


def _hold(sessions: Iterable[uuid.UUID]) -> None:
    """Lock the sessions before the log, as every act on one does: else two wait for each other."""
    rows = Session.objects.filter(pk__in=sessions).order_by("pk")
    if connection.features.has_select_for_update:
        list(rows.select_for_update(no_key=True).values_list("pk"))


def _hold_limits(
    values: Sequence[Value], sessions: Mapping[uuid.UUID, Session], now: datetime
) -> None:
    """Hold the limits these values cross, in the transaction that stores them."""
    for pk, session in sessions.items():
        seen = [
            alerting.Seen(kind=Vital(v.kind), value=v.value, at=v.at, origin=Origin.DEVICE)
            for v in values
            if v.session_id == pk and v.value is not None and v.kind
        ]
        alerting.notice(session, seen, now=now)


def route_of(message: OruMessage, content: Content, router: Router) -> Route:
    """Return whose a message is, by everything measured in it."""
    times = content.times
    return router.route(devices=message.devices, bed=message.bed, times=times)


def _known(drafts: Sequence[_Draft]) -> dict[_Key, uuid.UUID]:
    """Return the messages of this batch that are there already, whatever became of them."""
    rows = Message.objects.filter(digest__in={draft.digest for draft in drafts}).values_list(
        "device_id", "control_id", "digest", "pk"
    )
    return {(device, control, digest): pk for device, control, digest, pk in rows}


def _row(
    draft: _Draft,
    status: Message.Status,
    now: datetime,
    *,
    session: Session | None = None,
    at: datetime | None = None,
) -> Message:
    message = draft.message
    device, control_id, digest = draft.key
    return Message(
        control_id=control_id,
        device_id=device,
        bed=message.bed[:200] if message else "",
        digest=digest,
        session=session,
        sent_at=message.sent_at if message else None,
        received_at=now,
        at=at,
        status=status,
        profile=message.profile if message else "",
        problem=draft.problem[:500],
        raw=draft.payload,
    )


def _note(messages: Sequence[Message], now: datetime) -> None:
    """Write one event a minute for each device and fate, not one for each message."""
    minute = now.replace(second=0, microsecond=0)
    first: dict[_Fate, Message] = {}
    for message in messages:
        first.setdefault((message.status, message.session_id, message.device_id), message)
    for key, message in first.items():
        status, session_id, device_id = key
        # Remembered by this process after a commit; the table knows what other processes noted.
        if (
            _noted.get(key) == minute
            or Message.objects.filter(
                status=status, session=session_id, device_id=device_id, received_at__gte=minute
            ).exists()
        ):
            continue
        if message.session is None:
            audit.record(
                tag=audit.Tag.MESSAGE_REFUSED,
                by=audit.DEVICE,
                object_id=message.pk,
                details={"status": str(status), "device": device_id[:80], "bed": message.bed[:80]},
            )
        else:
            audit.record(
                tag=audit.Tag.MESSAGES_RECEIVED,
                by=audit.DEVICE,
                patient_id=message.session.patient_id,
                object_id=session_id,
                details={"device": device_id[:80], "minute": minute.isoformat()},
            )
    transaction.on_commit(lambda: _remember(first, minute))


def _remember(fates: Iterable[_Fate], minute: datetime) -> None:
    if len(_noted) > _MOST_NOTED:
        _noted.clear()
    _noted.update(dict.fromkeys(fates, minute))
