"""What a therapist fills in: a booking, a session that was held with its note, why one was not."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from ketacare.clinic.config.forms import in_this_age
from ketacare.clinic.therapy.access import IntegrationOf
from ketacare.clinic.therapy.actions import LONGEST_MINUTES, NOTE_FIELDS
from ketacare.clinic.therapy.models import Kind

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

YES_NO = [("", _("Not recorded")), ("yes", _("Yes")), ("no", _("No"))]


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def _text(label: str | _StrPromise, rows: int = 3, hint: str | _StrPromise = "") -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, required=False, widget=forms.Textarea(attrs={"rows": rows})
    )


class InfusionField(forms.TypedChoiceField):
    """One of the patient's infusions, by its number and day, or none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Belongs to infusion"),
            required=False,
            coerce=uuid.UUID,
            empty_value=None,
            **kwargs,
        )

    def offer(self, infusions: tuple[IntegrationOf, ...]) -> None:
        """Offer these infusions, the newest first."""
        self.choices = [
            ("", _("None in particular")),
            *(
                (
                    str(found.infusion.pk),
                    f"{found.number}. {_day(found)}",
                )
                for found in reversed(infusions)
            ),
        ]


class BookForm(forms.Form):
    """A session to come."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices, initial=Kind.INTEGRATION)
    scheduled_at = forms.DateTimeField(label=_("When"), widget=_moment(), validators=[in_this_age])
    infusion = InfusionField()

    def __init__(self, *args: Any, infusions: tuple[IntegrationOf, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["infusion"].offer(infusions)  # type: ignore[attr-defined] # InfusionField's own


class NoteForm(forms.Form):
    """The note: for the therapist and the psychiatrist only."""

    brought = _text(_("What the person brought"), hint=_("In their own words where you can."))
    worked_on = _text(_("What was worked on"), rows=4)
    homework_review = _text(_("How the last homework went"), rows=2)
    homework = _text(_("Homework until next time"), rows=2)
    next_plan = _text(_("Plan for next time"), rows=2)
    other = _text(
        _("Anything else"), hint=_("Therapists and psychiatrists can read the whole note.")
    )

    @property
    def note(self) -> dict[str, str]:
        """The texts of the note."""
        return {name: self.cleaned_data[name] for name in NOTE_FIELDS}

    @property
    def note_fields(self) -> list[forms.BoundField]:
        """The fields of the note, in order."""
        return [self[name] for name in NOTE_FIELDS]


class CorrectNoteForm(NoteForm):
    """A new version of a note."""

    reason = forms.CharField(
        label=_("Why it changes"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class RecordForm(NoteForm):
    """A session that took place, and its note."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices, initial=Kind.INTEGRATION)
    at = forms.DateTimeField(
        label=_("When it took place"), widget=_moment(), validators=[in_this_age]
    )
    minutes = forms.FloatField(
        label=_("Minutes"),
        help_text=_("For example 50."),
        min_value=1,
        max_value=LONGEST_MINUTES,
        required=False,
    )
    structured = forms.ChoiceField(
        label=_("By a structured programme (a manual, such as CBT with exposure)"),
        choices=YES_NO,
        required=False,
        widget=forms.RadioSelect,
    )
    infusion = InfusionField()

    def __init__(self, *args: Any, infusions: tuple[IntegrationOf, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["infusion"].offer(infusions)  # type: ignore[attr-defined] # InfusionField's own

    @property
    def first_fields(self) -> list[forms.BoundField]:
        """The fields about the session itself, in order."""
        return [self[name] for name in ("kind", "at", "minutes", "structured", "infusion")]

    @property
    def is_structured(self) -> bool | None:
        """Yes, no, or not recorded."""
        return {"yes": True, "no": False}.get(self.cleaned_data["structured"])


class MissedForm(forms.Form):
    """Why a person did not come, if known."""

    reason = forms.CharField(
        label=_("Reason, if known"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class CancelForm(forms.Form):
    """Why a session is called off, or struck out."""

    reason = forms.CharField(
        label=_("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


def _day(found: IntegrationOf) -> str:
    started = found.infusion.started_at
    return "" if started is None else date_format(timezone.localtime(started), "D j M Y")
