"""The forms of the infusion room: reasons to tap, numbers with their unit, questions of the policy.

Every form that changes a session carries the version of the page it was shown on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ketacare.clinic.config.forms import in_this_age
from ketacare.clinic.infusions.models import Chair, Session
from ketacare.clinic.infusions.vial import Vial, read_vial
from ketacare.core.errors import InputError
from ketacare.core.planning import Protocol
from ketacare.core.safety import FactDefinition, FactKind
from ketacare.knowledge.load import load_protocol

OTHER = "other"
Choices = tuple[tuple[str, Any], ...]

PAUSE_REASONS: Choices = (
    ("pressure", gettext_lazy("Blood pressure")),
    ("wish", gettext_lazy("The person asks for it")),
    ("distress", gettext_lazy("Distress")),
    ("sedation", gettext_lazy("Too sleepy")),
    ("breathing", gettext_lazy("Oxygen or breathing")),
    ("nausea", gettext_lazy("Nausea or vomiting")),
    ("line", gettext_lazy("Cannula or pump")),
    (OTHER, gettext_lazy("Something else")),
)
RESUME_REASONS: Choices = (
    ("passed", gettext_lazy("The cause has passed")),
    ("agreed", gettext_lazy("The person agrees to go on")),
    ("ordered", gettext_lazy("Ordered by the physician")),
    (OTHER, gettext_lazy("Something else")),
)
STOP_REASONS: Choices = (
    ("wish", gettext_lazy("The person wants to stop")),
    ("pressure", gettext_lazy("Blood pressure")),
    ("breathing", gettext_lazy("Oxygen or breathing")),
    ("sedation", gettext_lazy("Too sleepy")),
    ("distress", gettext_lazy("Distress")),
    ("allergy", gettext_lazy("Allergic reaction")),
    ("line", gettext_lazy("Cannula or pump")),
    ("ordered", gettext_lazy("Ordered by the physician")),
    (OTHER, gettext_lazy("Something else")),
)
RATE_REASONS: Choices = (
    ("pressure", gettext_lazy("Blood pressure")),
    ("distress", gettext_lazy("Distress")),
    ("ordered", gettext_lazy("Ordered by the physician")),
    (OTHER, gettext_lazy("Something else")),
)


class VersionedForm(forms.Form):
    """A form that says which version of the session the person was looking at."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class ReasonForm(VersionedForm):
    """A reason to tap, and words where they are needed."""

    reasons: Choices = ()

    why = forms.ChoiceField(label=gettext_lazy("Why?"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=gettext_lazy("In your words"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        why = self.fields["why"]
        if isinstance(why, forms.ChoiceField):
            why.choices = self.reasons

    def clean(self) -> dict[str, Any]:
        """Ask for words when the reason is none of the listed ones."""
        data = super().clean() or {}
        if data.get("why") == OTHER and not data.get("words", "").strip():
            self.add_error("words", _("Say what it is."))
        return data

    @property
    def reason(self) -> str:
        """The reason as it is recorded."""
        labels = {value: str(label) for value, label in self.reasons}
        words = self.cleaned_data["words"].strip()
        why = self.cleaned_data["why"]
        if why == OTHER:
            return str(words)
        return f"{labels[why]}: {words}" if words else labels[why]


class PauseForm(ReasonForm):
    """Pause the pump."""

    reasons = PAUSE_REASONS


class StopForm(ReasonForm):
    """Stop for good before the bag is given."""

    reasons = STOP_REASONS


class _RateField(forms.FloatField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            min_value=0.1,
            widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.1"}),
            **kwargs,
        )


class ResumeForm(ReasonForm):
    """Let the pump run again."""

    reasons = RESUME_REASONS
    rate_ml_h = _RateField(
        label=gettext_lazy("Rate, mL/h"),
        required=False,
        help_text=gettext_lazy("Leave it empty to go on with the rate before the pause."),
    )


class RateForm(ReasonForm):
    """Set another rate."""

    reasons = RATE_REASONS
    rate_ml_h = _RateField(
        label=gettext_lazy("New rate, mL/h"),
        help_text=gettext_lazy("At most the rate two people checked."),
    )
    field_order = ["rate_ml_h", "why", "words", "version"]


class CompleteForm(VersionedForm):
    """The bag is given: nothing to say unless something was unusual."""

    words = forms.CharField(
        label=gettext_lazy("Anything unusual?"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class StartForm(VersionedForm):
    """Nothing but the tap."""


class CancelForm(VersionedForm):
    """Call the session off."""

    words = forms.CharField(
        label=gettext_lazy("Why is it cancelled?"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class NoteForm(forms.Form):
    """A note for the log."""

    words = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CallForm(forms.Form):
    """What the call on the day after found."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("What was heard?"),
        choices=(
            ("well", gettext_lazy("Reached, and well")),
            ("reports", gettext_lazy("Reached, and reports something")),
            ("not_reached", gettext_lazy("Not reached")),
        ),
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=gettext_lazy("In the person's words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What is reported goes to the psychiatrist on the same day."),
    )


class ChairForm(VersionedForm):
    """Where the person sits; the chair's monitor is theirs while they do."""

    chair = forms.ModelChoiceField(
        label=gettext_lazy("Chair"),
        queryset=Chair.objects.filter(is_active=True),
        required=False,
        empty_label=gettext_lazy("No chair with a monitor"),
    )


class SheetForm(VersionedForm):
    """The pump sheet: weight, order, bag and vial."""

    weight_kg = forms.FloatField(
        label=gettext_lazy("Weight, kg"),
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
        help_text=gettext_lazy("Measured on the clinic's scales in the last two weeks."),
    )
    vial_mg_per_ml = forms.TypedChoiceField(
        label=gettext_lazy("Vial"),
        coerce=float,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Read it from the label in your hand."),
    )
    bag_ml = forms.TypedChoiceField(
        label=gettext_lazy("Bag"), coerce=float, widget=forms.RadioSelect
    )
    dilution_recorded = forms.BooleanField(
        label=gettext_lazy("The 100 mg/mL vial is diluted, and the dilution is written down."),
        required=False,
    )
    vial_code = forms.CharField(
        label=gettext_lazy("Barcode of the vial"),
        required=False,
        max_length=200,
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("Scan it, or type lot and expiry below."),
    )
    vial_lot = forms.CharField(label=gettext_lazy("Lot"), required=False, max_length=40)
    vial_expires_on = forms.DateField(
        label=gettext_lazy("Last day it may be used"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    vial_ndc = forms.CharField(
        label=gettext_lazy("NDC"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("As printed, for example 0042-0512-34; the barcode holds it too."),
    )
    vial_recalled = forms.ChoiceField(
        label=gettext_lazy("Is the lot on a recall list?"),
        required=False,
        choices=(("no", gettext_lazy("No, looked up")), ("yes", gettext_lazy("Yes"))),
        widget=forms.RadioSelect,
    )
    vial_skipped = forms.CharField(
        label=gettext_lazy("If the vial cannot be read: why?"),
        required=False,
        max_length=400,
        help_text=gettext_lazy("It stays on the session as a mark, with your name."),
    )
    dose_mg_per_kg = forms.FloatField(
        label=gettext_lazy("Dose, mg/kg"),
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
    )
    minutes = forms.FloatField(
        label=gettext_lazy("Over how many minutes"),
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
    )

    def __init__(self, *args: Any, may_order: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        protocol: Protocol = load_protocol()
        vials = [vial.strength.to("mg/mL") for vial in protocol.pump.vials]
        bags = [bag.to("mL") for bag in protocol.pump.bags]
        for name, choices in (
            ("vial_mg_per_ml", [(f"{v:g}", f"{v:g} mg/mL") for v in vials]),
            ("bag_ml", [(f"{b:g}", f"{b:g} mL") for b in bags]),
        ):
            field = self.fields[name]
            if isinstance(field, forms.TypedChoiceField):
                field.choices = choices
        if not may_order:
            del self.fields["dose_mg_per_kg"], self.fields["minutes"]

    def clean(self) -> dict[str, Any]:
        """Read the code; refuse what it does not say or contradicts."""
        data = super().clean() or {}
        self.vial = Vial()
        try:
            self.vial = read_vial(
                code=data.get("vial_code") or "",
                ndc=data.get("vial_ndc") or "",
                lot=data.get("vial_lot") or "",
                expires_on=data.get("vial_expires_on"),
                recalled={"yes": True, "no": False}.get(data.get("vial_recalled") or ""),
            )
        except InputError as error:
            self.add_error("vial_code", error.sentence)
        return data


class SecondCheckForm(VersionedForm):
    """What the second person calculated alone."""

    dose_mg = forms.FloatField(
        label=gettext_lazy("Your dose, mg"),
        widget=forms.NumberInput(
            attrs={"inputmode": "decimal", "step": "any", "autocomplete": "off"}
        ),
    )
    rate_ml_h = forms.FloatField(
        label=gettext_lazy("Your rate, mL/h"),
        widget=forms.NumberInput(
            attrs={"inputmode": "decimal", "step": "any", "autocomplete": "off"}
        ),
    )


class DischargeForm(VersionedForm):
    """Leave, or leave in spite of an open criterion with a physician's reason."""

    words = forms.CharField(
        label=gettext_lazy("Reason of the physician"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Only when a criterion is not met; it stands in the record."),
    )


class OverrideForm(forms.Form):
    """Go past a check on one's own name."""

    words = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class BookForm(forms.Form):
    """Book a session."""

    scheduled_at = forms.DateTimeField(
        label=gettext_lazy("Day and time"),
        validators=[in_this_age],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )
    chair = forms.ModelChoiceField(
        label=gettext_lazy("Chair"),
        queryset=Chair.objects.filter(is_active=True),
        required=False,
        empty_label=gettext_lazy("Decide at check-in"),
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def clean_scheduled_at(self) -> datetime:
        """Refuse a day that has passed."""
        at: datetime = self.cleaned_data["scheduled_at"]
        if at.date() < timezone.localdate(self.now):
            raise forms.ValidationError(_("This day has passed; choose today or later."))
        return at


class ChairSetUpForm(forms.Form):
    """A chair and the monitor at it."""

    name = forms.CharField(
        label=gettext_lazy("Chair"),
        max_length=40,
        help_text=gettext_lazy("As the monitor names its bed (PV1-3), for example Chair 2."),
    )
    device_id = forms.CharField(
        label=gettext_lazy("Monitor"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("What the monitor calls itself (OBX-18); empty for any monitor."),
    )


class QuestionsForm(forms.Form):
    """The policy's questions that are open; whatever is answered is recorded, the rest stays open."""

    def __init__(self, *args: Any, questions: Iterable[FactDefinition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in questions:
            self.fields[question.code] = _field_of(question)

    @property
    def answers(self) -> dict[str, bool | float | str]:
        """The answers given, by code; what was left open is not among them."""
        found: dict[str, bool | float | str] = {}
        for code, value in self.cleaned_data.items():
            if value in {None, ""}:
                continue
            found[code] = value == "yes" if value in {"yes", "no"} else value
        return found


def _field_of(question: FactDefinition) -> forms.Field:
    shared: dict[str, Any] = {"label": question.question, "required": False}
    if question.kind is FactKind.YES_NO:
        return forms.ChoiceField(
            choices=(("yes", _("Yes")), ("no", _("No"))), widget=forms.RadioSelect, **shared
        )
    if question.kind is FactKind.CHOICE:
        choices = [(word, word.replace("_", " ").capitalize()) for word in question.choices]
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **shared)
    if question.kind is FactKind.NUMBER:
        unit = {"point": _("points"), "xULN": _("times the upper limit")}.get(
            question.unit, question.unit
        )
        return forms.FloatField(
            min_value=question.minimum,
            max_value=question.maximum,
            widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
            help_text=_("In {unit}.").format(unit=unit),
            **shared,
        )
    return forms.CharField(max_length=200, **shared)


def sheet_initial(session: Session, weight_kg: float | None) -> dict[str, Any]:
    """Return what the pump sheet's form starts with: the order, the measured weight, usual bag."""
    initial: dict[str, Any] = {
        "version": session.version,
        "weight_kg": session.weight_kg or weight_kg,
        "dose_mg_per_kg": session.dose_mg_per_kg,
        "minutes": session.minutes,
    }
    if session.vial_mg_per_ml is not None:
        initial["vial_mg_per_ml"] = f"{session.vial_mg_per_ml:g}"
    initial["vial_lot"], initial["vial_ndc"] = session.vial_lot, session.vial_ndc
    initial["vial_expires_on"] = session.vial_expires_on
    initial["vial_skipped"] = session.vial_skipped
    if session.vial_recalled is not None:
        initial["vial_recalled"] = "yes" if session.vial_recalled else "no"
    if session.bag_ml is not None:
        initial["bag_ml"] = f"{session.bag_ml:g}"
    return initial


def questions_among(
    questions: Sequence[FactDefinition], codes: Iterable[str]
) -> tuple[FactDefinition, ...]:
    """Return the questions whose codes are wanted, in the order of the policy."""
    wanted = set(codes)
    return tuple(question for question in questions if question.code in wanted)
