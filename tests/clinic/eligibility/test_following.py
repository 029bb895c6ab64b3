"""Checks of a longer treatment become a duty on the board, and answers close it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.eligibility import following
from ketacare.clinic.infusions.models import Chair, Phase, PumpEvent, Session
from ketacare.clinic.work.models import Task, TaskKind

CHECKS = (
    "metabolic_panel_reviewed",
    "urinalysis_reviewed",
    "cognition_tested",
    "pressure_trend_reviewed",
)


@pytest.fixture
def treat(patient, psychiatrist):
    chair = Chair.objects.create(name="Chair 9")

    def give(number):
        now = timezone.now()
        for days in range(3 * number, 0, -3):
            at = now - timedelta(days=days)
            session = Session.objects.create(
                patient=patient,
                chair=chair,
                scheduled_at=at,
                phase=Phase.DISCHARGED,
                phase_since=at,
                started_at=at,
                ended_at=at + timedelta(minutes=40),
                dose_mg=35,
                weight_kg=70,
                minutes=40,
                bag_ml=50,
                concentration_mg_per_ml=0.7,
            )
            for n, (kind, minutes, rate) in enumerate((("start", 0, 52.5), ("stop", 40, 0)), 1):
                PumpEvent.objects.create(
                    session=session,
                    number=n,
                    kind=kind,
                    at=at + timedelta(minutes=minutes),
                    rate_mg_per_h=rate,
                    rate_ml_per_h=rate / 0.7,
                    volume_ml=0,
                    dose_mg=0,
                    by=psychiatrist,
                )

    return give


def duties(patient):
    return Task.objects.filter(
        patient_id=patient.pk, kind=TaskKind.REVIEW, object_id=following.OBJECT, done_at=None
    )


def test_nobody_untreated_and_nobody_early_in_the_course_has_a_duty(patient, treat):
    assert following.chase(now=timezone.now()) == 0
    treat(2)  # the rule begins after 6 infusions
    assert following.chase(now=timezone.now()) == 0
    assert not duties(patient).exists()


def test_after_six_infusions_the_duty_stands_once_and_leads_to_its_list(patient, treat, client_of):
    treat(6)
    now = timezone.now()
    assert following.chase(now=now) == 1
    assert following.chase(now=now + timedelta(hours=1)) == 1
    task = duties(patient).get()
    assert task.sentence.startswith("Between infusions, due: checks of a longer treatment")
    assert task.due_at == now + timedelta(days=7)
    board = client_of(Role.PSYCHIATRIST).get(reverse("work:board")).content.decode()
    assert f"{reverse('eligibility:review', args=[patient.pk])}?station=follow_up" in board


def test_answers_close_it(patient, treat, client_of):
    treat(6)
    now = timezone.now()
    following.chase(now=now)
    client = client_of(Role.PSYCHIATRIST)
    page = reverse("eligibility:questions", args=[patient.pk, "workup.follow_up"])
    client.post(page, dict.fromkeys(CHECKS, "yes"))
    # The checks are done; misuse was still not asked about.
    assert duties(patient).get().sentence == "Between infusions, due: review of misuse."
    page = reverse("eligibility:questions", args=[patient.pk, "misuse.review"])
    client.post(page, {"misuse_review": "none"})
    assert not duties(patient).exists()


def test_ticked_off_and_still_due_comes_back_the_next_day(patient, treat, psychiatrist):
    treat(6)
    now = timezone.now()
    following.chase(now=now)
    duties(patient).update(done_at=now)
    assert following.chase(now=now + timedelta(hours=2)) == 0
    assert following.chase(now=now + timedelta(hours=25)) == 1
    assert duties(patient).count() == 1


def test_signing_eligibility_leaves_the_duty(patient, treat, psychiatrist):
    from ketacare.clinic.work import actions as work

    treat(6)
    following.chase(now=timezone.now())
    work.complete_tasks(by=psychiatrist, patient_id=patient.pk, kind=TaskKind.REVIEW, object_id="")
    assert duties(patient).exists()
