"""Answers into the record: complete, with gaps, out of range, twice, about risk, corrected."""

from datetime import UTC, datetime, timedelta

import pytest

from ketacare.clinic.audit.models import Event
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.questionnaires import access, actions
from ketacare.clinic.questionnaires.models import Request, Response, RiskAnswer
from ketacare.clinic.work.models import Draft, Task, TaskKind
from ketacare.core.errors import InputError

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)


@pytest.fixture
def patient(db):
    return Patient.objects.create(given_name="Ana", family_name="Ortiz", referred_at=NOW)


@pytest.fixture
def sent(patient, nurse):
    return actions.send_request(patient=patient, instruments=["gad7"], by=nurse, now=NOW)


def test_a_request_opens_a_task_that_the_answers_close(sent, patient):
    request, _token = sent
    task = Task.objects.get(kind=TaskKind.QUESTIONNAIRE)
    assert task.is_open
    assert task.due_at == request.due_at
    actions.answer(request=request, answers={"gad7": [1] * 7}, now=LATER)
    task.refresh_from_db()
    assert not task.is_open


def test_answers_become_a_score_of_the_record(sent, patient):
    actions.answer(request=sent[0], answers={"gad7": [0, 1, 2, 3, 0, 1, 2]}, now=LATER)
    (score,) = access.scores_of(patient.pk)
    assert score.total == 9  # 0 + 1 + 2 + 3 + 0 + 1 + 2
    assert score.items == (0, 1, 2, 3, 0, 1, 2)
    assert score.at == LATER
    assert "English" in score.wording


def test_one_item_left_out_is_scaled_up(sent, patient):
    (row,) = actions.answer(request=sent[0], answers={"gad7": [2, 2, 2, 2, 2, 2, None]}, now=LATER)
    assert row.total == pytest.approx(14)  # 12 x 7 / 6
    assert row.prorated
    assert row.items[6] is None


def test_two_items_left_out_give_no_total(sent, patient):
    (row,) = actions.answer(
        request=sent[0], answers={"gad7": [3, 3, 3, 3, 3, None, None]}, now=LATER
    )
    assert row.total is None  # 2 of 7 is 29 %, over the 20 % of the instrument
    assert access.scores_of(patient.pk)[0].total is None


def test_an_item_out_of_range_is_refused_and_nothing_is_stored(sent):
    with pytest.raises(InputError, match="item 3 of GAD-7 is 4"):
        actions.answer(request=sent[0], answers={"gad7": [0, 0, 4, 0, 0, 0, 0]}, now=LATER)
    assert not Response.objects.exists()
    assert Request.objects.get().used_at is None


def test_too_few_answers_are_refused(sent):
    with pytest.raises(InputError, match="7 items"):
        actions.answer(request=sent[0], answers={"gad7": [0, 0]}, now=LATER)
    assert not Response.objects.exists()


def test_answers_to_another_questionnaire_are_refused(sent):
    with pytest.raises(InputError, match="GAD-7"):
        actions.answer(request=sent[0], answers={"phq9": [0] * 9}, now=LATER)


def test_a_second_sending_is_refused_and_changes_nothing(sent):
    actions.answer(request=sent[0], answers={"gad7": [1] * 7}, now=LATER)
    with pytest.raises(InputError, match="does not take answers"):
        actions.answer(request=sent[0], answers={"gad7": [3] * 7}, now=LATER)
    assert [row.total for row in Response.objects.all()] == [7]


def test_an_expired_link_takes_no_answers(sent):
    with pytest.raises(InputError, match="does not take answers"):
        actions.answer(request=sent[0], answers={"gad7": [1] * 7}, now=NOW + actions.WORKS_FOR)
    actions.answer(
        request=sent[0],
        answers={"gad7": [1] * 7},
        now=NOW + actions.WORKS_FOR - timedelta(seconds=1),
    )


def test_a_withdrawn_link_takes_no_answers(sent, nurse):
    actions.revoke(request=sent[0], by=nurse, now=LATER, reason="Sent to the wrong person.")
    with pytest.raises(InputError, match="does not take answers"):
        actions.answer(request=sent[0], answers={"gad7": [1] * 7}, now=LATER)
    assert not Task.objects.get(kind=TaskKind.QUESTIONNAIRE).is_open


