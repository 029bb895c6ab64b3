"""The page of a session: what each phase shows, what a tap does, what a mistake and a rival do."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.clinic.infusions.conftest import DEVICE, NOW, minutes, observe

from ketacare.adapters.hl7v2 import Outgoing, build_oru
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.audit.models import Event
from ketacare.clinic.infusions import actions
from ketacare.clinic.infusions.models import Phase, Session
from ketacare.clinic.vitals import actions as vitals
from ketacare.clinic.vitals.models import Value
from ketacare.core.record import Vital


@pytest.fixture
def at(monkeypatch):
    """Set the clock that views read."""

    def set_clock(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)

    set_clock(NOW)
    return set_clock


def page(session):
    return reverse("infusions:session", args=[session.pk])


def do(session, act):
    return reverse("infusions:act", args=[session.pk, act])


def words(answer):
    """The text a reader sees, on one line."""
    text = re.sub(
        r"<(script|style)\b.*?</\1>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL
    )
    return re.sub(r"\s+", " ", text)


def test_the_page_names_the_person_and_the_primary_alarm(running, client_of, at):
    answer = client_of(Role.NURSE).get(page(running))
    assert answer.status_code == 200
    assert "Ana Moreno" in words(answer)
    assert "The bedside monitor is the primary alarm" in words(answer)
    assert Event.objects.filter(tag="patient:infusion:read", object_id=running.pk).count() == 1


def test_an_unknown_session_is_not_found_and_the_front_desk_is_refused(running, client_of, at):
    unknown = reverse("infusions:session", args=["00000000-0000-0000-0000-000000000007"])
    assert client_of(Role.NURSE).get(unknown).status_code == 404
    assert client_of(Role.FRONT_DESK).get(page(running)).status_code == 403


def test_a_therapist_reads_and_does_not_act(running, client_of, at):
    client = client_of(Role.THERAPIST)
    answer = client.get(page(running))
    assert answer.status_code == 200
    assert "Record the pause" not in words(answer)
    refused = client.post(do(running, "pause"), {"why": "wish", "version": running.version})
    assert refused.status_code == 403
    assert Session.objects.get(pk=running.pk).phase == Phase.RUNNING


@pytest.mark.parametrize(
    ("phase", "shown"),
    [
        ("booked", "Check the person in"),
        ("arrived", "Calculate the pump sheet"),
        ("sheet", "Waits for the second check"),
        ("ready", "Start: the pump runs"),
        ("running", "Record the pause"),
        ("recovering", "The gate is closed."),
    ],
)
def test_every_phase_shows_its_next_step(request, phase, shown, client_of, at):
    session = request.getfixturevalue(phase)
    at(minutes(41) if phase == "recovering" else NOW)
    assert shown in words(client_of(Role.NURSE).get(page(session)))


def test_the_second_person_does_not_see_the_result_before_calculating(
    sheet, client_of, second_nurse, at
):
    from django.test import Client

    second = Client()
    second.force_login(second_nurse)
    text = words(second.get(page(sheet)))
    assert "Your rate, mL/h" in text
    assert "75 mL/h" not in text
    assert "35 mg" not in text
    assert "75 mL/h" in words(client_of(Role.NURSE).get(page(sheet)))


def test_a_second_calculation_that_differs_does_not_learn_the_sheets_figures(
    sheet, second_nurse, at
):
    from django.test import Client

    second = Client()
    second.force_login(second_nurse)
    typed = {"dose_mg": "40", "rate_ml_h": "75", "version": sheet.version}
    answer = second.post(do(sheet, "second-check"), typed)
    assert answer.status_code == 422
    assert "calculate again, alone" in words(answer)
    assert "35 mg" not in words(answer)
    # The attempt is a step of its own, so the form goes on from the version after it.
    again = {"dose_mg": "35", "rate_ml_h": "75", "version": sheet.version + 1}
    assert "Ready to start" in words(second.post(do(sheet, "second-check"), again, follow=True))


def test_pausing_with_a_reason_from_the_page(running, client_of, at):
    at(minutes(7))
    answer = client_of(Role.NURSE).post(
        do(running, "pause"),
        {"why": "nausea", "words": "wants a bowl", "version": running.version},
        follow=True,
    )
    assert "Paused" in words(answer)
    event = running.pump_events.last()
    assert (event.kind, event.reason) == ("pause", "Nausea or vomiting: wants a bowl")
    assert event.volume_ml == pytest.approx(8.75)  # 7 min at 75 mL/h


def test_a_mistake_is_shown_with_what_was_typed(running, client_of, at):
    answer = client_of(Role.NURSE).post(
        do(running, "rate"),
        {"why": "distress", "words": "slower", "rate_ml_h": "90", "version": running.version},
    )
    assert answer.status_code == 422
    assert "at most the checked 75 mL/h" in words(answer)
    assert "slower" in answer.content.decode()
    assert 'value="90' in answer.content.decode()


def test_a_rival_gets_409_with_who_did_what_and_keeps_what_was_typed(
    running, client_of, second_nurse, at
):
    seen = running.version
    actions.pause(
        session=running, reason="Nausea", by=second_nurse, now=minutes(2), expected_version=seen
    )
    at(minutes(3))
    client = client_of(Role.NURSE)
    answer = client.post(
        do(running, "stop"), {"why": "wish", "words": "had enough", "version": seen}
    )
    assert answer.status_code == 409
    assert "Bea Lund" in words(answer)
    assert "15:02:00" in words(answer)
    assert "had enough" in words(answer)
    assert Session.objects.get(pk=running.pk).phase == Phase.PAUSED
    again = client.get(do(running, "stop")).content.decode()  # the draft
    assert "had enough" in again
    assert f'name="version" value="{seen + 1}"' in again


def test_an_observation_takes_one_form_and_one_tap(running, client_of, at):
    at(minutes(5))
    observing = reverse("vitals:observe", args=[running.pk, "pressure"])
    answer = client_of(Role.NURSE).post(
        observing, {"systolic": "131", "diastolic": "84"}, follow=True
    )
    assert "Recorded: Systolic 131 mmHg, Diastolic 84 mmHg." in words(answer)
    assert Value.objects.filter(session=running, at=minutes(5)).count() == 2


def test_a_step_is_recorded_with_one_button(running, client_of, at):
    at(minutes(5))
    client_of(Role.NURSE).post(
        reverse("vitals:observe", args=[running.pk, "moaas"]), {"moaas": "5"}
    )
    assert Value.objects.get(session=running, kind="moaas").value == 5


def test_an_observation_that_cannot_be_is_shown_again(running, client_of, at):
    answer = client_of(Role.NURSE).post(
        reverse("vitals:observe", args=[running.pk, "pressure"]),
        {"systolic": "84", "diastolic": "131"},
    )
    assert answer.status_code == 422
    assert "is not below the systolic" in words(answer)
    assert 'value="131' in answer.content.decode()


def test_overdue_observations_stand_at_the_top(running, client_of, at):
    # Blood pressure is due every 10 min; the last one was taken before the start, so since 15:10.
    at(minutes(16))
    text = words(client_of(Role.NURSE).get(page(running)))
    assert "Blood pressure is 6 min overdue" in text
    assert "Look now" in text


def test_a_red_pressure_asks_for_symptoms_first(running, client_of, nurse, at):
    observe(running, nurse, minutes(10), systolic=186, diastolic=104)
    at(minutes(11))
    client = client_of(Role.NURSE)
    text = words(client.get(page(running)))
    assert "Ask first: Any chest pain, breathlessness, severe headache" in text
    assert "Labetalol" not in text
    assert "None of them" in text
    client.post(reverse("infusions:symptoms", args=[running.pk]), {"answer": "yes"})
    assert "stop the infusion, call the physician and emergency services" in words(
        client.get(page(running))
    )


def send(control_id, moment, **values):
    outgoing = [Outgoing(kind=Vital(k), value=v, at=moment) for k, v in values.items()]
    vitals.ingest(
        build_oru(outgoing, control_id=control_id, bed="Chair 2", device=DEVICE, at=moment),
        now=moment,
    )


def test_the_live_part_shows_the_monitors_values_with_their_age(running, client_of, at):
    send("M1", minutes(5), heart_rate=83, spo2=96)
    at(minutes(5) + timedelta(seconds=9))
    part = reverse("infusions:live", args=[running.pk, "now"])
    text = words(client_of(Role.NURSE).get(part, {"seen": running.version}))
    assert "83 per min In limits 9 s ago , monitor" in text
    assert "Monitor connected" in text
    at(minutes(9))
    text = words(client_of(Role.NURSE).get(part, {"seen": running.version}))
    assert "Monitor silent" in text
    assert "Too old" in text


def test_the_live_part_says_what_somebody_else_did_and_holds_no_form_of_an_act(
    running, client_of, second_nurse, at
):
    part = reverse("infusions:live", args=[running.pk, "now"])
    actions.pause(
        session=running, reason="Nausea", by=second_nurse, now=minutes(2), expected_version=5
    )
    at(minutes(3))
    answer = client_of(Role.NURSE).get(part, {"seen": 5})
    assert "Bea Lund paused the infusion at 15:02:00: Nausea" in words(answer)
    assert "<textarea" not in answer.content.decode()


def test_the_charts_have_tables_and_say_that_exposure_does_not_predict_benefit(
    running, client_of, at
):
    send("M1", minutes(5), heart_rate=83, spo2=96)
    at(minutes(6))
    answer = client_of(Role.NURSE).get(reverse("infusions:live", args=[running.pk, "charts"]))
    html = answer.content.decode()
    assert html.count("<svg") == 4
    assert html.count("<table") == 5  # one a chart, and expected beside measured
    assert "chart-band-90" in html
    assert "Exposure does not predict benefit" in words(answer)


def test_without_a_pressure_before_the_dose_none_is_expected(sheet, client_of, at):
    text = words(client_of(Role.NURSE).get(page(sheet)))
    assert "Blood pressure and pulse cannot be expected" in text


def test_a_correction_shows_both_values(running, client_of, nurse, at):
    (wrong,) = observe(running, nurse, minutes(1), spo2=89)
    at(minutes(2))
    client = client_of(Role.NURSE)
    correcting = reverse("vitals:correct", args=[wrong.pk])
    assert client.post(correcting, {"value": "98"}).status_code == 422
    client.post(correcting, {"value": "98", "words": "Wrong line"})
    html = client.get(page(running)).content.decode()
    assert "<s>Oxygen saturation 89 %</s>" in html
    assert "corrected to 98 by Noor Haddad at 15:02: Wrong line" in html


def test_the_open_questions_are_asked_and_recorded(sheet, client_of, at):
    client = client_of(Role.NURSE)
    asking = reverse("infusions:questions", args=[sheet.pk, "before"])
    html = client.get(asking).content.decode()
    assert "Have two identifiers" in html
    client.post(
        asking, {"asked": ["identifiers_checked", "alcohol_24h"], "identifiers_checked": "yes"}
    )
    html = client.get(asking).content.decode()
    assert "Have two identifiers" not in html
    assert "Any alcohol in the last 24 hours?" in html


def test_a_nurse_does_not_override_and_a_psychiatrist_does(ready, client_of, nurse, at):
    observe(ready, nurse, minutes(-2), systolic=162, diastolic=95)
    address = reverse("infusions:override", args=[ready.pk, "blood_pressure.before_dose"])
    assert client_of(Role.NURSE).get(address).status_code == 403
    client = client_of(Role.PSYCHIATRIST)
    assert "162/95 mmHg" in words(client.get(address))
    text = words(client.post(address, {"words": "Known white coat"}, follow=True))
    assert "Waits for a signature" in text


def test_the_list_leads_to_the_running_infusion(running, client_of, at):
    html = client_of(Role.NURSE).get(reverse("infusions:list")).content.decode()
    assert f'href="{page(running)}"' in html


def test_an_empty_list_says_so(client_of, at):
    text = words(client_of(Role.NURSE).get(reverse("infusions:list")))
    assert "Nobody is in a chair." in text


def test_booking_takes_the_signed_plan(patient, plan, client_of, at):
    address = reverse("infusions:book", args=[patient.pk])
    client = client_of(Role.NURSE)
    assert client.post(address, {"scheduled_at": "2026-11-20T09:00"}).status_code == 422
    client.post(address, {"scheduled_at": "2026-11-26T09:00"})
    assert Session.objects.get().dose_mg_per_kg == 0.5


def test_the_page_needs_few_queries(running, client_of, at, django_assert_max_num_queries):
    for minute in range(1, 6):
        send(f"M{minute}", minutes(minute), heart_rate=83, spo2=96)
    at(minutes(6))
    client = client_of(Role.NURSE)
    client.get(page(running))
    with django_assert_max_num_queries(60):
        client.get(page(running))
    with django_assert_max_num_queries(20):
        client.get(reverse("infusions:live", args=[running.pk, "now"]), {"seen": 5})
