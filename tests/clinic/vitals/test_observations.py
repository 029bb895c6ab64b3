"""What people enter: taken, refused, corrected with both kept."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from tests.clinic.infusions.conftest import NOW, observe

from ketacare.clinic.audit.models import Event
from ketacare.clinic.vitals import access, actions
from ketacare.clinic.vitals.models import Value
from ketacare.core.errors import InputError
from ketacare.core.record import Vital


def test_both_pressures_are_one_observation(arrived, nurse):
    observe(arrived, nurse, NOW, systolic=128, diastolic=82)
    assert {v.kind: v.value for v in Value.objects.all()} == {"systolic": 128, "diastolic": 82}
    assert Event.objects.filter(tag="vitals:observation:recorded").count() == 1


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"systolic": 80, "diastolic": 120}, "is not below the systolic"),
        ({"spo2": 101}, "cannot be"),
        ({"moaas": 4.5}, "whole steps"),
        ({"temperature": 98.6}, "lies between 30 and 43"),
        ({"heart_rate": -5}, "cannot be"),
    ],
)
def test_what_cannot_be_is_refused_with_advice(arrived, nurse, values, why):
    with pytest.raises(InputError, match=why):
        observe(arrived, nurse, NOW, **values)
    assert not Value.objects.exists()


def test_the_front_desk_records_nothing(arrived, front_desk):
    with pytest.raises(PermissionDenied):
        observe(arrived, front_desk, NOW, spo2=98)


def test_a_time_in_the_future_is_refused(arrived, nurse):
    with pytest.raises(InputError, match="future"):
        actions.record_observation(
            patient=arrived.patient,
            session=arrived,
            values={Vital.SPO2: 98},
            by=nurse,
            now=NOW,
            at=NOW + timedelta(minutes=5),
        )


def test_an_observation_belongs_to_an_open_session(booked, nurse):
    with pytest.raises(InputError, match="open one"):
        observe(booked, nurse, NOW, spo2=98)


def test_a_correction_keeps_both(arrived, nurse, psychiatrist):
    (wrong,) = observe(arrived, nurse, NOW, spo2=89)
    actions.correct_value(
        value=wrong, new_value=98, reason="Read from the wrong line", by=psychiatrist, now=NOW
    )
    wrong.refresh_from_db()
    assert (wrong.value, wrong.superseded_by.value) == (89, 98)
    assert wrong.superseded_reason == "Read from the wrong line"
    (counted,) = access.measurements_of(arrived.patient_id)
    assert counted.value == 98
    assert Event.objects.get(tag="vitals:observation:corrected").reason


def test_a_value_struck_out_does_not_count(arrived, nurse):
    (wrong,) = observe(arrived, nurse, NOW, spo2=89)
    actions.correct_value(value=wrong, new_value=None, reason="Other person", by=nurse, now=NOW)
    assert access.measurements_of(arrived.patient_id) == ()
    assert Value.objects.count() == 2


def test_a_correction_needs_a_reason_and_is_made_once(arrived, nurse, second_nurse):
    (wrong,) = observe(arrived, nurse, NOW, spo2=89)
    with pytest.raises(InputError, match="Say why"):
        actions.correct_value(value=wrong, new_value=98, reason="", by=nurse, now=NOW)
    actions.correct_value(value=wrong, new_value=98, reason="Typo", by=second_nurse, now=NOW)
    with pytest.raises(InputError, match="Bea Lund has corrected"):
        actions.correct_value(value=wrong, new_value=97, reason="Typo", by=nurse, now=NOW)


def test_a_monitors_value_stays_as_it_came(arrived, nurse, oru):
    actions.ingest(oru("M1", spo2=89), now=NOW)
    with pytest.raises(InputError, match="stays as it came"):
        actions.correct_value(
            value=Value.objects.get(), new_value=98, reason="Probe", by=nurse, now=NOW
        )


def test_a_monitors_values_are_not_peoples_checks(arrived, nurse, oru):
    actions.ingest(oru("M1", spo2=97), now=NOW)
    assert access.measurements_of(arrived.patient_id) == ()
