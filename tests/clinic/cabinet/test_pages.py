"""The pages: who sees what, what a form does, and the second person's own sign-in on the page."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.audit.models import Event
from ketacare.clinic.cabinet import actions
from ketacare.clinic.cabinet.models import Case, Count, Entry
from ketacare.clinic.infusions.models import Phase, Session

SECRET = "a-long-word-for-tests"


@pytest.fixture(autouse=True)
def _no_attempts_counted():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def witness(second_nurse):
    second_nurse.set_password(SECRET)
    second_nurse.save()
    return second_nurse


@pytest.fixture
def stocked(manager):
    """A lot received now, because the pages act now."""
    return actions.receive(
        by=manager, now=timezone.now(), product="Ketamine", made="approved", ndc="1", lot_number="K7",
        expires_on=date(2999, 1, 1), mg_per_ml=Decimal(50), vial_ml=Decimal(10), vials=4,
        supplier="Sample Wholesale", reference="INV-7", received_on=timezone.localdate(),
    ).lot  # fmt: skip


@pytest.fixture
def session(patient, chair):
    return Session.objects.create(
        patient=patient, chair=chair, scheduled_at=timezone.now(), phase=Phase.READY,
        phase_since=timezone.now(), dose_mg=35, vial_mg_per_ml=50,
    )  # fmt: skip


def sign(**data):
    return {"witness_name": "nurse2", "witness_password": SECRET, **data}


def test_the_overview_shows_the_balance(client_of, stocked):
    page = client_of(Role.NURSE).get("/cabinet/")
    assert "4 sealed vials, 2000 mg in all." in page.content.decode()


def test_an_empty_cabinet_says_that_it_is_off(client_of, people):
    assert "the cabinet is off" in client_of(Role.MANAGER).get("/cabinet/").content.decode()


def test_a_delivery_is_received_once(client_of, people):
    client = client_of(Role.MANAGER)
    data = {
        "product": "Ketamine", "made": "approved", "ndc": "1", "lot_number": "K1",
        "expires_on": "2999-01-01", "mg_per_ml": "50", "vial_ml": "10", "vials": "5",
        "supplier": "Sample Wholesale", "reference": "INV-1",
        "received_on": timezone.localdate().isoformat(),
    }  # fmt: skip
    assert client.post("/cabinet/receive/", data).status_code == 302
    again = client.post("/cabinet/receive/", data)
    assert again.status_code == 422
    assert "in the register already" in again.content.decode()
    assert Entry.objects.count() == 1


def test_a_draw_is_made_once_though_sent_twice(client_of, stocked, session):
    client, address = client_of(Role.NURSE), reverse("cabinet:draw", args=[session.pk])
    assert 'value="35"' in client.get(address).content.decode()
    data = {"lot": str(stocked.pk), "mg": "35", "opened": "", "seen": "0"}
    assert client.post(address, data).status_code == 302
    assert client.post(address, data).status_code == 422
    assert Entry.objects.filter(kind="draw").count() == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"witness_password": "wrong"}, "is wrong. Nothing was recorded."),
        ({"witness_name": "nurse"}, "another person watches and signs"),
        ({"witness_name": "nurse@clinic.test"}, "another person watches and signs"),
        ({"witness_name": "therapist"}, "may not sign for this"),
    ],
)
def test_the_second_person_signs_with_their_own_password(
    client_of, people, witness, stocked, session, nurse, typed, sentence
):
    people[Role.THERAPIST].set_password(SECRET)
    people[Role.THERAPIST].save()
    actions.draw(session=session, lot=stocked, mg=Decimal(50), by=nurse, now=timezone.now())
    client, address = client_of(Role.NURSE), reverse("cabinet:waste", args=[session.pk])
    data = {"mg": "15", "method": "bin", "reason": "Rest.", "seen": "1"}
    refused = client.post(address, sign(**data) | typed)
    assert refused.status_code == 422
    assert sentence in refused.content.decode()
    assert SECRET not in refused.content.decode()
    assert not Entry.objects.filter(kind="waste").exists()
    assert client.post(address, sign(**data)).status_code == 302
    assert Entry.objects.get(kind="waste").witness == witness


def test_trying_passwords_runs_into_the_limit_of_the_sign_in(
    client_of, witness, stocked, session, nurse
):
    actions.draw(session=session, lot=stocked, mg=Decimal(50), by=nurse, now=timezone.now())
    client, address = client_of(Role.NURSE), reverse("cabinet:waste", args=[session.pk])
    data = sign(mg="15", method="bin", reason="Rest.", seen="1")
    for _ in range(5):
        client.post(address, data | {"witness_password": "wrong"})
    assert "Too many" in client.post(address, data).content.decode()
    assert not Entry.objects.filter(kind="waste").exists()
    assert Event.objects.filter(tag="account:session:refused").count() == 5


def test_a_count_hides_the_register_and_shows_it_afterwards(client_of, witness, stocked):
    client = client_of(Role.NURSE)
    assert "2000" not in client.get("/cabinet/count/").content.decode()
    data = sign(**{f"vials_{stocked.pk.hex}": "3", f"open_{stocked.pk.hex}": "0", "note": ""})
    answer = client.post("/cabinet/count/", data, follow=True)
    assert "-500 mg" in answer.content.decode()
    assert Count.objects.count() == Case.objects.count() == 1


def test_a_case_is_told_and_closed(client_of, witness, stocked, nurse):
    case = actions.open_case(
        lot=stocked, sentence="A vial is gone.", difference_vials=-1, difference_ug=-500_000,
        by=nurse, now=timezone.now(),
    )  # fmt: skip
    address = reverse("cabinet:case", args=[case.pk])
    step = {"act": "notice", "on": timezone.localdate().isoformat(), "text": "Sent."}
    assert client_of(Role.NURSE).post(address, step).status_code == 403
    client = client_of(Role.MANAGER)
    assert client.post(address, step).status_code == 302
    closing = reverse("cabinet:close_case", args=[case.pk])
    data = sign(text="It broke.", correct_register="on")
    assert client.post(closing, data).status_code == 302
    assert "closed" in client.get(address).content.decode()
    assert stocked.entries.last().ug_after == 1_500_000


def test_the_manager_sees_no_name_and_a_nurse_is_logged(
    client_of, stocked, session, nurse, patient
):
    actions.draw(session=session, lot=stocked, mg=Decimal(50), by=nurse, now=timezone.now())
    address = reverse("cabinet:lot", args=[stocked.pk])
    assert "Moreno" not in client_of(Role.MANAGER).get(address + "?names=1").content.decode()
    account = reverse("cabinet:account", args=[session.pk])
    assert client_of(Role.MANAGER).get(account).status_code == 403
    assert "Moreno" in client_of(Role.NURSE).get(address + "?names=1").content.decode()
    assert Event.objects.filter(tag="cabinet:ledger:read", patient_id=patient.pk).count() == 1


@pytest.mark.parametrize("name", ["account", "draw", "waste", "put_back"])
def test_the_pages_of_an_infusion_open(client_of, stocked, session, nurse, name):
    actions.draw(session=session, lot=stocked, mg=Decimal(50), by=nurse, now=timezone.now())
    assert (
        client_of(Role.NURSE).get(reverse(f"cabinet:{name}", args=[session.pk])).status_code == 200
    )


@pytest.mark.parametrize("name", ["lot", "discard", "dispatch", "new_case"])
def test_the_pages_of_a_lot_open(client_of, stocked, name):
    address = reverse(f"cabinet:{name}", args=[stocked.pk])
    assert client_of(Role.ANAESTHESIA).get(address).status_code == 200


def test_an_entry_is_reversed_on_its_page(client_of, witness, stocked, session, nurse):
    drawn = actions.draw(session=session, lot=stocked, mg=Decimal(50), by=nurse, now=timezone.now())
    address = reverse("cabinet:reverse", args=[drawn.pk])
    client = client_of(Role.NURSE)
    assert client.post(address, sign(reason="Wrong person.")).status_code == 302
    page = client.get(reverse("cabinet:lot", args=[stocked.pk])).content.decode()
    assert "Reverses 2" in page
