"""Getting people: fetch and authorise in one call."""

from __future__ import annotations

import uuid

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import Role, may


def people_for(user: User) -> QuerySet[User]:
    """Return everybody who works here, to the person who manages them."""
    if not may(user, Permission.USERS_MANAGE):
        raise PermissionDenied(_("Only the clinic's manager sees the list of people."))
    return User.objects.order_by("-is_active", "display_name")


def person_for(user: User, person_id: uuid.UUID) -> User:
    """Return one person of the clinic, to the person who manages them."""
    found = people_for(user).filter(pk=person_id).first()
    if found is None:
        raise Http404(_("There is nobody with this address."))
    return found


def active_with_role(role: Role) -> QuerySet[User]:
    """Return who could be asked: active people of a role."""
    return User.objects.filter(role=role, is_active=True)
