"""The clinic's own weights: used, shown, signed with their effect, and told apart in what is stored."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.audit.models import Event
from ketacare.clinic.plans import actions
from ketacare.clinic.plans.computing import knowledge
from ketacare.clinic.plans.inputs import freshness, inputs_of
from ketacare.clinic.plans.models import WeightSet
from ketacare.clinic.plans.reweighing import change_weights
from ketacare.clinic.plans.weighing import burden_of, effects_of, ranked_again, weighed
from ketacare.core.errors import InputError

pytestmark = pytest.mark.django_db

USUAL = {"infusion": 0.005, "therapy": 0.001, "risk": 0.003, "departure": 0.02}
PAGE = {"infusion": "5", "therapy": "0.1", "risk": "0.3", "departure": "2"}


@pytest.fixture
def snapshot(make_patient, now):
    return actions.refresh_advice(make_patient(gad7=(15, 12, 14, 9)), now=now)


def text_of(answer):
    return " ".join(answer.content.decode().split())


def test_the_clinic_weighs_as_its_setting_says(settings):
    usual = knowledge()
    settings.KETACARE = {**settings.KETACARE, "KETACARE_ADVICE_WEIGHTS": {"infusion": 0.02}}
    own = knowledge()
    assert own.protocol.weights.costs == {**usual.protocol.weights.costs, "infusion": 0.02}
    changed = {k for k in own.versions if own.versions[k] != usual.versions[k]}
    assert changed == {"advice_weights"}  # so options stored by other weights are computed anew
    assert own.versions["advice_weights"].endswith("with infusion=0.02")


def test_signed_weights_come_before_the_setting_and_reach_the_ranking(
    settings, psychiatrist, now, snapshot
):
    settings.KETACARE = {**settings.KETACARE, "KETACARE_ADVICE_WEIGHTS": {"infusion": 0.02}}
    costs = {**USUAL, "infusion": 0.2}
    change_weights(by=psychiatrist, now=now, costs=costs, reason="Travel is far.", expected=0)
    assert knowledge().protocol.weights.costs == costs
    patient = snapshot.patient
    assert freshness(snapshot, inputs_of(patient, now=now), now=now).changed == (
        "how the clinic weighs options",
    )
    again = actions.refresh_advice(patient, now=now)
    # An infusion at a fifth of all relief is never worth it: whatever comes first gives none.
    assert again.options[0]["infusions"] == 0
    assert again.beside["weights"] == costs


def test_stored_options_weighed_again_by_their_own_weights_keep_order_and_burden(snapshot):
    own = weighed(USUAL, by="")
    snapshot.refresh_from_db()
    assert ranked_again(snapshot.options, own) == snapshot.options
    for option in snapshot.options:
        assert burden_of(option, own) == option["burden"]  # departures are in it


def test_weighing_again_says_what_computing_again_says(snapshot, psychiatrist, now):
    """Utility is linear in the weights: the preview is no estimate."""
    costs = {**USUAL, "infusion": 0.05, "departure": 0.0}
    foreseen = ranked_again(snapshot.options, weighed(costs, by=""))
    change_weights(by=psychiatrist, now=now, costs=costs, reason="A trial.", expected=0)
    computed = actions.refresh_advice(snapshot.patient, now=now)
    assert {o["label"] for o in computed.options} == {o["label"] for o in foreseen}
    # The seed follows from the record and the versions, so other people were simulated.
    assert computed.seed != snapshot.seed


def test_the_effect_names_those_whose_first_option_changes(snapshot):
    assert effects_of(weighed(USUAL, by="")).changed == ()
    found = effects_of(weighed({**USUAL, "infusion": 1.0}, by=""))
    assert (found.of, found.unknown) == (1, 0)
    assert [e.patient for e in found.changed] == [snapshot.patient]
    assert found.changed[0].before == snapshot.options[0]["label"]


def test_the_page_shows_the_effect_first_and_signs_then(client_of, snapshot):
    client, page = client_of(Role.PSYCHIATRIST), reverse("plans:weights")
    shown = text_of(client.post(page, {**PAGE, "expected": "0"}))  # no reason asked for yet
    assert "1 of 1 people under care would have another option first" in shown
    assert WeightSet.objects.count() == 0  # seeing is not signing
    form = {**PAGE, "reason": "Few chairs.", "expected": "0", "signed": "yes"}
    assert client.post(page, form).status_code == 302
    stored = WeightSet.objects.get()
    assert stored.costs == {**USUAL, "infusion": 0.05}
    event = Event.objects.get(tag="plan:weights:changed")
    assert (event.object_id, event.reason) == (str(stored.pk), "Few chairs.")
    assert "Few chairs." in text_of(client.get(page))
    # Whoever looked before that is told, and nothing of theirs is stored.
    assert client.post(page, {**form, "infusion": "4"}).status_code == 409
    assert WeightSet.objects.count() == 1


def test_only_a_psychiatrist_weighs_and_only_with_a_reason(client_of, psychiatrist):
    page, form = reverse("plans:weights"), {**PAGE, "reason": "x", "expected": "0"}
    for role in (Role.NURSE, Role.MANAGER):
        assert client_of(role).get(page).status_code == 200
        assert client_of(role).post(page, form).status_code == 403
    for role in (Role.FRONT_DESK, Role.RESEARCHER):
        assert client_of(role).get(page).status_code == 403
    answer = client_of(Role.PSYCHIATRIST).post(page, {**form, "reason": " ", "signed": "yes"})
    assert "Say why, in a sentence." in text_of(answer)
    with pytest.raises(InputError, match="in force already"):
        change_weights(
            by=psychiatrist, now=timezone.now(), costs=USUAL, reason="The same.", expected=0
        )


@pytest.mark.parametrize("value", ["-1", "101", "much", "nan", ""])
def test_a_weight_that_is_no_share_is_refused_at_its_field(client_of, value):
    page = reverse("plans:weights")
    form = {**PAGE, "risk": value, "reason": "x", "expected": "0", "signed": "yes"}
    answer = client_of(Role.PSYCHIATRIST).post(page, form)
    assert answer.context["form"].errors.keys() == {"risk"}
    assert WeightSet.objects.count() == 0
