"""Messages that fit no session: never given to anybody by themselves, attached by a named person."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from tests.clinic.infusions.conftest import DEVICE, NOW

from ketacare.adapters.hl7v2 import parse_ack
from ketacare.clinic.audit.models import Event
from ketacare.clinic.infusions import actions as infusions
from ketacare.clinic.infusions.models import Session
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.vitals import actions
from ketacare.clinic.vitals.inbox import candidates
from ketacare.clinic.vitals.models import DeviceEvent, Message, Value
from ketacare.core.errors import InputError

ONE = timedelta(minutes=1)


def send(payload, now=NOW):
    return parse_ack(actions.ingest(payload, now=now))


@pytest.fixture
def stray(arrived, oru):
    """A message whose bed nobody knows, while Ana sits in Chair 2."""
    send(oru("M1", bed="Chair Two", device="", heart_rate=72, spo2=97))
    return Message.objects.get()


@pytest.fixture
def other(nurse):
    """Somebody else, checked in at Chair 1 since 14:30."""
    chair = infusions.add_chair(name="Chair 1", by=nurse, now=NOW)
    person = Patient.objects.create(given_name="Bo", family_name="Lind", referred_at=NOW)
    made = infusions.schedule(patient=person, scheduled_at=NOW, by=nurse, now=NOW, chair=chair)
    return infusions.check_in(session=made, by=nurse, now=NOW - 30 * ONE, expected_version=1)


def test_a_stray_message_can_be_attached_with_a_reason(stray, arrived, nurse):
    before = Session.objects.get(pk=arrived.pk).changes
    assert actions.attach(message=stray, session=arrived, reason="Typo", by=nurse, now=NOW) == 1
    kept = Message.objects.get()
    assert (kept.status, kept.session, kept.settled_by) == ("attached", arrived, nurse)
    assert {v.kind: v.value for v in Value.objects.all()} == {"heart_rate": 72, "spo2": 97}
    assert Value.objects.first().origin == "device"
    assert Session.objects.get(pk=arrived.pk).changes == before + 1
    event = Event.objects.get(tag="vitals:message:attached")
    assert (event.reason, event.patient_id) == ("Typo", str(arrived.patient_id))


def test_attaching_needs_a_reason_a_role_and_a_message_that_waits(
    stray, arrived, nurse, front_desk
):
    with pytest.raises(InputError, match="Say why"):
        actions.attach(message=stray, session=arrived, reason=" ", by=nurse, now=NOW)
    with pytest.raises(PermissionDenied):
        actions.attach(message=stray, session=arrived, reason="Typo", by=front_desk, now=NOW)
    assert not Value.objects.exists()
    actions.attach(message=stray, session=arrived, reason="Typo", by=nurse, now=NOW)
    with pytest.raises(InputError, match="has settled this message already"):
        actions.attach(message=stray, session=arrived, reason="Typo", by=nurse, now=NOW)
    assert Value.objects.count() == 2


def test_a_message_that_names_a_chair_goes_to_nobody_who_sat_elsewhere(arrived, other, oru, nurse):
    # Chair 2 has a monitor of its own; this one is strange, but it names Chair 2.
    send(oru("M1", device="0009FFFFFE999999"))
    stray = Message.objects.get()
    assert [each.session for each in candidates(stray)] == [arrived]
    with pytest.raises(InputError, match="did not sit in this chair"):
        actions.attach(message=stray, session=other, reason="Why", by=nurse, now=NOW)
    assert not Value.objects.exists()


def test_nobody_is_offered_who_came_after(arrived, oru):
    # Measured 15 minutes before Ana was checked in (14:40).
    send(oru("M1", bed="Chair Two", device="", at=NOW - 35 * ONE), NOW - 35 * ONE)
    assert candidates(Message.objects.get()) == ()


def test_those_like_it_are_attached_with_it_as_far_as_they_fit(arrived, oru, nurse):
    for minute in (-35, -10, -5, 0, 5):  # Ana sits there since -20
        at = NOW + minute * ONE
        send(oru(f"M{minute}", bed="Chair Two", device="", at=at), at)
    last = Message.objects.get(control_id="M0")
    done = actions.attach(
        message=last, session=arrived, reason="Typo", by=nurse, now=NOW, until=NOW
    )
    assert done == 3
    waiting = Message.objects.filter(status="unmatched").values_list("control_id", flat=True)
    assert set(waiting) == {"M-35", "M5"}  # before she came; after what was looked at
    assert Value.objects.count() == 3


def test_set_aside_keeps_bytes_and_reason(stray, nurse):
    raw = bytes(stray.raw)
    assert actions.set_aside(message=stray, reason="A test", by=nurse, now=NOW) == 1
    kept = Message.objects.get()
    assert (kept.status, kept.settled_reason, bytes(kept.raw)) == ("set_aside", "A test", raw)
    assert not Value.objects.exists()
    assert Event.objects.filter(tag="vitals:message:set_aside").count() == 1


def test_a_settled_message_sent_again_changes_nothing(stray, arrived, oru, nurse):
    actions.attach(message=stray, session=arrived, reason="Typo", by=nurse, now=NOW)
    assert send(oru("M1", bed="Chair Two", device="", heart_rate=72, spo2=97)).code == "AA"
    assert (Message.objects.get().repeats, Value.objects.count()) == (1, 2)


def test_a_late_message_belongs_to_who_sat_there_then(arrived, oru, nurse):
    # Ana moves from Chair 2 to Chair 1 at 15:10; each chair's values of their own time are hers.
    first = infusions.add_chair(name="Chair 1", by=nurse, now=NOW)
    moved = NOW + 10 * ONE
    infusions.assign_chair(
        session=arrived, chair=first, by=nurse, now=moved, expected_version=arrived.version
    )
    at = moved + ONE
    send(oru("OLD", at=at, measured=NOW), at)  # Chair 2, 15:00: Ana
    send(oru("NEW", bed="Chair 1", device="D1", at=at), at)  # Chair 1, 15:11: Ana
    send(oru("GONE", at=at), at)  # Chair 2, 15:11: nobody
    send(oru("EARLY", bed="Chair 1", device="D1", at=at, measured=NOW), at)  # Chair 1, 15:00
    found = dict(Message.objects.values_list("control_id", "status"))
    assert found == {
        "OLD": "committed",
        "NEW": "committed",
        "GONE": "unmatched",
        "EARLY": "unmatched",
    }


def test_values_of_two_peoples_times_in_one_message_go_to_neither(arrived, nurse):
    infusions.cancel(
        session=arrived, reason="Cold", by=nurse, now=NOW, expected_version=arrived.version
    )
    person = Patient.objects.create(given_name="Bo", family_name="Lind", referred_at=NOW)
    made = infusions.schedule(
        patient=person, scheduled_at=NOW, by=nurse, now=NOW, chair=arrived.chair
    )
    infusions.check_in(session=made, by=nurse, now=NOW + ONE, expected_version=1)
    text = (
        "MSH|^~\\&|M|I|K|C|20261123150200+0000||ORU^R01|T1|P|2.6\rPV1||O|W^^Chair 2\r"
        "OBR|1|||x|||20261123145900+0000\r"
        f"OBX|1|NM|150456^S^MDC|1|97|262688^P^MDC|||||R|||20261123145900+0000||||{DEVICE}\r"
        f"OBX|2|NM|150456^S^MDC|1|98|262688^P^MDC|||||R|||20261123150130+0000||||{DEVICE}\r"
    )
    answer = send(text.encode(), NOW + 2 * ONE)
    assert "two people" in answer.text
    assert not Value.objects.exists()


def test_a_device_belongs_to_its_chair_for_its_time(arrived, oru, nurse):
    # A pump nobody knew: bound to Chair 2 from 14:50 on, its earlier messages stay in the inbox.
    device = "PUMP-7"
    actions.bind(device_id=device, chair=arrived.chair, since=NOW - 10 * ONE, by=nurse, now=NOW)
    for minute in (-12, -5):
        at = NOW + minute * ONE
        send(oru(f"P{minute}", bed="", device=device, at=at), at)
    found = dict(Message.objects.values_list("control_id", "status"))
    assert found == {"P-12": "unmatched", "P-5": "committed"}


def test_a_monitor_carried_to_another_chair_leaves_its_late_messages_behind(arrived, oru, nurse):
    first = infusions.add_chair(name="Chair 1", by=nurse, now=NOW)
    moved = NOW + 10 * ONE
    actions.bind(device_id=DEVICE, chair=first, since=moved, by=nurse, now=moved)
    at = moved + ONE
    send(oru("LATE", bed="", at=at, measured=NOW), at)
    send(oru("NOW", bed="", at=at), at)
    found = dict(Message.objects.values_list("control_id", "status"))
    assert found == {"LATE": "committed", "NOW": "unmatched"}  # nobody sits in Chair 1
    with pytest.raises(InputError, match="after that time"):
        actions.bind(device_id=DEVICE, chair=arrived.chair, since=NOW, by=nurse, now=moved)


def test_two_devices_of_two_chairs_in_one_message_go_to_neither(arrived, other, nurse):
    actions.bind(device_id="D1", chair=other.chair, since=NOW - ONE, by=nurse, now=NOW)
    text = (
        "MSH|^~\\&|G|I|K|C|20261123150000+0000||ORU^R01|T1|P|2.6\rOBR|1|||x|||20261123150000+0000\r"
    )
    for number, device in ((1, DEVICE), (2, "D1")):
        text += f"OBX|{number}|NM|150456^S^MDC|1|97|262688^P^MDC|||||R|||||||{device}\r"
    answer = send(text.encode())
    assert "Chair 1" in answer.text
    assert "Chair 2" in answer.text
    assert not Value.objects.exists()


def test_alarms_and_pump_readings_are_events_of_the_session(arrived, nurse):
    head = "MSH|^~\\&|M|I|K|C|20261123150000+0000||ORU^{event}|{id}|P|2.6\rPV1||O|W^^Chair 2\rOBR|1|||x|||20261123150000+0000\r"
    alarm = (
        f"OBX|1|CWE|196616^A^MDC|1.1.1.1.1|196670^LOW^MDC|||PH~SP|||F|||||||{DEVICE}\r"
        "OBX|2|ST|68481^P^MDC|1.1.1.1.3|start||||||F\r"
    )
    flow = f"OBX|1|NM|157784^F^MDC|1.1.1.101|75|265266^U^MDC|||||R|||||||{DEVICE}\r"
    send((head.format(event="R40", id="A1") + alarm).encode())
    send((head.format(event="R01", id="F1") + flow).encode())
    events = {event.kind: event for event in DeviceEvent.objects.filter(session=arrived)}
    assert (events["alarm"].name, events["alarm"].priority, events["alarm"].phase) == (
        "LOW",
        "PH",
        "start",
    )
    assert (events["pump"].name, events["pump"].value, events["pump"].unit) == ("flow", 75, "mL/h")
    assert not Value.objects.exists()


def test_a_batch_is_stored_in_order_and_answers_each(arrived, oru):
    batch = [oru("B1"), b"rubbish", oru("B2", bed="Nowhere", device=""), oru("B1"), oru("B3")]
    answers = [parse_ack(a) for a in actions.ingest_many(batch, now=NOW)]
    assert [(a.code, a.control_id) for a in answers] == [
        ("AA", "B1"),
        ("AR", ""),
        ("AA", "B2"),
        ("AA", "B1"),
        ("AA", "B3"),
    ]
    assert Value.objects.count() == 2
    assert Message.objects.get(control_id="B1").repeats == 1
