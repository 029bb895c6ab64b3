"""The log can be added to and read, and nothing else; what is changed behind its back is found."""

import hashlib
import json
import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from ketacare.clinic import audit
from ketacare.clinic.audit import triggers
from ketacare.clinic.audit.actions import READ_AGAIN
from ketacare.clinic.audit.models import Event, Head
from ketacare.clinic.audit.tags import SENTENCES, Tag
from ketacare.clinic.audit.verify import verify
from ketacare.core.errors import InputError

PATIENT = uuid.UUID(int=1)


def record(by, **more):
    return audit.record(tag=Tag.PATIENT_ADDED, by=by, patient_id=PATIENT, **more)


def test_an_event_keeps_who_what_whom_and_why(nurse):
    event = record(nurse, object_id=7, details={"weeks": 6}, reason=" Moved. ")
    event.refresh_from_db()
    assert (event.actor_id, event.actor_name, event.actor_role) == (
        str(nurse.pk),
        "Noor Haddad",
        "nurse",
    )
    assert (event.patient_id, event.object_id, event.reason) == (str(PATIENT), "7", "Moved.")
    assert event.details == {"weeks": 6}
    assert event.sentence == "Noor Haddad added the patient."


def test_the_hash_is_sha256_over_canonical_json_and_the_hash_before(nurse):
    first, second = record(nurse), record(nurse)
    # Written out from the description in chain.py, not with its code.
    fields = {
        "actor_id": str(nurse.pk),
        "actor_name": "Noor Haddad",
        "actor_role": "nurse",
        "at": second.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "details": "{}",
        "id": str(second.id),
        "object_id": "",
        "patient_id": str(PATIENT),
        "position": first.position + 1,
        "previous": first.hash,
        "reason": "",
        "tag": "patient:record:added",
    }
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert second.hash == hashlib.sha256(text.encode()).hexdigest()


def test_the_chain_holds_after_events_of_all_kinds_of_people(nurse):
    for by in (nurse, audit.SYSTEM, audit.DEVICE, audit.PATIENT_BY_LINK):
        record(by, details={"name": "Åsa – “x”", "value": 0.1, "none": None})
    verdict = verify()
    assert verdict.holds
    assert (verdict.events, verdict.last_hash) == (4, Event.objects.get(position=4).hash)


def test_an_event_in_a_transaction_that_fails_never_was(nurse):
    record(nurse)

    def fail():
        with transaction.atomic():
            record(nurse)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    record(nurse)
    assert [event.position for event in Event.objects.order_by("position")] == [1, 2]
    assert verify().holds


def test_unknown_tags_are_refused(nurse):
    assert audit.record(tag="patient:record:added", by=nurse).tag == Tag.PATIENT_ADDED
    with pytest.raises(InputError, match="not an audit tag"):
        audit.record(tag="patient:record:exploded", by=nurse)


@pytest.mark.parametrize(
    ("details", "sentence"),
    [
        ({"note": "x" * 201}, "details.note: This text has 201 characters"),
        ({"list": ["x" * 201]}, r"details.list\[0\]"),
        ({"value": float("nan")}, "cannot be written as JSON"),
        ({"value": object()}, "cannot be written as JSON"),
    ],
)
def test_notes_and_what_json_cannot_say_are_refused(nurse, details, sentence):
    record(nurse, details={"note": "x" * 200, "value": 1.5})
    with pytest.raises(InputError, match=sentence):
        record(nurse, details=details)


def test_a_reason_has_a_length(nurse):
    record(nurse, reason="x" * 500)
    with pytest.raises(InputError, match="501 characters"):
        record(nurse, reason="x" * 501)


@pytest.mark.parametrize("act", ["save", "delete", "update", "delete_all", "bulk"])
def test_the_model_refuses_to_change_or_remove(nurse, act):
    event = record(nurse)
    acts = {
        "save": event.save,
        "delete": event.delete,
        "update": lambda: Event.objects.update(reason="x"),
        "delete_all": lambda: Event.objects.all().delete(),
        "bulk": lambda: Event.objects.bulk_create([Event(position=9)]),
    }
    with pytest.raises(InputError, match="append-only"):
        acts[act]()
    assert verify().holds


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_event SET reason = 'x'",
        "DELETE FROM audit_event",
        "INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event WHERE position = 1",
    ],
)
def test_the_database_refuses_too(nurse, sql):
    if connection.vendor != "sqlite" and "REPLACE" in sql:
        sql = "TRUNCATE audit_event"
    record(nurse)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(sql)
    assert verify().holds


def tamper(sql):
    triggers.remove(connection)
    connection.cursor().execute(sql)
    triggers.install(connection)


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("UPDATE audit_event SET actor_name = 'X' WHERE position = 2", "Event 2 was changed"),
        ("UPDATE audit_event SET details_json = '[]' WHERE position = 2", "Event 2 was changed"),
        ("DELETE FROM audit_event WHERE position = 2", "Event 2 is missing"),
        ("DELETE FROM audit_event WHERE position = 3", "missing at the end"),
        ("UPDATE audit_event SET previous = '0' WHERE position = 2", "does not continue event 1"),
    ],
)
def test_tampering_is_found(nurse, sql, problem):
    for _ in range(3):
        record(nurse)
    assert verify().holds
    tamper(sql)
    assert problem in " ".join(verify().problems)


def test_missing_triggers_are_found(nurse):
    record(nurse)
    triggers.remove(connection)
    assert "trigger" in verify().problems[0]


def test_reading_the_same_page_again_is_kept_once_in_five_minutes(nurse, therapist):
    def read(by, tag=Tag.CHART_READ, patient=PATIENT):
        return audit.record_read(tag=tag, by=by, patient_id=patient)

    first = read(nurse)
    assert first is not None
    assert read(nurse) is None
    assert read(therapist) is not None
    assert read(nurse, tag=Tag.PLAN_READ) is not None
    assert read(nurse, patient=uuid.UUID(int=2)) is not None
    triggers.remove(connection)
    connection.cursor().execute(
        "UPDATE audit_event SET at = %s WHERE position = %s",
        [first.at - READ_AGAIN - timedelta(seconds=1), first.position],
    )
    triggers.install(connection)
    assert read(nurse) is not None


def test_every_tag_has_a_sentence_and_the_grammar():
    assert set(SENTENCES) == set(Tag)
    for tag in Tag:
        assert len(tag.value.split(":")) == 3
        assert str(SENTENCES[tag]).endswith((".", "{reason}"))


def test_the_head_is_one_row(nurse):
    record(nurse)
    record(nurse)
    assert Head.objects.count() == 1
