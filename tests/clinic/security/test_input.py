"""What people, or programs, send that no page asked for: it is answered, and breaks nothing."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from ketacare.clinic import audit
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.audit.models import Event
from ketacare.clinic.eligibility import actions as eligibility
from ketacare.clinic.eligibility.presenting import groups_of
from ketacare.clinic.infusions.models import Session
from ketacare.clinic.plans import signing
from ketacare.clinic.work.models import Draft
from ketacare.core.safety import Station

MARKUP = "<b hx-post='/' hx-trigger='load'>2026</b>"


@pytest.fixture
def topic():
    """The address part of the group of questions that asks for the version of the consent."""
    for name, (_title, asked) in groups_of(Station.BEFORE_DOSE).items():
        if any(question.code == "consent_version" for question in asked):
            return name
    raise AssertionError("no group asks for the version of the consent")


def test_an_earlier_answer_shown_as_a_hint_cannot_carry_markup(client_of, patient, nurse, topic):
    eligibility.record_answers(patient, {"consent_version": MARKUP}, by=nurse, now=timezone.now())
    page = client_of(Role.PSYCHIATRIST).get(
        f"/patients/{patient.pk}/eligibility/questions/{topic}/"
    )
    shown = page.content.decode()
    assert "hx-trigger=&#x27;load&#x27;" in shown
    assert MARKUP not in shown


@pytest.mark.parametrize("name", ["first", "last"])
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_filter_by_a_day_at_the_end_of_the_calendar_says_so(client_of, name, day):
    page = client_of(Role.MANAGER).get(f"/audit/?{name}={day}")
    assert page.status_code == 200
    assert f"The year {int(day[:4])} cannot be meant" in page.content.decode()


@pytest.mark.parametrize("when", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_session_is_booked_in_this_age(client_of, patient, when, settings):
    settings.TIME_ZONE = "America/Los_Angeles"  # where the last evening of 9999 is in no year
    client = client_of(Role.THERAPIST)
    for place, field in (("book", "scheduled_at"), ("record", "at")):
        answer = client.post(
            f"/patients/{patient.pk}/therapy/{place}/", {"kind": "integration", field: when}
        )
        assert "cannot be meant" in answer.content.decode()


def test_a_draft_that_is_none_is_refused_in_words(client_of):
    answer = client_of(Role.NURSE).post("/drafts/discard/", {"draft_key": "<>"})
    assert answer.status_code == 400
    assert "A draft&#x27;s key has letters" in answer.content.decode()


def test_a_form_longer_than_a_draft_is_still_answered(client_of):
    answer = client_of(Role.NURSE).post(
        "/patients/new/", {"given_name": "Ana", "referral_note": "n" * 250_000}
    )
    assert answer.status_code == 200
    assert "This field is required" in answer.content.decode()
    assert not Draft.objects.exists()


def test_drafts_keep_no_nul_characters(client_of):
    client_of(Role.NURSE).post("/drafts/save/", {"draft_key": "a:1", "note": "one\0two"})
    assert Draft.objects.get().data == {"note": ["onetwo"]}


@pytest.mark.parametrize("seen", ["²", "9" * 5000, "-1", ""])  # "²".isdigit() is true
def test_a_live_part_takes_any_version_seen(client_of, patient, seen):
    session = Session.objects.create(
        patient=patient,
        scheduled_at=datetime(2026, 11, 23, 15, tzinfo=UTC),
        phase_since=datetime(2026, 11, 23, 15, tzinfo=UTC),
    )
    client = client_of(Role.NURSE)
    answer = client.get(f"/infusions/{session.pk}/live/now/", {"seen": seen})
    assert answer.status_code == 200
    # A part of a page shows the patient like the page does, so the reading is in the log.
    event = Event.objects.get(tag=audit.Tag.INFUSION_READ)
    assert event.object_id == str(session.pk)


@pytest.mark.parametrize("sent", ["٣", "9" * 5000, "-1", "1e3", ""])
def test_a_signature_takes_no_strange_count_of_decisions(rf, sent):
    assert signing._expected(rf.post("/", {"expected": sent})) is None  # noqa: SLF001 - reached by every signing page
