"""Twelve chairs at once through one listener: nothing lost, nothing twice, order kept per chair.

The rate itself is measured by ``make faults`` (``python -m tests.faults load``), not asserted here.
"""

import asyncio

import pytest
from tests.faults.clinic import Clinic
from tests.load.driving import drive

CHAIRS, EACH = 12, 40


@pytest.mark.slow
def test_messages_of_twelve_chairs_are_stored_once_and_in_order(tmp_path):
    clinic = Clinic(tmp_path, chairs=CHAIRS)
    port = clinic.listen()
    try:
        acknowledged, _seconds = asyncio.run(drive(port, chairs=CHAIRS, count=EACH))
    finally:
        code = clinic.stop()
    wanted = {f"Chair {c}": [f"{c}-{n}" for n in range(EACH)] for c in range(CHAIRS)}
    assert acknowledged == wanted
    assert clinic.stored() == wanted  # the same order, none missing, none twice
    assert clinic.strangers() == 0
    assert code == 0
