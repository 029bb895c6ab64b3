"""The demo as a process: it starts, prints plain text, stops within three seconds, keeps its data."""

import json
import os
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
import urllib.request

import pytest

pytestmark = pytest.mark.slow
PATIENCE_S = 150  # the machine may be busy with other tests


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Demo:
    def __init__(self, folder, log, *arguments, port=None):
        self.port = port or free_port()
        self.log = log
        environ = {
            k: v for k, v in os.environ.items() if not k.startswith(("KETACARE_", "DJANGO_"))
        }
        environ |= {"KETACARE_DATA_DIR": str(folder), "KETACARE_PORT": str(self.port)}
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ketacare.clinic", "demo", *arguments],
                env=environ, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    @property
    def output(self):
        return self.log.read_text(encoding="utf-8")

    def wait_until_it_serves(self):
        begun = time.monotonic()
        wait_for(self, "What to look at first")
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/sign-in/", timeout=10) as answer:
            assert answer.status == 200
        return time.monotonic() - begun

    def stop(self, number=signal.SIGINT):
        begun = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(timeout=PATIENCE_S)
        return code, time.monotonic() - begun

    def kill(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def others_of(demo):
    """Processes of the demo's own group that are still there."""
    found = subprocess.run(
        ["ps", "-o", "pid=,args=", "-g", str(demo.process.pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return [line for line in found.stdout.splitlines() if "defunct" not in line]


def wait_for(demo, sentence):
    begun = time.monotonic()
    while sentence not in demo.output:
        assert demo.process.poll() is None, demo.output
        assert time.monotonic() - begun < PATIENCE_S, demo.output
        time.sleep(0.1)  # another process: its output is all there is to wait on


def wait_for_messages(folder):
    """Wait for the monitor, which is a client like any other."""
    begun = time.monotonic()
    while count(folder, "vitals_message") == 0:
        assert time.monotonic() - begun < PATIENCE_S
        time.sleep(0.2)  # as above


def count(folder, table):
    with sqlite3.connect(folder / "ketacare.sqlite3") as database:
        return database.execute(f"select count(*) from {table}").fetchone()[0]


def test_first_start_second_start_and_reset(tmp_path):
    folder = tmp_path / "data"
    demo = Demo(folder, tmp_path / "first.log")
    try:
        demo.wait_until_it_serves()
        text = demo.output
        assert "\x1b" not in text
        assert text.isprintable() or all(c.isprintable() or c == "\n" for c in text)
        sign_ins = json.loads((folder / "sign-ins.json").read_text())
        assert stat.S_IMODE((folder / "sign-ins.json").stat().st_mode) == 0o600
        assert len(sign_ins) == 7
        assert all(entry["password"] in text for entry in sign_ins.values())
        assert [n for n in range(1, 6) if f"\n  {n}. " in text] == [1, 2, 3, 4, 5]

        wait_for_messages(folder)
        code, took = demo.stop()
        assert code == 0
        assert took <= 3.0
        assert others_of(demo) == []
    finally:
        demo.kill()
    people = count(folder, "patients_patient")
    assert people >= 20

    again = Demo(folder, tmp_path / "second.log")
    try:
        assert (
            again.wait_until_it_serves() <= 30.0
        )  # 10 s on an idle machine, measured by make bench
        assert count(folder, "patients_patient") == people
        assert json.loads((folder / "sign-ins.json").read_text()) == sign_ins
        code, took = again.stop(signal.SIGTERM)
        assert code == 0
        assert took <= 3.0
        assert others_of(again) == []
    finally:
        again.kill()

    anew = Demo(folder, tmp_path / "third.log", "--reset")
    try:
        wait_for(anew, "Making the sample clinic")
        assert json.loads((folder / "sign-ins.json").read_text()) != sign_ins
        assert count(folder, "patients_patient") < people
        code, _took = anew.stop()
    finally:
        anew.kill()
    # Interrupted while it was being made: said in one sentence, and made again the next time.
    assert code == 0
    assert "the next start makes it again" in anew.output
    assert "Traceback" not in anew.output
    assert not (folder / "caseload.json").exists()
    assert others_of(anew) == []


def test_a_taken_port_ends_with_one_sentence_and_code_2(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        demo = Demo(tmp_path / "data", tmp_path / "log", port=other.getsockname()[1])
        assert demo.process.wait(timeout=PATIENCE_S) == 2

    assert demo.output.count("\n") == 1
    assert "is taken by another program" in demo.output
    assert not (tmp_path / "data").exists()
