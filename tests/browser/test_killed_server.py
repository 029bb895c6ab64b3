"""The clinic killed in the middle of an infusion: nothing acknowledged is lost, nothing is doubled.

The simulated monitor runs as a process of its own and outlives the clinic: it sends what was not
acknowledged again until somebody answers.
"""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

from playwright.sync_api import expect

EVERY_S = 0.1
SENT = 100  # messages, ten seconds of them: some before, some during, some after the kill
BEFORE = 30
SILENCE_MS = 20_000


def committed(demo, started):
    """Return how often each message of our monitor is in the record, and its values."""
    with closing(
        sqlite3.connect(f"file:{demo.data_dir}/ketacare.sqlite3?mode=ro", uri=True)
    ) as database:
        return database.execute(
            "select m.control_id, count(distinct m.id), count(v.id), count(distinct v.kind) "
            "from vitals_message m left join vitals_value v on v.message_id = m.id "
            "where m.status = 'committed' and m.control_id like ? group by m.control_id",
            (f"{started}%",),
        ).fetchall()


def test_a_kill_in_the_middle_of_an_infusion_loses_nothing(demo, open_page, record_property):
    page = open_page("nurse")
    page.clock.install()
    page.goto("/board/")
    seats = page.get_by_role("region", name=re.compile("^In the chair now")).get_by_role("article")
    seats.filter(has_text=re.compile("Running|Paused")).get_by_role("link").click()
    now = page.get_by_role("region", name="Now")
    expect(now).to_contain_text("Monitor connected")
    phase = re.search("Running|Paused", now.inner_text())[0]
    chair = re.search(r"Chair \d", page.get_by_role("main").inner_text())[0]
    begun = time.time()
    monitor = subprocess.Popen(
        [
            sys.executable, "-m", "ketacare.cli", "monitor", f"--port={demo.vitals_port}",
            f"--bed={chair}", "--started=-20m", f"--every={EVERY_S}", f"--count={SENT}",
            "--seed=5", "--weight=65 kg", "--dose=32.5 mg",
        ],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        control = wait_for_messages(demo, since=begun)
        demo.kill()
        kept = committed(demo, control)
        assert len(kept) >= BEFORE
        # After some seconds of silence the page says that it is alone.
        page.clock.fast_forward(SILENCE_MS)
        expect(page.get_by_text("This page has lost the clinic's server")).to_be_visible()
        demo.start()
        record_property("start of the demo after a kill", f"{demo.started_in:.1f} s")
        assert demo.started_in < 60
        # The page recovers by itself, and a reload shows the infusion still running.
        expect(page.get_by_text("Live.", exact=True)).to_be_visible(timeout=25_000)
        page.reload()
        expect(now).to_contain_text(phase)
        expect(now).to_contain_text("Monitor connected", timeout=15_000)
        said, _ = monitor.communicate(timeout=60)
    finally:
        if monitor.poll() is None:
            os.killpg(monitor.pid, signal.SIGKILL)
            monitor.wait()
        monitor.stdout.close()
    assert monitor.returncode == 0, said
    sent, acknowledged, rejected = (int(n) for n in re.findall(r"\d+", said)[:3])
    assert (sent, acknowledged, rejected) == (SENT, SENT, 0)
    found = committed(demo, control)
    # Each acknowledged message once, whole: as many values as kinds, so none twice.
    assert len(found) == SENT
    assert {times for _, times, _, _ in found} == {1}
    assert all(values == kinds >= 3 for _, _, values, kinds in found)
    # And what was in the record when the clinic was killed is still there.
    assert {row[0] for row in kept} <= {row[0] for row in found}


def wait_for_messages(demo, *, since):
    """Wait until enough of our monitor's messages are stored; return what their ids begin with."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with closing(sqlite3.connect(demo.data_dir / "ketacare.sqlite3", timeout=20)) as database:
            ids = [row[0] for row in database.execute("select control_id from vitals_message")]
        # A simulated monitor names its messages by when it started, in milliseconds.
        for begun in {each.partition("-")[0] for each in ids if "-" in each}:
            try:
                ours = int(begun, 16) / 1000 >= since
            except ValueError:
                continue
            if ours and sum(each.startswith(f"{begun}-") for each in ids) >= BEFORE:
                return f"{begun}-"
        time.sleep(0.1)  # another process writes them: there is nothing here to be told by
    raise AssertionError(f"the monitor's messages did not arrive:\n{demo.output()}")
