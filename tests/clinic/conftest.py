"""The cast of the clinic's tests: one person per role, and a browser-like client for each."""

from datetime import date

import pytest

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.roles import Role

NAMES = {
    Role.PSYCHIATRIST: "Dr Ada Okafor",
    Role.NURSE: "Noor Haddad",
    Role.ANAESTHESIA: "Dr Ingrid Voss",
    Role.THERAPIST: "Tomás Rivera",
    Role.FRONT_DESK: "Fay Lindqvist",
    Role.RESEARCHER: "Rui Tanaka",
    Role.MANAGER: "Mara Quinn",
}


@pytest.fixture
def people(db):
    """One person per role."""
    return {
        role: User.objects.create(
            username=role.value, display_name=name, role=role, email=f"{role.value}@clinic.test"
        )
        for role, name in NAMES.items()
    }


@pytest.fixture
def client_of(people):
    """A client signed in as a role: ``client_of(Role.NURSE).get(...)``."""
    from django.test import Client

    def sign_in(role):
        client = Client()
        client.force_login(people[role])
        return client

    return sign_in


@pytest.fixture
def psychiatrist(people):
    return people[Role.PSYCHIATRIST]


@pytest.fixture
def nurse(people):
    return people[Role.NURSE]


@pytest.fixture
def anaesthetist(people):
    return people[Role.ANAESTHESIA]


@pytest.fixture
def therapist(people):
    return people[Role.THERAPIST]


@pytest.fixture
def front_desk(people):
    return people[Role.FRONT_DESK]


@pytest.fixture
def researcher(people):
    return people[Role.RESEARCHER]


@pytest.fixture
def manager(people):
    return people[Role.MANAGER]


@pytest.fixture
def patient(psychiatrist):
    """Somebody just referred, about whom nothing clinical is known yet."""
    from django.utils import timezone

    from ketacare.clinic.patients import actions

    return actions.add_patient(
        by=psychiatrist,
        now=timezone.now(),
        given_name="Ana",
        family_name="Jiménez",
        birth_date=date(1990, 4, 2),
        sex="female",
        phone="020 7946 0185",
    )
