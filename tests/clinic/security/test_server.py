"""What is refused before any page sees it, and who may read what the server writes."""

import asyncio
import os
import stat
import subprocess
import sys

import pytest

from ketacare.clinic.config import asgi
from ketacare.clinic.config.body_limit import LARGEST_BODY


def post(pages, monkeypatch, *chunks, headers=()):
    """Send a body in chunks past the limit to ``pages``; return what was answered."""
    waiting = [
        {"type": "http.request", "body": chunk, "more_body": n + 1 < len(chunks)}
        for n, chunk in enumerate(chunks)
    ]
    sent = []

    async def receive():
        return waiting.pop(0)

    async def send(message):
        sent.append(message)

    monkeypatch.setattr(asgi, "_pages", pages)
    scope = {"type": "http", "method": "POST", "path": "/sign-in/", "headers": list(headers)}
    asyncio.run(asgi.application(scope, receive, send))
    return sent[0]["status"] if sent else None


async def reads_all(scope, receive, send):
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        if not message["more_body"]:
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})


async def must_not_run(scope, receive, send):
    raise AssertionError("the body was announced as too long")


def test_a_body_up_to_the_limit_reaches_the_page(monkeypatch):
    half = b"x" * (LARGEST_BODY // 2)
    assert post(reads_all, monkeypatch, half, half) == 200


def test_a_body_beyond_the_limit_is_refused_while_it_arrives(monkeypatch):
    half = b"x" * (LARGEST_BODY // 2)
    assert post(reads_all, monkeypatch, half, half, b"x") == 413


@pytest.mark.parametrize("length", [str(LARGEST_BODY + 1), "9" * 5000])
def test_a_body_announced_as_too_long_is_not_read(monkeypatch, length):
    header = (b"content-length", length.encode())
    assert post(must_not_run, monkeypatch, b"x", headers=[header]) == 413


@pytest.mark.slow
def test_what_the_clinic_writes_is_for_its_account_alone(tmp_path):
    folder = tmp_path / "data"
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("KETACARE_", "DATABASE"))}
    environ |= {"KETACARE_SECRET_KEY": "x" * 40, "KETACARE_DATA_DIR": str(folder)}
    environ["DJANGO_SETTINGS_MODULE"] = "ketacare.clinic.config.settings"
    subprocess.run(
        [sys.executable, "-m", "ketacare.clinic", "migrate", "audit", "-v", "0"],
        env=environ, check=True, umask=0o022,
    )  # fmt: skip
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {place.name: stat.S_IMODE(place.stat().st_mode) for place in folder.iterdir()}
    assert "ketacare.sqlite3" in modes
    assert set(modes.values()) == {0o600}
