"""Signing, changing, declining, ending: each with what is refused beside what works."""

from datetime import timedelta

import pytest

from ketacare.clinic.audit.models import Event
from ketacare.clinic.eligibility import actions as eligibility
from ketacare.clinic.plans import access, actions
from ketacare.clinic.plans.inputs import freshness, inputs_of
from ketacare.clinic.plans.models import Decision, Plan
from ketacare.core.errors import InputError

NO_RESPONSE = (16, 17, 16, 16)
ORDER = {"dose_mg_per_kg": 0.5, "minutes": 40, "number": 6, "days_between": 3.5, "therapy": True}


@pytest.fixture
def patient(make_patient):
    return make_patient()


@pytest.fixture
def at(course):
    return course.start - timedelta(days=1)


@pytest.fixture
def advice(patient, at):
    return actions.refresh_advice(patient, now=at)


def test_signing_the_first_option_puts_a_plan_in_force(patient, advice, at, psychiatrist):
    decision = actions.sign_plan(patient, by=psychiatrist, now=at, snapshot=advice, option_index=0)
    plan = access.active_plan(patient.pk)
    option = advice.options[0]
    assert plan.dose_mg_per_kg == option["dose_mg_per_kg"]
    assert plan.number == option["infusions"]
    assert plan.signed_by == psychiatrist
    assert (decision.kind, decision.plan, decision.option_index) == ("accept", plan, 0)
    assert decision.shown["first"] == option["label"]
    event = Event.objects.get(object_id=str(decision.pk))
    assert event.tag == "plan:plan:signed"
    assert not access.needs_decision(patient.pk)


def test_another_option_needs_a_reason_in_words(patient, advice, at, psychiatrist):
    with pytest.raises(InputError) as refused:
        actions.sign_plan(patient, by=psychiatrist, now=at, snapshot=advice, option_index=1)
    assert refused.value.where == "reason"
    decision = actions.sign_plan(
        patient, by=psychiatrist, now=at, snapshot=advice, option_index=1, reason="Asked for it."
    )
    assert decision.reason == "Asked for it."


def test_options_of_a_changed_record_are_not_signed(patient, advice, at, psychiatrist, course):
    course.add_score(patient, 9, at=at)
    with pytest.raises(InputError, match="changed since"):
        actions.sign_plan(
            patient, by=psychiatrist, now=at + timedelta(hours=1), snapshot=advice, option_index=0
        )
    assert access.active_plan(patient.pk) is None


def test_a_second_plan_ends_the_first(patient, advice, at, psychiatrist):
    actions.sign_plan(patient, by=psychiatrist, now=at, snapshot=advice, option_index=0)
    actions.modify(patient, by=psychiatrist, now=at, **ORDER, reason="One more than offered.")
    plans = Plan.objects.filter(patient=patient).order_by("created_at")
    assert [plan.status for plan in plans] == ["ended", "active"]
    assert plans[0].ended_by == psychiatrist
    assert plans[0].ended_reason


def test_stopping_ends_the_plan_and_begins_none(make_patient, now, psychiatrist, course):
    patient = make_patient(gad7=NO_RESPONSE)
    before = course.start - timedelta(hours=1)
    actions.modify(patient, by=psychiatrist, now=before, **ORDER, reason="The protocol.")
    snapshot = actions.refresh_advice(patient, now=now)
    # 16 of 17 after infusion 4 is 6 % better: rule A5 stops, and nothing simulated beats it.
    assert snapshot.options[0]["kind"] == "stop"
    assert access.needs_decision(patient.pk)
    decision = actions.sign_plan(
        patient, by=psychiatrist, now=now, snapshot=snapshot, option_index=0
    )
    assert decision.plan is None
    assert access.active_plan(patient.pk) is None
    assert not access.needs_decision(patient.pk)


def test_a_change_needs_a_reason(patient, at, psychiatrist):
    with pytest.raises(InputError) as refused:
        actions.modify(patient, by=psychiatrist, now=at, **ORDER, reason="  ")
    assert refused.value.where == "reason"
    assert (
        actions.modify(patient, by=psychiatrist, now=at, **ORDER, reason="Usual.").plan.number == 6
    )


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"dose_mg_per_kg": 1.6}, "dose_mg_per_kg"),  # the protocol's hard maximum is 1.5 mg/kg
        ({"dose_mg_per_kg": -0.5}, "dose_mg_per_kg"),
        ({"minutes": 19}, "minutes"),  # at least 20
        ({"days_between": 1.9}, "days_between"),  # at least 48 hours
        ({"number": 0}, "number"),
    ],
)
def test_hard_limits_refuse_with_a_sentence(patient, at, psychiatrist, changed, where):
    with pytest.raises(InputError) as refused:
        actions.modify(patient, by=psychiatrist, now=at, **{**ORDER, **changed}, reason="Wanted.")
    assert refused.value.where == where
    assert "refused" in refused.value.sentence
    assert not Decision.objects.exists()


def test_an_unusual_dose_is_signed_with_a_warning(patient, at, psychiatrist):
    usual = actions.modify(patient, by=psychiatrist, now=at, **ORDER, reason="Usual.")
    low = actions.modify(
        patient, by=psychiatrist, now=at, **{**ORDER, "dose_mg_per_kg": 0.1}, reason="Very frail."
    )
    below = "0.1 mg/kg is below the usual minimum"
    assert any(below in sentence for sentence in low.plan.warnings)
    assert not any("usual minimum" in sentence for sentence in usual.plan.warnings)


