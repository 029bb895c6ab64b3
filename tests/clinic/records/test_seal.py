"""What is sealed, when sealing is refused, and that nothing of a sealed session changes."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from tests.clinic.infusions.conftest import minutes, observe
from tests.clinic.records.conftest import LATER, send

from ketacare.clinic.audit.models import Event
from ketacare.clinic.cabinet import actions as cabinet
from ketacare.clinic.infusions import actions as infusions
from ketacare.clinic.infusions.models import (
    AdverseEvent,
    LimitAlert,
    PumpEvent,
    Session,
    Step,
)
from ketacare.clinic.records import access, actions, triggers
from ketacare.clinic.records.holding import holders
from ketacare.clinic.records.models import Seal
from ketacare.clinic.records.verify import verify
from ketacare.clinic.vitals import actions as vitals
from ketacare.clinic.vitals.models import Message, Value
from ketacare.core.errors import InputError
from ketacare.core.sealing import START, after

WHEN = LATER + timedelta(hours=1)


def events_of(session):
    return [json.loads(line) for line in access.seal_of(session.pk).lines]


def rows(session, label):
    return [e["row"] for e in events_of(session) if e["key"].startswith(f"{label}:")]


def test_every_value_is_in_the_record_not_the_first_of_each(sealed):
    monitor = [e for e in events_of(sealed) if e["key"].startswith("monitor:")]
    assert {
        (series["kind"], value)
        for block in monitor
        for series in block["series"]
        for _at, value in series["values"]
    } == {
        ("systolic", 128), ("systolic", 171), ("systolic", 168),
        ("heart_rate", 80), ("heart_rate", 81), ("heart_rate", 82),
    }  # fmt: skip


def test_a_corrected_value_is_there_with_both_values_who_and_why(sealed, nurse, second_nurse):
    values = {row["id"]: row for row in rows(sealed, "vitals.value")}
    wrong = next(row for row in values.values() if row["value"] == 217)
    right = values[wrong["superseded_by_id"]]
    assert (wrong["by_id"], right["by_id"]) == (str(nurse.pk), str(second_nurse.pk))
    assert (right["value"], wrong["superseded_reason"]) == (
        127,
        "Typed the digits the wrong way round.",
    )


def test_the_pump_history_has_volume_and_milligrams(sealed):
    # 75 mL/h for 15 min is 18.75 mL; 0.7 mg/mL makes 13.125 mg. The pause stands for 5 min.
    told = [(row["kind"], row["volume_ml"], row["dose_mg"]) for row in rows(sealed, "infusions.pumpevent")]  # fmt: skip
    assert told[1] == ("pause", pytest.approx(18.75), pytest.approx(13.125))
    assert told[2] == ("resume", pytest.approx(18.75), pytest.approx(13.125))
    assert [kind for kind, *_rest in told] == ["start", "pause", "resume", "stop"]


def test_steps_vial_answers_checks_limits_gate_and_call_are_there(sealed):
    keys = [event["key"] for event in events_of(sealed)]
    acts = [row["act"] for row in rows(sealed, "infusions.step")]
    assert {"note", "discharge", "call", "second_check"} <= set(acts)
    (visit,) = rows(sealed, "infusions.session")
    assert (visit["vial_lot"], visit["vial_ndc"]) == ("A12", "0042-0512-34")
    assert "judged.check:fasting.time" in keys
    assert "judged.gate:discharge.escort" in keys
    assert any(row["code"] == "escort_identity" for row in rows(sealed, "eligibility.answer"))
    limits = [e for e in events_of(sealed) if e["key"].startswith("judged.limit:systolic")]
    assert [(e["level"], e["worst"], e["values"]) for e in limits] == [("amber", 171, 2)]


def test_a_seal_continues_the_one_before(sealed, nurse):
    first = access.seal_of(sealed.pk)
    assert (first.position, first.previous) == (1, START)
    assert after(START, first.lines) == first.hash
    second = actions.add(session=sealed, text="x", reason="y", by=nurse, now=WHEN)
    assert (second.position, second.previous) == (2, first.hash)
    event = Event.objects.filter(tag="infusion:record:sealed").get()
    assert event.details == {"position": 1, "hash": first.hash}


def test_an_open_session_is_not_sealed(recovering, nurse):
    with pytest.raises(InputError, match="is recovery: it is sealed after the person has left"):
        actions.seal(session=recovering, by=nurse, now=WHEN)


def test_without_the_call_a_reason_is_asked_and_kept(gone, nurse):
    with pytest.raises(InputError, match="Nobody was reached") as refused:
        actions.seal(session=gone, by=nurse, now=WHEN)
    assert refused.value.where == "without_call"
    actions.seal(session=gone, by=nurse, now=WHEN, without_call="Not reached three times.")
    assert events_of(gone)[0]["without_call"] == "Not reached three times."


def test_milligrams_that_do_not_add_up_hold_the_seal_back(short, nurse):
    called = short
    with pytest.raises(InputError, match=r"milligrams do not add up: 5 mg are open") as refused:
        actions.seal(session=called, by=nurse, now=WHEN)
    (obstacle,) = access.obstacles(called, now=WHEN)
    assert obstacle.sentence == str(refused.value.sentence)
    assert obstacle.address == f"/cabinet/infusions/{called.pk}/"


def test_a_cancelled_visit_can_be_sealed(arrived, nurse):
    infusions.cancel(
        session=arrived, reason="Fever", by=nurse, now=minutes(0), expected_version=None
    )
    assert actions.seal(session=arrived, by=nurse, now=minutes(5)).position == 1


def test_nobody_else_seals(called, therapist):
    with pytest.raises(PermissionDenied, match="may not sign records"):
        actions.seal(session=called, by=therapist, now=WHEN)


def test_a_record_is_sealed_once(sealed, nurse):
    with pytest.raises(InputError, match="write an addendum"):
        actions.seal(session=sealed, by=nurse, now=WHEN)


@pytest.mark.parametrize(
    "act",
    [
        lambda s, by: infusions.note(session=s, text="later", by=by, now=WHEN),
        lambda s, by: infusions.record_call(
            session=s, reached=True, well=True, words="", by=by, now=WHEN
        ),
        lambda s, by: vitals.correct_value(
            value=Value.objects.get(value=127), new_value=126, reason="x", by=by, now=WHEN
        ),
    ],
    ids=["note", "call", "correction"],
)
def test_acts_on_a_sealed_session_are_refused_with_what_to_do(sealed, nurse, act):
    with pytest.raises(InputError, match="stays as it is: write an addendum"):
        act(sealed, nurse)


def test_the_cabinet_enters_nothing_for_a_sealed_session(sealed, receipt, nurse):
    with pytest.raises(InputError, match="sealed on"):
        cabinet.draw(session=sealed, lot=receipt.lot, mg=5, by=nurse, now=WHEN)


def test_a_late_message_waits_in_the_inbox(sealed):
    answer = send("late", minutes(30), systolic=99)
    assert b"|AA|" in answer
    waiting = Message.objects.get(control_id="late")
    assert (waiting.status, waiting.session) == ("unmatched", None)
    assert "is sealed" in waiting.problem
    from ketacare.clinic.vitals.inbox import candidates

    assert candidates(waiting) == ()


def test_the_same_message_again_is_harmless(sealed):
    send("m1", minutes(10 + 1 / 60), systolic=171, heart_rate=81)
    assert Message.objects.get(control_id="m1").repeats == 1


def test_every_table_of_a_session_is_guarded(db):
    tables = {holder.table for holder in holders()}
    assert {"infusions_session", "infusions_step", "infusions_pumpevent", "vitals_value",
            "vitals_message", "vitals_deviceevent", "cabinet_entry"} <= tables  # fmt: skip
    assert triggers.missing(connection) == ()


def test_the_database_itself_refuses_every_change(sealed):
    changes = [
        lambda s: Session.objects.filter(pk=s.pk).update(dose_mg=1),
        lambda s: Step.objects.filter(session=s).update(text="x"),
        lambda s: Step.objects.filter(session=s, act="note").delete(),
        lambda s: PumpEvent.objects.filter(session=s).update(volume_ml=1),
        lambda s: Value.objects.filter(session=s).update(value=1),
        lambda s: Value.objects.filter(session=s).update(session=None),
        lambda s: Message.objects.filter(session=s).update(raw=b"x"),
        lambda s: Value.objects.filter(value=171).get().save(force_insert=False),
    ]
    for change in changes:
        with pytest.raises(DatabaseError, match="sealed"), transaction.atomic():
            change(sealed)


def test_the_database_refuses_to_add_a_row(sealed, nurse):
    with pytest.raises(DatabaseError, match="sealed"), transaction.atomic():
        Step.objects.create(session=sealed, act="note", version=99, at=WHEN, by=nurse)


@pytest.mark.parametrize(
    "change", [lambda: Seal.objects.update(hash="0"), lambda: Seal.objects.all().delete()]
)
def test_seals_cannot_be_changed_or_removed(sealed, change):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change()


def test_other_sessions_stay_open(sealed, patient, plan, chair, nurse):
    other = infusions.schedule(
        patient=patient, plan=plan, chair=chair, scheduled_at=WHEN, by=nurse, now=WHEN
    )
    other = infusions.check_in(session=other, by=nurse, now=WHEN, expected_version=1)
    assert observe(other, nurse, WHEN + timedelta(minutes=1), systolic=120)[0].value == 120


def test_an_addendum_needs_text_and_reason_and_a_sealed_record(called, sealed, nurse):
    with pytest.raises(InputError) as refused:
        actions.add(session=sealed, text="It was 128.", reason=" ", by=nurse, now=WHEN)
    assert refused.value.where == "reason"


def test_an_open_record_takes_no_addendum(called, nurse):
    with pytest.raises(InputError, match="is not sealed"):
        actions.add(session=called, text="x", reason="y", by=nurse, now=WHEN)


def alert(session, **more):
    return LimitAlert.objects.create(
        session=session, kind="systolic", level="red", value=184, at=minutes(12), limit="above 180",
        last_value=184, last_at=minutes(12), raised_at=minutes(12), **more,
    )  # fmt: skip


def event(session, by, **more):
    return AdverseEvent.objects.create(
        session=session, term="nausea", began_at=minutes(14), at=minutes(16), grade=1, by=by,
        is_serious=True, is_expected=True, related="probable", outcome="recovered", **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda s, by: alert(s), "nobody has said that they saw it"),
        (event, "waits for its review"),
    ],
    ids=["alert", "event"],
)
def test_what_waits_for_somebody_holds_the_seal_back(called, nurse, make, sentence):
    make(called, nurse)
    with pytest.raises(InputError, match=sentence):
        actions.seal(session=called, by=nurse, now=WHEN)


def test_alerts_with_their_acknowledgement_and_events_are_in_the_record(called, nurse):
    alert(called, acknowledged_by=nurse, acknowledged_at=minutes(13), words="Paused the pump.")
    event(called, nurse, reviewed_by=nurse, reviewed_at=minutes(60), review="Seen.")
    actions.seal(session=called, by=nurse, now=WHEN)
    assert [row["words"] for row in rows(called, "infusions.limitalert")] == [
        "A slip of the fingers.",
        "Paused the pump.",
    ]
    assert [row["review"] for row in rows(called, "infusions.adverseevent")] == ["Seen."]


def test_an_event_can_be_reported_after_the_seal_and_that_is_no_difference(called, nurse):
    told = event(called, nurse, reviewed_by=nurse, reviewed_at=minutes(60), review="Seen.")
    actions.seal(session=called, by=nurse, now=WHEN)
    infusions.report_event(event=told, outside=True, by=nurse, now=WHEN)
    told.refresh_from_db()
    assert told.outside_reported_at == WHEN
    assert verify().problems == ()
