"""A real listener killed, locked out of its database, and held by half-open connections."""

import asyncio
import socket

import pytest
from tests.faults.clinic import Clinic, message
from tests.faults.killing import CHAIRS, kill_often, resumes
from tests.load.driving import drive

from ketacare.adapters.hl7v2 import frame

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    return Clinic(tmp_path_factory.mktemp("clinic"), chairs=CHAIRS)


def test_killed_at_random_moments_nothing_acknowledged_is_lost(clinic):
    acknowledged, lost = kill_often(clinic, times=2, seed=5, longest_s=0.6)
    assert acknowledged > 0
    assert lost == 0
    assert clinic.strangers() == 0
    assert resumes(clinic) < 30


def test_a_locked_database_delays_and_loses_nothing(clinic):
    before = {bed: len(ids) for bed, ids in clinic.stored().items()}
    port = clinic.listen()
    database = clinic.database()
    try:
        database.execute("begin immediate")  # as a backup or a stuck writer would

        async def locked_then_free():
            loop = asyncio.get_running_loop()
            loop.call_later(0.5, database.execute, "rollback")
            return await drive(port, chairs=CHAIRS, count=5)

        acknowledged, seconds = asyncio.run(locked_then_free())
    finally:
        database.close()
        clinic.stop()
    assert seconds >= 0.5  # it waited for the lock instead of answering
    stored = {bed: ids[before.get(bed, 0) :] for bed, ids in clinic.stored().items()}
    assert stored == acknowledged


def test_half_open_connections_do_not_hold_up_the_others(clinic):
    before = {bed: len(ids) for bed, ids in clinic.stored().items()}
    port = clinic.listen()
    held = []
    try:
        for number in range(20):
            line = socket.create_connection(("127.0.0.1", port), timeout=10)
            line.sendall(frame(message(0, 900 + number))[:120])  # half a message, then silence
            held.append(line)
        acknowledged, _seconds = asyncio.run(drive(port, chairs=CHAIRS, count=5))
    finally:
        for line in held:
            line.close()
        clinic.stop()
    stored = {bed: ids[before.get(bed, 0) :] for bed, ids in clinic.stored().items()}
    assert stored == acknowledged  # none of the halves
