"""What becomes of a monitor's message: stored and acknowledged, or kept and answered why not."""

from datetime import timedelta

import pytest
from tests.clinic.infusions.conftest import NOW

from ketacare.adapters.hl7v2 import parse_ack
from ketacare.clinic.audit.models import Event
from ketacare.clinic.infusions.models import Session
from ketacare.clinic.vitals import actions
from ketacare.clinic.vitals.models import Message, Value


def send(payload, now=NOW):
    return parse_ack(actions.ingest(payload, now=now))


def test_a_message_is_stored_with_its_session_and_accepted(arrived, oru):
    before = Session.objects.get(pk=arrived.pk).changes
    answer = send(oru("M1", heart_rate=72, spo2=97), NOW + timedelta(seconds=1))
    assert (answer.code, answer.control_id) == ("AA", "M1")
    stored = {v.kind: v for v in Value.objects.filter(session=arrived)}
    assert (stored["heart_rate"].value, stored["spo2"].value) == (72, 97)
    assert stored["spo2"].origin == "device"
    # Both clocks: when the device says it measured, and when it arrived here.
    assert stored["spo2"].device_at == NOW
    assert stored["spo2"].received_at == NOW + timedelta(seconds=1)
    assert Session.objects.get(pk=arrived.pk).changes == before + 1


def test_the_same_message_again_is_accepted_and_stored_once(arrived, oru):
    payload = oru("M1", heart_rate=72)
    assert send(payload).code == "AA"
    assert send(payload, NOW + timedelta(seconds=9)).code == "AA"
    assert Value.objects.count() == 1
    assert Message.objects.get().repeats == 1


def test_another_message_with_a_used_control_id_is_not_lost(arrived, oru):
    send(oru("M1", heart_rate=72))
    assert send(oru("M1", heart_rate=95, at=NOW + timedelta(seconds=5))).code == "AA"
    assert sorted(Value.objects.values_list("value", flat=True)) == [72, 95]


def test_a_sentinel_stays_a_gap(arrived, oru):
    assert send(oru("M1", heart_rate=72, spo2=None)).code == "AA"
    gap = Value.objects.get(kind="spo2")
    assert gap.value is None
    assert "sent no value" in gap.problem
    assert gap.raw_value == "-100"


@pytest.mark.parametrize(
    ("bed", "device", "why"),
    [
        ("Chair 9", "0009FFFFFE999999", "neither bed"),
        ("Chair 2", "0009FFFFFE999999", "is not the monitor of Chair 2"),
    ],
)
def test_a_message_for_an_unknown_place_waits_in_the_inbox_and_the_answer_says_why(
    arrived, oru, bed, device, why
):
    payload = oru("M1", bed=bed, device=device)
    answer = send(payload)
    assert (answer.code, answer.control_id) == ("AA", "M1")
    assert answer.text.startswith("kept in the inbox")
    assert why in answer.text
    kept = Message.objects.get()
    assert (kept.status, kept.session, bytes(kept.raw)) == ("unmatched", None, payload)
    assert not Value.objects.exists()


def test_a_message_before_anybody_sits_there_is_kept_not_given_to_the_next(booked, oru):
    answer = send(oru("M1"))
    assert answer.code == "AA"
    assert "nobody was checked in at Chair 2" in answer.text
    assert not Value.objects.exists()


def test_values_after_discharge_do_not_belong_to_the_person_who_left(arrived, oru, nurse):
    from ketacare.clinic.infusions import actions as infusions

    infusions.cancel(
        session=arrived, reason="Cold", by=nurse, now=NOW, expected_version=arrived.version
    )
    send(oru("M1", at=NOW + timedelta(minutes=5)), NOW + timedelta(minutes=5))
    assert Message.objects.get().status == "unmatched"
    assert not Value.objects.exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda raw: raw[: len(raw) // 2], "AE"),  # cut
        (lambda raw: b"\x00\xffnot a message", "AR"),
        (lambda raw: raw.replace(b"ORU^R01^ORU_R01", b"ADT^A01^ADT_A01"), "AR"),
    ],
)
def test_what_cannot_be_read_is_kept_byte_for_byte(arrived, oru, change, code):
    payload = change(oru("M1", heart_rate=72, spo2=97))
    assert send(payload).code == code
    kept = Message.objects.get()
    assert (kept.status, bytes(kept.raw)) == ("quarantined", payload)
    assert kept.problem
    assert not Value.objects.exists()


def test_a_message_of_nobody_sent_for_ever_is_counted_not_collected(arrived, oru):
    for _ in range(3):
        send(oru("M1", bed="Chair 9", device="X"))
    assert Message.objects.get().repeats == 2


def test_a_wrong_clock_is_corrected_and_both_times_are_kept(arrived, oru):
    # The device is an hour behind: it measured 20 s before it sent.
    sent = NOW - timedelta(hours=1)
    answer = send(oru("M1", at=sent, measured=sent - timedelta(seconds=20)))
    assert answer.code == "AA"
    value = Value.objects.get()
    assert value.at == NOW - timedelta(seconds=20)
    assert value.device_at == sent - timedelta(seconds=20)
    assert value.clock_problem == "the device's clock is 60 min behind ours; its time is corrected"


def test_the_log_gets_one_event_a_minute_not_one_a_message(arrived, oru):
    for second in range(0, 90, 5):
        at = NOW + timedelta(seconds=second)
        send(oru(f"M{second}", at=at), at)
    assert Event.objects.filter(tag="vitals:monitor:received").count() == 2
    assert Message.objects.count() == 18
