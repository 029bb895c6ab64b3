"""A clinic to hurt: its own database file, chairs with somebody in each, a listener as a process.

Used by the tests of faults and of load. Everything goes through the commands and the port, as it
does for a real monitor; only counting looks into the database.
"""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ketacare.adapters.hl7v2 import Outgoing, build_oru
from ketacare.core.record import Vital

ROOT = Path(__file__).resolve().parents[2]
_SET_UP = """
from datetime import datetime, UTC, timedelta
from ketacare.clinic.accounts.models import User
from ketacare.clinic.infusions import actions
from ketacare.clinic.patients.models import Patient
now = datetime.now(UTC) - timedelta(hours=1)
nurse = User.objects.create(username="n", display_name="Nurse", role="nurse")
for number in range({chairs}):
    chair = actions.add_chair(name=f"Chair {{number}}", by=nurse, now=now)
    person = Patient.objects.create(given_name="Ana", family_name=f"No {{number}}", referred_at=now)
    session = actions.schedule(patient=person, scheduled_at=now, by=nurse, now=now, chair=chair)
    actions.check_in(session=session, by=nurse, now=now, expected_version=1)
"""


class Clinic:
    """One clinic in a folder."""

    def __init__(self, folder, *, chairs, environment=None):
        self.folder = folder
        self.environment = (
            {
                k: v
                for k, v in os.environ.items()
                if not k.startswith(("KETACARE_", "DATABASE_", "DJANGO_"))
            }
            | {
                "KETACARE_SECRET_KEY": "only-for-tests-and-type-checks-never-for-people",
                "KETACARE_DATA_DIR": str(folder),
                "KETACARE_LOG_LEVEL": "ERROR",
            }
            | (environment or {})
        )
        self._command("migrate", "--verbosity", "0")
        self._command("shell", "--verbosity", "0", "--command", _SET_UP.format(chairs=chairs))
        self.listener = None

    def _command(self, *words):
        subprocess.run(
            [sys.executable, "-m", "ketacare.clinic", *words],
            env=self.environment, cwd=ROOT, check=True, capture_output=True, timeout=300,
        )  # fmt: skip

    def asks(self, program):
        """Return what a program in the clinic's own shell prints, as JSON."""
        found = subprocess.run(
            [sys.executable, "-m", "ketacare.clinic", "shell", "--verbosity", "0", "--command",
             program],
            env=self.environment, cwd=ROOT, check=True, capture_output=True, timeout=300,
        )  # fmt: skip
        return json.loads(found.stdout)

    def listen(self, **more):
        """Start the listener and return its port."""
        self.listener = subprocess.Popen(
            [sys.executable, "-m", "ketacare.clinic", "listen", "--port", "0"],
            env=self.environment | more, cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        line = self.listener.stdout.readline()
        return int(line.rsplit(":", 1)[1].rstrip(".\n"))

    def kill(self):
        """End the listener with SIGKILL."""
        self.listener.kill()
        self.listener.wait()
        self.listener.stdout.close()

    def stop(self):
        """End the listener as the operating system does, and return its exit code."""
        self.listener.terminate()
        self.listener.wait(timeout=30)
        self.listener.stdout.close()
        return self.listener.returncode

    def database(self):
        """Return a connection to the database file, for looking."""
        return sqlite3.connect(self.folder / "ketacare.sqlite3", timeout=30, isolation_level=None)

    def _rows(self, question):
        address = self.environment.get("DATABASE_URL")
        if address is None:
            database = self.database()
        else:
            import psycopg

            database = psycopg.connect(address, autocommit=True)
        with contextlib.closing(database):
            return database.execute(question).fetchall()

    def stored(self):
        """Return the control ids stored with a session, in order of storing, by chair."""
        place = "m.rowid"
        if "DATABASE_URL" in self.environment:  # its rows have no order of their own
            place = "m.received_at, m.sent_at, length(m.control_id), m.control_id"
        rows = self._rows(
            "select m.bed, m.control_id, v.n from vitals_message m join "
            "(select message_id, count(*) as n from vitals_value group by message_id) v "
            f"on v.message_id = m.id where m.status = 'committed' order by {place}"
        )
        found = {}
        for bed, control_id, values in rows:
            assert values == 3  # whole messages only
            found.setdefault(bed, []).append(control_id)
        return found

    def strangers(self):
        """Return how many values are with a person who does not sit in the chair they came from."""
        ((n,),) = self._rows(
            "select count(*) from vitals_value v join vitals_message m on v.message_id = m.id "
            "join infusions_session s on v.session_id = s.id "
            "join infusions_chair c on s.chair_id = c.id where c.name <> m.bed"
        )
        return n


def message(chair, number):
    """Return message ``number`` of a chair: three values."""
    at = datetime.now(UTC) - timedelta(milliseconds=200)
    sent = [
        Outgoing(kind=Vital.HEART_RATE, value=60 + number % 60, at=at),
        Outgoing(kind=Vital.SPO2, value=97, at=at),
        Outgoing(kind=Vital.RESPIRATORY_RATE, value=14, at=at),
    ]
    return build_oru(
        sent, control_id=f"{chair}-{number}", bed=f"Chair {chair}", device=f"0009{chair}", at=at
    )
