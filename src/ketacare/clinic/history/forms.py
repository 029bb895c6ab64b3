"""The forms of a history. What nobody knows may stay empty: it is then "not recorded"."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from ketacare.clinic.config.forms import in_this_age
from ketacare.clinic.history.fields import DayField, DoseField, YesNoField
from ketacare.core.errors import InputError
from ketacare.core.record import (
    Adherence,
    Certainty,
    EndReason,
    TreatmentKind,
    TrialOutcome,
    TrialRole,
)
from ketacare.knowledge.load import find_treatment, load_treatments

NOT_RECORDED = ("", _("Not recorded"))
ADHERENCE = {
    Adherence.GOOD: _("Good: nearly all of it"),
    Adherence.PARTIAL: _("Partial: about half or more"),
    Adherence.POOR: _("Poor: less than half"),
}
OUTCOME = {
    TrialOutcome.REMISSION: _("Remission: nearly no symptoms left"),
    TrialOutcome.RESPONSE: _("Response: at least 50 % better"),
    TrialOutcome.PARTIAL: _("Partial: 25 to 49 % better"),
    TrialOutcome.NONE: _("None: less than 25 % better"),
    TrialOutcome.WORSE: _("Worse"),
    TrialOutcome.RELAPSE: _("Helped first, then relapse while it went on"),
}
END_REASON = {
    EndReason.INEFFICACY: _("It did not help enough"),
    EndReason.INTOLERANCE: _("It was not tolerated"),
    EndReason.NON_ADHERENCE: _("It was not taken or attended"),
    EndReason.ACCESS: _("It was no longer available"),
    EndReason.PREGNANCY: _("Pregnancy"),
    EndReason.OTHER: _("Something else"),
}
ROLE = {
    TrialRole.ALONE: _("Alone"),
    TrialRole.AUGMENTATION: _("Added to another one (augmentation)"),
    TrialRole.COMBINATION: _("Begun together with another one"),
}
CERTAINTY = {
    Certainty.RECORD: _("A document or pharmacy record"),
    Certainty.RECALL: _("What the person remembers"),
}


def _choices(words: dict[Any, Any]) -> list[tuple[str, Any]]:
    return [NOT_RECORDED, *((word.value, label) for word, label in words.items())]


def names_of(kind: TreatmentKind) -> list[str]:
    """Return the names the clinic knows of a kind, for the list below a text field."""
    return sorted({t.name for t in load_treatments().values() if t.kind is kind}, key=str.casefold)


def _known(written: str) -> None:
    try:
        find_treatment(written)
    except InputError as error:
        raise ValidationError(error.sentence[:1].upper() + error.sentence[1:]) from error


class ReasonForm(forms.Form):
    """Why an entry is corrected; only on corrections."""

    def __init__(self, *args: Any, correcting: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if correcting:
            self.fields["reason"] = forms.CharField(
                label=_("What changes, and why"),
                help_text=_("For example: discharge letter of March gives another dose."),
                max_length=300,
                required=False,
            )


class DiagnosisForm(ReasonForm):
    """A diagnosis."""

    name = forms.CharField(
        label=_("Diagnosis"),
        help_text=_("In words, such as generalised anxiety disorder."),
        max_length=200,
    )
    code = forms.CharField(
        label=_("ICD-10-CM code"), help_text=_("Such as F41.1."), max_length=20, required=False
    )
    primary = forms.BooleanField(label=_("It is the main reason for treatment."), required=False)
    since = DayField(label=_("Since"))
    confirmed_by = forms.CharField(
        label=_("Confirmed by"),
        help_text=_(
            "The clinician who examined and confirmed it; without a name it does not count as confirmed."
        ),
        max_length=120,
        required=False,
    )
    confirmed_on = DayField(label=_("Confirmed on"))
    in_person = YesNoField(label=_("Was the person seen in person for it?"))
    note = forms.CharField(
        label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )


class TrialForm(ReasonForm):
    """What every trial has, whatever was tried."""

    kind: TreatmentKind
    treatment = forms.CharField(label=_("Treatment"), max_length=80)
    started = DayField(label=_("Started"))
    ended = DayField(label=_("Ended"), help_text=_("Leave empty when it is still going on."))
    ongoing = YesNoField(label=_("Is it still going on?"))
    adherence = forms.ChoiceField(
        label=_("How much of it was taken or attended?"),
        choices=_choices(ADHERENCE),
        required=False,
    )
    outcome = forms.ChoiceField(
        label=_("What did it achieve?"), choices=_choices(OUTCOME), required=False
    )
    end_reason = forms.ChoiceField(
        label=_("Why did it end?"),
        help_text=_("Only a treatment that did not help enough counts as failed."),
        choices=_choices(END_REASON),
        required=False,
    )
    certainty = forms.ChoiceField(
        label=_("What does this rest on?"), choices=_choices(CERTAINTY), required=False
    )
    note = forms.CharField(
        label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["treatment"].widget.attrs.update({"list": "treatments", "autocomplete": "off"})

    def clean_treatment(self) -> str:
        """Refuse a name the clinic does not know, with the nearest ones; an old one may stay."""
        written: str = self.cleaned_data["treatment"]
        if written != self.initial.get("treatment"):
            _known(written)
        return written

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the start, whatever else is wrong."""
        values = super().clean() or {}
        started, ended = values.get("started"), values.get("ended")
        if started and ended and ended < started:
            self.add_error(
                "ended",
                _t(
                    "It ended on {ended}, before it started on {started}: correct one of them."
                ).format(ended=date_format(ended, "j M Y"), started=date_format(started, "j M Y")),
            )
        return values

    @property
    def names(self) -> list[str]:
        """The names to offer below the treatment."""
        return names_of(self.kind)


