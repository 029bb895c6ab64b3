"""Those who act without signing in: patients by link, devices, the system itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ketacare.clinic.accounts.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who did it, as the log keeps it; ``id`` is empty for those without an account."""

    id: str
    name: str
    role: str


SYSTEM = Actor(id="", name="Ketacare", role="system")
PATIENT_BY_LINK = Actor(id="", name="The patient, by link", role="patient")
DEVICE = Actor(id="", name="Bedside monitor", role="device")


def actor_of(by: User | Actor) -> Actor:
    """Return how the log keeps this person."""
    if isinstance(by, Actor):
        return by
    return Actor(id=str(by.pk), name=by.display_name, role=by.role)
