"""A real clinic and a real browser: ``ketacare demo`` as a process, Debian's Chromium in front of it.

One demo serves all browser tests (they run in one worker), so a test leaves behind what the next
one can live with; those that kill or stop the demo come last. Without Chromium they are skipped
with the reason in one line; under ``CI=true`` that fails the run, because then nobody would notice.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WIDTHS = {"phone": (360, 740), "desktop": (1280, 900)}
START_SECONDS = 120
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


_LAST = ("test_accessibility.py", "test_killed_server.py", "test_demo_stops.py")


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.xdist_group("browser"))
    items.sort(key=lambda item: _LAST.index(item.path.name) if item.path.name in _LAST else -1)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Demo:
    """A running demo: where it listens, who may sign in, and its process."""

    data_dir: Path
    port: int
    vitals_port: int = 0
    process: subprocess.Popen | None = None
    started_in: float = 0.0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def sign_ins(self):
        return json.loads((self.data_dir / "sign-ins.json").read_text(encoding="utf-8"))

    @property
    def environment(self):
        environment = {
            **os.environ,
            "KETACARE_DATA_DIR": str(self.data_dir),
            "KETACARE_PORT": str(self.port),
            "KETACARE_VITALS_PORT": str(self.vitals_port),
        }
        for name in ("KETACARE_SECRET_KEY", "DATABASE_URL", "DJANGO_SETTINGS_MODULE"):
            environment.pop(name, None)
        return environment

    def start(self):
        begun = time.monotonic()
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self._log = (self.data_dir.parent / "demo.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ketacare.clinic", "demo"],
            env=self.environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        while time.monotonic() - begun < START_SECONDS:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/sign-in/", timeout=5) as answer:
                    if answer.status == 200:
                        self.started_in = time.monotonic() - begun
                        return self
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(
                    0.1
                )  # the server is a process of its own: nothing to wait on but its port
        raise AssertionError(f"the demo did not start:\n{self.output()}")

    def output(self):
        return (self.data_dir.parent / "demo.log").read_text(encoding="utf-8", errors="replace")

    def kill(self):
        """End every process of the demo at once, as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)
        self._log.close()

    def stop(self, number=signal.SIGINT):
        """End it as Ctrl-C does, and return how many seconds that took."""
        begun = time.monotonic()
        self.process.send_signal(number)
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self._log.close()
        return time.monotonic() - begun


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        reason = "Chromium is missing ('apt-get install chromium' as root): no browser test ran."
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="session")
def demo(browser, tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "data"
    running = Demo(data_dir=folder, port=free_port(), vitals_port=free_port()).start()
    yield running
    if running.process.poll() is None:
        running.stop()


@pytest.fixture(scope="session")
def sessions():
    """Sessions that are signed in already, by role: signing in is tested once, not everywhere."""
    return {}


@pytest.fixture
def open_page(browser, demo, sessions):
    """Open pages as a role at a width: ``open_page("nurse", "phone")``; ``None`` is signed out."""
    contexts = []

    def make(role=None, width="desktop", *, script=True, dark=False, touch=False):
        x, y = WIDTHS[width]
        context = browser.new_context(
            base_url=demo.url,
            viewport={"width": x, "height": y},
            java_script_enabled=script,
            color_scheme="dark" if dark else "light",
            has_touch=touch,
            storage_state=sessions.get(role),
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        if role is not None and role not in sessions:
            sign_in(page, demo, role)
            sessions[role] = context.storage_state()
        return page

    yield make
    for context in contexts:
        context.close()


def sign_in(page, demo, role):
    """Sign in as a role and wait for its front page."""
    page.goto("/sign-in/")
    fill_sign_in(page, demo, role)
    page.wait_for_url(lambda url: "/sign-in" not in url)


def fill_sign_in(page, demo, role):
    """Fill in the sign-in form that is open, and send it."""
    who = demo.sign_ins[role]
    page.get_by_label("Sign-in name or e-mail").fill(who["username"])
    page.get_by_label("Password", exact=True).fill(who["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()
