"""The demo as a process where it cannot start. How it starts, stops and resets: tests/browser/test_demo_stops.py."""

import os
import socket
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow
PATIENCE_S = 150  # the machine may be busy with other tests


def test_a_taken_port_ends_with_one_sentence_and_code_2(tmp_path):
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("KETACARE_", "DJANGO_"))}
    with socket.create_server(("127.0.0.1", 0)) as other:
        environ |= {
            "KETACARE_DATA_DIR": str(tmp_path / "data"),
            "KETACARE_PORT": str(other.getsockname()[1]),
        }
        done = subprocess.run(
            [sys.executable, "-m", "ketacare.clinic", "demo"],
            env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=PATIENCE_S, check=False,
        )  # fmt: skip

    assert done.returncode == 2
    assert done.stdout.count("\n") == 1
    assert "is taken by another program" in done.stdout
    assert not (tmp_path / "data").exists()
