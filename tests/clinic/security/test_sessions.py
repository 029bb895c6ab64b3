"""Sessions end after a shift whatever is done in them, and guesses are counted where they come from."""

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import RequestFactory

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.audit.models import Event
from ketacare.clinic.audit.tags import Tag
from ketacare.clinic.questionnaires import throttle
from ketacare.clinic.work.middleware import BEGAN, LAST_SEEN


def grown_older(client, seconds):
    session = client.session
    session[BEGAN] -= seconds
    session.save()


def test_a_session_in_use_ends_after_a_shift(client_of):
    client = client_of(Role.NURSE)
    assert client.get("/account/").status_code == 200
    grown_older(client, settings.SESSION_COOKIE_AGE - 60)
    assert client.get("/account/").status_code == 200
    assert LAST_SEEN in client.session
    grown_older(client, 120)
    answer = client.get("/account/")
    assert answer["Location"] == "/sign-in/?next=/account/"
    assert not client.session.items()
    assert Event.objects.filter(tag=Tag.SESSION_TIMED_OUT).count() == 1


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("", ""),
        ("not an address", "not an address"),
    ],
)
def test_the_addresses_of_one_network_are_counted_together(address, counted):
    request = RequestFactory().get("/", REMOTE_ADDR=address)
    assert throttle.address_of(request) == counted


def test_many_addresses_do_not_push_a_count_out():
    cache.clear()
    throttle.is_too_much("wrong", "attacker", 1)
    for number in range(2000):
        throttle.is_too_much("wrong", f"other-{number}", 1)
    assert throttle.is_too_much("wrong", "attacker", 1)
    cache.clear()
