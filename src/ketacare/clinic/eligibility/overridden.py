"""Every override ever signed for one person, with what became of each: nothing drops out of sight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.eligibility.access import Finding
from ketacare.clinic.eligibility.models import Override
from ketacare.core.safety import Station

Text = str | Promise

_MOMENTS: dict[str, Text] = {
    Station.ELIGIBILITY.value: gettext_lazy("for treatment"),
    Station.FOLLOW_UP.value: gettext_lazy("between infusions"),
    Station.PREPARATION.value: gettext_lazy("at the vial and the bag"),
    Station.BEFORE_DOSE.value: gettext_lazy("before a dose"),
    Station.DURING.value: gettext_lazy("during an infusion"),
    Station.DISCHARGE.value: gettext_lazy("before going home"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Overridden:
    """One override: ``moment`` says when its rule was asked, ``state`` whether it counts now."""

    row: Override
    moment: Text
    level: str
    state: str


def overridden(rows: Sequence[Override], found: Sequence[Finding]) -> tuple[Overridden, ...]:
    """Return all overrides, newest first; ``found`` are the findings on the page with theirs."""
    here = {finding.station.value for finding, _override in found}
    counting = {override.pk for _finding, override in found if override is not None}
    views = []
    for row in rows:
        level, state = _state(row, counts=row.pk in counting, here=row.station in here)
        moment = _MOMENTS.get(row.station, row.station)
        views.append(Overridden(row=row, moment=moment, level=level, state=state))
    return tuple(views)


def awaited_of(row: Override) -> str:
    """Return the roles that have not signed yet, as said."""
    return " + ".join(str(Role(role).label) for role in row.awaited)


def _state(row: Override, *, counts: bool, here: bool) -> tuple[str, str]:
    if row.withdrawn_at is not None:
        return "none", _("Withdrawn")
    if counts and row.awaited:
        return "watch", _("Waits for: {roles}").format(roles=awaited_of(row))
    if counts:
        return "info", _("Counts now")
    if not row.is_complete:
        return "none", _("Never signed by: {roles}").format(roles=awaited_of(row))
    if here:
        return "none", _("No longer counts: the facts are others now, or the visit is over")
    return "none", _("Signed for its moment")
