"""Forms for the people of the clinic."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.roles import Role


class SignInForm(LoginForm):  # type: ignore[misc] # allauth ships no types
    """Name or e-mail, and password; labels stand above the fields, not inside them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Sign-in name or e-mail")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            field.help_text = ""


class PersonForm(forms.ModelForm):  # type: ignore[type-arg] # generic at type level only
    """Name, e-mail, role and access."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        help_text=_("Kept in the audit log, for example “leaves on 1 May”."),
    )

    class Meta:
        model = User
        fields = ["display_name", "email", "role", "is_active"]


class PasswordForm(forms.Form):
    """A new password, typed once and shown: it is handed over, not remembered."""

    password = forms.CharField(
        label=_("First password"),
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("At least 12 characters. Hand it over in person."),
    )

    def __init__(self, *args: Any, person: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_password(self) -> str:
        """Let the validators see whose password it is."""
        password: str = self.cleaned_data["password"]
        validate_password(password, self.person)
        return password


class NewPersonForm(PasswordForm):
    """Everything a new person needs to sign in."""

    username = forms.CharField(label=_("Sign-in name"), max_length=60)
    display_name = forms.CharField(label=_("Name as others see it"), max_length=120)
    email = forms.EmailField(label=_("E-mail"), required=False)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect)

    field_order = ["display_name", "username", "email", "role", "password"]

    def clean_username(self) -> str:
        """Refuse a name somebody has already, whatever its capitals."""
        name: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=name).exists():
            raise forms.ValidationError(_("Somebody signs in with this name already."))
        return name

    def clean_email(self) -> str:
        """Refuse an address somebody has already."""
        address: str = self.cleaned_data["email"]
        if address and User.objects.filter(email__iexact=address).exists():
            raise forms.ValidationError(_("Somebody has this e-mail address already."))
        return address