def test_a_hard_stop_refuses_every_plan(patient, at, psychiatrist):
    eligibility.record_answers(patient, {"aneurysm_or_avm": False}, by=psychiatrist, now=at)
    actions.modify(patient, by=psychiatrist, now=at, **ORDER, reason="Usual.")
    later = at + timedelta(hours=1)
    eligibility.record_answers(patient, {"aneurysm_or_avm": True}, by=psychiatrist, now=later)
    with pytest.raises(InputError, match=r"(?i)aneurysm"):
        actions.modify(patient, by=psychiatrist, now=later, **ORDER, reason="Usual.")


def test_declining_keeps_the_plan_and_answers_the_question(patient, advice, at, psychiatrist):
    assert access.needs_decision(patient.pk)
    with pytest.raises(InputError):
        actions.decline(patient, by=psychiatrist, now=at, snapshot=advice, reason="")
    actions.decline(
        patient, by=psychiatrist, now=at, snapshot=advice, reason="Wants to wait for spring."
    )
    assert not access.needs_decision(patient.pk)
    assert access.active_plan(patient.pk) is None


def test_a_declined_question_is_asked_again_only_with_a_new_score(
    patient, advice, at, psychiatrist, course
):
    actions.decline(patient, by=psychiatrist, now=at, snapshot=advice, reason="Wants to wait.")
    eligibility.record_answers(patient, {"aneurysm_or_avm": False}, by=psychiatrist, now=at)
    same = actions.refresh_advice(patient, now=at + timedelta(hours=1))
    assert same.number == 2
    assert not access.needs_decision(patient.pk)
    course.add_score(patient, 18, at=at + timedelta(hours=2))
    actions.refresh_advice(patient, now=at + timedelta(hours=3))
    assert access.needs_decision(patient.pk)


def test_ending_needs_a_plan_and_a_reason(patient, at, psychiatrist):
    with pytest.raises(InputError, match="no plan in force"):
        actions.end_plan(patient, by=psychiatrist, now=at, reason="Moved away.")
    actions.modify(patient, by=psychiatrist, now=at, **ORDER, reason="Usual.")
    decision = actions.end_plan(patient, by=psychiatrist, now=at, reason="Moved away.")
    assert access.active_plan(patient.pk) is None
    assert decision.plan.ended_reason == "Moved away."


def test_the_second_of_two_at_once_is_told_so(patient, advice, at, psychiatrist):
    actions.sign_plan(patient, by=psychiatrist, now=at, snapshot=advice, option_index=0, expected=0)
    with pytest.raises(actions.OvertakenError, match=psychiatrist.display_name):
        actions.decline(patient, by=psychiatrist, now=at, snapshot=advice, reason="No.", expected=0)
    assert Decision.objects.count() == 1


def test_older_options_are_not_signed(patient, advice, at, psychiatrist, course):
    course.add_score(patient, 9, at=at)
    actions.refresh_advice(patient, now=at + timedelta(hours=1))
    with pytest.raises(actions.OvertakenError, match="Newer options"):
        actions.sign_plan(
            patient, by=psychiatrist, now=at + timedelta(hours=1), snapshot=advice, option_index=0
        )


def test_nothing_is_decided_after_care_has_ended(patient, advice, at, psychiatrist):
    patient.closed_at = at
    patient.save()
    with pytest.raises(InputError, match="ended"):
        actions.decline(patient, by=psychiatrist, now=at, snapshot=advice, reason="No.")


def test_the_forecast_follows_the_signed_plan(
    patient, advice, at, psychiatrist, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        actions.modify(patient, by=psychiatrist, now=at, **ORDER, reason="Usual.", snapshot=advice)
    newest = access.latest_advice(patient.pk)
    labels = {fan["label"] for fan in newest.data["forecasts"] if fan["about"] == "plan"}
    assert newest.number == advice.number + 1
    assert labels == {
        "With the plan: 6 more infusions of 0.5 mg/kg over 40 min, 3.5 days apart, with therapy"
    }


def test_options_are_not_signed_once_the_last_score_is_too_old(make_patient, psychiatrist, course):
    """The protocol's limit is 14 days: nothing was recorded since, and still nothing is advised."""
    patient = make_patient(gad7=(15, 12, 14, 9))
    last = course.start + 3 * course.gap + timedelta(days=1)
    snapshot = actions.refresh_advice(patient, now=last + timedelta(days=1))
    late = last + timedelta(days=14, hours=1)
    found = freshness(snapshot, inputs_of(patient, now=late), now=late)
    assert found.changed == ()
    assert found.is_stale
    assert found.outgrown == (
        f"The last GAD-7 is of {last:%-d %b %Y}, more than 14 days ago: ask for one first."
    )
    with pytest.raises(InputError, match="ask for one first"):
        actions.sign_plan(
            patient, by=psychiatrist, now=late, snapshot=snapshot, option_index=0, expected=0
        )
    just = last + timedelta(days=13, hours=23)
    assert not freshness(snapshot, inputs_of(patient, now=just), now=just).is_stale
