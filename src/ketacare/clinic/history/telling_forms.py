"""What a patient is asked about one treatment: few questions, plain words, all but the name optional."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from ketacare.clinic.history.models import Told


class TellForm(forms.Form):
    """One treatment as the patient remembers it."""

    what = forms.CharField(label=_("What was it called?"), max_length=120)
    dose = forms.CharField(
        label=_("How much of it did you take?"),
        help_text=_("As you remember it, such as 100 mg, or two tablets a day."),
        max_length=120,
        required=False,
    )
    how_long = forms.CharField(
        label=_("How long?"), help_text=_("Such as 3 months."), max_length=120, required=False
    )
    when = forms.CharField(
        label=_("When was that?"), help_text=_("A year is enough."), max_length=120, required=False
    )
    helped = forms.ChoiceField(
        label=_("How much did it help?"),
        choices=Told.Helped.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    ended = forms.ChoiceField(
        label=_("Why did you stop?"),
        choices=Told.Ended.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("Anything else about it?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class TellMedicineForm(TellForm):
    """A medicine that was tried."""

    what = forms.CharField(
        label=_("What was the medicine called?"),
        help_text=_("Any name you know, such as Zoloft or sertraline."),
        max_length=120,
    )


class TellTherapyForm(TellForm):
    """A therapy that was tried."""

    what = forms.CharField(
        label=_("What kind of therapy was it?"),
        help_text=_("Such as cognitive behavioural therapy, or talking therapy."),
        max_length=120,
    )
    dose = forms.CharField(label=_("About how many sessions?"), max_length=120, required=False)


class TellTakingForm(TellForm):
    """A medicine that is taken now, with or without a prescription."""

    what = forms.CharField(
        label=_("What is the medicine called?"),
        help_text=_("Also what you buy without a prescription."),
        max_length=120,
    )
    dose = forms.CharField(
        label=_("How much do you take, and when?"), max_length=120, required=False
    )
    how_long = forms.CharField(label=_("Since when?"), max_length=120, required=False)
    when = None  # type: ignore[assignment]  # taken now: there is no other time to ask about
    helped = None  # type: ignore[assignment]
    ended = None  # type: ignore[assignment]


FORM_OF: dict[str, type[TellForm]] = {
    Told.Kind.MEDICINE.value: TellMedicineForm,
    Told.Kind.THERAPY.value: TellTherapyForm,
    Told.Kind.TAKING.value: TellTakingForm,
}
