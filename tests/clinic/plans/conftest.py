"""A patient in the middle of a course, written through models and actions, and quick advice."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from ketacare.clinic.eligibility.models import Review
from ketacare.clinic.infusions.models import PumpEvent, Session
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.plans import computing
from ketacare.clinic.questionnaires import actions as questionnaires

START = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
GAP = timedelta(days=3.5)
DOSE_MG, WEIGHT_KG, MINUTES = 35.0, 70.0, 40.0  # 35 mg / 70 kg = 0.5 mg/kg


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Few simulated people: what is tested here is what is done with the advice."""
    monkeypatch.setattr(computing, "PARTICLES", 60)


@pytest.fixture
def make_patient(db, psychiatrist):
    """``make_patient(gad7=[15, 14], eligible=True)``: a baseline of 17, one score a day after each."""

    def make(*, gad7=(), infusions=None, eligible=True, name="Ines Sample", baseline=17):
        given, _, family = name.partition(" ")
        patient = Patient.objects.create(
            given_name=given,
            family_name=family,
            birth_date=date(1985, 5, 5),
            sex="female",
            referred_at=START - timedelta(days=20),
        )
        if baseline is not None:
            add_score(patient, baseline, at=START - timedelta(days=3))
        if eligible is not None:
            Review.objects.create(
                patient=patient,
                decision="eligible" if eligible else "not_now",
                policy_version="1",
                digest="0" * 64,
                findings=[],
                by=psychiatrist,
                at=START - timedelta(days=2),
            )
        for index in range(len(gad7) if infusions is None else infusions):
            add_infusion(patient, at=START + index * GAP, by=psychiatrist)
        for index, total in enumerate(gad7):
            add_score(patient, total, at=START + index * GAP + timedelta(days=1))
        return patient

    return make


def add_score(patient, total, *, at, instrument="gad7"):
    """Record one score on paper, without computing options."""
    return questionnaires.record_paper_score(
        patient=patient, instrument=instrument, items=None, total=total, by=None, now=at, at=at,
        refresh=False,
    )  # fmt: skip


def add_infusion(patient, *, at, by, plan=None):
    """Record an infusion of 0.5 mg/kg over 40 min that ran to its end."""
    end = at + timedelta(minutes=MINUTES)
    session = Session.objects.create(
        patient=patient,
        plan=plan,
        scheduled_at=at,
        phase="discharged",
        phase_since=end,
        dose_mg_per_kg=DOSE_MG / WEIGHT_KG,
        minutes=MINUTES,
        weight_kg=WEIGHT_KG,
        dose_mg=DOSE_MG,
        bag_ml=50.0,
        vial_mg_per_ml=10.0,
        concentration_mg_per_ml=DOSE_MG / 50.0,
        rate_ml_h=75.0,
        started_at=at,
        ended_at=end,
        discharged_at=end + timedelta(hours=1),
    )
    # 35 mg in 50 mL at 75 mL/h is 52.5 mg/h for 40 min = 35 mg.
    for number, (kind, when, rate_ml, given) in enumerate(
        (("start", at, 75.0, 0.0), ("stop", end, 0.0, DOSE_MG)), start=1
    ):
        PumpEvent.objects.create(
            session=session,
            number=number,
            kind=kind,
            at=when,
            rate_mg_per_h=rate_ml * DOSE_MG / 50.0,
            rate_ml_per_h=rate_ml,
            volume_ml=given * 50.0 / DOSE_MG,
            dose_mg=given,
            by=by,
        )
    return session


@pytest.fixture
def now():
    """A day and a half after the fourth infusion."""
    return START + 3 * GAP + timedelta(days=1.5)


@pytest.fixture
def course():
    """When the course began, its spacing, and how to add to it."""
    return SimpleNamespace(start=START, gap=GAP, add_score=add_score, add_infusion=add_infusion)
