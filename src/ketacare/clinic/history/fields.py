"""Form fields of a history: doses with their unit, three-valued questions, partly known days."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ketacare.core.errors import InputError
from ketacare.core.units import parse_quantity

_BARE = re.compile(r"[-+]?\d+([.,]\d+)?\Z")
_A_DAY = re.compile(r"\s*(/|per|a)\s*(d|day)\s*\Z", re.IGNORECASE)
_UNITS = {"mcg": "ug", "µg": "ug", "μg": "ug", "gr": "g", "gram": "g", "grams": "g"}


class DoseField(forms.CharField):
    """A dose in mg a day: "20", "20 mg", "0.5 g" or "20 mg/day"; another unit is refused."""

    def to_python(self, value: Any) -> Any:
        """Return mg a day, or ``None`` when nothing was typed."""
        text = (super().to_python(value) or "").strip()
        if not text:
            return None
        amount = _milligrams(text)
        if amount <= 0:
            raise ValidationError(
                _("“%(text)s”: a dose is more than zero. Leave it empty if it is not known."),
                params={"text": text},
            )
        return amount

    def prepare_value(self, value: Any) -> Any:
        """Show a stored dose without trailing zeros."""
        return f"{value:g}" if isinstance(value, float) else value


def _milligrams(text: str) -> float:
    if _BARE.match(text):
        return float(text.replace(",", "."))
    number = re.sub(r"(?<=\d),(?=\d)", ".", _A_DAY.sub("", text))
    for written, unit in _UNITS.items():
        number = re.sub(rf"(?<![A-Za-z]){written}\Z", unit, number)
    number = re.sub(r"(?i)mg\Z", "mg", number)
    try:
        return parse_quantity(number).to("mg")
    except InputError:
        raise ValidationError(
            _(
                "“%(text)s” cannot be read as a dose in mg a day. Write the mg taken in a day, such as 20."
            ),
            params={"text": text},
        ) from None


class YesNoField(forms.TypedChoiceField):
    """A question that may stay unanswered: yes, no, or not recorded (``None``)."""

    widget = forms.RadioSelect

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=[
                ("yes", gettext_lazy("Yes")),
                ("no", gettext_lazy("No")),
                ("", gettext_lazy("Not recorded")),
            ],
            coerce=lambda text: text == "yes",
            empty_value=None,
            required=False,
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        """Show a stored answer."""
        if value is None:
            return ""
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


class DayField(forms.DateField):
    """A day, with the browser's calendar; an unreadable one is answered with an example."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)
        self.input_formats = ["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d %b %Y", "%d %B %Y"]
        self.error_messages["invalid"] = gettext_lazy(
            "This is not a day: write it as 2026-03-14, or leave it empty if it is not known."
        )
