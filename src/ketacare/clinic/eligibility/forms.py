"""Forms made from the policy's questions, and those for signatures with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from ketacare.clinic.eligibility.models import Answer, Review
from ketacare.clinic.history.fields import DayField
from ketacare.core.record import Vital
from ketacare.core.safety import FactDefinition, FactKind

YES_NO = [("yes", _("Yes")), ("no", _("No"))]
FOUND_ON = "found_on"


def said(value: bool | float | str, unit: str = "") -> str:  # noqa: FBT001 - any answer there is
    """Return an answer in words."""
    if isinstance(value, bool):
        return _t("yes") if value else _t("no")
    if isinstance(value, int | float):
        return f"{value:g} {spoken_unit(unit)}".strip()
    return value.replace("_", " ")


def spoken_unit(unit: str) -> str:
    """Return a unit as written beside a number typed by hand."""
    return {"xULN": _t("× upper limit"), "h": _t("hours"), "point": _t("points")}.get(unit, unit)


class QuestionsForm(forms.Form):
    """Some questions of the policy; what is left open stays as it was."""

    def __init__(
        self,
        *args: Any,
        questions: Iterable[FactDefinition],
        known: Mapping[str, Answer],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.questions = tuple(questions)
        for question in self.questions:
            self.fields[question.code] = _field(question, known.get(question.code))
        self.fields[FOUND_ON] = DayField(
            label=_("Found out on"),
            help_text=_("The day of a laboratory result or a letter. Empty means today."),
        )

    def clean(self) -> dict[str, Any]:
        """Refuse a form without a single answer, and a day that has not been."""
        values = super().clean() or {}
        if not self.errors and not self.answers:
            raise forms.ValidationError(
                _t("Nothing is answered yet: answer at least one question.")
            )
        day = values.get(FOUND_ON)
        if day is not None and day > timezone.localdate():
            self.add_error(FOUND_ON, _t("This day has not been yet."))
        return values

    @property
    def answers(self) -> dict[str, bool | float | str]:
        """What was answered, in the kind of each question."""
        found: dict[str, bool | float | str] = {}
        for question in self.questions:
            value = self.cleaned_data.get(question.code)
            if value is None or value == "":
                continue
            found[question.code] = value == "yes" if question.kind is FactKind.YES_NO else value
        return found

    def found_at(self, now: datetime) -> datetime:
        """Return when it was found out: now, or noon of the day that was given."""
        day = self.cleaned_data.get(FOUND_ON)
        if day is None or day == timezone.localdate(now):
            return now
        return datetime.combine(day, time(12), tzinfo=timezone.get_current_timezone())


def _field(question: FactDefinition, known: Answer | None) -> forms.Field:
    hint = ""
    if known is not None:
        hint = _t("Last answer: {said}, {day}{by}.").format(
            said=said(known.value, known.unit),
            day=date_format(timezone.localtime(known.at), "j M Y"),
            by=f", {known.by.display_name}" if known.by else "",
        )
    label = question.question
    if question.kind is FactKind.YES_NO:
        return forms.ChoiceField(
            label=label, help_text=hint, choices=YES_NO, widget=forms.RadioSelect, required=False
        )
    if question.kind is FactKind.CHOICE:
        choices = [(word, said(word).capitalize()) for word in question.choices]
        return forms.ChoiceField(
            label=label, help_text=hint, choices=choices, widget=forms.RadioSelect, required=False
        )
    if question.kind is FactKind.NUMBER:
        asked = _t("A number in {unit}.").format(unit=spoken_unit(question.unit) or _t("units"))
        return forms.FloatField(
            label=label,
            help_text=f"{asked} {hint}".strip(),
            min_value=question.minimum,
            max_value=question.maximum,
            widget=forms.NumberInput(attrs={"step": "any"}),
            required=False,
        )
    return forms.CharField(label=label, help_text=hint, max_length=200, required=False)


class OverrideForm(forms.Form):
    """Why care goes past a finding."""

    reason = forms.CharField(
        label=_("Reason for the override"),
        help_text=_(
            "Why the benefit outweighs it for this person, and what is done about the risk."
        ),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    digest = forms.CharField(widget=forms.HiddenInput)


class CosignForm(forms.Form):
    """A second signature, or a refusal with its reason."""

    act = forms.ChoiceField(
        label=_("Your decision"),
        choices=[("cosign", _("Cosign the override")), ("withdraw", _("Refuse or withdraw it"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Needed when you refuse or withdraw."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )

    def __init__(self, *args: Any, may_cosign: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_cosign:
            # Whoever signed first, and every other role, can only take the override back.
            self.fields["act"].widget = forms.HiddenInput()
            self.fields["act"].initial = "withdraw"
            self.fields["reason"].required = True
            self.fields["reason"].help_text = _("Why the override is taken back.")

    def clean(self) -> dict[str, Any]:
        """Ask for the reason of a refusal."""
        values = super().clean() or {}
        reason = values.get("reason", "").strip()
        if values.get("act") == "withdraw" and not reason and "reason" not in self.errors:
            self.add_error("reason", _t("Say why."))
        return values


class SignForm(forms.Form):
    """The decision of the review."""

    decision = forms.ChoiceField(
        label=_("Decision"), choices=Review.Decision.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("Note"),
        help_text=_("For “not now” and “not eligible”: why, and what would change it."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
    )
    digest = forms.CharField(widget=forms.HiddenInput)


MEASURED = (
    Vital.WEIGHT,
    Vital.HEIGHT,
    Vital.SYSTOLIC,
    Vital.DIASTOLIC,
    Vital.HEART_RATE,
    Vital.SPO2,
)
MEASURED_LABELS = {
    Vital.WEIGHT: _("Weight in kg"),
    Vital.HEIGHT: _("Height in cm"),
    Vital.SYSTOLIC: _("Systolic blood pressure in mmHg"),
    Vital.DIASTOLIC: _("Diastolic blood pressure in mmHg"),
    Vital.HEART_RATE: _("Heart rate in beats a minute"),
    Vital.SPO2: _("Oxygen saturation in %"),
}


class MeasureForm(forms.Form):
    """What is measured at the work-up, outside an infusion."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in MEASURED:
            self.fields[kind.value] = forms.FloatField(
                label=MEASURED_LABELS[kind],
                widget=forms.NumberInput(attrs={"step": "any"}),
                required=False,
            )

    def clean(self) -> dict[str, Any]:
        """Refuse an empty form."""
        values = super().clean() or {}
        if not self.errors and not self.values:
            raise forms.ValidationError(_t("Nothing is measured yet: give at least one value."))
        return values

    @property
    def values(self) -> dict[Vital, float]:
        """What was measured."""
        return {
            kind: self.cleaned_data[kind.value]
            for kind in MEASURED
            if self.cleaned_data.get(kind.value) is not None
        }
