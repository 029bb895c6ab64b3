"""The ASGI entry: services live as long as the server, static files come without Django."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from django.apps import apps
from django.conf import settings

from ketacare.clinic.config.asgi import application


def speak(scope, *messages):
    """Return everything the application sends when it receives ``messages``."""
    waiting = list(messages)
    sent = []

    async def receive():
        return waiting.pop(0)

    async def send(message):
        sent.append(dict(message))

    asyncio.run(application(scope, receive, send))
    return sent


STARTUP, SHUTDOWN = {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}


@pytest.fixture
def service(monkeypatch):
    happened = []

    @asynccontextmanager
    async def running():
        happened.append("started")
        yield
        happened.append("stopped")

    monkeypatch.setattr(apps.get_app_config("vitals"), "background", running, raising=False)
    return happened


def test_services_start_and_stop_with_the_server(service):
    sent = speak({"type": "lifespan"}, STARTUP, SHUTDOWN)
    assert [message["type"] for message in sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    assert service == ["started", "stopped"]


def test_a_service_that_is_not_set_up_is_left_out(service, monkeypatch):
    monkeypatch.setattr(apps.get_app_config("vitals"), "background", lambda: None)
    assert speak({"type": "lifespan"}, STARTUP, SHUTDOWN)[0]["type"] == "lifespan.startup.complete"
    assert service == []


def test_a_service_that_does_not_start_stops_the_server(monkeypatch):
    def background():
        raise OSError("port 2575 is taken")

    monkeypatch.setattr(apps.get_app_config("vitals"), "background", background, raising=False)
    sent = speak({"type": "lifespan"}, STARTUP)
    assert sent == [{"type": "lifespan.startup.failed", "message": "port 2575 is taken"}]


def get(path, *headers):
    scope = {"type": "http", "method": "GET", "path": path, "headers": list(headers)}
    return speak(scope)


@pytest.mark.parametrize(
    "name", ["css/tokens.css", "js/autosave.js", "django_htmx/htmx-2.min.js", "mfa/js/webauthn.js"]
)
def test_static_files_are_served_for_a_year(name):
    start, *rest = get(settings.STATIC_URL + name)
    headers = dict(start["headers"])
    assert start["status"] == 200
    assert b"immutable" in headers[b"cache-control"]
    assert headers[b"x-content-type-options"] == b"nosniff"
    body = b"".join(message["body"] for message in rest)
    assert len(body) == int(headers[b"content-length"])


def test_a_file_the_browser_has_is_not_sent_again():
    address = settings.STATIC_URL + "css/tokens.css"
    etag = dict(get(address)[0]["headers"])[b"etag"]
    start, end = get(address, (b"if-none-match", etag))
    assert start["status"] == 304
    assert end["body"] == b""
