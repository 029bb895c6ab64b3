"""Draws at once, on a database as the clinic has it: nothing is drawn twice, no number is missing."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connections
from tests.clinic.infusions.conftest import NOW

from ketacare.clinic.cabinet import access, actions
from ketacare.clinic.cabinet.models import Entry
from ketacare.clinic.infusions.models import Phase, Session
from ketacare.core.errors import InputError


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_draws_at_once_never_take_the_same_milligram(lot, nurse, patient):
    session = Session.objects.create(
        patient=patient, scheduled_at=NOW, phase=Phase.READY, phase_since=NOW
    )
    done, refused, troubles = [], [], []

    def take():
        try:
            for _ in range(6):
                try:
                    actions.draw(
                        session=session, lot=lot, mg=Decimal(300), by=nurse,
                        now=NOW + timedelta(hours=1),
                    )  # fmt: skip
                    done.append(1)
                except InputError:
                    refused.append(1)
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            troubles.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    # 5 000 mg hold sixteen draws of 300 mg; 24 were asked for.
    assert (len(done), len(refused)) == (16, 8)
    assert access.balance_of(lot).ug == 200_000
    assert list(Entry.objects.values_list("number", flat=True)) == list(range(1, 18))
