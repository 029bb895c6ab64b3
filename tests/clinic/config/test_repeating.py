"""A job beside the pages goes on after a failure, and ends with the server."""

import asyncio
from datetime import UTC, datetime

import pytest

from ketacare.clinic.config.repeating import Job, repeating, run_once


@pytest.mark.django_db
def test_one_run_gets_the_moment_and_says_how_many():
    moment = datetime(2026, 5, 4, 12, tzinfo=UTC)
    heard = []

    def act(*, now):
        heard.append(now)
        return 3

    assert run_once(Job(name="three", act=act, first_after=0, every=1), now=moment) == 3
    assert heard == [moment]


@pytest.mark.django_db
def test_a_failure_is_logged_and_the_job_goes_on_until_the_end(caplog):
    calls = []

    def act(*, now):
        calls.append(now)
        if len(calls) == 1:
            raise OSError("database is locked")
        done.set()
        return 1

    async def server():
        nonlocal loop
        loop = asyncio.get_running_loop()
        async with repeating(Job(name="Telling", act=act, first_after=0, every=0)):
            await asyncio.wait_for(finished.wait(), 10)

    class _Done:
        def set(self):
            loop.call_soon_threadsafe(finished.set)

    loop, finished, done = None, asyncio.Event(), _Done()
    asyncio.run(server())
    count = len(calls)
    assert count >= 2
    assert "Telling: failed, and is tried again." in caplog.text
    assert len(calls) == count  # nothing runs once the server has ended
