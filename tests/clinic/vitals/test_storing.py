"""What keeps values from being stored has a name, from what the database says; a success ends it."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, OperationalError

from ketacare.clinic.vitals import storing
from ketacare.clinic.vitals.connection import NO_CONNECTION
from ketacare.clinic.vitals.storing import Storing, Trouble

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch):
    """The seconds since some moment, to be set."""
    at = [100.0]
    monkeypatch.setattr(storing.time, "monotonic", lambda: at[0])
    return at


def failing(state, error):
    with pytest.raises(type(error)), state.attempt():
        raise error


@pytest.mark.parametrize(
    ("error", "named"),
    [
        (OperationalError("database or disk is full"), Trouble.FULL),
        (OperationalError("could not extend file: No space left on device"), Trouble.FULL),
        (OperationalError("database is locked"), Trouble.WAITING),
        (OperationalError("disk I/O error"), Trouble.UNSTORED),
        (DatabaseError("malformed"), Trouble.UNSTORED),
        (ValueError("a fault of ours: the disk is full of beans"), Trouble.UNSTORED),
    ],
)
def test_a_failure_has_a_name_until_something_is_stored(clock, error, named):
    state = Storing()
    assert state.trouble() is Trouble.NONE
    failing(state, error)
    assert state.trouble() is named
    with state.attempt():
        assert state.trouble() is named  # not over before it is stored
    assert state.trouble() is Trouble.NONE


def test_sqlite_says_full_in_the_words_we_know():
    database = sqlite3.connect(":memory:")
    database.execute("create table t (x)")
    database.execute("pragma max_page_count = 2")
    with pytest.raises(sqlite3.OperationalError) as full:
        database.executemany("insert into t values (?)", [(bytes(4000),)] * 3)
    database.close()
    assert storing.trouble_of(OperationalError(str(full.value))) is Trouble.FULL


def test_what_takes_longer_than_three_seconds_waits(clock):
    state = Storing()
    with state.attempt():
        clock[0] += 2.9
        assert state.trouble() is Trouble.NONE
        clock[0] += 0.2
        assert state.trouble() is Trouble.WAITING
    assert state.trouble() is Trouble.NONE


def test_a_failure_that_nothing_followed_is_forgotten_after_a_minute(clock):
    state = Storing()
    failing(state, OperationalError("database or disk is full"))
    clock[0] += 61
    assert state.trouble() is Trouble.NONE


def test_a_monitor_is_missed_also_after_the_clock_was_set_back():
    heard = NO_CONNECTION
    for second in range(6):
        heard = heard.heard("M", NOW + timedelta(hours=1, seconds=second))
    heard = heard.heard("M", NOW)  # the clock was set back by an hour, and it sends on
    # One message is no rhythm yet: silent after 30 s.
    assert not heard.at(NOW + timedelta(seconds=30)).is_silent
    assert heard.at(NOW + timedelta(seconds=31)).is_silent


def test_an_interruption_is_no_rhythm():
    heard = NO_CONNECTION
    for second in (0, 1, 2, 7200, 7201):  # two hours forward
        heard = heard.heard("M", NOW + timedelta(seconds=second))
    assert heard.silent_after == timedelta(seconds=8)  # at once: 2.5 times a second is less
    rare = NO_CONNECTION.heard("M", NOW).heard("M", NOW + timedelta(minutes=5))
    assert rare.silent_after == timedelta(minutes=3)


def test_messages_of_transactions_that_overtook_each_other_all_count():
    heard = NO_CONNECTION.heard("M", NOW + timedelta(seconds=2)).heard("M", NOW)
    assert heard.received_at == NOW + timedelta(seconds=2)
    assert len(heard.recent) == 2
