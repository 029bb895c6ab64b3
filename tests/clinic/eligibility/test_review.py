"""The review: answers given beside the findings that miss them, and the signature."""

import uuid
from dataclasses import replace

import pytest
from django.urls import reverse
from django.utils import timezone

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.audit.models import Event
from ketacare.clinic.eligibility import access, actions
from ketacare.clinic.eligibility.models import Answer, Review
from ketacare.core.errors import InputError
from ketacare.core.safety import Dated, Outcome, Station
from ketacare.core.units import Quantity
from ketacare.knowledge.load import load_policy


def outcome(patient, rule):
    found = access.findings(patient, Station.ELIGIBILITY, now=timezone.now())
    return next(finding.outcome for finding, _override in found if finding.rule == rule)


def address(name, patient, *more):
    return reverse(f"eligibility:{name}", args=[patient.pk, *more])


def test_a_missing_answer_stands_as_a_question_beside_its_finding(client_of, patient):
    page = client_of(Role.NURSE).get(address("review", patient)).content.decode()
    assert "Has anyone ever found an aneurysm" in page
    assert 'name="aneurysm_or_avm"' in page
    assert "Nobody has signed a review yet." in page


def test_answers_from_the_page_change_the_findings(client_of, patient, nurse):
    assert outcome(patient, "aneurysm.history") is Outcome.CANNOT_TELL
    client = client_of(Role.NURSE)
    posted = {"aneurysm_or_avm": "no", "intracerebral_haemorrhage": "no"}
    answer = client.post(address("questions", patient, "open"), posted)

    assert answer.status_code == 302
    assert outcome(patient, "aneurysm.history") is Outcome.PASS
    fact = next(f for f in access.facts_of(patient.pk) if f.code == "aneurysm_or_avm")
    assert (fact.value, fact.by) == (False, nurse.display_name)
    assert Event.objects.filter(tag="eligibility:fact:recorded").count() == 2


def test_a_number_out_of_range_is_refused_and_everything_typed_stays(client_of, patient):
    client = client_of(Role.NURSE)
    posted = {"alt_x_uln": "-2", "severe_hepatic_impairment": "no"}
    answer = client.post(address("questions", patient, "liver-bladder-thyroid"), posted)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="-2"' in page
    assert "checked" in page
    assert not Answer.objects.exists()


def test_an_empty_form_says_so(client_of, patient):
    answer = client_of(Role.NURSE).post(address("questions", patient, "mind"), {})
    assert "Nothing is answered yet" in answer.content.decode()


def test_a_result_keeps_the_day_it_was_found_out(client_of, patient):
    client_of(Role.NURSE).post(
        address("questions", patient, "liver-bladder-thyroid"),
        {"alt_x_uln": "1.5", "found_on": "2026-01-15"},
    )
    assert Answer.objects.get().at.date().isoformat() == "2026-01-15"


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"aneurysm": True}, 'did you mean "aneurysm_or_avm"'),
        ({"aneurysm_or_avm": "maybe"}, "answer yes or no"),
        ({"pregnancy_test": "unclear"}, "choose one of negative, positive"),
    ],
)
def test_the_vocabulary_is_closed(patient, nurse, answers, sentence):
    with pytest.raises(InputError, match=sentence):
        actions.record_answers(patient, {"capacity": True, **answers}, by=nurse, now=timezone.now())
    assert not Answer.objects.exists()  # all or none


def test_a_wrong_answer_is_corrected_and_both_are_kept(patient, nurse):
    now = timezone.now()
    (row,) = actions.record_answers(patient, {"capacity": False}, by=nurse, now=now)
    actions.correct_answer(answer=row, value=True, by=nurse, now=now, reason="Wrong box")
    assert Answer.objects.count() == 2
    assert [f.value for f in access.facts_of(patient.pk)] == [True]


