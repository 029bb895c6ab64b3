"""The page of the clinic's weights: what is in force, since when and why, and what others would do.

Nothing is signed before its effect was shown: whose first option would change, out of how many.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from ketacare.clinic import audit
from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may, sees_clinical
from ketacare.clinic.config.views import conflict
from ketacare.clinic.plans.forms import WeighForm, WeightsForm
from ketacare.clinic.plans.models import WeightSet
from ketacare.clinic.plans.presenting import percent
from ketacare.clinic.plans.reweighing import change_weights
from ketacare.clinic.plans.weighing import (
    Effects,
    effects_of,
    weighed,
    weight_sets,
    weights_in_force,
)
from ketacare.clinic.work.drafts import discard, form_with_draft
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.planning import COSTS, Weights
from ketacare.knowledge.load import load_protocol

NAMES: dict[str, str | Promise] = {
    "infusion": gettext_lazy("One infusion"),
    "therapy": gettext_lazy("One therapy session"),
    "risk": gettext_lazy("The risk of one standard infusion"),
    "departure": gettext_lazy("Departing from the guideline"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CostView:
    """One weight as it is shown: in relief, in days without symptoms, and as the files have it."""

    name: str | Promise
    value: str
    days: str
    usual: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetView:
    """One set of weights of the history, each value with its name."""

    stored: WeightSet
    values: tuple[tuple[str | Promise, str], ...]


@requires(Permission.POLICY_VIEW, post=Permission.PLAN_WEIGH)
@require_http_methods(["GET", "POST"])
def weights(request: HttpRequest) -> HttpResponse:
    """Show the weights in force; show what others would do; sign them."""
    user = cast("User", request.user)
    in_force, sets = weights_in_force(), weight_sets()
    number = sets[0].number if sets else 0
    form = form_with_draft(
        WeightsForm,
        request,
        key="plans.weights",
        initial={name: _per_cent(value) for name, value in in_force.costs.items()},
    )
    effects: Effects | None = None
    why = WeighForm(request.POST if "signed" in request.POST else None)
    if request.method == "POST" and form.is_valid():
        try:
            if why.is_valid():
                _sign(request, user, form, why)
                discard(request, form)
                messages.success(request, _("The clinic weighs options this way from now on."))
                return redirect("plans:weights")
            effects = effects_of(weighed(form.costs, by=user.display_name))
            # Names of people are shown below.
            for effect in effects.changed:
                audit.record_read(tag=audit.Tag.PLAN_READ, by=user, patient_id=effect.patient.pk)
        except InputError as error:
            if error.code is ErrorCode.CONTRADICTION:
                return conflict(request, error.sentence, back=reverse("plans:weights"))
            form.add_error(None, error.sentence)
    context = {
        "form": form,
        "why": why,
        "costs": _costs(in_force),
        "sets": [_set(row) for row in sets],
        "names": [NAMES[name] for name in COSTS],
        "weeks": f"{in_force.horizon.to('wk'):g}",
        "effects": effects,
        "expected": _expected(request, number),
        "can_weigh": may(user, Permission.PLAN_WEIGH) and sees_clinical(user),
        "since": sets[0] if sets else None,
    }
    return render(request, "plans/weights.html", context)


def _sign(request: HttpRequest, user: User, form: Any, why: WeighForm) -> None:
    change_weights(
        by=user,
        now=timezone.now(),
        costs=form.costs,
        reason=why.cleaned_data["reason"],
        expected=_expected(request, -1),
    )


def _expected(request: HttpRequest, number: int) -> int:
    """Return the number of the set the signer saw first; a page sent back keeps it."""
    text = request.POST.get("expected", "")
    return int(text) if text.isdecimal() and len(text) < 9 else number


def _costs(in_force: Weights) -> tuple[CostView, ...]:
    usual = load_protocol().weights.costs
    days = in_force.horizon.to("d")
    return tuple(
        CostView(
            name=NAMES[name],
            value=percent(value, digits=2),
            days=f"{value * days:.1f}",
            usual=percent(usual[name], digits=2),
        )
        for name, value in in_force.costs.items()
    )


def _set(stored: WeightSet) -> SetView:
    values = tuple((NAMES[n], percent(v, digits=2)) for n, v in stored.costs.items())
    return SetView(stored=stored, values=values)


def _per_cent(share: float) -> Decimal:
    return (Decimal(repr(share)) * 100).quantize(Decimal("0.01"))
