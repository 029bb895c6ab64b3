"""One person with a signed plan, a chair with a monitor, and the way to each phase of a session."""

from datetime import UTC, date, datetime, timedelta

import pytest

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.eligibility import actions as eligibility
from ketacare.clinic.infusions import actions
from ketacare.clinic.infusions.vial import Vial
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.questionnaires import actions as questionnaires
from ketacare.core.record import Vital
from ketacare.core.safety import FactKind, Station
from ketacare.knowledge.load import load_policy

# 15:00 in UTC, the clinic's zone in tests.
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
DEVICE = "00091EFFFE123456"
VIAL = Vial(ndc="0042-0512-34", lot="A12", expires_on=date(2027, 5, 31), recalled=False)

# What makes every check before the dose pass: the answer that is not simply "no".
GOOD = {
    "cssrs_since_last": "none",
    "pregnancy_possible": False,
    "medicines_reviewed": True,
    "unlisted_medicines_checked": True,
    "consent_signed": True,
    "consent_version": "2026-11",
    "consent_teach_back_percent": 100.0,
    "identifiers_checked": True,
    "allergies_reconfirmed": True,
    "fasting_solids_h": 8.0,
    "fasting_fluids_h": 4.0,
    "escort_confirmed": True,
    "last_infusion_tolerated": True,
    "staff_two_trained": True,
    "emergency_equipment_checked": True,
}
LEAVING = {
    "orientation": True,
    "gait_steady": True,
    "rescue_benzodiazepine": False,
    "iv_out": True,
    "instructions_given": True,
    "follow_up_call_planned": True,
    "escort_present": True,
    "escort_identity": "Sam, brother",
    "will_not_drive": True,
    "cssrs_new_at_discharge": False,
}


def minutes(n):
    return NOW + timedelta(minutes=n)


@pytest.fixture
def second_nurse(people):
    return User.objects.create(
        username="nurse2", display_name="Bea Lund", role=Role.NURSE, email="nurse2@clinic.test"
    )


@pytest.fixture
def patient(db):
    return Patient.objects.create(
        given_name="Ana",
        family_name="Moreno",
        birth_date=datetime(1986, 5, 4, tzinfo=UTC).date(),
        sex="female",
        referred_at=NOW - timedelta(days=30),
    )


@pytest.fixture
def plan(patient, psychiatrist):
    from ketacare.clinic.plans.models import Plan

    return Plan.objects.create(
        patient=patient,
        status=Plan.Status.ACTIVE,
        dose_mg_per_kg=0.5,
        minutes=40,
        number=6,
        days_between=3.5,
        therapy=True,
        protocol="standard_iv",
        protocol_version="1.0",
        starts_on=NOW.date(),
        signed_by=psychiatrist,
        signed_at=NOW - timedelta(days=1),
    )


@pytest.fixture
def chair(nurse):
    return actions.add_chair(name="Chair 2", device_id=DEVICE, by=nurse, now=NOW)


@pytest.fixture
def booked(patient, plan, chair, nurse):
    return actions.schedule(
        patient=patient, plan=plan, chair=chair, scheduled_at=NOW, by=nurse, now=minutes(-600)
    )


@pytest.fixture
def arrived(booked, nurse):
    """Checked in at 14:40."""
    return actions.check_in(session=booked, by=nurse, now=minutes(-20), expected_version=1)


@pytest.fixture
def sheet(arrived, nurse):
    """A pump sheet by the first nurse: 70 kg, 0.5 mg/kg, 40 min, 50 mL, 50 mg/mL."""
    return actions.prepare(
        session=arrived,
        weight_kg=70,
        bag_ml=50,
        vial_mg_per_ml=50,
        vial=VIAL,
        by=nurse,
        now=minutes(-12),
        expected_version=arrived.version,
    )


def observe(session, by, now, **values):
    return actions.record_observation(
        session=session, values={Vital(k): v for k, v in values.items()}, by=by, now=now
    )


def answer_all(patient, by, now):
    policy = load_policy()
    answers = {
        question.code: GOOD.get(question.code, False)
        for question in policy.questions_at(Station.BEFORE_DOSE)
        if question.code in GOOD or question.kind is FactKind.YES_NO
    }
    eligibility.record_answers(patient, answers, by=by, now=now)


@pytest.fixture
def ready(sheet, nurse, second_nurse):
    """Checked by two people, every check before the dose met."""
    from ketacare.clinic.vitals import actions as vitals

    vitals.record_value(
        patient=sheet.patient, kind=Vital.WEIGHT, value=70, by=nurse, now=minutes(-15)
    )
    observe(
        sheet, nurse, minutes(-10), systolic=122, diastolic=78, heart_rate=70, spo2=98,
        respiratory_rate=14, temperature=36.6,
    )  # fmt: skip
    answer_all(sheet.patient, nurse, minutes(-9))
    questionnaires.record_paper_score(
        patient=sheet.patient, instrument="gad7", items=None, total=15, by=None,
        now=minutes(-1500), at=minutes(-1500), refresh=False,
    )  # fmt: skip
    return actions.second_check(
        session=sheet,
        dose_mg=35,
        rate_ml_h=75,
        by=second_nurse,
        now=minutes(-5),
        expected_version=sheet.version,
    )


@pytest.fixture
def running(ready, nurse):
    """Started at 15:00."""
    return actions.start(session=ready, by=nurse, now=NOW, expected_version=ready.version)


@pytest.fixture
def recovering(running, nurse):
    """The bag given at 15:40."""
    return actions.stop(
        session=running,
        reason="",
        completed=True,
        by=nurse,
        now=minutes(40),
        expected_version=running.version,
    )
