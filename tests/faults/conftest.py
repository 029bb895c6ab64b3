"""Two people in two chairs, each with a monitor, for the messages that are broken on purpose."""

import pytest
from tests.clinic.conftest import *  # noqa: F403 - the same cast
from tests.faults.mutating import AT, CHAIRS


@pytest.fixture
def owners(nurse):
    """Session ids with the bed and the device of their chair."""
    return seat(nurse)


def seat(nurse):
    from ketacare.clinic.infusions import actions
    from ketacare.clinic.patients.models import Patient

    found = {}
    for bed, device in CHAIRS:
        chair = actions.add_chair(name=bed, device_id=device, by=nurse, now=AT)
        person = Patient.objects.create(given_name="Ana", family_name=bed, referred_at=AT)
        made = actions.schedule(patient=person, scheduled_at=AT, by=nurse, now=AT, chair=chair)
        from datetime import timedelta

        actions.check_in(session=made, by=nurse, now=AT - timedelta(hours=1), expected_version=1)
        found[made.pk] = (bed, device)
    return found
