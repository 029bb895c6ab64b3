"""The way of a session: what each act needs, what it records, what it refuses."""

import pytest
from django.core.exceptions import PermissionDenied
from tests.clinic.infusions.conftest import LEAVING, NOW, minutes, observe

from ketacare.clinic.audit.models import Event
from ketacare.clinic.infusions import access, actions
from ketacare.clinic.infusions.models import Phase, Session
from ketacare.core.errors import InputError
from ketacare.core.planning import DoseMismatch
from ketacare.core.record import InfusionEventKind


def again(session):
    return Session.objects.get(pk=session.pk)


def test_check_in_seats_the_person(arrived):
    assert arrived.phase == Phase.CHECKED_IN
    assert arrived.checked_in_at == minutes(-20)
    assert Event.objects.filter(tag="infusion:session:checked_in").count() == 1


def test_check_in_is_refused_at_a_taken_chair(arrived, nurse, chair, plan):
    from ketacare.clinic.patients.models import Patient

    other = Patient.objects.create(given_name="Ben", family_name="Adeyemi", referred_at=NOW)
    booked = actions.schedule(patient=other, chair=chair, scheduled_at=NOW, by=nurse, now=NOW)
    with pytest.raises(InputError, match="Chair 2 is taken by Ana Moreno"):
        actions.check_in(session=booked, by=nurse, now=NOW, expected_version=1)
    assert again(booked).phase == Phase.SCHEDULED


def test_a_role_without_the_permission_does_nothing(booked, therapist):
    with pytest.raises(PermissionDenied, match="Psychotherapist"):
        actions.check_in(session=booked, by=therapist, now=NOW, expected_version=1)
    assert again(booked).phase == Phase.SCHEDULED


def test_the_pump_sheet_is_computed_from_the_plan(sheet):
    # 70 kg · 0.5 mg/kg = 35 mg; 35 mg / 50 mg/mL = 0.70 mL; 50 mL · 60 / 40 min = 75 mL/h.
    assert (sheet.dose_mg, sheet.draw_ml, sheet.rate_ml_h) == (35.0, 0.7, 75.0)
    assert sheet.concentration_mg_per_ml == pytest.approx(0.7)
    assert sheet.phase == Phase.CHECKED_IN


def test_another_dose_than_planned_is_ordered_by_a_psychiatrist_only(arrived, nurse, psychiatrist):
    order = {
        "session": arrived,
        "weight_kg": 70,
        "bag_ml": 50,
        "vial_mg_per_ml": 50,
        "dose_mg_per_kg": 0.4,
        "now": NOW,
        "expected_version": arrived.version,
    }
    with pytest.raises(InputError, match="not what the plan says"):
        actions.prepare(by=nurse, **order)
    assert actions.prepare(by=psychiatrist, **order).dose_mg == pytest.approx(28)


def test_the_second_check_makes_the_session_ready(sheet, second_nurse):
    done = actions.second_check(
        session=sheet, dose_mg=35, rate_ml_h=75, by=second_nurse, now=NOW, expected_version=3
    )
    assert (done.phase, done.second_by) == (Phase.READY, second_nurse)


def test_the_second_check_is_refused_to_the_person_who_calculated(sheet, nurse):
    with pytest.raises(InputError, match="another person"):
        actions.second_check(
            session=sheet, dose_mg=35, rate_ml_h=75, by=nurse, now=NOW, expected_version=3
        )
    assert again(sheet).phase == Phase.CHECKED_IN


def test_a_second_calculation_that_differs_is_refused_and_stays_in_the_log(sheet, second_nurse):
    with pytest.raises(DoseMismatch, match="calculate again, alone"):
        actions.second_check(
            session=sheet, dose_mg=40, rate_ml_h=75, by=second_nurse, now=NOW, expected_version=3
        )
    assert again(sheet).phase == Phase.CHECKED_IN
    assert access.steps_of(sheet)[-1].act == "mismatch"
    assert Event.objects.filter(tag="infusion:session:mismatch").count() == 1


def test_start_records_the_rate_two_people_checked(running):
    event = access.events_of(running)[0]
    assert (event.kind, event.at, event.volume_ml) == ("start", NOW, 0)
    assert event.rate_ml_per_h == 75
    assert event.rate_mg_per_h == pytest.approx(52.5)  # 75 mL/h · 0.7 mg/mL


def test_start_is_refused_while_a_check_stands_in_the_way(ready, nurse):
    observe(ready, nurse, minutes(-2), systolic=185, diastolic=112)
    with pytest.raises(actions.NotReady, match="185/112 mmHg") as refused:
        actions.start(session=ready, by=nurse, now=NOW, expected_version=ready.version)
    assert [c.finding.rule for c in refused.value.open_checks] == ["blood_pressure.before_dose"]
    assert again(ready).phase == Phase.READY


def test_start_goes_past_a_check_two_people_overrode(ready, nurse, psychiatrist, anaesthetist):
    from ketacare.clinic.eligibility import actions as eligibility

    observe(ready, nurse, minutes(-2), systolic=162, diastolic=95)
    with pytest.raises(actions.NotReady) as refused:
        actions.start(session=ready, by=nurse, now=NOW, expected_version=ready.version)
    (standing,) = refused.value.open_checks
    signed = eligibility.override(
        patient=ready.patient,
        finding=standing.finding,
        reason="White coat; 128/80 at home this morning.",
        by=psychiatrist,
        now=NOW,
    )
    with pytest.raises(actions.NotReady):  # half signed is not signed
        actions.start(session=ready, by=nurse, now=NOW, expected_version=ready.version)
    eligibility.cosign(override=signed, by=anaesthetist, now=NOW)
    done = actions.start(session=ready, by=nurse, now=NOW, expected_version=ready.version)
    assert done.phase == Phase.RUNNING


