"""The referral form and the corrections to name, dates and contact."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from ketacare.clinic.history.fields import DayField
from ketacare.clinic.patients.models import Patient


class SearchForm(forms.Form):
    """Looking for somebody by name or contact, and by where they stand."""

    q = forms.CharField(label=_("Name, e-mail or telephone"), max_length=120, required=False)
    care = forms.ChoiceField(
        label=_("Care"),
        choices=[("", _("Under care")), ("closed", _("Closed")), ("all", _("Everybody"))],
        required=False,
    )


class PatientForm(forms.Form):
    """Who somebody is and how to reach them."""

    given_name = forms.CharField(label=_("Given name"), max_length=120)
    family_name = forms.CharField(label=_("Family name"), max_length=120)
    preferred_name = forms.CharField(
        label=_("Name they like to be called"), max_length=120, required=False
    )
    birth_date = DayField(
        label=_("Date of birth"), help_text=_("The safety rules need it; it may follow later.")
    )
    sex = forms.ChoiceField(
        label=_("Sex"),
        help_text=_("For dosing and safety."),
        choices=[*Patient.Sex.choices, ("", _("Not recorded"))],
        widget=forms.RadioSelect,
        required=False,
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    time_zone = forms.CharField(
        label=_("Time zone"),
        help_text=_("Only when it is not the clinic's, such as Europe/Lisbon."),
        max_length=60,
        required=False,
    )
    referred_by = forms.CharField(
        label=_("Referred by"), help_text=_("Name and practice."), max_length=120, required=False
    )
    referral_note = forms.CharField(
        label=_("Reason for referral"),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
    )

    def __init__(self, *args: Any, clinical: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not clinical:
            del self.fields["referral_note"]  # the front desk sees and changes no clinical text

    def clean_time_zone(self) -> str:
        """Return the zone, or say that there is none of this name."""
        name: str = self.cleaned_data["time_zone"].strip()
        if not name or name == settings.TIME_ZONE:
            return ""
        if name not in zoneinfo.available_timezones():
            raise ValidationError(
                _t("“%(name)s” is not a time zone: write it as Europe/Lisbon, or leave it empty."),
                params={"name": name},
            )
        return name


class ReferralForm(PatientForm):
    """A new referral."""

    referred_on = DayField(label=_("Day of the referral"), required=True)
    field_order = (
        "given_name", "family_name", "preferred_name", "birth_date", "sex", "referred_on",
        "referred_by", "referral_note", "email", "phone", "time_zone",
    )  # fmt: skip


class CloseForm(forms.Form):
    """Why care ends."""

    reason = forms.CharField(
        label=_("Why does care end?"),
        help_text=_("For example: better and back with the family doctor."),
        max_length=300,
    )
