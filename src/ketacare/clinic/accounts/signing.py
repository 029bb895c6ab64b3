"""Signing with one's own password: who is signed in shows once more that it is them.

The attempts count against the same limits as those of the sign-in page, and a refused one is in the
audit log like any other.
"""

from __future__ import annotations

from typing import cast

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.models import User
from ketacare.core.errors import ErrorCode, InputError

OWN_PASSWORD = "own_password"  # noqa: S105 - the name of a field


def sign(request: HttpRequest, *, password: str) -> User:
    """Return who is signed in, or raise :class:`InputError` when the password is not theirs."""
    user = cast("User", request.user)
    try:
        found = get_adapter(request).authenticate(
            request, username=user.username, password=password
        )
    except ValidationError as error:
        raise InputError(
            ErrorCode.NOT_ALLOWED, " ".join(error.messages), where=OWN_PASSWORD
        ) from error
    if found is None or found.pk != user.pk:
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            _("This is not the password of {name}. Nothing was signed.").format(
                name=user.display_name
            ),
            where=OWN_PASSWORD,
        )
    return user
