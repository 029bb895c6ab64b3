"""What goes into a snapshot, and whether it still is what it was when the snapshot was computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ketacare.clinic.eligibility import access as eligibility
from ketacare.clinic.eligibility.models import Review
from ketacare.clinic.patients.mapping import person_record
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.plans import access, computing
from ketacare.clinic.plans.mapping import changed_sections, digest, record_json
from ketacare.clinic.plans.models import AdviceSnapshot, Plan
from ketacare.core.record import Person

HOLDS = timedelta(days=1)
"""Days pass in the advice too: after one, the same record is worth a new computation."""

_WORDS = {
    "scores": gettext_lazy("scores"),
    "infusions": gettext_lazy("infusions"),
    "therapy": gettext_lazy("therapy sessions"),
    "measurements": gettext_lazy("measurements"),
    "facts": gettext_lazy("answers of the work-up"),
    "medicines": gettext_lazy("medicines"),
    "trials": gettext_lazy("earlier treatments"),
    "diagnoses": gettext_lazy("diagnoses"),
    "person": gettext_lazy("date of birth or sex"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """The record, the plan in force and the signed review at one moment, with their digest.

    ``given`` counts the infusions of the plan; ``eligible`` is ``None`` without a signed review.
    """

    person: Person
    record: dict[str, Any]
    plan: Plan | None
    given: int
    eligible: bool | None
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """Whether a snapshot still holds: ``changed`` names what is different, ``is_old`` says a day passed.

    ``outgrown`` says why nothing may be advised any more although nothing was recorded since: the
    last score has become too old.
    """

    changed: tuple[str, ...]
    is_old: bool
    outgrown: str = ""

    @property
    def is_stale(self) -> bool:
        """Whether something it rests on is different, or too old, now."""
        return bool(self.changed or self.outgrown)


def inputs_of(patient: Patient, *, now: datetime) -> Inputs:
    """Return what advice about this patient rests on at ``now``."""
    person = person_record(patient.pk, now=now, patient=patient)
    record = record_json(person)
    review = eligibility.latest_review(patient.pk)
    plan = access.active_plan(patient.pk)
    given = 0 if plan is None else given_under(plan, person, now=now)
    stands = {
        "plan": None if plan is None else {**ordered(plan), "given": given},
        "review": None if review is None else review.decision,
        "open": patient.closed_at is None,
    }
    return Inputs(
        person=person,
        record=record,
        plan=plan,
        given=given,
        eligible=None if review is None else review.decision == Review.Decision.ELIGIBLE,
        hash=digest(record, computing.knowledge().versions, stands, computing.PARTICLES),
    )


def freshness(snapshot: AdviceSnapshot, inputs: Inputs, *, now: datetime) -> Freshness:
    """Return whether ``snapshot`` still rests on what is recorded."""
    changed: list[str] = []
    if snapshot.input_hash != inputs.hash:
        changed = [str(_WORDS[s]) for s in changed_sections(snapshot.inputs, inputs.record)]
        changed += _other_knowledge(snapshot.versions)
        # The record is the same and the digest is not: what stands beside the record is different.
        changed = changed or [str(_("the plan or the eligibility review"))]
    return Freshness(
        changed=tuple(changed),
        is_old=now - snapshot.computed_at >= HOLDS,
        outgrown=outgrown(snapshot, now=now),
    )


def outgrown(snapshot: AdviceSnapshot, *, now: datetime) -> str:
    """Return why a snapshot's options may not be followed any more, or "" while they may.

    Options were refused had they been computed now: the last score of a person in treatment is
    older than the protocol lets it be.
    """
    course = snapshot.data.get("course", {})
    points = course.get("points", {}).get(computing.PRIMARY)
    if not snapshot.options or not points or course["first_dose_day"] is None:
        return ""
    last = datetime.fromisoformat(course["zero"]) + timedelta(days=points[-1][0])
    limit = computing.stale_after()
    if now - last <= limit:
        return ""
    return _("The last {name} is of {day}, more than {limit} days ago: ask for one first.").format(
        name=course["levels"][computing.PRIMARY]["name"],
        day=date_format(timezone.localtime(last), "j M Y"),
        limit=f"{limit / timedelta(days=1):g}",
    )


def _other_knowledge(before: Mapping[str, str]) -> list[str]:
    """Return in words what of the clinic's knowledge and weights is different now."""
    known = computing.knowledge()
    weights = known.protocol.weights.provenance.id
    names = {n for n in {*before, *known.versions} if before.get(n) != known.versions.get(n)}
    found = [_("how the clinic weighs options")] if weights in names else []
    found += [_("the clinic's knowledge files")] if names - {weights} else []
    return [str(text) for text in found]


def given_under(plan: Plan, person: Person, *, now: datetime) -> int:
    """Return how many infusions were started since the plan was signed."""
    return sum(1 for i in person.infusions if plan.signed_at <= i.at <= now)


def ordered(plan: Plan) -> dict[str, Any]:
    """Return what a plan orders, as plain values."""
    return {
        "dose_mg_per_kg": plan.dose_mg_per_kg,
        "minutes": plan.minutes,
        "infusions": plan.number,
        "days_between": plan.days_between,
        "therapy": plan.therapy,
    }
