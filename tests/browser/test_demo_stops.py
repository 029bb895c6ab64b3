"""``ketacare demo`` stopped with Ctrl-C ends whole and soon, and starts again as it was."""

import os
import re
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
    assert "Traceback" not in demo.output().rpartition("What to look at first")[2]
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
    demo.stop()
    assert processes_of(demo) == []
