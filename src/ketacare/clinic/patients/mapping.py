"""One person's whole record for the core, gathered from every app that holds a part of it.

The apps' access functions are looked up when called: several of them ask for the record in turn.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.http import Http404
from django.utils.translation import gettext as _

from ketacare.clinic.patients.models import Patient
from ketacare.core.record import Person, Sex


def person_record(
    patient_id: uuid.UUID, *, now: datetime, patient: Patient | None = None
) -> Person:
    """Return everything recorded about one person up to ``now``, as the core reads it.

    The caller has authorised already; ``patient`` saves a query when it is at hand.
    """
    from ketacare.clinic.eligibility.access import facts_of
    from ketacare.clinic.history.access import diagnoses_of, medicines_of, trials_of
    from ketacare.clinic.infusions.access import infusions_of
    from ketacare.clinic.questionnaires.access import scores_of
    from ketacare.clinic.therapy.access import therapy_of
    from ketacare.clinic.vitals.access import measurements_of

    found = patient or Patient.objects.filter(pk=patient_id).first()
    if found is None:
        raise Http404(_("There is no patient with this address."))
    return Person(
        id=str(found.pk),
        label=found.name,
        sex=Sex(found.sex) if found.sex else None,
        birth_date=found.birth_date,
        diagnoses=diagnoses_of(found.pk),
        trials=trials_of(found.pk),
        medicines=medicines_of(found.pk),
        facts=tuple(f for f in facts_of(found.pk) if f.at <= now),
        measurements=tuple(m for m in measurements_of(found.pk) if m.at <= now),
        infusions=tuple(i for i in infusions_of(found.pk) if i.at <= now),
        therapy=tuple(t for t in therapy_of(found.pk) if t.at <= now),
        scores=tuple(s for s in scores_of(found.pk) if s.at <= now),
    )
