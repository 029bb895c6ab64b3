"""What every act on a session does first and last: lock, compare versions, write the step."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may, roles_with
from ketacare.clinic.infusions.models import Phase, Session, Step
from ketacare.clinic.records import access as records
from ketacare.core.errors import ErrorCode, InputError

LONGEST_REASON = 500


class StaleVersion(InputError):  # noqa: N818 - what it is: the page was stale
    """Somebody else changed the session after the page was shown; ``steps`` says who did what."""

    def __init__(self, sentence: str, steps: Sequence[Step]) -> None:
        super().__init__(ErrorCode.CONTRADICTION, sentence)
        self.steps = tuple(steps)


def begin(
    session: Session,
    *,
    by: User,
    permission: Permission,
    expected_version: int | None,
    phases: Collection[Phase],
    act: Step.Act,
) -> Session:
    """Return the locked session as it is now, or refuse the act with the reason."""
    allow(by, permission)
    current = (
        Session.objects.select_for_update(of=("self",))
        .select_related("patient", "chair", "plan", "prepared_by", "second_by")
        .get(pk=session.pk)
    )
    records.refuse_if_sealed(current)
    if expected_version is not None and current.version != expected_version:
        steps = list(
            current.steps.select_related("by")
            .filter(version__gt=expected_version)
            .order_by("version")
        )
        raise StaleVersion(_stale_sentence(steps), steps)
    if current.phase not in phases:
        allowed = ", ".join(str(Phase(phase).label).lower() for phase in phases)
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            _("The session is {phase}; this is possible while it is {allowed}.").format(
                phase=str(current.get_phase_display()).lower(), allowed=allowed
            ),
            where=act.value,
        )
    return current


def finish(
    current: Session,
    *,
    act: Step.Act,
    by: User,
    now: datetime,
    phase: Phase | None = None,
    text: str = "",
    override: bool = False,
    subject: str = "",
) -> Session:
    """Write the session with its next version, and the step that led to it."""
    if phase is not None and phase != current.phase:
        current.phase = phase
        current.phase_since = now
    current.version += 1
    current.changes += 1
    current.save()
    Step.objects.create(
        session=current,
        act=act,
        version=current.version,
        at=now,
        by=by,
        text=text.strip(),
        override=override,
        subject=subject,
    )
    return current


def allow(by: User, permission: Permission) -> None:
    """Refuse a person whose role does not include the act."""
    if not may(by, permission):
        names = " / ".join(str(role.label) for role in roles_with(permission))
        raise PermissionDenied(
            _("Your role ({role}) may not do this. It can be done by: {names}.").format(
                role=by.role_label, names=names
            )
        )


def reasoned(reason: str, sentence: str) -> str:
    """Return the reason, or refuse an empty or endless one."""
    text = reason.strip()
    if not text:
        raise InputError(ErrorCode.MISSING_KEY, sentence, where="reason")
    if len(text) > LONGEST_REASON:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            _("The reason has {n} characters; give it in at most {most}.").format(
                n=len(text), most=LONGEST_REASON
            ),
            where="reason",
        )
    return text


def _stale_sentence(steps: Sequence[Step]) -> str:
    said = "; ".join(
        _("{who} {did} at {when}").format(
            who=step.by.display_name,
            did=step.get_act_display(),
            when=timezone.localtime(step.at).strftime("%H:%M:%S"),
        )
        for step in steps
    )
    return _("{said}, after your page was shown. Look at how it stands now, then decide.").format(
        said=said or _("The session was changed")
    )