def test_withdrawing_needs_a_reason(sent, nurse):
    with pytest.raises(InputError, match="why"):
        actions.revoke(request=sent[0], by=nurse, now=LATER, reason=" ")


def test_two_windows_add_to_the_same_answers(sent):
    request, token = sent
    for item, value in ((1, 2), (2, None), (1, 3)):
        actions.keep_answer(
            request=request, token=token, instrument="gad7", item=item, value=value, now=LATER
        )
    assert access.kept_answers(request, token) == {"gad7": {1: 3, 2: None}}


def test_kept_answers_go_when_they_are_sent(sent):
    request, token = sent
    actions.keep_answer(request=request, token=token, instrument="gad7", item=1, value=2, now=LATER)
    actions.answer(request=request, answers={"gad7": [2] * 7}, now=LATER, token=token)
    assert not Draft.objects.exists()


def test_a_new_link_takes_recent_answers_along(sent, nurse):
    request, token = sent
    actions.keep_answer(request=request, token=token, instrument="gad7", item=1, value=2, now=LATER)
    Draft.objects.update(updated_at=LATER)
    new, new_token = actions.renew(request=request, by=nurse, now=LATER + timedelta(hours=1))
    assert access.kept_answers(new, new_token) == {"gad7": {1: 2}}
    request.refresh_from_db()
    assert request.state(LATER + timedelta(hours=1)) is Request.State.REVOKED


def test_a_new_link_leaves_old_answers_behind(sent, nurse):
    request, token = sent
    actions.keep_answer(request=request, token=token, instrument="gad7", item=1, value=2, now=LATER)
    Draft.objects.update(updated_at=LATER)
    new, new_token = actions.renew(request=request, by=nurse, now=LATER + timedelta(hours=49))
    assert access.kept_answers(new, new_token) == {"gad7": {}}


def test_a_new_link_takes_nothing_from_one_that_was_in_the_wrong_hands(sent, nurse):
    request, token = sent
    actions.keep_answer(request=request, token=token, instrument="gad7", item=1, value=2, now=LATER)
    Draft.objects.update(updated_at=LATER)
    withdrawn = actions.revoke(request=request, by=nurse, now=LATER, reason="Wrong number.")
    new, new_token = actions.renew(request=withdrawn, by=nurse, now=LATER)
    assert access.kept_answers(new, new_token) == {"gad7": {}}


@pytest.mark.parametrize("instruments", [[], ["hama"], ["gad7", "moonphase"]])
def test_what_a_patient_cannot_answer_is_not_sent(patient, nurse, instruments):
    with pytest.raises(InputError, match="GAD-7"):
        actions.send_request(patient=patient, instruments=instruments, by=nurse, now=NOW)


def test_the_log_says_who_answered_and_holds_no_answers(sent):
    actions.answer(request=sent[0], answers={"gad7": [3] * 7}, now=LATER)
    event = Event.objects.get(tag="questionnaire:answer:given")
    assert event.actor_role == "patient"
    assert event.details == {"instrument": "gad7", "left_out": 0, "source": "link"}


# Item 9 of the PHQ-9


def send_phq9(patient, nurse, items):
    request, _token = actions.send_request(patient=patient, instruments=["phq9"], by=nurse, now=NOW)
    return actions.answer(request=request, answers={"phq9": items}, now=LATER)


def test_item_9_above_not_at_all_calls_the_psychiatrist_the_same_day(patient, nurse):
    send_phq9(patient, nurse, [0] * 8 + [1])
    task = Task.objects.get(kind=TaskKind.RISK)
    assert task.role == "psychiatrist"
    assert task.due_at - LATER == timedelta(hours=2)
    assert RiskAnswer.objects.get().value == 1


def test_item_9_at_not_at_all_calls_nobody(patient, nurse):
    send_phq9(patient, nurse, [3] * 8 + [0])
    assert not Task.objects.filter(kind=TaskKind.RISK).exists()


def test_item_9_left_out_has_to_be_asked(patient, nurse):
    send_phq9(patient, nurse, [0] * 8 + [None])
    assert "left out: ask it" in Task.objects.get(kind=TaskKind.RISK).sentence
    assert RiskAnswer.objects.get().value is None


