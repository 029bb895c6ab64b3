"""The event stream: says that something changed, beats in between, and nothing about the person."""

import asyncio

import pytest
from django.test import AsyncClient
from django.urls import reverse
from tests.clinic.infusions.conftest import NOW

from ketacare.clinic.infusions import stream


@pytest.fixture
def counters(monkeypatch):
    """Let the stream see these states of a session, one each time it looks."""

    def show(*states):
        left = list(states)
        monkeypatch.setattr(
            stream.access, "change_counter", lambda _session: left.pop(0) if left else None
        )
        monkeypatch.setattr(stream, "POLL_SECONDS", 0)
        monkeypatch.setattr(stream.timezone, "now", lambda: NOW)

    return show


def heard():
    async def collect():
        return [part async for part in stream.changes(None)]

    text = "".join(asyncio.run(collect()))
    return [
        line.removeprefix("event: ") for line in text.splitlines() if line.startswith("event: ")
    ]


@pytest.mark.django_db
def test_a_monitors_value_is_a_change(counters):
    counters((5, 10), (5, 10), (5, 11))
    assert heard() == ["beat", "changed"]


@pytest.mark.django_db
def test_an_act_brings_the_charts_up_to_date_too(counters):
    counters((5, 10), (6, 11))
    assert heard() == ["beat", "changed", "minute"]


@pytest.mark.django_db
def test_silence_is_filled_with_beats(counters, monkeypatch):
    monkeypatch.setattr(stream, "BEAT_SECONDS", 0)
    counters((5, 10), (5, 10), (5, 10))
    assert heard() == ["beat", "beat", "beat"]


@pytest.mark.django_db(transaction=True)
def test_the_stream_is_for_those_who_see_infusions(running, nurse, front_desk):
    address = reverse("infusions:stream", args=[running.pk])

    async def ask(user):
        client = AsyncClient()
        if user is not None:
            await client.aforce_login(user)
        answer = await client.get(address, headers={"accept": "text/event-stream"})
        if answer.streaming:
            parts = answer.streaming_content
            first = await anext(parts)
            await parts.aclose()
            return answer.status_code, first.decode()
        return answer.status_code, ""

    assert asyncio.run(ask(nurse)) == (200, "retry: 2000\n\nevent: beat\ndata: hello\n\n")
    assert asyncio.run(ask(front_desk))[0] == 403
    assert asyncio.run(ask(None))[0] == 302
