"""The listener killed under load: whatever it had acknowledged is in the database.

A real process with its own database file, ended with SIGKILL while it is storing.
"""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ketacare.adapters.hl7v2 import Deframer, Outgoing, build_oru, frame, parse_ack
from ketacare.core.record import Vital

ROOT = Path(__file__).resolve().parents[3]
SET_UP = """
from datetime import datetime, UTC, timedelta
from ketacare.clinic.accounts.models import User
from ketacare.clinic.infusions import actions
from ketacare.clinic.patients.models import Patient
now = datetime.now(UTC) - timedelta(hours=1)
nurse = User.objects.create(username="n", display_name="Nurse", role="nurse")
chair = actions.add_chair(name="Chair 1", by=nurse, now=now)
person = Patient.objects.create(given_name="Ana", family_name="Moreno", referred_at=now)
session = actions.schedule(patient=person, scheduled_at=now, by=nurse, now=now, chair=chair)
actions.check_in(session=session, by=nurse, now=now, expected_version=1)
"""
KILL_AFTER = 25


@pytest.fixture
def environment(tmp_path):
    kept = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("KETACARE_", "DATABASE_", "DJANGO_"))
    }
    return kept | {
        "KETACARE_SECRET_KEY": "only-for-tests-and-type-checks-never-for-people",
        "KETACARE_DATA_DIR": str(tmp_path),
        "KETACARE_LOG_LEVEL": "WARNING",
    }


def command(environment, *words):
    return subprocess.run(
        [sys.executable, "-m", "ketacare.clinic", *words],
        env=environment, cwd=ROOT, check=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def listening(environment):
    """Start the listener and return it with the port it chose."""
    process = subprocess.Popen(
        [sys.executable, "-m", "ketacare.clinic", "listen", "--port", "0"],
        env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    line = process.stdout.readline()
    return process, int(line.rsplit(":", 1)[1].rstrip(".\n"))


def message(number):
    at = datetime.now(UTC) - timedelta(seconds=1)
    sent = [
        Outgoing(kind=Vital.HEART_RATE, value=60 + number % 60, at=at),
        Outgoing(kind=Vital.SPO2, value=97, at=at),
    ]
    return frame(build_oru(sent, control_id=f"K{number}", bed="Chair 1", device="0009", at=at))


@pytest.mark.slow
def test_everything_acknowledged_is_stored_when_the_listener_is_killed(environment, tmp_path):
    command(environment, "migrate", "--verbosity", "0")
    command(environment, "shell", "--verbosity", "0", "--command", SET_UP)
    process, port = listening(environment)
    accepted = []
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
            line.sendall(b"".join(message(n) for n in range(500)))
            deframer = Deframer()
            while len(accepted) < KILL_AFTER:
                accepted += [parse_ack(part) for part in deframer.feed(line.recv(65536))]
            os.kill(process.pid, signal.SIGKILL)  # in the middle of storing
            try:
                while data := line.recv(65536):
                    accepted += [parse_ack(part) for part in deframer.feed(data)]
            except ConnectionError:
                pass  # what a killed server does to its clients
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert {answer.code for answer in accepted} == {"AA"}
    database = sqlite3.connect(tmp_path / "ketacare.sqlite3")
    rows = database.execute(
        "select m.control_id, count(v.id) from vitals_message m "
        "join vitals_value v on v.message_id = m.id where m.status = 'committed' group by m.id"
    ).fetchall()
    database.close()
    # Whole messages only (both values), and none of the acknowledged ones is missing.
    assert {count for _, count in rows} == {2}
    assert {answer.control_id for answer in accepted} <= {control_id for control_id, _ in rows}
    # It starts again, takes the same message without storing it twice, and goes on.
    process, port = listening(environment)
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
            line.sendall(message(1000))
            deframer, found = Deframer(), []
            while not found:
                found = deframer.feed(line.recv(65536))
        assert parse_ack(found[0]).code == "AA"
    finally:
        process.terminate()
        process.wait(timeout=20)
        process.stdout.close()
    assert process.returncode == 0
