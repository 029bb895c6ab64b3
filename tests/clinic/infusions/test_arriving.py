"""The check-in: each step once, by whom it may be done, and nothing left out without its mark."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from tests.clinic.infusions.conftest import NOW, minutes

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.eligibility import actions as eligibility
from ketacare.clinic.infusions import actions, arriving, checks
from ketacare.clinic.infusions.arriving import State
from ketacare.clinic.infusions.marks import marks_of
from ketacare.clinic.questionnaires import actions as questionnaires
from ketacare.core.errors import InputError


def steps(session, now=NOW):
    person = checks.person_of(session, now=now)
    checked = checks.before_dose(session, now=now, person=person)
    return {each.step.id: each for each in arriving.arrival_of(session, checked, person)}


def test_an_answered_step_says_who_and_when(arrived, nurse):
    assert steps(arrived)["fasting"].state is State.OPEN
    actions.answer_step(
        session=arrived, step="fasting", by=nurse, now=minutes(-10),
        answers={"fasting_solids_h": 9.0, "fasting_fluids_h": 3.0},
    )  # fmt: skip
    found = steps(arrived)["fasting"]
    assert (found.state, found.by, found.at) == (State.DONE, nurse.display_name, minutes(-10))


def test_what_is_known_from_before_the_visit_is_not_asked_again(arrived, psychiatrist):
    eligibility.record_answers(
        arrived.patient,
        {"consent_signed": True, "consent_version": "2026-11", "consent_teach_back_percent": 90.0},
        by=psychiatrist,
        now=minutes(-3 * 24 * 60),
    )
    found = steps(arrived)["consent"]
    assert found.state is State.DONE
    assert (found.by, arriving.questions_of(found)) == (psychiatrist.display_name, ())


def test_a_step_is_refused_to_a_role_that_does_not_do_it(arrived, people):
    room = {"staff_two_trained": True, "emergency_equipment_checked": True}
    with pytest.raises(PermissionDenied, match="Infusion nurse"):
        actions.answer_step(
            session=arrived, step="room", answers=room, by=people["psychiatrist"], now=NOW
        )
    actions.answer_step(session=arrived, step="room", answers=room, by=people["nurse"], now=NOW)


def forget(session, code):
    session.patient.answers.filter(code=code).delete()


def test_a_step_left_open_holds_the_start_until_it_is_skipped_with_a_reason(ready, nurse):
    forget(ready, "stimulant_today")  # a warning only: no rule stops for it
    with pytest.raises(actions.NotReady, match="Medicines since last time"):
        actions.start(session=ready, by=nurse, now=NOW, expected_version=ready.version)
    skipped = actions.skip_step(
        session=ready, step="medicines", reason="Cannot remember.", by=nurse, now=minutes(-1)
    )
    assert steps(skipped)["medicines"].state is State.SKIPPED
    started = actions.start(session=skipped, by=nurse, now=NOW, expected_version=skipped.version)
    [mark] = marks_of([started])[started.pk]
    assert (mark.title, mark.who) == (
        "Skipped: Medicines since last time",
        nurse.display_name,
    )
    assert mark.why == "Cannot remember."


@pytest.mark.parametrize(
    ("code", "step", "said"),
    [
        ("identifiers_checked", "identity", "nobody can leave it out"),
        ("fasting_solids_h", "fasting", "overridden with a reason by"),
    ],
)
def test_what_a_rule_holds_up_is_not_skipped(ready, nurse, code, step, said):
    forget(ready, code)
    with pytest.raises(InputError, match=said):
        actions.skip_step(session=ready, step=step, reason="No time.", by=nurse, now=NOW)


SCREENER_NO = [0, 0, 0, 0, 0, 0]


def test_the_screener_settles_its_step_and_is_not_asked_beside_it(arrived, nurse):
    assert arriving.questions_of(steps(arrived)["suicidality"]) == ()
    questionnaires.record_clinician_score(
        patient=arrived.patient, instrument="cssrs_since_contact", items=SCREENER_NO, by=nurse,
        now=minutes(-5), refresh=False,
    )  # fmt: skip
    assert steps(arrived)["suicidality"].state is State.DONE


def test_a_high_screener_stops_the_start(arrived, nurse):
    # Question 4 (intent) answered yes is high by the triage table.
    questionnaires.record_clinician_score(
        patient=arrived.patient, instrument="cssrs_since_contact", items=[1, 1, 1, 1, 0, 0],
        by=nurse, now=minutes(-5), refresh=False,
    )  # fmt: skip
    assert steps(arrived)["suicidality"].state is State.IN_THE_WAY


def test_the_page_shows_the_steps_and_records_one(arrived, client_of):
    client = client_of(Role.NURSE)
    page = client.get(reverse("infusions:session", args=[arrived.pk])).content.decode()
    assert "Who this is" in page
    assert "Way home" in page
    address = reverse("infusions:step", args=[arrived.pk, "escort"])
    sent = client.post(address, {"asked": ["escort_confirmed"], "escort_confirmed": "yes"})
    assert sent.status_code == 302
    assert steps(arrived, now=timezone.now())["escort"].state is State.DONE
