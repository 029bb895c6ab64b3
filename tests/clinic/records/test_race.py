"""Two people seal at once, and something arrives while a record is sealed: on both databases."""

import threading
from datetime import timedelta

import pytest
from django.db import connections, transaction
from tests.clinic.infusions.conftest import minutes
from tests.clinic.records.conftest import LATER, send

from ketacare.clinic.infusions.models import Step
from ketacare.clinic.records import actions
from ketacare.clinic.records.models import Seal
from ketacare.clinic.records.verify import verify
from ketacare.clinic.vitals.models import Message

WHEN = LATER + timedelta(hours=1)
BLOCKED = 0.3  # seconds in which a seal that does not wait would be done

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def sealing(session, by, found):
    """Return a thread that seals, and notes what came of it."""

    def seal():
        try:
            found.append(actions.seal(session=session, by=by, now=WHEN))
        except Exception as error:  # noqa: BLE001 - shown by the assertions
            found.append(error)
        finally:
            connections.close_all()

    return threading.Thread(target=seal)


def test_two_people_who_seal_at_once_make_one_seal(called, nurse, second_nurse):
    found = []
    both = [sealing(called, by, found) for by in (nurse, second_nurse)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(type(each).__name__ for each in found) == ["InputError", "Seal"]
    assert Seal.objects.count() == 1
    assert verify().problems == ()


def write_note(session, by):
    Step.objects.create(session=session, act="note", version=99, at=WHEN, by=by, text="Late.")


def hear_monitor(_session, _by):
    send("late", minutes(30), systolic=133)


@pytest.mark.parametrize("write", [write_note, hear_monitor])
def test_a_seal_waits_for_what_is_being_written(called, nurse, second_nurse, write):
    found = []
    sealer = sealing(called, second_nurse, found)
    with transaction.atomic():
        write(called, nurse)
        sealer.start()
        sealer.join(BLOCKED)
        assert sealer.is_alive()  # it waits for our commit instead of sealing without it
    sealer.join()
    assert isinstance(found[0], Seal), found
    assert verify().problems == ()
    text = " ".join(found[0].lines)
    assert ("Late." in text) or ("133" in text)


def test_a_value_that_comes_while_it_is_sealed_waits_and_goes_to_the_inbox(called, nurse):
    answers = []

    def hear():
        try:
            answers.append(send("late", minutes(30), systolic=133))
        finally:
            connections.close_all()

    monitor = threading.Thread(target=hear)
    with transaction.atomic():
        actions.seal(session=called, by=nurse, now=WHEN)
        monitor.start()
        monitor.join(BLOCKED)
    monitor.join()
    assert b"MSA|AA" in answers[0]
    assert Message.objects.get(control_id="late").status == Message.Status.UNMATCHED
    assert verify().problems == ()