def test_each_act_at_the_pump_keeps_what_was_given_until_then(running, nurse):
    # 75 mL/h: 10 min are 12.5 mL, 8.75 mg. Paused for 5 min. 20 more minutes at 60 mL/h are 20 mL.
    paused = actions.pause(
        session=running, reason="Nausea", by=nurse, now=minutes(10), expected_version=5
    )
    resumed = actions.resume(
        session=paused, reason="Passed", rate_ml_h=60, by=nurse, now=minutes(15), expected_version=6
    )
    actions.stop(session=resumed, reason="Wish", by=nurse, now=minutes(35), expected_version=7)
    events = access.events_of(running)
    assert [event.kind for event in events] == ["start", "pause", "resume", "stop"]
    assert [round(event.volume_ml, 9) for event in events] == [0, 12.5, 12.5, 32.5]
    assert events[1].dose_mg == pytest.approx(8.75)
    assert events[3].dose_mg == pytest.approx(22.75)  # 32.5 mL · 0.7 mg/mL
    (infusion,) = access.infusions_of(running.patient_id)
    assert infusion.dose_mg == pytest.approx(22.75)
    assert infusion.completed is False


def test_a_bag_that_ran_empty_before_stop_gives_no_more_than_it_held(running, nurse):
    actions.stop(
        session=running,
        reason="",
        completed=True,
        by=nurse,
        now=minutes(47),
        expected_version=running.version,
    )
    (infusion,) = access.infusions_of(running.patient_id)
    assert infusion.dose_mg == pytest.approx(35)
    assert infusion.events[-1].kind is InfusionEventKind.STOP
    assert infusion.events[-1].at == minutes(40)  # 50 mL at 75 mL/h
    assert infusion.completed is True


def test_a_pause_needs_a_reason(running, nurse):
    with pytest.raises(InputError, match="Say why"):
        actions.pause(session=running, reason=" ", by=nurse, now=minutes(1), expected_version=5)
    assert again(running).phase == Phase.RUNNING


def test_a_higher_rate_than_checked_is_refused(running, nurse):
    refused = {"session": running, "reason": "Faster", "by": nurse, "now": minutes(1)}
    with pytest.raises(InputError, match="at most the checked 75 mL/h"):
        actions.change_rate(rate_ml_h=80, expected_version=5, **refused)
    slower = actions.change_rate(rate_ml_h=50, expected_version=5, **refused)
    assert slower.phase == Phase.RUNNING


def test_two_people_at_once_the_later_is_told_who_did_what(running, nurse, second_nurse):
    seen = running.version
    actions.pause(
        session=running, reason="Nausea", by=second_nurse, now=minutes(3), expected_version=seen
    )
    with pytest.raises(
        actions.StaleVersion, match=r"Bea Lund paused the infusion at 15:03:00"
    ) as stale:
        actions.stop(
            session=running, reason="Wish", by=nurse, now=minutes(3), expected_version=seen
        )
    assert [step.text for step in stale.value.steps] == ["Nausea"]
    assert again(running).phase == Phase.PAUSED
    assert len(access.events_of(running)) == 2


def test_an_act_that_does_not_fit_the_phase_is_refused(recovering, nurse):
    with pytest.raises(InputError, match="The session is recovery"):
        actions.pause(
            session=recovering, reason="Late", by=nurse, now=minutes(41), expected_version=6
        )


def test_discharge_is_refused_while_the_gate_is_closed(recovering, nurse):
    with pytest.raises(actions.GateClosed, match="Record what is missing"):
        actions.discharge(session=recovering, by=nurse, now=minutes(50), expected_version=6)
    assert again(recovering).phase == Phase.RECOVERY
    assert Event.objects.filter(tag="infusion:session:discharge_refused").count() == 1


def open_the_gate(session, nurse):
    from ketacare.clinic.eligibility import actions as eligibility

    eligibility.record_answers(session.patient, {"mpadss": 9.0}, by=nurse, now=minutes(105))
    observe(
        session, nurse, minutes(118), systolic=124, diastolic=80, spo2=98, moaas=5, cadss6=0,
        heart_rate=72, nausea=0,
    )  # fmt: skip
    eligibility.record_answers(
        session.patient, LEAVING | {"mpadss": 10.0}, by=nurse, now=minutes(120)
    )


def test_discharge_through_the_open_gate(recovering, nurse):
    open_the_gate(recovering, nurse)
    done = actions.discharge(session=recovering, by=nurse, now=minutes(121), expected_version=6)
    assert done.phase == Phase.DISCHARGED
    assert access.steps_of(done)[-1].override is False


def test_a_physician_may_decide_otherwise_with_a_reason_and_a_nurse_may_not(
    recovering, nurse, psychiatrist
):
    leaving = {"session": recovering, "now": minutes(50), "expected_version": 6}
    with pytest.raises(actions.GateClosed, match="Only a physician"):
        actions.discharge(by=nurse, override_reason="Wants to go", **leaving)
    done = actions.discharge(by=psychiatrist, override_reason="Leaves against advice", **leaving)
    assert done.phase == Phase.DISCHARGED
    step = access.steps_of(done)[-1]
    assert (step.override, step.text) == (True, "Leaves against advice")


def test_cancelling_keeps_the_reason(booked, nurse):
    done = actions.cancel(session=booked, reason="Cold", by=nurse, now=NOW, expected_version=1)
    assert done.phase == Phase.CANCELLED
    assert Event.objects.get(tag="infusion:session:cancelled").reason == "Cold"


def test_a_monitor_cannot_stand_at_two_chairs(chair, nurse):
    with pytest.raises(InputError, match="stands at Chair 2"):
        actions.add_chair(name="Chair 3", device_id=chair.device_id, by=nurse, now=NOW)
