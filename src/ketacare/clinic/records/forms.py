"""What people fill in to seal a record or to add to one; their own password stands last."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ketacare.clinic.accounts.signing import OWN_PASSWORD
from ketacare.clinic.records.actions import LONGEST_REASON, LONGEST_TEXT


class Signed(forms.Form):
    """Ends with the password of whoever is signed in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[OWN_PASSWORD] = forms.CharField(
            label=_("Your password"),
            help_text=_("It stands for your signature. Name, time and role are kept with it."),
            max_length=200,
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        )


class SealForm(Signed):
    """The seal; where nobody was reached in the call after, the reason why not."""

    without_call = forms.CharField(
        label=_("Why without the call after the infusion"),
        help_text=_(
            "For example: not reached three times, and the escort says the person is well."
        ),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, call_is_open: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not call_is_open:
            del self.fields["without_call"]


class AddendumForm(Signed):
    """What is added to a sealed record, and why it was not in it."""

    text = forms.CharField(
        label=_("What is to be read beside the record"),
        help_text=_("For a value that was wrong: its time, what stands there, what is right."),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    reason = forms.CharField(
        label=_("Why it was not in the record"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
