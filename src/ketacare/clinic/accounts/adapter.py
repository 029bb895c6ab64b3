"""What allauth asks us: nobody signs up, and how a person is called."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from ketacare.clinic.accounts.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth ships no types
    """People are added by the clinic's manager, never by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return no."""
        return False

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """Keep the name the manager gave."""


def name_of(user: User) -> str:
    """Return the name as others see it."""
    return user.display_name
