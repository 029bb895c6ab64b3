"""How forms are drawn: every field through ``_field.html``, widgets overridable in templates/.

Also :func:`in_this_age`, for fields with a day or a time.
"""

from datetime import date

from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext as _

FIRST_YEAR, LAST_YEAR = 1900, 2999


class Renderer(TemplatesSetting):
    """Django's widgets, our field: label, hint, error, control, in this order."""

    form_template_name = "_form_fields.html"
    field_template_name = "_field.html"


def in_this_age(value: date) -> None:
    """Refuse a day or time near an end of the calendar: in other time zones there is none such."""
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValidationError(
            _("The year %(year)s cannot be meant: check it."), params={"year": value.year}
        )
