"""The pages where somebody signs: an override, a second signature, the review as a whole."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.config.views import conflict
from ketacare.clinic.eligibility import access, actions, presenting
from ketacare.clinic.eligibility.forms import CosignForm, OverrideForm, SignForm
from ketacare.clinic.eligibility.mapping import digest_of, digest_of_all
from ketacare.clinic.eligibility.overridden import awaited_of
from ketacare.clinic.eligibility.views import back_to, patient_of, user_of
from ketacare.clinic.policy.access import edition_of, standing
from ketacare.clinic.policy.lines import Part
from ketacare.clinic.work.drafts import discard, form_with_draft
from ketacare.core.errors import InputError
from ketacare.core.safety import Station

CHANGED = "What this rests on has changed while you were writing. Nothing was signed."


@requires(Permission.ELIGIBILITY_OVERRIDE)
@require_http_methods(["GET", "POST"])
def override(request: HttpRequest, patient_id: uuid.UUID, rule: str) -> HttpResponse:
    """Go past a finding on one's own name, with a reason. A hard stop has no such page."""
    patient = patient_of(request, patient_id, Permission.ELIGIBILITY_OVERRIDE)
    now = timezone.now()
    found = access.findings(patient, Station.ELIGIBILITY, now=now)
    pair = next(((f, o) for f, o in found if f.rule == rule), None)
    if pair is None:
        raise Http404(_("The policy has no such rule here."))
    finding, signed_already = pair
    form = form_with_draft(
        OverrideForm,
        request,
        key=f"eligibility.override.{rule}:{patient.pk}",
        initial={"digest": digest_of(finding)},
    )
    form.initial["digest"] = digest_of(finding)
    if request.method == "POST" and form.is_valid():
        if signed_already is not None or form.cleaned_data["digest"] != digest_of(finding):
            return conflict(request, _(CHANGED), back=back_to(patient))
        try:
            signed = actions.override(
                patient=patient,
                finding=finding,
                reason=form.cleaned_data["reason"],
                by=user_of(request),
                now=now,
            )
        except InputError as error:
            form.add_error(error.where if error.where in form.fields else None, error.sentence)
        else:
            discard(request, form)
            text = (
                _("The override is signed; it waits for the second signature.")
                if signed.awaited
                else _("The override is signed.")
            )
            messages.success(request, text)
            return redirect("eligibility:review", patient.pk)
    (view,) = _views(request, [pair], patient.pk)
    context = {
        "patient": patient,
        "form": form,
        "view": view,
        "title": _("Override “{title}”").format(title=finding.title),
        "button": _("Sign the override"),
        "closed": "" if view.can_override else _why_not(finding.stops, view, signed_already),
    }
    return render(request, "eligibility/override.html", context)


@requires(Permission.ELIGIBILITY_COSIGN)
@require_http_methods(["GET", "POST"])
def cosign(request: HttpRequest, patient_id: uuid.UUID, override_id: uuid.UUID) -> HttpResponse:
    """Sign an override as the second person, or take it back."""
    patient = patient_of(request, patient_id, Permission.ELIGIBILITY_COSIGN)
    row = access.override_for(user_of(request), override_id)
    if row.patient.pk != patient.pk:
        raise Http404(_("There is no such override."))
    user = user_of(request)
    can_cosign = user.role in row.awaited and user.pk != row.by_id
    form = form_with_draft(
        CosignForm, request, key=f"eligibility.cosign:{row.pk}", may_cosign=can_cosign
    )
    if request.method == "POST" and form.is_valid():
        values, now = form.cleaned_data, timezone.now()
        try:
            if values["act"] == "cosign":
                actions.cosign(override=row, by=user_of(request), now=now)
                text = _("The override is cosigned.")
            else:
                actions.withdraw_override(
                    override=row, by=user_of(request), now=now, reason=values["reason"]
                )
                text = _("The override is withdrawn; the finding stands again.")
        except InputError as error:
            form.add_error(error.where if error.where in form.fields else None, error.sentence)
        else:
            discard(request, form)
            messages.success(request, text)
            return redirect("eligibility:review", patient.pk)
    context = {
        "patient": patient,
        "form": form,
        "override": row,
        "can_cosign": can_cosign,
        "is_own": user.pk == row.by_id,
        "awaited": awaited_of(row),
        "title": _("Cosign an override") if can_cosign else _("An override"),
    }
    return render(request, "eligibility/cosign.html", context)


@requires(Permission.ELIGIBILITY_SIGN)
@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
    """Sign the review with the findings as they stand."""
    patient = patient_of(request, patient_id, Permission.ELIGIBILITY_SIGN)
    now = timezone.now()
    found = access.findings(patient, Station.ELIGIBILITY, now=now)
    digest = digest_of_all(finding for finding, _signed in found)
    form = form_with_draft(
        SignForm, request, key=f"eligibility.sign:{patient.pk}", initial={"digest": digest}
    )
    form.initial["digest"] = digest
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["digest"] != digest:
            return conflict(request, _(CHANGED), back=back_to(patient))
        try:
            actions.sign_review(
                patient=patient,
                decision=form.cleaned_data["decision"],
                note=form.cleaned_data["note"],
                findings=found,
                by=user_of(request),
                now=now,
                refresh=True,
            )
        except InputError as error:
            form.add_error(error.where if error.where in form.fields else None, error.sentence)
        else:
            discard(request, form)
            messages.success(request, _("The review is signed."))
            return redirect("eligibility:review", patient.pk)
    held = [pair for pair in found if access.is_held(*pair)]
    context = {
        "patient": patient,
        "form": form,
        "title": _("Sign the eligibility review"),
        "counts": presenting.counts_of(found),
        "held": _views(request, held, patient.pk),
        "standing": standing(Part.RULES),
    }
    return render(request, "eligibility/sign.html", context)


@requires(Permission.ELIGIBILITY_VIEW)
@require_GET
def signed(request: HttpRequest, patient_id: uuid.UUID, review_id: uuid.UUID) -> HttpResponse:
    """Show a signed review exactly as it stood."""
    patient = patient_of(request, patient_id, Permission.ELIGIBILITY_VIEW)
    row = access.reviews_of(patient.pk).filter(pk=review_id).first()
    if row is None:
        raise Http404(_("There is no such review."))
    order = {"block": 0, "cannot_tell": 1, "warn": 2, "pass": 3}
    findings = sorted(row.findings, key=lambda finding: order.get(finding["outcome"], 9))
    context = {
        "patient": patient,
        "signed": row,
        "findings": findings,
        "edition": edition_of(row.policy_version),
    }
    return render(request, "eligibility/signed.html", context)


def _views(request: HttpRequest, found: list[access.Finding], patient_id: uuid.UUID) -> list[Any]:
    view = presenting.review_view(
        found, station=Station.ELIGIBILITY, patient_id=patient_id, user=user_of(request)
    )
    return [one for group in view.groups for one in group.findings] + list(view.passes)


def _why_not(stops: bool, view: presenting.FindingView, signed_already: Any) -> str:  # noqa: FBT001 - what closes the page
    if stops:
        return _("This is a hard stop: nobody can override it. Change what it rests on.")
    if signed_already is not None:
        return _("This finding has an override already.")
    if view.signers:
        return _("This finding can be overridden by: {names}.").format(names=view.signers)
    return _("This finding does not stand in the way; there is nothing to override.")
