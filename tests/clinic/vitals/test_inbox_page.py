"""The inbox as a nurse uses it: find a message, see what arrived, attach it, set it aside."""

import pytest
from django.urls import reverse
from tests.clinic.infusions.conftest import NOW

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.audit.models import Event
from ketacare.clinic.vitals import actions
from ketacare.clinic.vitals.models import Binding, Message, Value

pytestmark = pytest.mark.slow


@pytest.fixture
def stray(arrived, oru):
    actions.ingest(oru("M1", bed="Chair Two", device="DEV-X", heart_rate=72), now=NOW)
    return Message.objects.get()


@pytest.fixture
def nurse_client(client_of, stray):
    return client_of(Role.NURSE)


def address(message):
    return reverse("vitals:message", args=[message.pk])


def test_the_list_names_bed_device_and_reason(nurse_client):
    page = nurse_client.get(reverse("vitals:messages")).content.decode()
    assert "Chair Two" in page
    assert "DEV-X" in page
    assert "is known" in page


def test_a_message_shows_what_arrived_and_who_sat_there(nurse_client, stray, arrived):
    page = nurse_client.get(address(stray)).content.decode()
    assert "heart_rate" in page
    assert "72" in page
    assert str(arrived.patient) in page
    assert Event.objects.filter(tag="vitals:message:read").count() == 1


def test_attaching_through_the_page(nurse_client, stray, arrived):
    fields = {"act": "attach", "attach-session": str(arrived.pk), "attach-reason": ""}
    assert nurse_client.post(address(stray), fields).status_code == 422
    assert not Value.objects.exists()
    answer = nurse_client.post(address(stray), fields | {"attach-reason": "Bed misspelt"})
    assert answer.status_code == 302
    assert Value.objects.get().session == arrived
    # It is shown as settled, without any form.
    page = nurse_client.get(address(stray)).content.decode()
    assert "Bed misspelt" in page
    assert 'value="attach"' not in page


def test_a_session_that_is_not_offered_is_refused(nurse_client, stray):
    fields = {"act": "attach", "attach-session": str(stray.pk), "attach-reason": "Guess"}
    assert nurse_client.post(address(stray), fields).status_code == 422
    assert not Value.objects.exists()


def test_setting_aside_and_binding_through_the_page(nurse_client, stray, arrived):
    bind = {"act": "bind", "bind-chair": str(arrived.chair.pk), "bind-since": "2026-11-23T14:00"}
    assert nurse_client.post(address(stray), bind).status_code in {302, 422}
    aside = {"act": "set_aside", "aside-reason": "A test"}
    assert nurse_client.post(address(stray), aside).status_code == 302
    assert Message.objects.get().status == "set_aside"
    for binding in Binding.objects.filter(until__isnull=True):
        nurse_client.post(reverse("vitals:release", args=[binding.pk]))
    assert not Binding.objects.filter(until__isnull=True).exists()


def test_the_front_desk_sees_no_messages(client_of, stray):
    desk = client_of(Role.FRONT_DESK)
    assert desk.get(reverse("vitals:messages")).status_code == 403
    assert desk.get(address(stray)).status_code == 403


def test_bytes_that_could_not_be_read_are_shown_not_interpreted(nurse_client):
    actions.ingest(b"<script>rubbish</script>", now=NOW)
    kept = Message.objects.get(status="quarantined")
    page = nurse_client.get(address(kept)).content.decode()
    assert "&lt;script&gt;rubbish" in page
