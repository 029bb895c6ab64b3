"""Asks a signed-in person for their own password once more, as the act of signing something.

Attempts count against the same limits as those of the sign-in page.
"""

from __future__ import annotations

from typing import cast

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.models import User
from ketacare.core.errors import ErrorCode, InputError


def require_own_password(request: HttpRequest, password: str, *, where: str) -> User:
    """Return who is signed in, or raise :class:`InputError` for ``where`` when it is not theirs."""
    user = cast("User", request.user)
    try:
        found = get_adapter(request).authenticate(
            request, username=user.username, password=password
        )
    except ValidationError as error:
        raise InputError(ErrorCode.NOT_ALLOWED, " ".join(error.messages), where=where) from error
    if found is None or found.pk != user.pk:
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            _("This is not your password. Nothing was signed."),
            where=where,
        )
    return user
