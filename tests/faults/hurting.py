"""Ways to hurt a clinic that serves: a disk that fills up, a clock that is set, and ears on its streams."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path

# The server's own clock for the pages and the listener, moved by as many seconds as a file says. The
# machine's clock is not ours to set; everything in the clinic asks django.utils.timezone for the time.
CLOCK = """
import os
from datetime import timedelta
from django.utils import timezone
_now, _place = timezone.now, os.environ["FAULTS_CLOCK"]
def now():
    with open(_place, encoding="ascii") as file:
        return _now() + timedelta(seconds=float(file.read() or 0))
timezone.now = now
"""


def clock(folder):
    """Return (environment, set): a server with this environment has a clock that ``set`` moves."""
    place = folder / "clock"
    (place / "path").mkdir(parents=True)
    (place / "path" / "sitecustomize.py").write_text(CLOCK)
    (place / "seconds").write_text("0")

    def move(seconds):
        new = place / "new"
        new.write_text(str(seconds))
        new.replace(place / "seconds")

    path = os.pathsep.join(filter(None, (str(place / "path"), os.environ.get("PYTHONPATH"))))
    return {"FAULTS_CLOCK": str(place / "seconds"), "PYTHONPATH": path}, move


@contextlib.contextmanager
def small_disk(folder, megabytes):
    """Put a small disk of its own at ``folder``; yields ``None`` where nobody may mount one."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if (
        not shutil.which("mount")
        or subprocess.run(mount, check=False, capture_output=True).returncode
    ):
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder):
    """Fill the disk to the last byte, and return the file that does."""
    place = folder / "ballast"
    with place.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(4096)):
            pass
    return place


class Ear:
    """A page that is open: what its stream said, with when (seconds of one clock)."""

    def __init__(self, serving, path):
        self.said = []
        self._line = _ask(serving, path)
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self):
        event = ""
        with contextlib.suppress(OSError), self._line.makefile("r", encoding="utf-8") as lines:
            for text in lines:
                if text.startswith("event: "):
                    event = text.removeprefix("event: ").strip()
                elif text.startswith("data: "):
                    self.said.append((time.monotonic(), event, text.removeprefix("data: ").strip()))

    def hears(self, event, data, *, within, since=0.0):
        """Return seconds until it was told so after ``since``; ``None`` when it was not in time."""
        begun = since or time.monotonic()
        while time.monotonic() - begun < within:
            for at, said, told in list(self.said):
                if at >= since and said == event and re.search(data, told):
                    return at - begun
            time.sleep(0.02)  # another process: nothing to wait on but what it says
        return None

    def close(self):
        """Close the page."""
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        self._thread.join(timeout=5)
        self._line.close()


def deaf(serving, path):
    """Return a page that is open and takes nothing: a browser that hangs."""
    return _ask(serving, path, buffer=2048)


def _ask(serving, path, buffer=None):
    line = socket.socket()
    if buffer is not None:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    line.connect(("127.0.0.1", serving.port))
    line.sendall(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ketacare_session={serving.cookie}\r\n"
        "Accept: text/event-stream\r\n\r\n".encode()
    )
    return line


def resident_kb(process):
    """Return how much memory a process holds."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1])


class Monitors(threading.Thread):
    """Monitors of all chairs that send once a ``every`` seconds, again until each is taken.

    ``taken`` holds the control ids answered AA, by chair; ``answers`` every code with when.
    """

    def __init__(self, port, *, chairs, every=0.2):
        super().__init__(daemon=True)
        self._port, self._chairs, self._every = port, chairs, every
        self.taken = {f"Chair {n}": [] for n in range(chairs)}
        self.answers = []
        self._over = threading.Event()

    def run(self):
        """Send until told to stop."""
        others = [threading.Thread(target=self._one, args=(n,)) for n in range(self._chairs)]
        for each in others:
            each.start()
        for each in others:
            each.join()

    def _one(self, chair):
        from tests.faults.clinic import message

        from ketacare.adapters.hl7v2 import Deframer, frame, parse_ack

        number, deframer = 0, Deframer()
        with socket.create_connection(("127.0.0.1", self._port), timeout=60) as line:
            payload = message(chair, number)
            while not self._over.is_set():
                line.sendall(frame(payload))
                parts = []
                while not parts:
                    data = line.recv(65536)
                    if not data:
                        return
                    parts = deframer.feed(data)
                answer = parse_ack(parts[0])
                self.answers.append((time.monotonic(), answer.code))
                if answer.code == "AA":
                    self.taken[f"Chair {chair}"].append(answer.control_id)
                    number += 1
                    payload = message(chair, number)
                self._over.wait(self._every)

    def stop(self):
        """End after the answers under way."""
        self._over.set()
        self.join(timeout=90)
