"""One infusion from check-in to the call on the day after, with a monitor, a correction and a note."""

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.clinic.infusions import conftest as infusions
from tests.clinic.infusions.conftest import DEVICE, NOW, minutes, observe
from tests.clinic.infusions.test_acts import open_the_gate

from ketacare.adapters.hl7v2 import Outgoing, build_oru
from ketacare.clinic.infusions import actions
from ketacare.clinic.records import actions as records
from ketacare.clinic.vitals import actions as vitals
from ketacare.clinic.vitals.models import Value
from ketacare.core.record import Vital

# The infusions' own fixtures, under their own names.
arrived = infusions.arrived
booked = infusions.booked
chair = infusions.chair
patient = infusions.patient
plan = infusions.plan
ready = infusions.ready
recovering = infusions.recovering
running = infusions.running
second_nurse = infusions.second_nurse
sheet = infusions.sheet

LATER = NOW + timedelta(days=1)


def send(control_id, at, **values):
    """Let the monitor of the chair send values; ``None`` is a value it could not give."""
    measured = [Outgoing(kind=Vital(name), value=value, at=at) for name, value in values.items()]
    message = build_oru(measured, control_id=control_id, device=DEVICE, bed="Chair 2", at=at)
    return vitals.ingest(message, now=at + timedelta(seconds=1))


@pytest.fixture
def gone(running, nurse, second_nurse):
    """Discharged at 17:01: monitor values, a corrected systolic, a pause, a note; bag given."""
    for turn, pressure in enumerate((128, 171, 168)):
        send(f"m{turn}", minutes(10 + turn / 60), systolic=pressure, heart_rate=80 + turn)
    (wrong,) = observe(running, nurse, minutes(11), systolic=217)
    vitals.correct_value(
        value=wrong, new_value=127, reason="Typed the digits the wrong way round.",
        by=second_nurse, now=minutes(12),
    )  # fmt: skip
    # 217 mmHg was beyond the critical limit: it is held until somebody says what it was.
    actions.acknowledge(
        alert=running.alerts.get(), words="A slip of the fingers.", by=nurse, now=minutes(12)
    )
    actions.pause(
        session=running, reason="Nausea", by=nurse, now=minutes(15), expected_version=None
    )
    actions.resume(
        session=running, reason="Better", by=nurse, now=minutes(20), expected_version=None
    )
    actions.note(session=running, text="Holds her sister's hand.", by=nurse, now=minutes(25))
    recovering = actions.stop(
        session=running, reason="", completed=True, by=nurse, now=minutes(45), expected_version=None
    )
    open_the_gate(recovering, nurse)
    return actions.discharge(session=recovering, by=nurse, now=minutes(121), expected_version=None)


@pytest.fixture
def called(gone, nurse):
    return actions.record_call(
        session=gone, reached=True, well=True, words="Slept well.", by=nurse, now=LATER
    )


@pytest.fixture
def sealed(called, nurse):
    records.seal(session=called, by=nurse, now=LATER + timedelta(minutes=5))
    return called


@pytest.fixture
def monitors_value(sealed):
    return Value.objects.get(session=sealed, kind="systolic", value=171)


@pytest.fixture
def receipt(manager):
    from tests.clinic.cabinet.conftest import DELIVERY

    from ketacare.clinic.cabinet import actions as cabinet

    return cabinet.receive(by=manager, now=NOW - timedelta(days=2), **DELIVERY)


@pytest.fixture
def short(receipt, recovering, nurse, psychiatrist):
    """40 mg drawn, 35 mg given, and a physician let the person go before 5 mg were wasted."""
    from ketacare.clinic.cabinet import actions as cabinet

    cabinet.draw(session=recovering, lot=receipt.lot, mg=Decimal(40), by=nurse, now=minutes(41))
    open_the_gate(recovering, nurse)
    actions.discharge(
        session=recovering, by=psychiatrist, now=minutes(121), expected_version=None,
        override_reason="The book is settled after the person has left.",
    )  # fmt: skip
    return actions.record_call(
        session=recovering, reached=True, well=True, words="", by=nurse, now=LATER
    )
