"""What a psychiatrist writes when signing, changing, declining or ending."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ketacare.clinic.plans.models import Decision
from ketacare.clinic.plans.ordering import LONGEST_COURSE, Wanted
from ketacare.core.planning import COSTS

LONGEST_REASON = 500
G = Decision.Grounds


def _grounds(*chosen: Decision.Grounds) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Main ground"),
        choices=[(g.value, g.label) for g in chosen],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the ground that weighs most.")},
        help_text=_("Counted, so that the clinic learns from agreement and from disagreement."),
    )


def _reason(*, required: bool, hint: str | Any) -> forms.CharField:
    return forms.CharField(
        label=_("Reason in words"),
        required=required,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why, in a sentence.")},
        help_text=hint,
    )


class SignForm(forms.Form):
    """Why the option is signed."""

    grounds = _grounds(G.AGREE, G.GUIDELINE, G.PREFERENCE, G.SAFETY, G.CLINICAL, G.LIFE, G.OTHER)
    reason = _reason(
        required=False, hint=_("For whoever reads this later. At most 500 characters.")
    )

    def __init__(self, *args: Any, reason_needed: bool = False, **kwargs: Any) -> None:
        """Ask for a reason in words when the option is not the first or departs from the rule."""
        super().__init__(*args, **kwargs)
        if reason_needed:
            self.fields["reason"].required = True
            self.fields["reason"].help_text = _(
                "Needed: this option is not the first, or not what the guideline says."
            )


class ChangeForm(forms.Form):
    """A plan in the signer's own figures."""

    dose_mg_per_kg = forms.FloatField(
        label=_("Dose"),
        help_text=_("mg of racemic ketamine base per kg of body weight, for example 0.5"),
        widget=forms.NumberInput(attrs={"step": "0.05", "inputmode": "decimal"}),
    )
    minutes = forms.FloatField(
        label=_("Duration"),
        help_text=_("minutes, for example 40"),
        widget=forms.NumberInput(attrs={"step": "1", "inputmode": "decimal"}),
    )
    number = forms.IntegerField(
        label=_("Number of infusions"),
        help_text=_("to be given from now on, for example 6"),
        min_value=1,
        max_value=LONGEST_COURSE,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    days_between = forms.FloatField(
        label=_("Days between infusions"),
        help_text=_("3.5 is twice a week, 7 is weekly"),
        widget=forms.NumberInput(attrs={"step": "0.5", "inputmode": "decimal"}),
    )
    starts_on = forms.DateField(
        label=_("First infusion on or after"), widget=forms.DateInput(attrs={"type": "date"})
    )
    therapy = forms.BooleanField(
        label=_("With a therapy session in the days after each infusion"), required=False
    )
    grounds = _grounds(G.CLINICAL, G.SAFETY, G.PREFERENCE, G.LIFE, G.GUIDELINE, G.DATA, G.OTHER)
    reason = _reason(
        required=True, hint=_("Why this plan and not one of the options. At most 500 characters.")
    )

    @property
    def wanted(self) -> Wanted:
        """What is ordered."""
        data = self.cleaned_data
        return Wanted(
            dose_mg_per_kg=data["dose_mg_per_kg"],
            minutes=data["minutes"],
            number=data["number"],
            days_between=data["days_between"],
            therapy=data["therapy"],
        )


def _cost(label: str | Any, hint: str | Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        help_text=hint,
        min_value=0,
        max_value=100,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
    )


class WeightsForm(forms.Form):
    """What the clinic counts against an option, in per cent of relief over the horizon."""

    infusion = _cost(_("One infusion"), _("per cent of relief: the half day it takes, such as 0.5"))
    therapy = _cost(_("One therapy session"), _("per cent of relief, such as 0.1"))
    risk = _cost(
        _("The risk of one standard infusion"),
        _("per cent of relief; 0.5 mg/kg over 40 minutes is one, more and faster is more"),
    )
    departure = _cost(
        _("Departing from the guideline"),
        _("per cent of relief an option has to be better by, before it comes first"),
    )

    @property
    def costs(self) -> dict[str, float]:
        """The costs as shares: a decimal divided by 100 is the nearest number, as if typed so."""
        return {name: float(self.cleaned_data[name] / 100) for name in COSTS}


class WeighForm(forms.Form):
    """Why the clinic weighs otherwise, asked for once the effect was shown."""

    reason = _reason(
        required=True,
        hint=_(
            "Why the clinic weighs this way. It is kept with the numbers. At most 500 characters."
        ),
    )


class DeclineForm(forms.Form):
    """Why none of the options is taken."""

    grounds = _grounds(G.CLINICAL, G.SAFETY, G.PREFERENCE, G.LIFE, G.DATA, G.OTHER)
    reason = _reason(
        required=True,
        hint=_(
            "Why none of the options is taken, and what is done instead. At most 500 characters."
        ),
    )


class EndForm(forms.Form):
    """Why the plan in force is ended."""

    grounds = _grounds(G.PREFERENCE, G.SAFETY, G.CLINICAL, G.GUIDELINE, G.LIFE, G.OTHER)
    reason = _reason(
        required=True,
        hint=_("Why no further infusion of this plan is given. At most 500 characters."),
    )
