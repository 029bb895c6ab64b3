"""``{% cabinet_standing session as drug %}``: how an infusion's milligrams stand, for other rooms' pages."""

from __future__ import annotations

from django import template
from django.utils import timezone

from ketacare.clinic.cabinet import access
from ketacare.clinic.cabinet.standing import Standing
from ketacare.clinic.infusions.models import Session

register = template.Library()


@register.simple_tag
def cabinet_standing(session: Session) -> Standing:
    """Return the standing of an infusion."""
    return access.standing_of(session, now=timezone.now())
