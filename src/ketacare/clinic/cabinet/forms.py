"""What people fill in at the cabinet; the second person's name and password stand last on each form."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ketacare.clinic.accounts.second_person import NAME, PASSWORD
from ketacare.clinic.cabinet.access import Stock
from ketacare.clinic.cabinet.actions import Counted
from ketacare.clinic.cabinet.models import CaseStep, Count, Lot, Made
from ketacare.clinic.config.forms import in_this_age

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


def _milligrams(
    label: str | _StrPromise, hint: str | _StrPromise = "", **kwargs: Any
) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        help_text=hint,
        min_value=Decimal(0),
        max_digits=9,
        decimal_places=3,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.001"}),
        **kwargs,
    )


def _vials(label: str | _StrPromise, least: int = 0, **kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=100_000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        **kwargs,
    )


def _reason(label: str | _StrPromise, hint: str | _StrPromise = "") -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


def _day(label: str | _StrPromise, hint: str | _StrPromise = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=hint,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[in_this_age],
    )


class SeenForm(forms.Form):
    """Carries how many entries the infusion had when the page was shown."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class Witnessed(forms.Form):
    """A second person signs here with their own name and password."""

    field_order: Sequence[str] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[NAME] = forms.CharField(
            label=_("Second person: user name"),
            help_text=_("Somebody else who watched. They type their own name and password."),
            max_length=254,
            widget=forms.TextInput(
                attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
            ),
        )
        self.fields[PASSWORD] = forms.CharField(
            label=_("Second person: password"),
            max_length=200,
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        )


class ReceiveForm(forms.Form):
    """A delivery of one lot."""

    product = forms.CharField(
        label=_("Product"), max_length=120, initial="Ketamine hydrochloride injection"
    )
    made = forms.ChoiceField(
        label=_("Where the product comes from"),
        choices=Made.choices,
        initial=Made.APPROVED,
        widget=forms.RadioSelect,
    )
    ndc = forms.CharField(label=_("NDC"), help_text=_("As printed on the vial."), max_length=20)
    lot_number = forms.CharField(label=_("Lot"), max_length=40)
    expires_on = _day(_("Expires on"), _("Where only a month is printed: its last day."))
    mg_per_ml = _milligrams(_("Strength in mg/mL"), _("For example 50."))
    vial_ml = _milligrams(_("Volume of a vial in mL"), _("For example 10."))
    vials = _vials(_("Vials received"), 1)
    supplier = forms.CharField(label=_("Supplier"), max_length=120)
    supplier_dea = forms.CharField(label=_("Supplier's DEA number"), max_length=20, required=False)
    reference = forms.CharField(
        label=_("Invoice or order"),
        help_text=_(
            "The invoice number. Ketamine is in schedule III and needs no DEA 222; give the 222 or "
            "CSOS reference where one was used."
        ),
        max_length=80,
    )
    received_on = _day(_("Received on"))


class DrawForm(SeenForm):
    """A draw for an infusion."""

    lot = forms.ChoiceField(label=_("Lot"), widget=forms.RadioSelect)
    mg = _milligrams(
        _("Drawn, in mg"),
        _("The dose, or the whole vial when its rest is not used for anybody else."),
    )
    opened = _vials(
        _("Sealed vials opened for it"),
        required=False,
        help_text=_("Left empty: as few as needed."),
    )

    def __init__(self, *args: Any, stocks: Sequence[Stock], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lot"].choices = [  # type: ignore[attr-defined] # a choice field
            (
                str(each.lot.pk),
                _now("{lot}, {mg} mg/mL, expires {day}: {vials} vials, {open} mg opened").format(
                    lot=each.lot.number,
                    mg=each.lot.strength_mg_per_ml,
                    day=each.lot.expires_on,
                    vials=each.balance.vials,
                    open=each.open_mg,
                ),
            )
            for each in stocks
        ]


class WasteForm(SeenForm, Witnessed):
    """Waste of what was drawn."""

    mg = _milligrams(
        _("Wasted, in mg"),
        _("Left empty: everything that is open, once the pump has stopped."),
        required=False,
    )
    volume_ml = _milligrams(_("Volume in mL"), required=False)
    method = forms.CharField(label=_("How"), max_length=120, initial=_("Drug disposal container"))
    reason = _reason(_("What and why"), _("For example: rest of the vial and of the bag."))


