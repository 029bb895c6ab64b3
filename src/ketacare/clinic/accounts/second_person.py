"""A second person signs for something on somebody else's page, with their own name and password.

Nobody is signed in by it. The attempts count against the same limits as those of the sign-in page,
and a refused one is in the audit log like any other.
"""

from __future__ import annotations

from typing import cast

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may, roles_with
from ketacare.core.errors import ErrorCode, InputError

NAME, PASSWORD = "witness_name", "witness_password"


def second_person(
    request: HttpRequest, *, name: str, password: str, permission: Permission
) -> User:
    """Return who signed, or raise :class:`InputError` naming the field that is wrong.

    Refused: a wrong name or password, too many attempts, whoever is signed in on this page, and a
    role that may not do it.
    """
    first = cast("User", request.user)
    if name.strip().casefold() in {first.username.casefold(), first.email.casefold() or None}:
        raise _same()
    key = "email" if "@" in name else "username"
    try:
        found = get_adapter(request).authenticate(
            request, **{key: name.strip(), "password": password}
        )
    except ValidationError as error:
        raise InputError(ErrorCode.NOT_ALLOWED, " ".join(error.messages), where=PASSWORD) from error
    if found is None:
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            _("User name or password of the second person is wrong. Nothing was recorded."),
            where=PASSWORD,
        )
    witness = cast("User", found)
    if witness.pk == first.pk:
        raise _same()
    if not may(witness, permission):
        names = " / ".join(str(role.label) for role in roles_with(permission))
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            _("{name} ({role}) may not sign for this. It can be done by: {names}.").format(
                name=witness.display_name, role=witness.role_label, names=names
            ),
            where=NAME,
        )
    return witness


def _same() -> InputError:
    return InputError(
        ErrorCode.NOT_ALLOWED,
        _("You are signed in here yourself: another person watches and signs."),
        where=NAME,
    )
