"""The pages of the record: what is read, sealed, added and taken along, by whom, and what is audited."""

import csv
import io
import re
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from tests.clinic.infusions.conftest import minutes
from tests.clinic.records.conftest import LATER

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.audit.models import Event
from ketacare.clinic.infusions.actions.entering import kept_entry
from ketacare.clinic.records import access, actions, views
from ketacare.clinic.records.models import Seal

SECRET = "the nurse's own"


@pytest.fixture
def at_desk(nurse, client_of):
    nurse.set_password(SECRET)
    nurse.save()
    return client_of(Role.NURSE)


def address(name, session):
    return reverse(f"records:{name}", args=[session.pk])


def test_the_page_shows_both_values_of_a_correction_with_who_and_why(sealed, client_of):
    page = client_of(Role.THERAPIST).get(address("record", sealed)).content.decode()
    assert "217 mmHg" in page
    assert "corrected to 127 mmHg by Bea Lund at 15:12:00: Typed the digits the wrong way" in page
    assert Event.objects.filter(tag="patient:infusion_record:read").count() == 1


def test_the_page_tells_it_all(sealed, client_of):
    shown = client_of(Role.NURSE).get(address("record", sealed)).content.decode()
    said = [
        "Sealed as number 1", "18.750", "13.125", "Nausea", "Holds her sister&#x27;s hand.",
        "lot A12", "Slept well.", "171", "amber", "Sam, brother", "Every value, one a line",
        'role="img"',
    ]  # fmt: skip
    assert [words for words in said if words not in shown] == []


def test_an_entry_that_waited_on_a_device_is_told_with_both_its_times(gone, nurse, client_of):
    # Made at 15:30:00; the device was 240 s ahead, so its own clock said 15:34:00; sent 3 min later.
    made = minutes(30)
    kept_entry(
        key=uuid.uuid4(), session=gone, what="Heart rate: 80", at=made,
        device_at=made + timedelta(seconds=240), ahead_s=240, by=nurse, now=minutes(33),
    ).save(force_insert=True)  # fmt: skip
    shown = client_of(Role.NURSE).get(address("record", gone)).content.decode()
    row = re.search(r"<tr>(?:(?!</tr>).)*Heart rate: 80.*?</tr>", shown, re.DOTALL)[0]
    cells = re.findall(r">([^<>]+)</t[dh]>", row)
    assert [cell.strip() for cell in cells] == [
        "15:30:00", "15:34:00", "+240 s", "15:33:00", "Heart rate: 80", str(nurse),
    ]  # fmt: skip
    assert "Further entries" not in shown


def test_an_open_session_is_shown_with_what_holds_the_seal_back(running, client_of):
    page = client_of(Role.NURSE).get(address("record", running)).content.decode()
    assert "Not sealed" in page
    assert "it is sealed after the person has left" in page
    assert "Seal the record" not in page


def test_sealing_takes_ones_own_password(called, at_desk):
    wrong = at_desk.post(address("seal", called), {"own_password": "another"})
    assert wrong.status_code == 422
    assert "This is not the password of Noor Haddad" in wrong.content.decode()
    assert access.seal_of(called.pk) is None
    right = at_desk.post(address("seal", called), {"own_password": SECRET})
    assert right["Location"] == address("record", called)
    assert access.seal_of(called.pk).by.username == "nurse"


def test_without_the_call_the_form_asks_why(gone, at_desk):
    page = at_desk.get(address("seal", gone)).content.decode()
    assert "Why without the call" in page
    refused = at_desk.post(address("seal", gone), {"own_password": SECRET, "without_call": " "})
    assert refused.status_code == 422
    at_desk.post(address("seal", gone), {"own_password": SECRET, "without_call": "Abroad."})
    assert "Abroad." in at_desk.get(address("record", gone)).content.decode()


def test_milligrams_that_are_open_lead_to_the_cabinet(short, at_desk):
    page = at_desk.get(address("seal", short)).content.decode()
    assert "5 mg are open" in page
    assert f'href="/cabinet/infusions/{short.pk}/"' in page
    assert "own_password" not in page
    assert "Held back" in at_desk.get(reverse("records:list")).content.decode()


def test_an_addendum_is_signed_and_shown_beside_the_record(sealed, at_desk):
    words = {"text": "The pressure at 15:11 was 128.", "reason": "Read off the paper.", "own_password": SECRET}  # fmt: skip
    assert at_desk.post(address("add", sealed), words).status_code == 302
    page = at_desk.get(address("record", sealed)).content.decode()
    assert "1 addendum" in page
    assert "The pressure at 15:11 was 128." in page
    assert Seal.objects.count() == 2
    assert Event.objects.filter(tag="infusion:record:added", reason="Read off the paper.").exists()


def test_the_pdf_is_tagged_and_holds_every_value(sealed, client_of):
    answer = client_of(Role.NURSE).get(address("pdf", sealed))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert b"%PDF-1." in answer.content[:10]
    assert b"values.csv" in answer.content
    assert "Moreno" not in answer["Content-Disposition"]
    assert Event.objects.filter(tag="patient:infusion_record:copied").count() == 1


def test_the_list_of_values_has_each_one(sealed, client_of):
    text = client_of(Role.NURSE).get(address("values", sealed)).content.decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    monitor = [(r["what"], float(r["value"])) for r in rows if r["origin"] == "device"]
    assert sorted(monitor) == [
        ("heart_rate", 80), ("heart_rate", 81), ("heart_rate", 82),
        ("systolic", 128), ("systolic", 168), ("systolic", 171),
    ]  # fmt: skip
    assert [(r["value"], r["stands"]) for r in rows if r["value"] in {"217", "127"}] == [
        ("217", "no"), ("127", "yes"),
    ]  # fmt: skip


def test_what_looks_like_a_formula_is_none(sealed, nurse, client_of):
    from ketacare.clinic.records.measuring import _harmless

    assert [_harmless(text) for text in ("=1+1", "-cmd", "@x", "-5.5", "72")] == [
        "'=1+1", "'-cmd", "'@x", "-5.5", "72",
    ]  # fmt: skip


def test_the_list_of_records_has_what_waits_and_what_is_sealed(sealed, client_of):
    page = client_of(Role.NURSE).get(reverse("records:list")).content.decode()
    assert re.search(r"Number 1, Noor Haddad", page)


def test_a_sealed_session_says_so_instead_of_offering_a_note(sealed, client_of):
    page = client_of(Role.NURSE).get(reverse("infusions:session", args=[sealed.pk]))
    assert page.status_code == 200


def test_two_addenda_stand_in_order(sealed, nurse):
    for turn in range(2):
        actions.add(session=sealed, text=str(turn), reason="r", by=nurse, now=LATER)
    assert [seal.position for seal in access.addenda_of(sealed.pk)] == [2, 3]


def test_the_list_of_what_waits_comes_page_by_page(gone, client_of, monkeypatch):
    def told(address):
        return client_of(Role.NURSE).get(address).content.decode()

    assert "Waiting for their seal" in told("/records/")
    assert f"/infusions/{gone.pk}/record/" in told("/records/")
    assert 'href="?page=2' not in told("/records/")
    other = type(gone).objects.get(pk=gone.pk)
    other.pk = uuid.uuid4()
    other.scheduled_at += timedelta(days=1)
    other.save(force_insert=True)
    monkeypatch.setattr(views, "PER_PAGE", 1)
    assert f"/infusions/{other.pk}/record/" not in told("/records/")
    assert 'href="?page=2' in told("/records/")
    assert f"/infusions/{other.pk}/record/" in told("/records/?page=2")
