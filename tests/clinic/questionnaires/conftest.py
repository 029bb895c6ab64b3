"""A person with a link, and the cache empty so that no test counts another's requests."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from ketacare.clinic.patients.models import Patient
from ketacare.clinic.questionnaires import actions


@pytest.fixture(autouse=True)
def _nobody_asked_before():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def ana(db):
    return Patient.objects.create(
        given_name="Ana",
        family_name="Ortiz",
        preferred_name="Anita",
        time_zone="America/Chicago",
        referred_at=timezone.now(),
    )


@pytest.fixture
def link(ana):
    """Make a link: ``link()``, ``link(["gad7", "phq9"])``, ``link(ago=timedelta(days=8))``."""

    def make(instruments=("gad7",), *, ago=timedelta()):
        return actions.send_request(
            patient=ana, instruments=list(instruments), by=None, now=timezone.now() - ago
        )

    return make


@pytest.fixture
def no_options(monkeypatch):
    """The next step is not what these tests are about."""
    monkeypatch.setattr(
        "ketacare.clinic.plans.actions.refresh_advice", lambda patient, *, now, by=None: None
    )
