"""The filter of the audit page."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from ketacare.clinic.audit.tags import Tag
from ketacare.clinic.config.forms import in_this_age

SUBJECTS = sorted({tag.value.partition(":")[0] for tag in Tag})


class FilterForm(forms.Form):
    """Who, what, about whom, when."""

    actor = forms.CharField(label=_("Who"), required=False, max_length=120)
    subject = forms.ChoiceField(
        label=_("What"),
        required=False,
        choices=[("", _("Everything")), *((name, name.capitalize()) for name in SUBJECTS)],
    )
    patient_id = forms.UUIDField(label=_("Patient number"), required=False)
    first = forms.DateField(
        label=_("From"),
        required=False,
        validators=[in_this_age],
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    last = forms.DateField(
        label=_("To"),
        required=False,
        validators=[in_this_age],
        widget=forms.DateInput(attrs={"type": "date"}),
    )
