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

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address the rate limits count; a socket without one counts as one client."""
        try:
            return str(super().get_client_ip(request))
        except Exception:  # noqa: BLE001 - allauth raises PermissionDenied when there is no address
            return "0.0.0.0"  # noqa: S104 - a key for counting, nothing listens on it

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """Keep the name the manager gave."""


def name_of(user: User) -> str:
    """Return the name as others see it."""
    return user.display_name
