"""Many writers at once make one chain without gaps, on a database file as the clinic has it."""

import threading

import pytest
from django.db import connections

from ketacare.clinic import audit
from ketacare.clinic.audit.models import Event
from ketacare.clinic.audit.verify import verify

WRITERS, EACH = 4, 15


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_writers_at_once_make_one_chain():
    troubles = []

    def write(name):
        try:
            for number in range(EACH):
                audit.record(
                    tag=audit.Tag.MESSAGES_RECEIVED,
                    by=audit.DEVICE,
                    details={"n": f"{name}-{number}"},
                )
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            troubles.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(name,)) for name in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    assert Event.objects.count() == WRITERS * EACH
    assert verify().holds
