"""What the team fills in: a request, a rating or a paper form, why a link ends, what was done."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy as _

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.config.forms import in_this_age
from ketacare.clinic.questionnaires import access
from ketacare.core.measures import Instrument, Item, is_asked

DAYS = {"0": _("Today"), "2": _("In 2 days"), "7": _("In a week")}
LINK_DAYS_MORE = 5
LEFT_OUT = "-"


class SendForm(forms.Form):
    """Which questionnaires, and by when."""

    instruments = forms.MultipleChoiceField(
        label=_("Questionnaires"),
        help_text=_("They are asked one after the other, in this order."),
        widget=forms.CheckboxSelectMultiple,
    )
    due = forms.ChoiceField(
        label=_("Answers are due"),
        help_text=_("The link works five days longer. From the due day on the board shows them."),
        choices=list(DAYS.items()),
        initial="2",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(name, f"{i.name}: {i.title}") for name, i in access.askable().items()]
        self.fields["instruments"].choices = choices  # type: ignore[attr-defined] # a ChoiceField's own
        self.fields["instruments"].initial = [
            name for name, _title in choices if name in access.USUAL
        ]

    def times(self, now: datetime) -> dict[str, datetime]:
        """Return when the answers are due and when the link ends."""
        days = int(self.cleaned_data["due"])
        end = timezone.localtime(now).replace(hour=23, minute=59, second=0, microsecond=0)
        due = max(end + timedelta(days=days), now + timedelta(minutes=30))
        return {"due_at": due, "expires_at": due + timedelta(days=LINK_DAYS_MORE)}


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=_("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class RiskForm(forms.Form):
    """What was done about an answer about risk."""

    note = forms.CharField(
        label=_("What you did"),
        help_text=_("One or two sentences: spoken when, how they are, what was agreed."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class NameForm(forms.Form):
    """On whom an obligation is put."""

    person = forms.ModelChoiceField(
        label=_("Put it on"), queryset=User.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = User.objects.filter(  # type: ignore[attr-defined] # a ModelChoiceField's own
            role=Role.PSYCHIATRIST, is_active=True
        )


class ScoreForm(forms.Form):
    """The items of one instrument, each with "left out", and when it was answered."""

    at = forms.DateTimeField(
        label=_("When it was answered or rated"),
        validators=[in_this_age],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(
        self, *args: Any, instrument: Instrument, correcting: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.instrument = instrument
        self.fields["at"].initial = self.initial.get("at") or timezone.localtime().replace(
            second=0, microsecond=0
        )
        for item in (*instrument.items, *instrument.unscored):
            choices = [(str(option.value), option.label) for option in item.options]
            self.fields[f"item_{item.number}"] = forms.ChoiceField(
                label=lazystr(f"{item.number}. {item.shown}" if item.text else item.shown),
                help_text=item.detail,
                choices=[*choices, (LEFT_OUT, _("Left out"))],
                required=False,
                widget=forms.RadioSelect,
            )
        if instrument.has_total:
            only = not instrument.items
            self.fields["total"] = forms.FloatField(
                label=_("Total") if only else _("Total, when only that is known"),
                help_text=(
                    lazystr(f"{instrument.minimum:g} – {instrument.maximum:g}")
                    if only
                    else _("Leave all items empty then, for example for a letter.")
                ),
                required=only,
                min_value=instrument.minimum,
                max_value=instrument.maximum,
            )
        if correcting:
            self.fields["reason"] = forms.CharField(
                label=_("What was wrong"),
                max_length=500,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    @property
    def item_fields(self) -> list[forms.BoundField]:
        """The items in order, for the template."""
        return [self[f"item_{item.number}"] for item in self._form_items]

    @property
    def _form_items(self) -> tuple[Item, ...]:
        return (*self.instrument.items, *self.instrument.unscored)

    @property
    def other_fields(self) -> list[forms.BoundField]:
        """Everything that is not an item or the time."""
        return [self[name] for name in ("total", "reason") if name in self.fields]

    def clean(self) -> dict[str, Any]:
        """Refuse a form nobody filled in, and items that were passed over without a word."""
        found = super().clean() or {}
        given = [found.get(f"item_{item.number}", "") for item in self._form_items]
        if found.get("total") is not None:
            if any(value not in {"", LEFT_OUT} for value in given):
                self.add_error("total", _("Give the items or the total alone, not both."))
            found["items"] = None
            return found
        if not given:
            return found
        if not self.errors:
            values = [int(v) if v not in {"", LEFT_OUT} else None for v in given]
            for item, value in zip(self._form_items, given, strict=True):
                if value == "" and is_asked(item, values) and item in self.instrument.items:
                    self.add_error(f"item_{item.number}", _("Choose an answer, or “Left out”."))
            if all(value == LEFT_OUT for value in given[: len(self.instrument.items)]):
                self.add_error(None, _("Nothing was answered: there is nothing to record."))
        found["items"] = [int(v) if v not in {"", LEFT_OUT} else None for v in given]
        return found
