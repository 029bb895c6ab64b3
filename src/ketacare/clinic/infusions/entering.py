"""What a page sends under a key of its own: read, put into the form it came from, and its time.

A page that has lost the server keeps what is entered and sends it when the server is back, with the
time by the device's clock and how far that clock is known to be ahead. The time of an entry is then
when it was made; one that was sent at once happened when it arrived, as any form.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.forms import Form
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.infusions import actions
from ketacare.clinic.infusions.acts import ACTS
from ketacare.clinic.infusions.models import Session
from ketacare.clinic.vitals.forms import ALL, PRESSURE, ObservationForm, kinds_of
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record import Vital
from ketacare.knowledge.load import load_observations
from ketacare.knowledge.loading.bedside import spoken_unit

# Acts whose right moment is when they were done at the chair, not when they were typed in.
KEEPS = frozenset({"start", "rate", "pause", "resume", "complete", "stop", "note"})
LONGEST = timedelta(hours=24)  # a visit is over by then
DIFFERS = timedelta(seconds=30)  # from here on a device's clock is said to be wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One entry as it arrived: ``kept`` says that it waited on the device."""

    key: uuid.UUID
    made_for: str
    kept: bool
    device_at: datetime
    ahead: timedelta

    @property
    def made_at(self) -> datetime:
        """When it was made, by the server's clock."""
        return self.device_at - self.ahead

    @property
    def clock_differs(self) -> bool:
        """Whether the device's clock is wrong enough to say so."""
        return abs(self.ahead) >= DIFFERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What can be entered: its name, whose it is, the form, and what is done with it at a time."""

    title: str
    permission: Permission
    draft: str  # under which its typing is kept, before the session's id
    form: Callable[[Mapping[str, Any], datetime], Form]
    run: Callable[[Session, Any, User, datetime, datetime], str]


def read(post: Mapping[str, Any], *, now: datetime) -> Sent:
    """Return what the page says of an entry, or refuse what no page of ours sends."""
    try:
        device_at = _moment(post["entry_at"])
        sent_at = _moment(post["entry_sent_at"])
        told = post.get("entry_ahead", "")
        ahead = timedelta(milliseconds=float(told)) if told else sent_at - now
        found = Sent(
            key=uuid.UUID(str(post["entry_key"])),
            made_for=str(post["entry_for"]),
            kept=post.get("entry_kept") == "1",
            device_at=device_at,
            ahead=ahead,
        )
        made_at = found.made_at
    except (KeyError, ValueError, OverflowError, OSError) as error:
        raise InputError(
            ErrorCode.BAD_FORMAT, _("This entry cannot be read; enter it on the page again.")
        ) from error
    if found.kept and made_at > now + DIFFERS:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            _("It was made in the future, by this device's clock; enter it with its right time."),
        )
    if found.kept and now - made_at > LONGEST:
        raise InputError(
            ErrorCode.OUT_OF_RANGE, _("It was made more than 24 hours ago; write it as a note.")
        )
    return found


def page_key(user: User) -> str:
    """Return the key with which this person's pages close what they keep on a device.

    It comes with the page and is never stored there, so that nobody else who uses the device can read it.
    """
    digest = salted_hmac("ketacare.infusions.kept", str(user.pk), algorithm="sha256").digest()
    return base64.b64encode(digest).decode()


def kind_of(what: str, name: str) -> Kind | None:
    """Return how ``observe`` or ``do`` something is entered; ``None`` for what is not kept."""
    if what == "observe" and kinds_of(name):
        return _observation(name)
    if what == "do" and name in KEEPS:
        return _act(name)
    return None


def _observation(name: str) -> Kind:
    def form(data: Mapping[str, Any], at: datetime) -> Form:
        return ObservationForm(data=data, name=name, now=at, required=name != ALL)

    def run(session: Session, form: Any, by: User, at: datetime, now: datetime) -> str:
        stored = actions.record_observation(
            session=session, values=form.values, by=by, now=now, at=form.at or at
        )
        known = load_observations()
        said = ", ".join(
            f"{known[Vital(v.kind)].short} {v.value:g} {spoken_unit(Vital(v.kind))}" for v in stored
        )
        return _("Recorded: {what}.").format(what=said)

    return Kind(
        title=_titled(name),
        permission=Permission.VITALS_RECORD,
        draft=f"vitals.observe.{name}",
        form=form,
        run=run,
    )


def _titled(name: str) -> str:
    if name == PRESSURE:
        return _("Blood pressure")
    if name == ALL:
        return _("All observations")
    return load_observations()[kinds_of(name)[0]].label


def _act(name: str) -> Kind:
    act = ACTS[name]

    def run(session: Session, form: Any, by: User, at: datetime, _now: datetime) -> str:
        act.run(session, form, by, at)
        return str(act.done)

    return Kind(
        title=str(act.title),
        permission=act.permission,
        draft=f"infusion.{name}",
        form=lambda data, _at: act.form(data=data),
        run=run,
    )


def _moment(milliseconds: Any) -> datetime:
    return datetime.fromtimestamp(float(milliseconds) / 1000, tz=UTC)
