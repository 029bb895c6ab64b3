"""Whose draft it is: a person who signs in, or a patient's link."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from ketacare.clinic.accounts.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Exactly one of a user or the digest of a link."""

    user: User | None = None
    link: str = ""

    def __post_init__(self) -> None:
        """Refuse an owner that is nobody or both."""
        if (self.user is None) == (not self.link):
            raise ValueError("A draft belongs to a user or to a link: give exactly one.")

    @property
    def columns(self) -> dict[str, Any]:
        """The columns of the drafts' table that name this owner."""
        return {"user": self.user, "link": self.link}


def owner_of(request: HttpRequest) -> Owner:
    """Return the signed-in person as an owner."""
    if not isinstance(request.user, User):
        raise TypeError("Nobody is signed in: use link_owner(token) on patients' pages.")
    return Owner(user=request.user)


def link_owner(token: str) -> Owner:
    """Return the holder of a patient's link as an owner; only the token's SHA-256 is kept."""
    return Owner(link=hashlib.sha256(token.encode()).hexdigest())
