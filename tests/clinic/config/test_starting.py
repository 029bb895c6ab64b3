"""What keeps the clinic from starting is said in one sentence with a remedy; the exit code is 2.

What SQLite says in each case is its own text (sqlite.org/rescode.html); the damaged files are made
here as they arise: other content under the name, pages overwritten, a folder in the place.
"""

import os
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from ketacare.clinic.config import starting
from ketacare.clinic.config.migrating import require_known_changes
from ketacare.core.errors import InputError

SQLITE = {"ENGINE": "django.db.backends.sqlite3", "NAME": "/srv/clinic.sqlite3"}
POSTGRESQL = {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": "clinic", "HOST": "db", "PORT": 5433, "USER": "keta", "PASSWORD": "not to be shown",
}  # fmt: skip


def sentence_of(call, *given, **named):
    with pytest.raises(InputError) as refused:
        call(*given, **named)
    return refused.value.sentence


def test_a_folder_is_made_for_its_account_alone(tmp_path):
    folder = tmp_path / "a" / "b"

    starting.require_folder(folder)

    assert folder.stat().st_mode & 0o777 == 0o700
    assert list(folder.iterdir()) == []  # what was tried has left nothing


def test_a_file_is_not_a_folder(tmp_path):
    (tmp_path / "file").touch()

    said = sentence_of(starting.require_folder, tmp_path / "file")

    assert "is a file: name a folder" in said


@pytest.mark.parametrize("place", ["/proc/nowhere", "/sys/kernel"])
def test_a_folder_that_cannot_be_written_is_said_with_the_reason(place):
    said = sentence_of(starting.require_folder, Path(place))

    assert said.startswith(f"{place} cannot be used as the data folder (")
    assert "KETACARE_DATA_DIR" in said


def test_a_full_disk_is_said_as_what_it_is():
    said = starting.refused_folder(Path("/srv/data"), OSError(28, "No space left on device"))

    assert said.sentence == (
        "There is no room in /srv/data: the disk is full; free some space and start again."
    )


def broken(place):
    place.write_bytes(b"not what it was " * 600)


def overwritten(place):
    with sqlite3.connect(place) as made:
        made.execute("CREATE TABLE one (a)")
        made.executemany("INSERT INTO one VALUES (?)", [("x" * 400,)] * 100)
    made.close()
    with place.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 8192)


def a_folder(place):
    place.mkdir()


@pytest.mark.parametrize(
    ("make", "what"),
    [(broken, "is not a database"), (overwritten, "is damaged"), (a_folder, "cannot be opened")],
)
def test_what_sqlite_says_of_a_broken_file_is_put_in_words(make, what, tmp_path):
    place = tmp_path / "ketacare.sqlite3"
    make(place)
    with pytest.raises(sqlite3.DatabaseError) as error:
        sqlite3.connect(place).execute("SELECT count(a) FROM one").fetchall()

    said = starting.refused_database(error.value, SQLITE | {"NAME": place}).sentence

    assert said.startswith(f"The database {place} {what}")


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("database or disk is full", "the disk is full"),
        ("database is locked", "in use by another program"),
        ("attempt to write a readonly database", "cannot be written"),
        ("no such table: audit_head", "does not look as this version left it"),
    ],
)
def test_other_errors_of_sqlite_are_put_in_words(words, what):
    said = starting.refused_database(sqlite3.OperationalError(words), SQLITE).sentence

    assert said.startswith("The database /srv/clinic.sqlite3 ")
    assert what in said


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ('FATAL:  password authentication failed for user "keta"', "does not let keta in"),
        ('FATAL:  database "clinic" does not exist', "There is no database clinic at db:5433"),
        ("connection refused", "The database at db:5433 does not answer"),
        ("couldn't get a connection after 10.00 sec", "The database at db:5433 does not answer"),
    ],
)
def test_errors_of_postgresql_are_put_in_words_without_the_password(words, what):
    said = starting.refused_database(RuntimeError(words), POSTGRESQL).sentence

    assert what in said
    assert "not to be shown" not in said


@pytest.mark.django_db
def test_a_database_made_by_a_newer_version_is_refused():
    require_known_changes()  # as it is, nothing is said
    MigrationRecorder(connection).record_applied("patients", "0099_later")

    said = sentence_of(require_known_changes)

    assert "used by a newer version (it has patients.0099_later)" in said


def test_the_setting_of_a_taken_port_is_named():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])

        said = sentence_of(starting.require_free, "127.0.0.1", port, setting="KETACARE_VITALS_PORT")

    assert f"Port {port} is taken by another program" in said
    assert "KETACARE_VITALS_PORT=" in said


@pytest.mark.slow
def test_a_broken_database_ends_the_start_with_one_line_and_code_two(tmp_path):
    broken(tmp_path / "ketacare.sqlite3")
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("KETACARE_", "DJANGO_"))}
    environ |= {
        "KETACARE_SECRET_KEY": "k" * 60,
        "KETACARE_ALLOWED_HOSTS": "localhost",
        "KETACARE_DATA_DIR": str(tmp_path),
        "KETACARE_PORT": "8979",
    }
    environ.pop("DATABASE_URL", None)

    done = subprocess.run(
        [sys.executable, "-m", "ketacare.clinic", "migrate"],
        env=environ, capture_output=True, text=True, timeout=150, check=False,
    )  # fmt: skip

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "is not a database: move it away" in done.stderr
