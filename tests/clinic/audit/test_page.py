"""The audit page: filters, pages, and the sentence of every event."""

import uuid

import pytest

from ketacare.clinic import audit
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.audit.presenter import present
from ketacare.clinic.audit.tags import Tag

PATIENT = uuid.UUID(int=1)


@pytest.fixture
def page_of(client_of):
    client = client_of(Role.MANAGER)
    return lambda query="": client.get(f"/audit/{query}").content.decode()


def test_events_are_shown_as_sentences_with_their_reason(page_of, manager):
    audit.record(tag=Tag.USER_CHANGED, by=manager, reason="Leaves in May.")
    page = page_of()
    assert "Mara Quinn" in page
    assert "Leaves in May." in page


def test_reasons_and_details_about_a_patient_are_not_for_the_manager(page_of, nurse):
    audit.record(
        tag=Tag.INFUSION_STOPPED,
        by=nurse,
        patient_id=PATIENT,
        reason="Chest pain.",
        details={"systolic": 187.5},
    )
    page = page_of()
    assert "Noor Haddad stopped the infusion early. Reason: in the patient&#x27;s record." in page
    assert "Chest pain" not in page
    assert "187.5" not in page
    assert "systolic" not in page


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("?subject=plan", "signed a plan", "added the patient"),
        ("?actor=haddad", "added the patient", "signed a plan"),
        (f"?patient_id={PATIENT}", "added the patient", "signed a plan"),
        ("?first=2999-01-01", "No event fits this filter.", "added the patient"),
        ("?last=2000-01-01", "No event fits this filter.", "added the patient"),
    ],
)
def test_filters(page_of, nurse, psychiatrist, query, shown, hidden):
    audit.record(tag=Tag.PATIENT_ADDED, by=nurse, patient_id=PATIENT)
    audit.record(tag=Tag.PLAN_SIGNED, by=psychiatrist, patient_id=uuid.UUID(int=2))
    everything, page = page_of(), page_of(query)
    assert "added the patient" in everything
    assert "signed a plan" in everything
    assert shown in page
    assert hidden not in page


def test_a_filter_that_cannot_be_read_says_so(page_of):
    assert "Enter a valid UUID." in page_of("?patient_id=seven")


def test_fifty_events_a_page_newest_first_and_the_filter_stays(page_of, nurse):
    for number in range(60):
        audit.record(tag=Tag.PATIENT_ADDED, by=nurse, patient_id=PATIENT, details={"n": number})
    first, second = page_of("?actor=haddad"), page_of("?actor=haddad&page=2")
    assert first.count("added the patient") == 50
    assert second.count("added the patient") == 10
    assert "?actor=haddad&amp;page=2" in first


def test_names_in_events_cannot_carry_markup(page_of, nurse):
    nurse.display_name = "<script>x</script>"
    audit.record(tag=Tag.PATIENT_ADDED, by=nurse)
    assert "<script>x" not in page_of()


@pytest.mark.parametrize("tag", list(Tag), ids=[tag.value for tag in Tag])
def test_every_tag_is_presented_even_without_details(tag):
    sentence = present(tag, actor="Noor", reason="Moved.", details={})
    assert "{" not in sentence
    assert sentence.endswith(".")
