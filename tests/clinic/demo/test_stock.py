"""The sample cabinet adds up but for one open case."""

from datetime import UTC, datetime

import pytest

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.cabinet import access
from ketacare.clinic.demo import caseload, stock


@pytest.mark.django_db
def test_an_unused_cabinet_is_received_and_counted():
    now = datetime(2026, 11, 25, 11, 30, tzinfo=UTC)
    staff = {role: User.objects.create(username=role.value, role=role) for role in Role}
    caseload.make_chairs(staff, now=now)
    stock.stock_up(staff, now=now)
    # Twelve vials of 500 mg for each of three chairs.
    assert [each.mg for each in access.stock(now=now)] == [6000, 6000, 6000]
    assert not access.inventory_due(now=now).is_due
    assert access.unsettled(now=now) == []