class ReturnForm(SeenForm, Witnessed):
    """What goes back into the cabinet."""

    lot = forms.ChoiceField(label=_("Lot"), widget=forms.RadioSelect)
    mg = _milligrams(_("Put back, in mg"))
    sealed = _vials(_("Sealed vials in it"), initial=0)
    reason = _reason(_("Why"))

    def __init__(self, *args: Any, lots: Sequence[Lot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lot"].choices = [(str(lot.pk), str(lot)) for lot in lots]  # type: ignore[attr-defined] # a choice field


class DiscardForm(Witnessed):
    """Waste from the cabinet."""

    mg = _milligrams(_("Wasted, in mg"), _("All of it, whole vials included."))
    vials = _vials(_("Sealed vials in it"), initial=0, help_text=_("None for a rest."))
    method = forms.CharField(label=_("How"), max_length=120)
    reason = _reason(_("Why"))


class DispatchForm(Witnessed):
    """Vials handed to a reverse distributor."""

    vials = _vials(_("Sealed vials handed over"), 1)
    reason = _reason(_("To whom, and with which form"))


class ReverseForm(Witnessed):
    """Why an entry is undone."""

    reason = _reason(_("What was wrong with it"))


class CaseForm(forms.Form):
    """Something found that does not add up."""

    sentence = _reason(_("What does not add up"))
    vials = forms.IntegerField(
        label=_("Sealed vials more or fewer than the register"),
        help_text=_("Minus for missing; 0 when none."),
        initial=0,
        min_value=-100_000,
        max_value=100_000,
    )
    mg = forms.DecimalField(
        label=_("In all, mg more or less than the register"),
        help_text=_("Minus for missing, vials included."),
        initial=0,
        max_digits=9,
        decimal_places=3,
    )


class StepForm(forms.Form):
    """What was done about a case."""

    act = forms.ChoiceField(
        label=_("What was done"),
        choices=[c for c in CaseStep.Act.choices if c[0] != CaseStep.Act.CLOSE.value],
        widget=forms.RadioSelect,
    )
    on = _day(_("On"))
    reference = forms.CharField(label=_("Reference"), max_length=80, required=False)
    text = forms.CharField(
        label=_("In words"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class CloseForm(Witnessed):
    """How a case ends."""

    text = forms.CharField(
        label=_("What was found out"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    correct_register = forms.BooleanField(
        label=_("Correct the register by the difference of the case"), required=False
    )


class CountForm(Witnessed):
    """A blind count: what is there, lot by lot. The register is shown afterwards."""

    def __init__(self, *args: Any, stocks: Sequence[Stock], inventory: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        signing = {name: self.fields.pop(name) for name in (NAME, PASSWORD)}
        self.lots = [each.lot for each in stocks]
        for lot in self.lots:
            said = _now("{lot} ({mg} mg/mL, vials of {vial} mg)").format(
                lot=lot.number, mg=lot.strength_mg_per_ml, vial=lot.vial_mg
            )
            self.fields[f"vials_{lot.pk.hex}"] = _vials(
                _now("Lot {lot}: sealed vials").format(lot=said)
            )
            self.fields[f"open_{lot.pk.hex}"] = _milligrams(
                _now("Lot {lot}: mg in opened vials").format(lot=lot.number),
                _now("0 when no vial is open."),
            )
        if inventory:
            self.fields["moment"] = forms.ChoiceField(
                label=_("Taken"), choices=Count.Moment.choices, widget=forms.RadioSelect
            )
        self.fields["note"] = forms.CharField(label=_("Note"), max_length=500, required=False)
        self.fields.update(signing)

    @property
    def found(self) -> dict[uuid.UUID, Counted]:
        """What was counted, by lot."""
        data = self.cleaned_data
        return {
            lot.pk: Counted(vials=data[f"vials_{lot.pk.hex}"], open_mg=data[f"open_{lot.pk.hex}"])
            for lot in self.lots
        }
