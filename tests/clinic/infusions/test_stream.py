"""The event streams: news of each look, beats in between, an end for whoever may not look any more."""

import asyncio
import contextlib

import pytest
from django.test import AsyncClient
from django.urls import reverse
from tests.clinic.infusions.conftest import NOW

from ketacare.clinic.infusions import hub, stream
from ketacare.clinic.infusions.hub import Place
from ketacare.clinic.infusions.rounds import Look


class Quiet:
    """Instead of the hub: a place that holds this news, then nothing."""

    def __init__(self, *news):
        self.news = list(news)

    def place(self, key, say):
        place = Place(key=key, say=say, language="en")
        news = self.news

        async def fetch(*, patience):
            if not news:
                raise asyncio.CancelledError  # the page is closed
            return news.pop(0)

        place.fetch = fetch

        class Open:
            def __enter__(self):
                return place

            def __exit__(self, *_why):
                return None

        return Open()


def heard(monkeypatch, *news, still_here=lambda: True):
    return heard_by(monkeypatch, Quiet(*news), still_here=still_here)


def heard_by(monkeypatch, hub, *, still_here=lambda: True):
    monkeypatch.setattr(stream, "hub", lambda: hub)
    monkeypatch.setattr(stream.timezone, "now", lambda: NOW)

    found = []

    async def collect():
        with contextlib.suppress(asyncio.CancelledError):
            async for part in stream.news("session:1", lambda _look: {}, still_here):
                found.append(part)  # noqa: PERF401 - what came before the end counts too

    asyncio.run(collect())
    text = "".join(found)
    return [
        line.removeprefix("event: ") for line in text.splitlines() if line.startswith("event: ")
    ]


@pytest.mark.django_db
def test_values_come_as_parts_of_the_page(monkeypatch):
    assert heard(monkeypatch, {"tiles": "<ul>", "phase": "<div>"}) == ["beat", "tiles", "phase"]


@pytest.mark.django_db
def test_an_act_brings_the_charts_up_to_date_too(monkeypatch):
    assert heard(monkeypatch, {"changed": "acted"}) == ["beat", "changed", "minute"]


@pytest.mark.django_db
def test_silence_is_filled_with_beats(monkeypatch):
    monkeypatch.setattr(stream, "BEAT_SECONDS", 0)
    assert heard(monkeypatch, {}, {}) == ["beat", "beat", "beat"]


@pytest.mark.django_db
def test_whoever_is_signed_out_is_told_and_hears_nothing_more(monkeypatch):
    monkeypatch.setattr(stream, "ASK_AGAIN_SECONDS", 0)
    said = heard(monkeypatch, {}, {"tiles": "<ul>"}, still_here=lambda: False)
    assert said == ["beat", "left"]


@pytest.mark.django_db
def test_a_closed_session_ends_its_stream(monkeypatch):
    said = heard(monkeypatch, {"changed": "acted", "over": ""}, {"tiles": "<ul>"})
    assert said == ["beat", "changed", "over"]


def test_a_slow_page_gets_the_newest_and_costs_no_more_memory():
    async def slow():
        place = Place(key="k", say=lambda _look: {}, language="en")
        for n in range(1000):
            place.put({"tiles": str(n), "phase": str(n)})
        return await place.fetch(patience=0)

    assert asyncio.run(slow()) == {"tiles": "999", "phase": "999"}


@pytest.mark.django_db(transaction=True)
def test_a_look_that_fails_is_said_and_the_looking_goes_on(monkeypatch):
    """Three failures in a row are trouble; the first look that succeeds ends it."""
    monkeypatch.setattr(hub, "LOOK_EVERY", 0)
    monkeypatch.setattr(hub, "REST", 0)
    left = [OSError("disk")] * 3

    class Failing:
        def look(self, *, now):
            if left:
                raise left.pop()
            return Look(glances=(), standing=(), over=())

        def as_new(self):
            return self.look(now=NOW)

    monkeypatch.setattr(hub, "Rounds", Failing)

    async def watch_it():
        made = hub.Hub()
        with made.place("board", lambda _look: {}) as place:
            first = await place.fetch(patience=5)
            second = await place.fetch(patience=5)
        await made.stop()
        return first, second

    first, second = asyncio.run(watch_it())
    assert first == {"trouble": "trouble"}
    assert second["trouble"] == "over"


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
            await hub.hub().stop()
            return answer.status_code, first.decode()
        return answer.status_code, ""

    status, first = asyncio.run(ask(nurse))
    assert status == 200
    assert first.startswith("retry: 1000\n\nevent: beat\ndata: ")
    assert asyncio.run(ask(front_desk))[0] == 403
    assert asyncio.run(ask(None))[0] == 302


def test_a_change_soon_after_another_is_told_as_well(monkeypatch):
    """A page must not miss the second of two changes because it was told of the first just now."""
    monkeypatch.setattr(stream, "CHANGES_APART_SECONDS", 0.0)
    quick = heard(monkeypatch, {"changed": "changed"}, {"changed": "changed"})
    assert quick.count("changed") == 2
    monkeypatch.setattr(stream, "CHANGES_APART_SECONDS", 0.02)

    class Slow(Quiet):
        def place(self, key, say):
            found = super().place(key, say)
            place = found.__enter__()
            told = iter([{"changed": "changed"}, {"changed": "acted"}])

            async def fetch(*, patience):
                await asyncio.sleep(0)
                if (news := next(told, None)) is not None:
                    return news
                if patience > 1:  # nothing waits any more
                    raise asyncio.CancelledError
                await asyncio.sleep(patience)
                return {}

            place.fetch = fetch
            return found

    news = heard_by(monkeypatch, Slow())
    assert [event for event in news if event == "changed"] == ["changed", "changed"]
