"""Writing a history: entries, corrections that keep what was said before, and striking out.

Every value is checked by building the core's record from it before it is stored, so that what the
core could not read is never kept.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.history import mapping
from ketacare.clinic.history.models import Diagnosis, Entry, Medicine, Trial
from ketacare.clinic.patients.models import Patient
from ketacare.core.errors import ErrorCode, InputError
from ketacare.knowledge.load import find_treatment

AnyEntry = TypeVar("AnyEntry", bound=Entry)
Tag = audit.Tag

# What a row of each kind says; everything else about it is who, when and what became of it.
DIAGNOSIS_FIELDS = (
    "name", "code", "confirmed_by", "confirmed_on", "in_person", "primary", "since", "note",
)  # fmt: skip
TRIAL_FIELDS = (
    "treatment", "kind", "name", "dose_mg_per_day", "weeks_at_dose", "started", "ended", "ongoing",
    "adherence", "outcome", "end_reason", "sessions", "weeks", "disorder_specific",
    "exposure_delivered", "therapist_qualified", "homework_fraction", "role", "added_to", "optimised",
    "certainty", "note",
)  # fmt: skip
MEDICINE_FIELDS = (
    "ingredient", "name", "mg_per_day", "since", "until", "last_taken", "as_needed", "note",
)  # fmt: skip
TEXTS = frozenset(
    {
        "name",
        "code",
        "confirmed_by",
        "adherence",
        "outcome",
        "end_reason",
        "role",
        "added_to",
        "certainty",
        "note",
    }
)


@transaction.atomic
def record_diagnosis(
    *, patient: Patient, by: User | None, now: datetime, name: str, **values: Any
) -> Diagnosis:
    """Add a diagnosis. ``values``: code, confirmed_by, confirmed_on, in_person, primary, since, note."""
    row = _diagnosis(patient, by, now, {"name": name, **values})
    row.save()
    _audit(Tag.DIAGNOSIS_ADDED, by, row, {"code": row.code})
    return row


@transaction.atomic
def correct_diagnosis(
    *, diagnosis: Diagnosis, by: User, now: datetime, reason: str = "", **values: Any
) -> Diagnosis:
    """Put a new diagnosis in the place of one that was wrong; both are kept."""
    row = _diagnosis(diagnosis.patient, by, now, _changed(diagnosis, DIAGNOSIS_FIELDS, values))
    return _replace(
        diagnosis, row, tag=Tag.DIAGNOSIS_CHANGED, by=by, reason=reason, names=DIAGNOSIS_FIELDS
    )


@transaction.atomic
def record_trial(
    *, patient: Patient, by: User | None, now: datetime, treatment: str, **values: Any
) -> Trial:
    """Add a trial of treatment.

    ``treatment`` is an id, a name or a brand the clinic knows; another one is refused with the
    nearest names. ``values``: the fields of :class:`Trial` (doses in mg a day, dates as days).
    """
    row = _trial(patient, by, now, {"treatment": treatment, **values})
    row.save()
    _audit(Tag.TRIAL_ADDED, by, row, {"treatment": row.treatment})
    return row


@transaction.atomic
def correct_trial(
    *, trial: Trial, by: User, now: datetime, reason: str = "", **values: Any
) -> Trial:
    """Put a new account of a trial in the place of one that was wrong; both are kept."""
    if values.get("treatment") not in {None, trial.treatment}:
        values = {"name": "", **values}  # another treatment is not called as the old one was
    row = _trial(trial.patient, by, now, _changed(trial, TRIAL_FIELDS, values))
    return _replace(trial, row, tag=Tag.TRIAL_CHANGED, by=by, reason=reason, names=TRIAL_FIELDS)


@transaction.atomic
def record_medicine(
    *,
    patient: Patient,
    by: User | None,
    now: datetime,
    medicine: str,
    unlisted: bool = False,
    **values: Any,
) -> Medicine:
    """Add a medicine that is or was taken.

    A name the clinic does not list is refused with the nearest names, unless ``unlisted`` says
    that it was meant: the safety rules then ask for its interactions. ``values``: mg_per_day,
    since, until, last_taken, as_needed, note.
    """
    row = _medicine(patient, by, now, {"ingredient": medicine, **values}, unlisted=unlisted)
    row.save()
    _audit(Tag.MEDICINE_ADDED, by, row, {"ingredient": row.ingredient})
    return row


@transaction.atomic
def correct_medicine(
    *,
    medicine: Medicine,
    by: User,
    now: datetime,
    reason: str = "",
    unlisted: bool = False,
    **values: Any,
) -> Medicine:
    """Put a new account of a medicine in the place of one that was wrong; both are kept."""
    if values.get("ingredient") not in {None, medicine.ingredient}:
        values = {"name": "", **values}  # another medicine is not called as the old one was
    changed = _changed(medicine, MEDICINE_FIELDS, values)
    row = _medicine(medicine.patient, by, now, changed, unlisted=unlisted)
    return _replace(
        medicine, row, tag=Tag.MEDICINE_CHANGED, by=by, reason=reason, names=MEDICINE_FIELDS
    )


@transaction.atomic
def end_medicine(
    *, medicine: Medicine, by: User, now: datetime, until: date, reason: str = ""
) -> Medicine:
    """Say that a medicine was taken for the last time on ``until``."""
    return correct_medicine(
        medicine=medicine,
        by=by,
        now=now,
        reason=reason or _("Ended."),
        unlisted=True,  # it stands in the record already
        until=until,
    )


@transaction.atomic
def strike_out(*, entry: Entry, by: User, now: datetime, reason: str) -> None:
    """Take an entry out of the record without deleting it: it was never so."""
    if not reason.strip():
        raise InputError(
            ErrorCode.MISSING_KEY, _("Say why this entry is struck out."), where="reason"
        )
    current = _locked(entry)
    current.struck_at, current.struck_by, current.struck_reason = now, by, reason.strip()
    current.save(update_fields=["struck_at", "struck_by", "struck_reason"])
    tags = {
        Diagnosis: Tag.DIAGNOSIS_REMOVED,
        Trial: Tag.TRIAL_REMOVED,
        Medicine: Tag.MEDICINE_REMOVED,
    }
    _audit(tags[type(entry)], by, current, {}, reason=reason)


def _diagnosis(
    patient: Patient, by: User | None, now: datetime, values: dict[str, Any]
) -> Diagnosis:
    row = Diagnosis(patient=patient, entered_by=by, entered_at=now, **_blank(values))
    if not row.name.strip():
        raise InputError(ErrorCode.MISSING_KEY, _("Name the diagnosis."), where="name")
    _not_later(now, confirmed_on=row.confirmed_on, since=row.since)
    mapping.diagnosis_of(row)
    return row


def _trial(patient: Patient, by: User | None, now: datetime, values: dict[str, Any]) -> Trial:
    written = str(values["treatment"]).strip()
    found = _known(written, where="treatment")
    values = {**values, "treatment": found.id, "kind": found.kind.value}
    values["name"] = values.get("name") or written
    if values.get("added_to"):
        values["added_to"] = _known(str(values["added_to"]).strip(), where="added_to").id
    row = Trial(patient=patient, entered_by=by, entered_at=now, **_blank(values))
    if row.ongoing and row.ended is not None:
        raise InputError(
            ErrorCode.CONTRADICTION,
            _("The trial ended on {day} and is still going on: correct one of them.").format(
                day=row.ended.isoformat()
            ),
            where="ended",
        )
    _not_later(now, ended=row.ended)
    mapping.trial_of(row)
    return row


def _medicine(
    patient: Patient, by: User | None, now: datetime, values: dict[str, Any], *, unlisted: bool
) -> Medicine:
    written = str(values["ingredient"]).strip()
    if not written:
        raise InputError(ErrorCode.MISSING_KEY, _("Name the medicine."), where="medicine")
    try:
        ingredient = find_treatment(written).id
    except InputError as error:
        if not unlisted:
            raise InputError(error.code, error.sentence, where="medicine") from error
        ingredient = written[:80]
    values = {**values, "ingredient": ingredient}
    values["name"] = values.get("name") or written
    row = Medicine(patient=patient, entered_by=by, entered_at=now, **_blank(values))
    _not_later(now, since=row.since)
    mapping.medicine_of(row)
    return row


def _known(written: str, *, where: str) -> Any:
    if not written:
        raise InputError(ErrorCode.MISSING_KEY, _("Name the treatment."), where=where)
    try:
        return find_treatment(written)
    except InputError as error:
        raise InputError(error.code, error.sentence, where=where) from error


def _not_later(now: datetime, **days: date | None) -> None:
    for name, day in days.items():
        if day is not None and day > now.date():
            raise InputError(
                ErrorCode.OUT_OF_RANGE,
                _("{day} lies in the future; give a day that has been, or leave it empty.").format(
                    day=day.isoformat()
                ),
                where=name,
            )


def _blank(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values with an empty text where a text column has nothing recorded."""
    return {
        name: "" if value is None and name in TEXTS else value for name, value in values.items()
    }


