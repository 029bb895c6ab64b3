"""What a page sends with a key of its own: once, at the time it was made, or refused whole."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from ketacare.clinic.infusions import actions, logbook
from ketacare.clinic.infusions.models import KeptEntry, SentEntry, Session
from ketacare.clinic.infusions.watching import read
from ketacare.clinic.vitals.models import Value
from ketacare.core.record import Vital


def ms(at):
    return f"{at.timestamp() * 1000:.0f}"


@pytest.fixture
def now_running(running):
    """The infusion runs as seen from the clock on the wall, which the views read."""
    began = timezone.now() - timedelta(minutes=20)
    Session.objects.filter(pk=running.pk).update(
        checked_in_at=began - timedelta(minutes=30), started_at=began
    )
    running.pump_events.update(at=began)
    return Session.objects.get(pk=running.pk)


@pytest.fixture
def send(client, nurse, now_running):
    """Send an entry as the page does; the device's clock is right unless told."""

    def sender(what, *, key=None, kept=True, ago_s=180, ahead_s=0, by=nurse, whose=None, **fields):
        client.force_login(by)
        made = timezone.now() - timedelta(seconds=ago_s) + timedelta(seconds=ahead_s)
        data = {
            "entry_key": str(key or uuid.uuid4()),
            "entry_for": str((whose or by).pk),
            "entry_kept": "1" if kept else "0",
            "entry_at": ms(made),
            "entry_sent_at": ms(timezone.now() + timedelta(seconds=ahead_s)),
            "entry_ahead": str(ahead_s * 1000),
        }
        path = f"/infusions/{now_running.pk}/entries/{what}/"
        return client.post(path, {**data, **fields})

    return sender


def version(session):
    return Session.objects.values_list("version", flat=True).get(pk=session.pk)


def close_to(at, ago_s):
    return abs((timezone.now() - at).total_seconds() - ago_s) < 5


def test_an_observation_sent_twice_is_stored_once_and_answered_alike(send, now_running):
    key = uuid.uuid4()
    first = send("observe/pressure", key=key, systolic="127", diastolic="76").json()
    again = send("observe/pressure", key=key, systolic="127", diastolic="76").json()
    assert first.pop("again") is False
    assert again.pop("again") is True
    assert first == again
    assert Value.objects.filter(session=now_running, kind=Vital.SYSTOLIC, value=127).count() == 1


def test_a_kept_entry_happened_when_it_was_made_and_keeps_both_times(send, now_running):
    send("observe/heart_rate", ago_s=180, ahead_s=240, heart_rate="80")
    value = Value.objects.get(session=now_running, kind="heart_rate", value=80)
    assert close_to(value.at, 180)
    assert close_to(value.received_at, 0)
    kept = KeptEntry.objects.get()
    assert kept.device_at - kept.at == timedelta(seconds=240)
    readings = read(now_running, now=timezone.now())
    line = next(ln for ln in logbook.log_of(now_running, readings) if "kept" in ln.text)
    assert "wrong by +240 s" in line.detail


def test_an_entry_sent_at_once_happened_when_it_arrived(send, now_running):
    send("observe/heart_rate", kept=False, ago_s=0, ahead_s=600, heart_rate="80")
    assert close_to(Value.objects.get(kind="heart_rate", value=80).at, 0)
    assert not KeptEntry.objects.exists()


def test_a_kept_pause_and_what_followed_on_the_same_page_are_both_recorded(send, now_running):
    seen = version(now_running)
    paused = send("do/pause", ago_s=180, version=seen, why="nausea").json()
    # The page moves what else it kept on by its own act, as the answer tells.
    assert (paused["before"], paused["version"]) == (seen, seen + 1)
    stopped = send("do/stop", ago_s=60, version=paused["version"], why="wish").json()
    assert "refused" not in stopped
    pause, stop = now_running.pump_events.order_by("number")[1:]
    assert close_to(pause.at, 180)
    assert close_to(stop.at, 60)
    # 20 min at the pump until the pause 3 min ago: 17 min of flow, nothing after it.
    assert stop.volume_ml == pause.volume_ml
    assert pause.volume_ml == pytest.approx(now_running.rate_ml_h * 17 / 60, rel=0.01)


def test_an_act_that_no_longer_fits_is_refused_and_changes_nothing(send, now_running, second_nurse):
    seen = version(now_running)
    actions.pause(
        session=now_running, reason="Pain", by=second_nurse, now=timezone.now(),
        expected_version=seen,
    )  # fmt: skip
    answer = send("do/pause", version=seen, why="nausea")
    assert answer.status_code == 409
    assert "Bea Lund" in answer.json()["refused"]
    assert now_running.pump_events.count() == 2
    assert not SentEntry.objects.exists()
    assert not KeptEntry.objects.exists()


def test_nobody_sends_what_another_person_entered(send, now_running, nurse, second_nurse):
    answer = send("observe/heart_rate", by=second_nurse, whose=nurse, heart_rate="80")
    assert answer.status_code == 403
    assert not Value.objects.filter(kind="heart_rate", value=80).exists()
    assert send("observe/heart_rate", by=nurse, heart_rate="80").status_code == 200


@pytest.mark.parametrize(
    ("what", "fields", "said"),
    [
        ("observe/heart_rate", {"heart_rate": "720"}, "720"),
        ("observe/heart_rate", {"heart_rate": ""}, "required"),
        ("observe/heart_rate", {"heart_rate": "80", "ago_s": 86_460}, "24 hours"),
        ("observe/heart_rate", {"heart_rate": "80", "ago_s": -120}, "future"),
        ("observe/heart_rate", {"heart_rate": "80", "key": "no-key"}, "cannot be read"),
        ("do/note", {"words": " "}, "required"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(send, what, fields, said):
    answer = send(what, **fields)
    assert answer.status_code == 422
    assert said in answer.json()["refused"]
    assert not SentEntry.objects.exists()


@pytest.mark.parametrize("what", ["do/discharge", "do/sheet", "observe/soul", "undo/note"])
def test_only_what_may_wait_is_taken(send, what):
    assert send(what).status_code == 404


def test_the_therapist_enters_nothing_at_the_pump(send, therapist):
    assert send("do/note", by=therapist, words="Hello.").status_code == 403


def test_a_note_keeps_its_time(send, now_running):
    send("do/note", ago_s=600, words="Eyes closed, calm.")
    step = now_running.steps.get(act="note")
    assert close_to(step.at, 600)
    assert close_to(step.created_at, 0)
