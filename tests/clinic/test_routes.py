"""Every route says who may use it, and keeps its word."""

import uuid

import pytest
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import RoutePattern, URLPattern

from ketacare.clinic.accounts.decorators import declaration_of
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import ROLES, Role

SAMPLE = {
    "UUIDConverter": str(uuid.UUID(int=7)),
    "IntConverter": "7",
    "StringConverter": "seven",
    "SlugConverter": "seven",
    "PathConverter": "seven",
}


def walk(patterns, prefix=""):
    """Yield (address, view) for every route; arguments get a sample value of their kind."""
    for pattern in patterns:
        assert isinstance(pattern.pattern, RoutePattern), f"{pattern}: use path(), not re_path()"
        part = str(pattern.pattern)
        for name, converter in pattern.pattern.converters.items():
            kind = type(converter).__name__
            written = [text for text in part.split("<") if text.partition(">")[0].endswith(name)]
            shape = written[0].partition(">")[0]
            part = part.replace(f"<{shape}>", SAMPLE[kind])
        if isinstance(pattern, URLPattern):
            yield f"/{prefix}{part}", pattern.callback
        else:
            yield from walk(pattern.url_patterns, prefix + part)


ROUTES = list(walk(get_resolver().url_patterns))
GUARDED = [
    (path, view)
    for path, view in ROUTES
    if declaration_of(view) and declaration_of(view).permission
]
METHODS = ("GET", "POST")


def test_routes_are_found():
    assert "/audit/" in dict(ROUTES)
    assert len(ROUTES) > 20


@pytest.mark.parametrize(("path", "view"), ROUTES, ids=[path for path, _ in ROUTES])
def test_every_view_declares_who_may_use_it(path, view):
    assert declaration_of(view) is not None, f"{path} has neither @requires nor @public"


@pytest.mark.parametrize(("path", "view"), GUARDED, ids=[path for path, _ in GUARDED])
def test_strangers_are_sent_to_sign_in(path, view, db):
    for method in METHODS:
        answer = Client().generic(method, path)
        assert answer.status_code == 302, f"{method} {path} gave {answer.status_code}"
        assert answer["Location"].startswith("/sign-in/?next=")


@pytest.mark.parametrize(("path", "view"), GUARDED, ids=[path for path, _ in GUARDED])
def test_roles_without_the_permission_are_refused(path, view, client_of):
    declared = declaration_of(view)
    for role in Role:
        client = client_of(role)
        for method in METHODS:
            if declared.needed(method) in ROLES[role].permissions:
                continue
            answer = client.generic(method, path)
            assert answer.status_code == 403, f"{role} {method} {path} gave {answer.status_code}"


def test_every_permission_belongs_to_somebody():
    given = frozenset().union(*(row.permissions for row in ROLES.values()))
    assert given == frozenset(Permission)


def test_the_front_door_leads_to_the_first_place(client_of):
    assert client_of(Role.MANAGER).get("/").status_code == 302


def test_the_front_door_of_a_stranger_is_the_sign_in_page(client):
    assert client.get("/")["Location"] == "/sign-in/?next=/"
