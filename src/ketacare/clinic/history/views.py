"""The pages of a history: what was tried and what it adds up to, and the forms that add to it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ketacare.clinic import audit
from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.history import access, actions, forms, presenting
from ketacare.clinic.history import telling as told
from ketacare.clinic.history.models import Diagnosis, Entry, Medicine, Told, Trial
from ketacare.clinic.patients.access import patient_for
from ketacare.clinic.patients.mapping import person_record
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.work.drafts import discard, form_with_draft
from ketacare.core.errors import InputError

AnyEntry = TypeVar("AnyEntry", bound=Entry)
# What the core calls a value, and the field it was typed into.
FIELD_OF = {"dose": "dose_mg_per_day", "mg_per_day": "mg_per_day", "ingredient": "medicine"}


@requires(Permission.HISTORY_VIEW)
@require_GET
def overview(request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
    """Show everything that was tried, trial by trial, and the stage it adds up to."""
    patient = _patient(request, patient_id, Permission.HISTORY_VIEW)
    now = timezone.now()
    person = person_record(patient.pk, now=now, patient=patient)
    stages = access.stages_of(person, now=now)
    context = presenting.history(patient.pk, stages, person, now=now)
    lines = list(told.told_of(patient.pk))
    return render(
        request,
        "history/overview.html",
        {
            "patient": patient,
            "history": context,
            "points": access.points_of_all(person, stages[0].trials, now=now),
            "told_open": [line for line in lines if line.is_open],
            "told_decided": [line for line in lines if not line.is_open],
        },
    )


@requires(Permission.HISTORY_EDIT)
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
    """Make a link with which the patient tells what was tried."""
    patient = _patient(request, patient_id, Permission.HISTORY_EDIT)
    context: dict[str, Any] = {"patient": patient}
    if request.method == "POST":
        made, token = told.invite(patient=patient, by=_user(request), now=timezone.now())
        context |= {
            "invitation": made,
            "address": request.build_absolute_uri(reverse("history:tell", args=[token])),
        }
    return render(request, "history/invited.html", context)


@requires(Permission.HISTORY_EDIT)
@require_http_methods(["GET", "POST"])
def confirm_told(request: HttpRequest, patient_id: uuid.UUID, line_id: uuid.UUID) -> HttpResponse:
    """Write what the record says of a line the patient told; the line is kept beside it."""
    patient = _patient(request, patient_id, Permission.HISTORY_EDIT)
    line = told.told_for(_user(request), patient.pk, line_id)
    form_class: type[BaseForm] = forms.MedicineForm
    if line.kind != Told.Kind.TAKING:
        form_class = forms.TRIAL_FORMS[line.kind]
    form = form_with_draft(
        form_class, request, key=f"history.told:{line.pk}", initial=told.proposal(line)
    )
    return _enter(
        request,
        patient,
        form,
        title=_("Confirm what the patient told"),
        done=_("It is in the history; what the patient told is kept beside it."),
        save=lambda values: told.confirm(
            line=line, by=_user(request), now=timezone.now(), **values
        ),
        button=_("Confirm"),
        told_line=line,
    )


@requires(Permission.HISTORY_EDIT)
@require_http_methods(["GET", "POST"])
def set_aside_told(request: HttpRequest, patient_id: uuid.UUID, line_id: uuid.UUID) -> HttpResponse:
    """Keep a line the patient told out of the record, with the reason."""
    patient = _patient(request, patient_id, Permission.HISTORY_EDIT)
    line = told.told_for(_user(request), patient.pk, line_id)
    form = form_with_draft(forms.StrikeOutForm, request, key=f"history.told.aside:{line.pk}")
    return _enter(
        request,
        patient,
        form,
        title=_("Set aside “{entry}”").format(entry=line),
        done=_("The line was set aside; it stays visible."),
        save=lambda values: told.set_aside(
            line=line, by=_user(request), now=timezone.now(), **values
        ),
        button=_("Set aside"),
        told_line=line,
    )


@requires(Permission.HISTORY_EDIT)
@require_http_methods(["GET", "POST"])
def add_trial(request: HttpRequest, patient_id: uuid.UUID, kind: str) -> HttpResponse:
    """Add a treatment that was tried."""
    patient = _patient(request, patient_id, Permission.HISTORY_EDIT)
    form_class = forms.TRIAL_FORMS.get(kind)
    if form_class is None:
        raise Http404(_("There is no such kind of treatment."))
    form = form_with_draft(form_class, request, key=f"history.trial.{kind}:{patient.pk}")
    titles = {
        "medicine": _("Add a medicine that was tried"),
        "therapy": _("Add a therapy that was tried"),
        "procedure": _("Add a procedure that was tried"),
    }
    return _enter(
        request,
        patient,
        form,
        title=titles[kind],
        done=_("The trial is in the history."),
        save=lambda values: actions.record_trial(
            patient=patient, by=_user(request), now=timezone.now(), **values
        ),
    )


@requires(Permission.HISTORY_EDIT)
@require_http_methods(["GET", "POST"])
def correct_trial(request: HttpRequest, patient_id: uuid.UUID, entry_id: uuid.UUID) -> HttpResponse:
    """Correct a trial; what was said before stays visible."""
    patient = _patient(request, patient_id, Permission.HISTORY_EDIT)
    trial = _entry(request, patient, Trial, entry_id)
    initial = {name: getattr(trial, name) for name in actions.TRIAL_FIELDS}
    initial["treatment"] = trial.name or trial.treatment
    if trial.homework_fraction is not None:
        initial["homework_percent"] = round(trial.homework_fraction * 100, 1)
    form = form_with_draft(
        forms.FORM_OF_KIND[trial.kind],
        request,
        key=f"history.trial:{trial.pk}",
        initial=initial,
        correcting=True,
    )

    def save(values: dict[str, Any]) -> Any:
        if values["treatment"] == initial["treatment"]:
            values["treatment"] = trial.treatment
        return actions.correct_trial(trial=trial, by=_user(request), now=timezone.now(), **values)

    return _enter(
        request,
        patient,
        form,
        title=_("Correct a trial of treatment"),
        done=_("The trial was corrected; what was said before is kept."),
        save=save,
        entry=trial,
        kind="trial",
    )


@requires(Permission.HISTORY_EDIT)
@require_http_methods(["GET", "POST"])
def add_diagnosis(request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
    """Add a diagnosis."""
    patient = _patient(request, patient_id, Permission.HISTORY_EDIT)
    form = form_with_draft(forms.DiagnosisForm, request, key=f"history.diagnosis.add:{patient.pk}")
    return _enter(
        request,
        patient,
        form,
        title=_("Add a diagnosis"),
        done=_("The diagnosis is in the history."),
        save=lambda values: actions.record_diagnosis(
            patient=patient, by=_user(request), now=timezone.now(), **values
        ),
    )


@requires(Permission.HISTORY_EDIT)
@require_http_methods(["GET", "POST"])
def correct_diagnosis(
    request: HttpRequest, patient_id: uuid.UUID, entry_id: uuid.UUID
) -> HttpResponse:
    """Correct a diagnosis; what was said before stays visible."""
    patient = _patient(request, patient_id, Permission.HISTORY_EDIT)
    row = _entry(request, patient, Diagnosis, entry_id)
    form = form_with_draft(
        forms.DiagnosisForm,
        request,
        key=f"history.diagnosis:{row.pk}",
        initial={name: getattr(row, name) for name in actions.DIAGNOSIS_FIELDS},
        correcting=True,
    )
    return _enter(
        request,
        patient,
        form,
        title=_("Correct a diagnosis"),
        done=_("The diagnosis was corrected; what was said before is kept."),
        save=lambda values: actions.correct_diagnosis(
            diagnosis=row, by=_user(request), now=timezone.now(), **values
        ),
        entry=row,
        kind="diagnosis",
    )


@requires(Permission.HISTORY_EDIT)
@require_http_methods(["GET", "POST"])
def add_medicine(request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
    """Add a medicine to the list."""
    patient = _patient(request, patient_id, Permission.HISTORY_EDIT)
    form = form_with_draft(forms.MedicineForm, request, key=f"history.medicine.add:{patient.pk}")
    return _enter(
        request,
        patient,
        form,
        title=_("Add a medicine"),
        done=_("The medicine is on the list."),
        save=lambda values: actions.record_medicine(
            patient=patient, by=_user(request), now=timezone.now(), **values
        ),
    )


@requires(Permission.HISTORY_EDIT)
@require_http_methods(["GET", "POST"])
def correct_medicine(
    request: HttpRequest, patient_id: uuid.UUID, entry_id: uuid.UUID
) -> HttpResponse:
    """Correct a medicine; what was said before stays visible."""
    patient = _patient(request, patient_id, Permission.HISTORY_EDIT)
    row = _entry(request, patient, Medicine, entry_id)
    initial = {name: getattr(row, name) for name in actions.MEDICINE_FIELDS}
    initial["medicine"] = row.name or row.ingredient
    form = form_with_draft(
        forms.MedicineForm,
        request,
        key=f"history.medicine:{row.pk}",
        initial=initial,
        correcting=True,
    )

    def save(values: dict[str, Any]) -> Any:
        written = values.pop("medicine")
        same = written == initial["medicine"]
        values["ingredient"] = row.ingredient if same else written
        values["unlisted"] = values["unlisted"] or same
        return actions.correct_medicine(
            medicine=row, by=_user(request), now=timezone.now(), **values
        )

    return _enter(
        request,
        patient,
        form,
        title=_("Correct a medicine"),
        done=_("The medicine was corrected; what was said before is kept."),
        save=save,
        entry=row,
        kind="medicine",
    )


@requires(Permission.HISTORY_EDIT)
@require_http_methods(["GET", "POST"])
def end_medicine(request: HttpRequest, patient_id: uuid.UUID, entry_id: uuid.UUID) -> HttpResponse:
    """Say that a medicine is no longer taken."""
    patient = _patient(request, patient_id, Permission.HISTORY_EDIT)
    row = _entry(request, patient, Medicine, entry_id)
    form = form_with_draft(
        forms.EndMedicineForm,
        request,
        key=f"history.medicine.end:{row.pk}",
        initial={"until": timezone.localdate()},
    )
    return _enter(
        request,
        patient,
        form,
        title=_("End {medicine}").format(medicine=row.name or row.ingredient),
        done=_("The medicine has an end now."),
        save=lambda values: actions.end_medicine(
            medicine=row, by=_user(request), now=timezone.now(), **values
        ),
        button=_("Record the end"),
    )


@requires(Permission.HISTORY_EDIT)
@require_http_methods(["GET", "POST"])
def strike_out(
    request: HttpRequest, patient_id: uuid.UUID, kind: str, entry_id: uuid.UUID
) -> HttpResponse:
    """Take an entry out of the record; it stays visible, crossed out."""
    patient = _patient(request, patient_id, Permission.HISTORY_EDIT)
    if kind not in access.KINDS:
        raise Http404(_("There is no such kind of entry."))
    row = _entry(request, patient, access.KINDS[kind], entry_id)
    form = form_with_draft(forms.StrikeOutForm, request, key=f"history.strike:{row.pk}")
    return _enter(
        request,
        patient,
        form,
        title=_("Strike out “{entry}”").format(entry=row),
        done=_("The entry was struck out; it stays visible."),
        save=lambda values: actions.strike_out(
            entry=row, by=_user(request), now=timezone.now(), **values
        ),
        button=_("Strike out"),
    )


def _enter(
    request: HttpRequest,
    patient: Patient,
    form: BaseForm,
    *,
    title: str,
    done: str,
    save: Callable[[dict[str, Any]], Any],
    entry: Entry | None = None,
    kind: str = "",
    button: str = "",
    told_line: Told | None = None,
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            save(dict(form.cleaned_data))
        except InputError as error:
            field = FIELD_OF.get(error.where, error.where)
            form.add_error(field if field in form.fields else None, error.sentence)
        else:
            discard(request, form)
            messages.success(request, done)
            return redirect("history:overview", patient.pk)
    context = {
        "patient": patient,
        "form": form,
        "title": title,
        "entry": entry,
        "kind": kind,
        "told_line": told_line,
        "names": getattr(form, "names", ()),
        "button": button or (_("Correct") if entry else _("Add")),
    }
    return render(request, "history/entry_form.html", context)


def _patient(request: HttpRequest, patient_id: uuid.UUID, permission: Permission) -> Patient:
    patient = patient_for(_user(request), patient_id, permission)
    audit.record_read(tag=audit.Tag.HISTORY_READ, by=_user(request), patient_id=patient.pk)
    return patient


def _entry(
    request: HttpRequest, patient: Patient, kind: type[AnyEntry], entry_id: uuid.UUID
) -> AnyEntry:
    row = access.entry_for(_user(request), kind, entry_id)
    if row.patient.pk != patient.pk or not row.stands:
        raise Http404(_("This entry is not here, or was corrected meanwhile."))
    return row


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)