class MedicineTrialForm(TrialForm):
    """A medicine that was tried."""

    kind = TreatmentKind.MEDICINE
    dose_mg_per_day = DoseField(
        label=_("Highest dose that was held, in mg a day"),
        help_text=_("Such as 20. For two tablets of 10 mg a day write 20."),
        required=False,
    )
    weeks_at_dose = forms.FloatField(
        label=_("Weeks at that dose"),
        help_text=_("Not the whole time: only the weeks at the highest dose."),
        min_value=0,
        max_value=2000,
        required=False,
        widget=forms.NumberInput(attrs={"step": "any"}),
    )
    optimised = YesNoField(label=_("Was the dose raised as far as it was borne?"))
    role = forms.ChoiceField(
        label=_("Was it given alone or with another medicine?"),
        choices=_choices(ROLE),
        required=False,
    )
    added_to = forms.CharField(
        label=_("Added to, or begun with"),
        help_text=_("Only when it was not given alone."),
        max_length=80,
        required=False,
    )
    field_order = (
        "treatment", "dose_mg_per_day", "weeks_at_dose", "optimised", "role", "added_to", "adherence", "outcome", "end_reason",
        "started", "ended", "ongoing", "certainty", "note", "reason",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["treatment"].label = _("Medicine")
        self.fields["treatment"].help_text = _("Generic or brand name, such as sertraline.")
        self.fields["added_to"].widget.attrs.update({"list": "treatments", "autocomplete": "off"})

    def clean_added_to(self) -> str:
        """Refuse a name the clinic does not know, with the nearest ones."""
        written: str = self.cleaned_data["added_to"].strip()
        if written and written != self.initial.get("added_to"):
            _known(written)
        return written


class TherapyTrialForm(TrialForm):
    """A course of psychotherapy that was tried."""

    kind = TreatmentKind.PSYCHOTHERAPY
    sessions = forms.IntegerField(
        label=_("Sessions attended"), min_value=0, max_value=1000, required=False
    )
    weeks = forms.FloatField(
        label=_("Weeks from the first session to the last"),
        min_value=0,
        max_value=2000,
        required=False,
        widget=forms.NumberInput(attrs={"step": "any"}),
    )
    disorder_specific = YesNoField(label=_("Was it aimed at the anxiety disorder?"))
    exposure_delivered = YesNoField(label=_("Was exposure done in it?"))
    therapist_qualified = YesNoField(label=_("Was the therapist qualified in this method?"))
    homework_percent = forms.FloatField(
        label=_("Share of the agreed homework that was done, in %"),
        min_value=0,
        max_value=100,
        required=False,
        widget=forms.NumberInput(attrs={"step": "any"}),
    )
    field_order = (
        "treatment", "sessions", "weeks", "disorder_specific", "exposure_delivered",
        "therapist_qualified", "homework_percent", "adherence", "outcome", "end_reason",
        "started", "ended", "ongoing", "certainty", "note", "reason",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["treatment"].label = _("Therapy")
        self.fields["treatment"].help_text = _("Such as cognitive behavioural therapy (CBT).")

    def clean(self) -> dict[str, Any]:
        """Return the share of homework as a share."""
        values = super().clean() or {}
        percent = values.pop("homework_percent", None)
        values["homework_fraction"] = None if percent is None else percent / 100.0
        return values


class ProcedureTrialForm(TrialForm):
    """A procedure such as ECT or rTMS that was tried."""

    kind = TreatmentKind.NEUROMODULATION
    sessions = forms.IntegerField(
        label=_("Sessions received"), min_value=0, max_value=1000, required=False
    )
    field_order = (
        "treatment", "sessions", "adherence", "outcome", "end_reason", "started", "ended",
        "ongoing", "certainty", "note", "reason",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["treatment"].label = _("Procedure")
        self.fields["treatment"].help_text = _("Such as ECT or rTMS.")


class MedicineForm(ReasonForm):
    """A medicine that is taken now, or was taken at a stated time."""

    medicine = forms.CharField(
        label=_("Medicine"),
        help_text=_("Generic or brand name, over-the-counter ones and stimulants too."),
        max_length=80,
        widget=forms.TextInput(attrs={"list": "treatments", "autocomplete": "off"}),
    )
    unlisted = forms.BooleanField(
        label=_("The name is right, and the clinic's list does not have it."),
        help_text=_("The safety review then asks whether somebody looked up its interactions."),
        required=False,
    )
    mg_per_day = DoseField(
        label=_("Dose in mg a day"),
        help_text=_("Such as 1.5. All tablets of a day together."),
        required=False,
    )
    as_needed = YesNoField(label=_("Is it taken only when needed?"))
    since = DayField(label=_("Since"))
    until = DayField(label=_("Until"), help_text=_("Leave empty when it is still taken."))
    last_taken = forms.DateTimeField(
        validators=[in_this_age],
        label=_("Last taken"),
        help_text=_("Day and time, where it matters: opioids, benzodiazepines, stimulants."),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    note = forms.CharField(
        label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )

    def clean(self) -> dict[str, Any]:
        """Refuse an unknown name unless it was meant, and an end before the start."""
        values = super().clean() or {}
        written = values.get("medicine")
        if written and not values.get("unlisted") and written != self.initial.get("medicine"):
            try:
                _known(written)
            except ValidationError as error:
                self.add_error("medicine", error)
        since, until = values.get("since"), values.get("until")
        if since and until and until < since:
            self.add_error("until", _t("It ends before it starts: correct one of the two days."))
        return values

    @property
    def names(self) -> list[str]:
        """The names to offer below the medicine."""
        return names_of(TreatmentKind.MEDICINE)


class EndMedicineForm(forms.Form):
    """When a medicine was taken for the last time."""

    until = DayField(label=_("Last day it was taken"), required=True)
    reason = forms.CharField(label=_("Why it ended"), max_length=300, required=False)


class StrikeOutForm(forms.Form):
    """Why an entry is taken out of the record."""

    reason = forms.CharField(
        label=_("Why is this entry struck out?"),
        help_text=_(
            "For example: entered for the wrong person. The entry stays visible, crossed out."
        ),
        max_length=300,
    )


TRIAL_FORMS: dict[str, type[TrialForm]] = {
    "medicine": MedicineTrialForm,
    "therapy": TherapyTrialForm,
    "procedure": ProcedureTrialForm,
}
FORM_OF_KIND: dict[str, type[TrialForm]] = {form.kind.value: form for form in TRIAL_FORMS.values()}
