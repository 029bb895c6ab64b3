"""A clinic under its load with pages open: how long a value takes to the server's judgement and to a page.

The server is the real one, a process of its own; monitors are real connections, pages are signed-in
readers of the event stream. One value of every message is a number of its own, so that what a page was
told can be matched with when it was sent.
"""

import asyncio
import os
import re
import statistics
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime

from tests.browser.conftest import free_port
from tests.faults.clinic import ROOT, Clinic

from ketacare.adapters.hl7v2 import Deframer, Outgoing, build_oru, frame, parse_ack
from ketacare.core.record import Vital

_SIGN_IN = """
import json, sys
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from ketacare.clinic.accounts.models import User
from ketacare.clinic.infusions.models import Session
from datetime import UTC, datetime, timedelta
user = User.objects.get(username="n")
user.set_password("only here, and never for people")
user.save()
store = import_module(settings.SESSION_ENGINE).SessionStore()
store[SESSION_KEY] = str(user.pk)
store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
store[HASH_SESSION_KEY] = user.get_session_auth_hash()
store.save()
Session.objects.update(phase="running", started_at=datetime.now(UTC) - timedelta(minutes=30))
print(json.dumps([store.session_key, {s.chair.name: str(s.pk) for s in Session.objects.all()}]))
"""
_PULSE = re.compile(r"Pulse</span>\s*<span class=\"tile__value\">(\d+)")
_SIGNS = (
    (Vital.SYSTOLIC, 128),
    (Vital.DIASTOLIC, 78),
    (Vital.SPO2, 97),
    (Vital.RESPIRATORY_RATE, 14),
    (Vital.TEMPERATURE, 36.8),
    (Vital.SPO2, 96),  # a second sensor: six kinds are known, seven signs are sent
)


class Serving:
    """A clinic that serves pages and listens for monitors."""

    def __init__(self, folder, *, chairs, environment=None):
        self.clinic = Clinic(folder, chairs=chairs, environment=environment)
        self.port, self.vitals_port = free_port(), free_port()
        self.clinic.environment |= {
            "KETACARE_PORT": str(self.port),
            "KETACARE_VITALS_PORT": str(self.vitals_port),
            "KETACARE_ALLOWED_HOSTS": "127.0.0.1",
            "KETACARE_SECURE_COOKIES": "false",
        }
        self.cookie, self.sessions = self.clinic.asks(_SIGN_IN)
        self.process = None

    def start(self):
        """Serve, and return when it answers."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ketacare.clinic", "serve", "--no-migrate"],
            env=self.clinic.environment, cwd=ROOT,
        )  # fmt: skip
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/sign-in/", timeout=5):
                    return self
            except OSError:
                time.sleep(0.1)  # a process of its own: nothing to wait on but its port
        raise AssertionError("the server did not start")

    def stop(self):
        """End it, and return its exit code."""
        self.process.terminate()
        self.process.wait(timeout=30)
        return self.process.returncode


class Told:
    """When each pulse was sent, and when each page was told of it (seconds of one clock)."""

    def __init__(self):
        self.sent = {}
        self.acknowledged = {}
        self.seen = {"page": {}, "board": {}}

    def waits(self, where):
        """Return the sorted seconds from sending to seeing; of those that were seen."""
        return sorted(at - self.sent[k] for k, at in self.seen[where].items() if k in self.sent)


async def watch_under_load(serving, *, chairs, seconds, boards=1, every=1.0):
    """Send one message of seven signs a second from each chair, with every page open."""
    told = Told()
    until = time.perf_counter() + seconds
    pages = [
        _page(serving, f"/infusions/{serving.sessions[f'Chair {n}']}/stream/", n, told, until + 3)
        for n in range(chairs)
    ]
    pages += [_page(serving, "/board/stream/", None, told, until + 3) for _ in range(boards)]
    monitors = [
        _monitor(serving.vitals_port, n, told, until, offset=every * n / chairs, every=every)
        for n in range(chairs)
    ]
    await asyncio.gather(*pages, *monitors)
    return told


async def _monitor(port, chair, told, until, *, offset, every):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    deframer = Deframer()
    await asyncio.sleep(2 + offset)  # the pages are open first
    number, due = 0, time.perf_counter()
    while time.perf_counter() < until:
        pulse = 50 + number % 60
        at = datetime.now(UTC)
        signs = [Outgoing(kind=k, value=v, at=at) for k, v in (*_SIGNS, (Vital.HEART_RATE, pulse))]
        payload = build_oru(
            signs, control_id=f"{chair}-{number}-{os.getpid()}", bed=f"Chair {chair}",
            device=f"0009{chair}", at=at,
        )  # fmt: skip
        key = (chair, number)
        told.sent[key] = time.perf_counter()
        writer.write(frame(payload))
        answers = []
        while not answers:
            data = await reader.read(65536)
            assert data, "the listener hung up"
            answers = deframer.feed(data)
        assert parse_ack(answers[0]).code == "AA"
        told.acknowledged[key] = time.perf_counter()
        number, due = number + 1, due + every
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
    writer.close()


async def _page(serving, path, chair, told, until):
    reader, writer = await asyncio.open_connection("127.0.0.1", serving.port, limit=2**22)
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ketacare_session={serving.cookie}\r\n"
        "Accept: text/event-stream\r\n\r\n".encode()
    )
    chairs = {pk: int(name.split()[1]) for name, pk in serving.sessions.items()}
    event = ""
    try:
        while (left := until - time.perf_counter()) > 0:
            text = (await asyncio.wait_for(reader.readline(), left)).decode()
            at = time.perf_counter()
            if text.startswith("HTTP/1.1"):
                assert " 200 " in text, text
            if text.startswith("event: "):
                event = text.removeprefix("event: ").strip()
            elif text.startswith("data: ") and chair is not None and event == "tiles":
                _note(told, "page", chair, _PULSE.search(text), at)
            elif text.startswith("data: ") and chair is None and event.startswith("seat-"):
                found = re.search(r"Pulse (\d+)", text)
                _note(told, "board", chairs[event.removeprefix("seat-")], found, at)
    except TimeoutError:
        pass
    finally:
        writer.close()


def _note(told, where, chair, found, at):
    """Match a pulse with the newest message that carried it."""
    if found is None:
        return
    newest = max(
        (n for c, n in told.sent if c == chair and 50 + n % 60 == int(found[1])), default=None
    )
    if newest is not None:
        told.seen[where].setdefault((chair, newest), at)


def percentile(values, share):
    """Return the value below which ``share`` of them lie."""
    return values[min(len(values) - 1, int(share * len(values)))]


def summary(values):
    """Return median, 99th percentile and longest."""
    return statistics.median(values), percentile(values, 0.99), values[-1]
