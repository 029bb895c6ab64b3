"""The form under which a part of the policy is signed."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

PASSWORD = "own_password"  # noqa: S105 - the name of a field; drafts keep nothing called a password


class SignPolicyForm(forms.Form):
    """A reason, and the signer's own password as the act of signing."""

    reason = forms.CharField(
        label=_("On what ground you sign"),
        help_text=_(
            "What you compared it with, or who decided a change and when. It stands beside your name."
        ),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    own_password = forms.CharField(
        label=_("Your password"),
        help_text=_("Signing asks who you are once more."),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    version = forms.CharField(widget=forms.HiddenInput, max_length=80)
