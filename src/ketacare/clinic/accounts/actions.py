"""Adding people, changing their role, ending and renewing their access."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.roles import Role
from ketacare.core.errors import ErrorCode, InputError


@transaction.atomic
def create_user(
    *,
    by: User | audit.Actor,
    username: str,
    display_name: str,
    role: Role,
    password: str,
    email: str = "",
) -> User:
    """Return a new person who can sign in; the password has to pass the validators."""
    user = User(username=username, display_name=display_name, role=role, email=email)
    validate_password(password, user)
    user.set_password(password)
    user.full_clean()
    user.save()
    audit.record(
        tag=audit.Tag.USER_ADDED, by=by, object_id=user.pk, details={"role": str(role.value)}
    )
    return user


@transaction.atomic
def change_user(
    *, by: User, user: User, display_name: str, email: str, role: Role, is_active: bool, reason: str
) -> User:
    """Change a person's name, role or access. A manager cannot lock themselves out."""
    changed = User.objects.select_for_update().get(pk=user.pk)
    if changed.pk == by.pk and (role != changed.role or not is_active):
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            _("You cannot change your own role or end your own access: ask another manager."),
        )
    before = {"role": changed.role, "active": changed.is_active}
    changed.display_name, changed.email = display_name, email
    changed.role, changed.is_active = role, is_active
    changed.full_clean(exclude=["password"])
    changed.save()
    audit.record(
        tag=audit.Tag.USER_CHANGED,
        by=by,
        object_id=changed.pk,
        details={"before": before, "after": {"role": str(role.value), "active": is_active}},
        reason=reason,
    )
    return changed


@transaction.atomic
def set_password(*, by: User | audit.Actor, user: User, password: str) -> None:
    """Give a person a new password and end their sessions."""
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record(tag=audit.Tag.USER_PASSWORD_SET, by=by, object_id=user.pk)