def test_eligible_cannot_be_signed_while_something_is_open(client_of, patient):
    client = client_of(Role.PSYCHIATRIST)
    page = client.get(address("sign", patient))
    digest = page.context["form"].initial["digest"]
    answer = client.post(address("sign", patient), {"decision": "eligible", "digest": digest})
    assert "Not eligible yet" in answer.content.decode()
    assert not Review.objects.exists()

    signed = client.post(
        address("sign", patient),
        {"decision": "not_now", "note": "Work-up first.", "digest": digest},
    )
    assert signed.status_code == 302
    review = Review.objects.get()
    assert review.policy_version
    assert {f["rule"] for f in review.findings} >= {"age.adult", "aneurysm.history"}
    stored = client.get(address("signed", patient, review.pk)).content.decode()
    assert "Work-up first." in stored
    assert Event.objects.filter(tag="eligibility:review:signed").exists()


def test_not_now_needs_a_reason(patient, psychiatrist):
    with pytest.raises(InputError, match="Say why"):
        actions.sign_review(
            patient=patient, decision="not_now", findings=[], by=psychiatrist, now=timezone.now()
        )


def test_a_review_is_not_signed_over_changed_facts(client_of, patient, nurse):
    client = client_of(Role.PSYCHIATRIST)
    digest = client.get(address("sign", patient)).context["form"].initial["digest"]
    actions.record_answers(patient, {"aneurysm_or_avm": True}, by=nurse, now=timezone.now())
    answer = client.post(
        address("sign", patient), {"decision": "not_now", "note": "x", "digest": digest}
    )
    assert answer.status_code == 409
    assert not Review.objects.exists()


@pytest.mark.parametrize("role", [Role.NURSE, Role.ANAESTHESIA, Role.THERAPIST])
def test_only_the_psychiatrist_signs(client_of, patient, role):
    client = client_of(role)
    assert client.get(address("review", patient)).status_code == 200
    assert client.post(address("sign", patient), {"decision": "not_now"}).status_code == 403


def test_the_front_desk_sees_nothing_of_it_and_strangers_are_not_found(client_of, patient):
    assert client_of(Role.FRONT_DESK).get(address("review", patient)).status_code == 403
    unknown = reverse("eligibility:review", args=[uuid.uuid4()])
    assert client_of(Role.NURSE).get(unknown).status_code == 404
    nothing = address("questions", patient, "the-weather")
    assert client_of(Role.NURSE).get(nothing).status_code == 404


def test_measurements_of_the_work_up_are_recorded(client_of, patient):
    client = client_of(Role.NURSE)
    assert client.post(address("measure", patient), {}).status_code == 200
    assert client.post(address("measure", patient), {"weight": "72.5"}).status_code == 302
    from ketacare.clinic.vitals.access import measurements_of

    assert [m.value for m in measurements_of(patient.pk)] == [72.5]


def test_what_is_due_between_infusions_has_its_own_list(client_of, patient):
    page = (
        client_of(Role.PSYCHIATRIST)
        .get(f"{address('review', patient)}?station=follow_up")
        .content.decode()
    )
    assert "Between infusions: what is due" in page
    assert "Review of misuse" in page
    assert "Serious adverse event" in page


def test_a_changed_threshold_shows_on_the_page(client_of, patient, psychiatrist, monkeypatch):
    policy = load_policy()
    rule = policy.rule("liver.impaired")
    number = rule.limits["raised"].entries[-1].number
    lower = replace(number, quantity=Quantity(2.0, number.unit))
    limits = {
        **rule.limits,
        "raised": Dated(entries=(replace(rule.limits["raised"].entries[-1], number=lower),)),
    }
    changed = replace(
        policy,
        rules=tuple(replace(r, limits=limits) if r.id == rule.id else r for r in policy.rules),
    )
    actions.record_answers(
        patient,
        {"severe_hepatic_impairment": False, "alt_x_uln": 2.5},
        by=psychiatrist,
        now=timezone.now(),
    )
    page_of = address("review", patient)
    client = client_of(Role.PSYCHIATRIST)
    assert "at most 3 times the upper limit" in client.get(page_of).content.decode()
    monkeypatch.setattr(access, "load_policy", lambda: changed)
    page = client.get(page_of).content.decode()
    assert "at most 2 times the upper limit" in page
