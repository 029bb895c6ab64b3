"""The main navigation: one row per place, shown to those who may go there."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A row of the navigation: where it leads and who sees it."""

    label: str | Promise
    route: str
    permission: Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A place as one person sees it now."""

    label: str | Promise
    address: str
    current: bool


PLACES: tuple[Place, ...] = (
    Place(label=_("Today"), route="work:board", permission=Permission.BOARD_VIEW),
    Place(label=_("Patients"), route="patients:list", permission=Permission.PATIENT_VIEW),
    Place(label=_("Infusions"), route="infusions:list", permission=Permission.INFUSION_VIEW),
    Place(label=_("Cabinet"), route="cabinet:overview", permission=Permission.CABINET_VIEW),
    Place(label=_("Outcomes"), route="outcomes:overview", permission=Permission.OUTCOMES_VIEW),
    Place(label=_("Policy"), route="policy:overview", permission=Permission.POLICY_VIEW),
    Place(label=_("People"), route="accounts:people", permission=Permission.USERS_MANAGE),
    Place(label=_("Audit"), route="audit:events", permission=Permission.AUDIT_VIEW),
)


def items_for(request: HttpRequest) -> tuple[Item, ...]:
    """Return the places this request's person may go to; none for a stranger."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ()
    found = []
    for place in PLACES:
        address = _address(place.route)
        if address is not None and may(user, place.permission):
            here = request.path == address or request.path.startswith(address)
            found.append(Item(label=place.label, address=address, current=here))
    return tuple(found)


def _address(route: str) -> str | None:
    try:
        return reverse(route)
    except NoReverseMatch:
        return None  # a place whose page this installation does not have
