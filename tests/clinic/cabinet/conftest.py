"""A cabinet with one lot of ten vials of 500 mg, and an infusion of 35 mg at each of its phases."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.clinic.infusions import conftest as infusions
from tests.clinic.infusions.conftest import NOW, minutes

from ketacare.clinic.cabinet import actions
from ketacare.clinic.cabinet.models import Made

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

DELIVERY = {
    "product": "Ketamine HCl injection",
    "made": Made.APPROVED,
    "ndc": "00000-0001-10",
    "lot_number": "K1",
    "expires_on": date(2027, 6, 30),
    "mg_per_ml": Decimal(50),
    "vial_ml": Decimal(10),
    "vials": 10,
    "supplier": "Sample Wholesale",
    "reference": "INV-1",
    "received_on": date(2026, 11, 20),
}


@pytest.fixture
def receipt(manager):
    return actions.receive(by=manager, now=NOW - timedelta(days=2), **DELIVERY)


@pytest.fixture
def lot(receipt):
    return receipt.lot


@pytest.fixture
def drawn(ready, lot, nurse):
    """35 mg drawn for the session that is ready to start."""
    return actions.draw(session=ready, lot=lot, mg=Decimal(35), by=nurse, now=minutes(-4))
