"""The forms of an adverse event: what happened and its grade, and what its review decided."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ketacare.clinic.infusions.models import AdverseEvent
from ketacare.knowledge.load import load_adverse_events


def _grade_field() -> forms.TypedChoiceField:
    grades = enumerate(load_adverse_events().grades, start=1)
    return forms.TypedChoiceField(
        label=gettext_lazy("Grade (CTCAE)"),
        coerce=int,
        choices=[(str(number), words) for number, words in grades],
        widget=forms.RadioSelect,
    )


class EventForm(forms.Form):
    """One event of a known term."""

    said = forms.CharField(label=gettext_lazy("What exactly?"), required=False, max_length=200)
    began_at = forms.DateTimeField(
        label=gettext_lazy("Since when?"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
    )
    criteria = forms.MultipleChoiceField(
        label=gettext_lazy("Serious because of"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Leave it empty when none of these happened."),
    )
    expected = forms.ChoiceField(
        label=gettext_lazy("Is it known of ketamine?"),
        choices=(("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))),
        widget=forms.RadioSelect,
    )
    related = forms.ChoiceField(
        label=gettext_lazy("Caused by the drug?"),
        choices=AdverseEvent.Related.choices,
        widget=forms.RadioSelect,
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("How is it now?"),
        choices=AdverseEvent.Outcome.choices,
        widget=forms.RadioSelect,
    )
    action_taken = forms.CharField(
        label=gettext_lazy("What was done?"), required=False, max_length=300
    )
    narrative = forms.CharField(
        label=gettext_lazy("What happened, in your words"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, term: str, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grade"] = _grade_field()
        criteria = self.fields["criteria"]
        if isinstance(criteria, forms.MultipleChoiceField):
            criteria.choices = list(load_adverse_events().criteria.items())
        self.fields["said"].required = term == "other"
        self.initial.setdefault("began_at", timezone.localtime(now).replace(second=0))
        self.order_fields(["said", "began_at", "grade", "criteria"])

    @property
    def values(self) -> dict[str, Any]:
        """What the action takes."""
        data = dict(self.cleaned_data)
        data["is_expected"] = data.pop("expected") == "yes"
        return data


class ReviewForm(forms.Form):
    """What the psychiatrist decided about a serious event."""

    text = forms.CharField(
        label=gettext_lazy("What follows from it"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, grade: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grade"] = _grade_field()
        self.initial.setdefault("grade", str(grade))
        self.order_fields(["grade", "text"])
