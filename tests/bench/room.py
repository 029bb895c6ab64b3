"""Times the page and the record of an infusion that has run two hours with seven signs each second.

The sample clinic's running infusion is taken, its start moved back two hours, and every second between
filled with what a monitor would have sent. Chromium draws the page at the width of a phone and of a desk;
its main thread is asked how long it worked for each update, drawing included. Server and browser share
the machine, so these are the longest it takes.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright
from tests.bench.pages import signed_in
from tests.browser.conftest import CHROMIUM, FLAGS, WIDTHS, Demo, free_port

HOURS = 2
RUNS = 7
WATCHED_S = 20
_FILL = """
import json
from datetime import UTC, datetime, timedelta
from ketacare.clinic.infusions.models import PumpEvent, Session
from ketacare.clinic.vitals.models import Value
from ketacare.clinic.vitals.times import bucket_of
now, back = datetime.now(UTC), timedelta(hours={hours})
session = Session.objects.get(phase="running")
shift = back - (now - session.started_at)
Session.objects.filter(pk=session.pk).update(started_at=session.started_at - shift)
for event in PumpEvent.objects.filter(session=session):
    PumpEvent.objects.filter(pk=event.pk).update(at=event.at - shift)
signs = (
    ("systolic", "mmHg", 128, ""), ("diastolic", "mmHg", 78, ""), ("heart_rate", "/min", 72, ""),
    ("spo2", "%", 97, "1"), ("spo2", "%", 96, "2"), ("respiratory_rate", "/min", 14, ""),
    ("temperature", "Cel", 36.8, ""),
)
rows = []
for second in range(int(back.total_seconds())):
    at = now - back + timedelta(seconds=second)
    for turn, (kind, unit, value, sub) in enumerate(signs):
        rows.append(Value(
            session=session, patient_id=session.patient_id, kind=kind, unit=unit, sub_id=sub,
            value=value + (second * 7 + turn * 3) % 5, at=at, device_at=at, received_at=at,
            bucket=bucket_of(at), origin="device", device_id="bench", control_id=str(second),
        ))
Value.objects.bulk_create(rows, batch_size=2000)
print(json.dumps([str(session.pk), len(rows)]))
"""


def run(line):
    """Print first paint, update and PDF of a session of two hours."""
    if CHROMIUM is None:
        print("\nChromium is missing: the page of a long session was not timed.")
        return
    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(data_dir=Path(folder) / "data", port=free_port(), vitals_port=free_port())
        demo.start()
        try:
            session, count = _fill(demo)
            print(f"\nAn infusion of {HOURS} h x 7 signs x 1 Hz: {count} values")
            _page(demo, f"{demo.url}/infusions/{session}/", line)
            opener = signed_in(demo, "nurse")
            taken = [
                _seconds(opener, f"{demo.url}/infusions/{session}/record/pdf/") for _ in range(RUNS)
            ]
            line(f"record with strip and every value as PDF, median of {RUNS}", _mid(taken), 2.0)
        finally:
            demo.stop()


def _fill(demo):
    environment = demo.environment | {
        "KETACARE_SECRET_KEY": (demo.data_dir / "secret-key").read_text(encoding="utf-8"),
        "KETACARE_SAMPLE_DATA": "yes",
        "KETACARE_ALLOWED_HOSTS": "127.0.0.1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "ketacare.clinic", "shell", "--verbosity", "0", "--command",
         _FILL.format(hours=HOURS)],
        env=environment, check=True, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    return json.loads(done.stdout)


def _page(demo, address, line):
    who = demo.sign_ins["nurse"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, (width, height) in WIDTHS.items():
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(f"{demo.url}/sign-in/")
            page.fill('[name="login"]', who["username"])
            page.fill('[name="password"]', who["password"])
            page.press('[name="password"]', "Enter")
            page.wait_for_url(lambda url: "sign-in" not in url)
            painted = [_first_paint(page, address) for _ in range(RUNS)]
            line(f"request -> first paint, {name}, median of {RUNS}", _mid(painted), 0.5)
            line(f"main thread for each update of the page, {name}", _update(page), 0.02)
            page.close()
        browser.close()


def _first_paint(page, address):
    """Return the seconds from the request to the first content on the screen, the server's included."""
    page.goto(address)
    page.wait_for_function(
        "performance.getEntriesByName('first-contentful-paint').length", timeout=10_000
    )
    return (
        page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1e3
    )


def _update(page):
    """Return the main thread's seconds for each update: all its tasks while the page was watched."""
    page.evaluate(
        "() => { window.told = 0; document.body.addEventListener('htmx:sseMessage', () => told++) }"
    )
    asked = page.context.new_cdp_session(page)
    asked.send("Performance.enable")

    def worked():
        found = asked.send("Performance.getMetrics")["metrics"]
        return next(each["value"] for each in found if each["name"] == "TaskDuration")

    before = worked()
    time.sleep(WATCHED_S)
    spent, told = worked() - before, page.evaluate("told")
    print(f"{'':<4}{told} updates in {WATCHED_S} s, {spent / WATCHED_S:.1%} of the main thread")
    return spent / max(told, 1)


def _seconds(opener, address):
    begun = time.perf_counter()
    opener.open(address).read()
    return time.perf_counter() - begun


def _mid(taken):
    return statistics.median(taken)
