"""The people who sign in. Patients are not users: they answer by signed link."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ketacare.clinic.accounts.roles import Role


class UserManager(BaseUserManager["User"]):
    """Finds people by the name they sign in with."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the person; capitals do not matter."""
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """Somebody who works in the clinic. Never deleted: the record refers to them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(_("sign-in name"), max_length=60)
    email = models.EmailField(_("e-mail"), blank=True)
    display_name = models.CharField(_("name as others see it"), max_length=120)
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    is_active = models.BooleanField(_("may sign in"), default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["display_name", "role"]

    class Meta:
        ordering = ["display_name"]
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(Lower("username"), name="accounts_username_any_case"),
            models.UniqueConstraint(
                Lower("email"), name="accounts_email_any_case", condition=~models.Q(email="")
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    def get_full_name(self) -> str:
        """Return the name as others see it."""
        return self.display_name

    def get_short_name(self) -> str:
        """Return the name as others see it."""
        return self.display_name

    @property
    def role_label(self) -> str:
        """The role in words."""
        return str(Role(self.role).label)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Django's own permissions are not used: see roles.py."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        """Django's own permissions are not used: see roles.py."""
        return False
