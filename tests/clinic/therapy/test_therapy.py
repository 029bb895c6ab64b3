"""Sessions and notes: who may read what, what belongs to which infusion, what is chased."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.audit.models import Event
from ketacare.clinic.infusions.models import Phase, PumpEvent
from ketacare.clinic.infusions.models import Session as Infusion
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.therapy import access, actions
from ketacare.clinic.therapy.models import Note, Session
from ketacare.clinic.work import actions as work
from ketacare.clinic.work.models import Task, TaskKind
from ketacare.core.errors import InputError
from ketacare.core.therapy import Standing

SECRET = "A dream about the lift"


@pytest.fixture
def now(db):
    return timezone.now().replace(microsecond=0)


@pytest.fixture
def ana(now):
    return Patient.objects.create(given_name="Ana", family_name="Ortiz", referred_at=now)


@pytest.fixture
def infused(ana, now, nurse):
    """Give an infusion that ended so many hours ago: ``infused(48)``."""

    def give(hours):
        end = now - timedelta(hours=hours)
        start = end - timedelta(minutes=40)
        session = Infusion.objects.create(
            patient=ana,
            scheduled_at=start,
            phase=Phase.DISCHARGED,
            phase_since=end,
            started_at=start,
            ended_at=end,
            dose_mg=35,
            weight_kg=70,
            minutes=40,
            bag_ml=50,
            concentration_mg_per_ml=0.7,
        )
        for number, (kind, at, rate) in enumerate((("start", start, 52.5), ("stop", end, 0)), 1):
            PumpEvent.objects.create(
                session=session,
                number=number,
                kind=kind,
                at=at,
                rate_mg_per_h=rate,
                rate_ml_per_h=rate / 0.7,
                volume_ml=0,
                dose_mg=0,
                by=nurse,
            )
        return session

    return give


def held(ana, therapist, now, hours_ago, **values):
    return actions.record(
        patient=ana,
        kind=values.pop("kind", "integration"),
        at=now - timedelta(hours=hours_ago),
        by=therapist,
        now=now,
        **values,
    )


# The window after an infusion: 24 to 96 hours


@pytest.mark.parametrize(
    ("hours", "standing"),
    [(20, Standing.WAITING), (30, Standing.OPEN), (95, Standing.OPEN), (97, Standing.MISSING)],
)
def test_an_infusion_without_a_session(ana, infused, now, hours, standing):
    infused(hours)
    (found,) = access.integrations_of(ana.pk, now=now)
    assert found.standing is standing
    assert bool(access.missing_integration(ana.pk, now=now)) == (
        standing in {Standing.OPEN, Standing.MISSING}
    )


def test_a_session_in_the_window_belongs_to_its_infusion(ana, infused, therapist, now):
    first, second = infused(24 * 9), infused(24 * 2)
    held(ana, therapist, now, 24 * 7, infusion=first)
    one, two = access.integrations_of(ana.pk, now=now)
    assert (one.infusion, one.standing) == (first, Standing.DONE)
    assert one.integration.hours == pytest.approx(48)
    assert (two.infusion, two.standing) == (second, Standing.OPEN)


def test_a_session_that_was_struck_out_does_not_count(ana, infused, therapist, now):
    session = held(ana, therapist, now, 1, infusion=infused(48))
    assert access.missing_integration(ana.pk, now=now) == ()
    actions.cancel(session=session, by=therapist, now=now, reason="Another person's session.")
    assert len(access.missing_integration(ana.pk, now=now)) == 1
    assert access.therapy_of(ana.pk) == ()


def test_an_infusion_of_another_person_is_refused(ana, infused, therapist, now):
    other = Patient.objects.create(given_name="Bo", family_name="Lund", referred_at=now)
    with pytest.raises(InputError, match="another person"):
        held(other, therapist, now, 1, infusion=infused(48))


# Chasing


def test_missing_integration_becomes_one_task_for_the_therapist(ana, infused, now):
    infused(48)
    assert actions.chase(now=now) == 1
    assert actions.chase(now=now) == 0
    task = Task.objects.get(kind=TaskKind.INTEGRATION)
    assert task.role == "therapist"
    assert task.due_at == now + timedelta(hours=48)  # 96 h after an end 48 h ago


def test_a_session_closes_the_task(ana, infused, therapist, now):
    infusion = infused(48)
    actions.chase(now=now)
    held(ana, therapist, now, 1, infusion=infusion)
    assert not Task.objects.get(kind=TaskKind.INTEGRATION).is_open


def test_a_task_somebody_ticked_off_is_not_opened_again(ana, infused, therapist, now):
    infused(48)
    actions.chase(now=now)
    work.complete_task(by=therapist, task=Task.objects.get(kind=TaskKind.INTEGRATION))
    assert actions.chase(now=now) == 0


def test_old_infusions_are_not_chased(ana, infused, now):
    infused(24 * 30)
    assert actions.chase(now=now) == 0


def test_an_infusion_to_come_without_preparation_is_chased(ana, therapist, now):
    when = now + timedelta(days=3)
    Infusion.objects.create(patient=ana, scheduled_at=when, phase_since=now)
    assert actions.chase(now=now) == 1
    assert Task.objects.get(kind=TaskKind.PREPARATION).due_at == when
    held(ana, therapist, now, 1, kind="preparation")
    assert not Task.objects.get(kind=TaskKind.PREPARATION).is_open


# Booking, missing, recording


def test_a_booked_session_is_recorded_once(ana, therapist, now):
    booked = actions.plan(
        patient=ana,
        kind="cbt",
        scheduled_at=now - timedelta(minutes=1),
        by=therapist,
        now=now - timedelta(days=1),
    )
    held(ana, therapist, now, 0, kind="cbt", session=booked, minutes=50, structured=True)
    (record,) = access.therapy_of(ana.pk)
    assert (record.kind, record.attended, record.minutes) == ("cbt", True, 50)
    with pytest.raises(InputError, match="already"):
        held(ana, therapist, now, 0, kind="cbt", session=booked)
    with pytest.raises(InputError, match="already"):
        actions.missed(session=booked, by=therapist, now=now)


def test_somebody_who_did_not_come_is_recorded_as_such(ana, therapist, now):
    booked = actions.plan(
        patient=ana, kind="cbt", scheduled_at=now, by=therapist, now=now - timedelta(days=1)
    )
    with pytest.raises(InputError, match="still to come"):
        actions.missed(session=booked, by=therapist, now=now - timedelta(hours=1))
    actions.missed(session=booked, by=therapist, now=now, reason="Ill.")
    assert access.therapy_of(ana.pk)[0].attended is False


def test_times_that_cannot_be_are_refused(ana, therapist, now):
    with pytest.raises(InputError, match="has passed"):
        actions.plan(
            patient=ana, kind="cbt", scheduled_at=now - timedelta(days=1), by=therapist, now=now
        )
    with pytest.raises(InputError, match="still to come"):
        held(ana, therapist, now, -5)
    with pytest.raises(InputError, match="600 minutes is not possible"):
        held(ana, therapist, now, 1, minutes=600)


def test_minutes_nobody_recorded_stay_unknown(ana, therapist, now):
    held(ana, therapist, now, 1)
    (record,) = access.therapy_of(ana.pk)
    assert (record.minutes, record.structured) == (None, None)


# Notes


@pytest.fixture
def noted(ana, therapist, now):
    return held(ana, therapist, now, 1, minutes=50, note={"brought": SECRET, "homework": "Ride."})


@pytest.mark.parametrize("role", [Role.THERAPIST, Role.PSYCHIATRIST])
def test_therapist_and_psychiatrist_read_notes(client_of, ana, noted, role):
    page = client_of(role).get(f"/patients/{ana.pk}/therapy/").content.decode()
    assert SECRET in page
    assert client_of(role).get(f"/therapy/{noted.pk}/note/").status_code == 200


@pytest.mark.parametrize("role", [Role.NURSE, Role.ANAESTHESIA])
def test_nurses_see_that_it_took_place_and_no_note(client_of, ana, noted, role):
    page = client_of(role).get(f"/patients/{ana.pk}/therapy/").content.decode()
    assert "held, 50 min" in page
    assert SECRET not in page
    assert "Ride." not in page
    assert client_of(role).get(f"/therapy/{noted.pk}/note/").status_code == 403


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.RESEARCHER, Role.MANAGER])
def test_the_others_do_not_see_therapy_at_all(client_of, ana, noted, role):
    assert client_of(role).get(f"/patients/{ana.pk}/therapy/").status_code == 403


def test_the_record_of_the_core_and_the_log_hold_no_note(ana, noted):
    assert SECRET not in repr(access.therapy_of(ana.pk))
    assert SECRET not in "".join(event.details_json for event in Event.objects.all())


def test_a_changed_note_keeps_what_it_said(client_of, ana, noted):
    client = client_of(Role.THERAPIST)
    client.post(f"/therapy/{noted.pk}/note/", {"brought": "The stairs.", "reason": "Mixed up."})
    page = client.get(f"/patients/{ana.pk}/therapy/").content.decode()
    assert "The stairs." in page
    assert SECRET not in page
    older = client.get(f"/therapy/{noted.pk}/note/").content.decode()
    assert SECRET in older
    assert "Mixed up." in older
    assert Note.objects.count() == 2


# Pages


def test_a_session_is_recorded_for_the_infusion_the_link_names(client_of, ana, infused):
    infusion = infused(48)
    client = client_of(Role.THERAPIST)
    overview = client.get(f"/patients/{ana.pk}/therapy/").content.decode()
    assert "window open, no session yet" in overview
    address = f"/patients/{ana.pk}/therapy/record/?kind=integration&infusion={infusion.pk}"
    assert re.search(rf'value="{infusion.pk}" selected', client.get(address).content.decode())
    client.post(
        f"/patients/{ana.pk}/therapy/record/",
        {
            "kind": "integration",
            "at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
            "infusion": str(infusion.pk),
            "structured": "yes",
            "homework": "One floor a day.",
        },
    )
    row = Session.objects.get()
    assert (row.infusion, row.structured, row.minutes) == (infusion, True, None)
    assert "held in the window" in client.get(f"/patients/{ana.pk}/therapy/").content.decode()


def test_a_mistake_keeps_the_note_that_was_typed(client_of, ana):
    client = client_of(Role.THERAPIST)
    address = f"/patients/{ana.pk}/therapy/record/"
    page = client.post(address, {"kind": "cbt", "at": "", "brought": SECRET}).content.decode()
    assert "error-summary" in page
    assert SECRET in page
    assert SECRET in client.get(address).content.decode()
    assert not Session.objects.exists()


def test_two_people_recording_one_session_are_told(client_of, ana, therapist, now):
    booked = actions.plan(
        patient=ana, kind="cbt", scheduled_at=now, by=therapist, now=now - timedelta(days=1)
    )
    actions.missed(session=booked, by=therapist, now=now)
    answer = client_of(Role.PSYCHIATRIST).get(f"/therapy/{booked.pk}/record/")
    assert answer.status_code == 409


def test_nothing_yet_is_said_in_words(client_of, ana):
    page = client_of(Role.NURSE).get(f"/patients/{ana.pk}/therapy/").content.decode()
    assert "nothing to integrate" in page
    assert "No preparation session is recorded." in page
