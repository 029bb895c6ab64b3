"""Pages that show a session are heard, leave, or are lost; the board says when nobody's is left."""

import uuid
from datetime import timedelta

import pytest
from tests.clinic.infusions.conftest import NOW

from ketacare.clinic.infusions.pages import OpenPages, pages
from ketacare.clinic.infusions.rounds import Rounds

SESSION, TABLET, DESK = uuid.UUID(int=1), uuid.UUID(int=2), uuid.UUID(int=3)


def after(seconds):
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
def heard():
    """The nurse's tablet, heard at the start."""
    found = OpenPages()
    found.hear(SESSION, TABLET, who="Noor", now=NOW)
    return found


@pytest.mark.parametrize(("seconds", "is_lost"), [(8.9, False), (9.1, True)])
def test_a_silent_page_is_lost_after_nine_seconds(heard, seconds, is_lost):
    assert (heard.lost(SESSION, now=after(seconds)) is not None) is is_lost


def test_a_page_that_leaves_is_not_lost(heard):
    heard.leave(SESSION, TABLET)
    assert heard.lost(SESSION, now=after(60)) is None


def test_a_page_that_returns_is_there_again(heard):
    assert heard.lost(SESSION, now=after(30)).who == "Noor"
    heard.hear(SESSION, TABLET, who="Noor", now=after(31))
    assert heard.lost(SESSION, now=after(32)) is None


def test_somebody_elses_page_shows_the_chair_while_it_is_open(heard):
    heard.hear(SESSION, DESK, who="Ingrid", now=after(20))
    assert heard.lost(SESSION, now=after(21)) is None
    heard.leave(SESSION, DESK)
    assert heard.lost(SESSION, now=after(22)).at == NOW


def test_a_new_page_of_the_same_person_stands_for_the_lost_one(heard):
    heard.hear(SESSION, DESK, who="Noor", now=after(20))
    heard.leave(SESSION, DESK)
    assert heard.lost(SESSION, now=after(60)) is None


@pytest.fixture
def beat(client, nurse, running):
    """Beat as a page of this session does."""
    client.force_login(nurse)

    def send(**extra):
        return client.post(f"/infusions/{running.pk}/here/", {"page": str(TABLET), **extra})

    yield send
    pages.forget(running.pk)


def test_a_look_finds_a_lost_page_and_the_board_names_whose(beat, running, monkeypatch):
    monkeypatch.setattr("ketacare.clinic.infusions.views_entries.timezone.now", lambda: NOW)
    rounds = Rounds()
    assert beat().status_code == 204
    rounds.look(now=after(1))
    assert not rounds.look(now=after(2)).is_news
    (found,) = rounds.look(now=after(9.2)).glances
    assert found.turned
    assert found.watch.lost_page.who == "Noor Haddad"


def test_a_page_that_says_good_bye_is_not_looked_for(beat, running, monkeypatch):
    monkeypatch.setattr("ketacare.clinic.infusions.views_entries.timezone.now", lambda: NOW)
    beat()
    beat(leaves="1")
    assert pages.lost(running.pk, now=after(60)) is None


def test_a_beat_without_a_page_is_refused(beat):
    assert beat(page="x").status_code == 400