def _changed(row: Entry, names: tuple[str, ...], values: dict[str, Any]) -> dict[str, Any]:
    return {**{name: getattr(row, name) for name in names}, **values}


def _replace(
    old: AnyEntry,
    new: AnyEntry,
    *,
    tag: audit.Tag,
    by: User,
    reason: str,
    names: tuple[str, ...],
) -> AnyEntry:
    current = _locked(old)
    fields = [name for name in names if getattr(current, name) != getattr(new, name)]
    if not fields:
        return current
    new.save()
    current.superseded_by_id = new.pk
    current.superseded_reason = reason.strip()
    current.save(update_fields=["superseded_by", "superseded_reason"])
    _audit(tag, by, new, {"before": str(current.pk), "fields": fields}, reason=reason)
    return new


def _locked(entry: AnyEntry) -> AnyEntry:
    current = type(entry).objects.select_for_update().get(pk=entry.pk)
    if not current.stands:
        raise InputError(
            ErrorCode.CONTRADICTION,
            _("Somebody else changed this entry meanwhile: look at how it stands now."),
        )
    return current


def _audit(
    tag: audit.Tag, by: User | None, row: Any, details: dict[str, Any], *, reason: str = ""
) -> None:
    audit.record(
        tag=tag,
        by=by or audit.SYSTEM,
        patient_id=row.patient_id,
        object_id=row.pk,
        details=details,
        reason=reason,
    )
