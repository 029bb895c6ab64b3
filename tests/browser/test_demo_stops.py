"""``ketacare demo`` says what there is, ends whole and soon, starts again as it was, or from anew.

The demo of all browser tests is used to the last: building another one would take as long again.
"""

import os
import re
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

from playwright.sync_api import expect

SECONDS = 8  # an open page keeps a stream; the server gives it one second


def processes_of(demo):
    """Return the processes that run with this demo's data folder."""
    found = []
    wanted = f"KETACARE_DATA_DIR={demo.data_dir}".encode()
    for place in Path("/proc").iterdir():
        if not place.name.isdigit() or int(place.name) == os.getpid():
            continue
        try:
            if wanted in (place / "environ").read_bytes().split(b"\0"):
                found.append((place / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue  # it ended while we looked, or is somebody else's
    return found


def people_of(demo):
    with sqlite3.connect(demo.data_dir / "ketacare.sqlite3") as database:
        return database.execute("select count(*) from patients_patient").fetchone()[0]


def test_the_first_start_says_who_may_sign_in_and_what_to_look_at(demo):
    text = demo.output()
    assert all(letter.isprintable() or letter == "\n" for letter in text)  # no colours in a file
    assert stat.S_IMODE((demo.data_dir / "sign-ins.json").stat().st_mode) == 0o600
    assert len(demo.sign_ins) == 7
    assert all(entry["password"] in text for entry in demo.sign_ins.values())
    assert [n for n in range(1, 6) if f"\n  {n}. " in text] == [1, 2, 3, 4, 5]
    assert people_of(demo) >= 20


def test_ctrl_c_ends_every_process_and_keeps_the_data(demo, open_page, record_property):
    page = open_page("nurse")
    page.goto("/board/")
    seats = page.get_by_role("region", name=re.compile("^In the chair now")).get_by_role("article")
    seats.filter(has_text=re.compile("Running|Paused")).get_by_role("link").click()
    expect(page.get_by_text("Live.", exact=True)).to_be_visible()  # a stream is open
    before = demo.sign_ins
    people = demo.data_dir / "ketacare.sqlite3"
    assert len(processes_of(demo)) >= 2  # the clinic and its monitor
    took = demo.stop()
    record_property("demo stopped after Ctrl-C", f"{took:.1f} s")
    assert took < SECONDS
    assert demo.process.returncode == 0
    assert processes_of(demo) == []
    assert "Traceback" not in demo.output()
    # Nothing is left but the folder, and nothing in it that only a running demo needs.
    assert [place.name for place in demo.data_dir.parent.iterdir() if place.name != "demo.log"] == [
        demo.data_dir.name
    ]
    assert people.stat().st_size > 0
    assert not people.with_name(people.name + "-journal").exists()
    demo.start()
    record_property("second start of the demo", f"{demo.started_in:.1f} s")
    assert demo.started_in < 60
    assert demo.sign_ins == before
    # The same person's session still holds, and the same people are there.
    page.goto("/patients/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Patients")
    demo.stop(signal.SIGTERM)
    assert demo.process.returncode == 0
    assert processes_of(demo) == []


def test_a_reset_makes_everything_anew_and_may_be_interrupted(demo):
    before, people = demo.sign_ins, people_of(demo)
    log = demo.data_dir.parent / "reset.log"
    with log.open("wb") as out:
        anew = subprocess.Popen(
            [sys.executable, "-m", "ketacare.clinic", "demo", "--reset"],
            env=demo.environment, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        begun = time.monotonic()
        while "Making the sample clinic" not in log.read_text(encoding="utf-8"):
            assert anew.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() - begun < SECONDS * 10
            time.sleep(0.1)  # another process: its output is all there is to wait on
        assert demo.sign_ins != before
        assert people_of(demo) < people
        anew.send_signal(signal.SIGINT)
        assert anew.wait(timeout=30) == 0
    finally:
        if anew.poll() is None:
            os.killpg(anew.pid, signal.SIGKILL)
    # Interrupted while it was being made: said in one sentence, and made again the next time.
    said = log.read_text(encoding="utf-8")
    assert "the next start makes it again" in said
    assert "Traceback" not in said
    assert not (demo.data_dir / "caseload.json").exists()
    assert processes_of(demo) == []