def test_a_risk_is_acknowledged_with_what_was_done(patient, nurse, psychiatrist):
    send_phq9(patient, nurse, [0] * 8 + [2])
    risk = RiskAnswer.objects.get()
    with pytest.raises(InputError, match="what you did"):
        actions.acknowledge_risk(risk=risk, by=psychiatrist, now=LATER, note="")
    assert Task.objects.get(kind=TaskKind.RISK).is_open
    actions.acknowledge_risk(risk=risk, by=psychiatrist, now=LATER, note="Called; safe; C-SSRS.")
    assert not Task.objects.get(kind=TaskKind.RISK).is_open
    assert not access.open_risk_answers(patient.pk).exists()


# What the team enters


def test_a_clinician_enters_a_rating(patient, psychiatrist):
    row = actions.record_clinician_score(
        patient=patient, instrument="hama", items=[2] * 14, by=psychiatrist, now=NOW
    )
    assert row.total == 28  # 14 x 2
    assert access.scores_of(patient.pk)[0].rater == "clinician"


def test_a_patients_questionnaire_is_not_a_clinicians_rating(patient, psychiatrist):
    with pytest.raises(InputError, match="not a scale that is entered here"):
        actions.record_clinician_score(
            patient=patient, instrument="gad7", items=[0] * 7, by=psychiatrist, now=NOW
        )


def test_a_paper_form_may_have_a_total_only(patient, nurse):
    row = actions.record_paper_score(
        patient=patient, instrument="gad7", items=None, total=12, by=nurse, now=NOW
    )
    assert (row.total, row.items) == (12, None)


def test_the_same_form_is_not_entered_twice(patient, nurse):
    actions.record_paper_score(patient=patient, instrument="gad7", items=[1] * 7, by=nurse, now=NOW)
    with pytest.raises(InputError, match="in the record already"):
        actions.record_paper_score(
            patient=patient, instrument="gad7", items=[1] * 7, by=nurse, now=NOW
        )


def test_a_score_from_the_future_is_refused(patient, nurse):
    with pytest.raises(InputError, match="still to come"):
        actions.record_paper_score(
            patient=patient, instrument="gad7", items=[1] * 7, by=nurse, now=NOW, at=LATER
        )


def test_a_correction_keeps_both(sent, patient, psychiatrist):
    (wrong,) = actions.answer(request=sent[0], answers={"gad7": [3] * 7}, now=LATER)
    right = actions.correct(
        response=wrong, items=[2] * 7, by=psychiatrist, now=LATER, reason="Misread the form."
    )
    wrong.refresh_from_db()
    assert wrong.superseded_by == right
    assert [s.total for s in access.scores_of(patient.pk)] == [14]
    assert Response.objects.count() == 2


def test_a_correction_of_something_corrected_is_refused(sent, psychiatrist):
    (wrong,) = actions.answer(request=sent[0], answers={"gad7": [3] * 7}, now=LATER)
    actions.correct(response=wrong, items=[2] * 7, by=psychiatrist, now=LATER, reason="a")
    with pytest.raises(InputError, match="corrected this already"):
        actions.correct(response=wrong, items=[1] * 7, by=psychiatrist, now=LATER, reason="b")


# After the commit


def test_the_options_are_computed_after_the_commit(
    sent, monkeypatch, django_capture_on_commit_callbacks
):
    called = []
    monkeypatch.setattr(
        "ketacare.clinic.plans.actions.refresh_advice",
        lambda patient, *, now, by=None: called.append((patient.pk, now)),
    )
    with django_capture_on_commit_callbacks(execute=True):
        actions.answer(request=sent[0], answers={"gad7": [1] * 7}, now=LATER)
        assert called == []
    assert called == [(sent[0].patient_id, LATER)]


def test_a_failure_of_the_options_loses_no_score(
    sent, patient, monkeypatch, django_capture_on_commit_callbacks, caplog
):
    def broken(patient, *, now, by=None):
        raise RuntimeError("no options today")

    monkeypatch.setattr("ketacare.clinic.plans.actions.refresh_advice", broken)
    with django_capture_on_commit_callbacks(execute=True):
        actions.answer(request=sent[0], answers={"gad7": [1] * 7}, now=LATER)
    assert access.scores_of(patient.pk)[0].total == 7
    assert "not computed" in caplog.text
