"""Keeping the policy as it was used, and signing a part of it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.policy.access import may_sign, standing
from ketacare.clinic.policy.lines import Part, lines_of, to_json
from ketacare.clinic.policy.models import Edition, Signature
from ketacare.core.errors import ErrorCode, InputError
from ketacare.knowledge.load import load_policy


def keep_edition(*, now: datetime) -> Edition:
    """Keep the policy as this server reads it, once for each version; call it beside a decision."""
    version = load_policy().version
    found = Edition.objects.filter(version=version).only("version").first()
    if found is not None:
        return found
    lines = {part.value: to_json(lines_of(part)) for part in Part}
    edition, _made = Edition.objects.get_or_create(
        version=version, defaults={"lines": lines, "first_used_at": now}
    )
    return edition


@transaction.atomic
def sign(*, part: Part, version: str, reason: str, by: User, now: datetime) -> Signature:
    """Put one's name under a part of the policy as it stands; ``version`` is what was read.

    Refused: who does not answer for the part, no reason, another version than the server applies,
    and a part that is signed as it stands.
    """
    how = standing(part)
    if not may_sign(by, part):
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            _("This part of the policy is signed by: {role}.").format(role=how.signer.label),
        )
    if not reason.strip():
        raise InputError(
            ErrorCode.MISSING_KEY,
            _("Say on what ground you sign: what you compared, or who decided a change."),
            where="reason",
        )
    if version != load_policy().version:
        raise InputError(
            ErrorCode.CONTRADICTION,
            _("The policy on this server is another one than you read. Nothing was signed."),
        )
    if how.is_signed:
        raise InputError(
            ErrorCode.CONTRADICTION, _("This part is signed as it stands; nothing has changed.")
        )
    row = Signature.objects.create(
        edition=keep_edition(now=now),
        part=part.value,
        by=by,
        role=by.role,
        at=now,
        reason=reason.strip(),
    )
    audit.record(
        tag=audit.Tag.POLICY_SIGNED,
        by=by,
        object_id=row.pk,
        details={"part": part.value, "version": version},
        reason=reason,
    )
    return row
