"""Entering and correcting observations: one kind at a time, two taps."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ketacare.clinic.infusions.models import Chair
from ketacare.core.record import Vital
from ketacare.knowledge.load import load_observations
from ketacare.knowledge.loading.bedside import Observation, Step, spoken_unit

PRESSURE = "pressure"
ALL = "all"
# What is entered together: one form, one moment.
TOGETHER: dict[str, tuple[Vital, ...]] = {
    PRESSURE: (Vital.SYSTOLIC, Vital.DIASTOLIC),
    ALL: (
        Vital.SYSTOLIC,
        Vital.DIASTOLIC,
        Vital.HEART_RATE,
        Vital.SPO2,
        Vital.RESPIRATORY_RATE,
        Vital.TEMPERATURE,
    ),
}


def steps_of(kind: Vital) -> tuple[Step, ...]:
    """Return the steps to tap, the expected one first: fully awake, no distress, no nausea."""
    steps = load_observations()[kind].steps
    return tuple(reversed(steps)) if kind is Vital.MOAAS else steps


def kinds_of(name: str) -> tuple[Vital, ...]:
    """Return the vital signs entered under a name; none for a name that is not one."""
    if name in TOGETHER:
        return TOGETHER[name]
    known = {kind.value: kind for kind in load_observations()}
    return (known[name],) if name in known else ()


class ObservationForm(forms.Form):
    """One observation: its numbers, and when it was measured (now, when left empty)."""

    def __init__(
        self, *args: Any, name: str, now: datetime, required: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.kinds = kinds_of(name)
        for kind in self.kinds:
            self.fields[kind.value] = _field(load_observations()[kind], required=required)
        self.fields["at"] = forms.TimeField(
            label=_("Measured at"),
            required=False,
            widget=forms.TimeInput(attrs={"type": "time"}),
            help_text=_("Leave it empty for now."),
        )

    @property
    def values(self) -> dict[Vital, float]:
        """The numbers entered, by kind."""
        return {
            kind: float(self.cleaned_data[kind.value])
            for kind in self.kinds
            if self.cleaned_data.get(kind.value) is not None
        }

    def clean(self) -> dict[str, Any]:
        """Ask for at least one number."""
        data = super().clean() or {}
        if not self.errors and all(data.get(kind.value) is None for kind in self.kinds):
            raise forms.ValidationError(_("Enter at least one number."))
        return data

    @property
    def at(self) -> datetime | None:
        """When it was measured: the time of day given, today or late yesterday; ``None`` for now."""
        clock = self.cleaned_data.get("at")
        if clock is None:
            return None
        here = timezone.localtime(self.now)
        at = here.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
        # Shortly after midnight 23:50 means yesterday; at noon it is a time in the future.
        if at - here > timedelta(hours=12):
            at -= timedelta(days=1)
        return at


class CorrectionForm(forms.Form):
    """Another value for one that was entered wrongly, or none: it is struck out."""

    value = forms.FloatField(
        label=gettext_lazy("Right value"),
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
        help_text=gettext_lazy("Leave it empty to strike the value out."),
    )
    words = forms.CharField(
        label=gettext_lazy("Why is it corrected?"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class AttachForm(forms.Form):
    """Whose a kept message is, and why that is sure."""

    session = forms.ChoiceField(
        label=gettext_lazy("Who sat in this chair then?"), widget=forms.RadioSelect
    )
    like = forms.BooleanField(
        label=gettext_lazy("Also the messages like it, as far as they are from that person's time"),
        required=False,
    )
    reason = forms.CharField(
        label=gettext_lazy("How do you know?"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["session"]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices


class SetAsideForm(forms.Form):
    """Why a kept message belongs to nobody."""

    like = forms.BooleanField(label=gettext_lazy("Also all messages like it"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Why does it belong to nobody?"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class BindForm(forms.Form):
    """At which chair a device stands, and since when."""

    chair = forms.ModelChoiceField(
        label=gettext_lazy("The device stands at"), queryset=Chair.objects.filter(is_active=True)
    )
    since = forms.DateTimeField(
        label=gettext_lazy("Since"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        help_text=gettext_lazy("Messages to come that were measured from then on find this chair."),
    )


def _field(known: Observation, *, required: bool) -> forms.Field:
    whole = known.kind not in {Vital.TEMPERATURE, Vital.WEIGHT, Vital.HEIGHT}
    return forms.FloatField(
        label=f"{known.label}, {spoken_unit(known.kind)}",
        required=required,
        # Bounds are checked by the action, whose sentence says what to do.
        widget=forms.NumberInput(
            attrs={
                "inputmode": "numeric" if whole else "decimal",
                "step": "1" if whole else "0.1",
                "autocomplete": "off",
                "class": "observe__number",
            }
        ),
    )
