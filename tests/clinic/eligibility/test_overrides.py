"""Overrides: by name, with a reason, by the roles the rule names, bound to the facts they saw."""

import pytest
from django.urls import reverse
from django.utils import timezone

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.audit.models import Event
from ketacare.clinic.eligibility import access, actions
from ketacare.clinic.eligibility.models import Override
from ketacare.clinic.history import actions as history
from ketacare.clinic.work.models import Task, TaskKind
from ketacare.core.errors import InputError
from ketacare.core.safety import Station

MAOI = "maoi.taken"  # psychiatrist and anaesthetist both sign (knowledge/safety/maoi_taken.toml)


@pytest.fixture
def on_maoi(patient, psychiatrist):
    """A patient who takes a MAO inhibitor and whose list of medicines was gone through."""
    now = timezone.now()
    history.record_medicine(patient=patient, by=psychiatrist, now=now, medicine="tranylcypromine")
    actions.record_answers(patient, {"medicines_reviewed": True}, by=psychiatrist, now=now)
    return patient


def pair(patient, rule=MAOI):
    found = access.findings(patient, Station.ELIGIBILITY, now=timezone.now())
    return next((f, o) for f, o in found if f.rule == rule)


def sign(patient, by, reason="Well on it for years."):
    finding, _none = pair(patient)
    return actions.override(
        patient=patient, finding=finding, reason=reason, by=by, now=timezone.now()
    )


def test_both_sign_before_care_goes_on(on_maoi, psychiatrist, anaesthetist):
    override = sign(on_maoi, psychiatrist)
    assert access.is_held(*pair(on_maoi))
    task = Task.objects.get(kind=TaskKind.COSIGN)
    assert (task.role, task.is_open) == (Role.ANAESTHESIA, True)

    actions.cosign(override=override, by=anaesthetist, now=timezone.now())
    finding, signed = pair(on_maoi)
    assert signed is not None
    assert signed.is_complete
    assert not access.is_held(finding, signed)
    assert not Task.objects.get(kind=TaskKind.COSIGN).is_open
    assert Event.objects.filter(tag="eligibility:finding:cosigned").exists()


def test_one_person_does_not_sign_twice(on_maoi, psychiatrist):
    override = sign(on_maoi, psychiatrist)
    with pytest.raises(InputError, match="somebody else's"):
        actions.cosign(override=override, by=psychiatrist, now=timezone.now())


def test_a_role_the_rule_does_not_name_cannot_sign(on_maoi, nurse, therapist):
    for person in (nurse, therapist):
        with pytest.raises(InputError, match="can be overridden by"):
            sign(on_maoi, person)
    assert not Override.objects.exists()


def test_an_override_needs_a_reason(on_maoi, psychiatrist):
    with pytest.raises(InputError, match="Give the reason"):
        sign(on_maoi, psychiatrist, reason="  ")


def test_a_hard_stop_cannot_be_overridden_by_anybody(client_of, patient, psychiatrist):
    actions.record_answers(patient, {"aneurysm_or_avm": True}, by=psychiatrist, now=timezone.now())
    finding, _none = pair(patient, "aneurysm.history")
    assert finding.stops
    with pytest.raises(InputError, match="hard stop"):
        actions.override(
            patient=patient, finding=finding, reason="x", by=psychiatrist, now=timezone.now()
        )
    page = client_of(Role.PSYCHIATRIST).get(
        reverse("eligibility:override", args=[patient.pk, "aneurysm.history"])
    )
    assert "nobody can override it" in page.content.decode()
    assert "<textarea" not in page.content.decode()


def test_other_facts_ask_for_another_override(on_maoi, psychiatrist):
    sign(on_maoi, psychiatrist)
    assert pair(on_maoi)[1] is not None
    history.record_medicine(
        patient=on_maoi, by=psychiatrist, now=timezone.now(), medicine="phenelzine"
    )
    assert pair(on_maoi)[1] is None


def test_a_withdrawn_override_lets_the_finding_stand(on_maoi, psychiatrist, anaesthetist):
    override = sign(on_maoi, psychiatrist)
    with pytest.raises(InputError, match="Say why"):
        actions.withdraw_override(override=override, by=anaesthetist, now=timezone.now(), reason="")
    actions.withdraw_override(
        override=override, by=anaesthetist, now=timezone.now(), reason="Pressure not controlled"
    )
    assert pair(on_maoi)[1] is None
    with pytest.raises(InputError, match="withdrawn already"):
        actions.cosign(override=override, by=anaesthetist, now=timezone.now())


def test_signing_on_the_page_keeps_the_reason_through_a_mistake(client_of, on_maoi):
    address = reverse("eligibility:override", args=[on_maoi.pk, MAOI])
    client = client_of(Role.PSYCHIATRIST)
    digest = client.get(address).context["form"].initial["digest"]
    assert client.post(address, {"reason": "", "digest": digest}).status_code == 200
    stale = client.post(address, {"reason": "Well on it.", "digest": "old"})
    assert stale.status_code == 409
    assert "Well on it." in client.get(address).content.decode()  # kept as a draft
    done = client.post(address, {"reason": "Well on it.", "digest": digest})
    assert done.status_code == 302
    assert Override.objects.get().reason == "Well on it."


def test_the_second_signature_on_the_page(client_of, on_maoi, psychiatrist):
    override = sign(on_maoi, psychiatrist)
    address = reverse("eligibility:cosign", args=[on_maoi.pk, override.pk])
    assert client_of(Role.NURSE).post(address, {"act": "cosign"}).status_code == 403
    client = client_of(Role.ANAESTHESIA)
    refused = client.post(address, {"act": "withdraw", "reason": ""})
    assert "Say why." in refused.content.decode()
    assert client.post(address, {"act": "cosign"}).status_code == 302
    override.refresh_from_db()
    assert override.is_complete


def review_of(client_of, patient, role=Role.NURSE):
    return client_of(role).get(reverse("eligibility:review", args=[patient.pk])).content.decode()


def test_a_half_signed_override_says_whose_signature_it_waits_for(on_maoi, client_of, psychiatrist):
    sign(on_maoi, psychiatrist)
    page = review_of(client_of, on_maoi)
    assert "Waits for a second signature" in page
    assert "Override waits for: Anaesthesia clinician" in page
    assert "Every override ever signed" in page


def test_an_override_stays_visible_after_it_is_withdrawn_and_after_the_facts_change(
    on_maoi, client_of, psychiatrist, anaesthetist
):
    first = sign(on_maoi, psychiatrist, reason="First reason.")
    actions.withdraw_override(
        override=first, by=anaesthetist, now=timezone.now(), reason="Ask the ward first."
    )
    second = sign(on_maoi, psychiatrist, reason="Second reason.")
    actions.cosign(override=second, by=anaesthetist, now=timezone.now())
    assert "Counts now" in review_of(client_of, on_maoi)

    # Another medicine of the class: the finding is another one, and asks for signatures again.
    history.record_medicine(
        patient=on_maoi, by=psychiatrist, now=timezone.now(), medicine="phenelzine"
    )
    page = review_of(client_of, on_maoi)
    assert "No longer counts" in page
    assert "Withdrawn by Dr Ingrid Voss" in page
    for said in ("First reason.", "Second reason.", "Ask the ward first."):
        assert said in page


def test_whoever_signed_first_is_not_offered_the_second_signature(
    on_maoi, client_of, psychiatrist, anaesthetist
):
    override = sign(on_maoi, psychiatrist)
    address = reverse("eligibility:cosign", args=[on_maoi.pk, override.pk])
    own = client_of(Role.PSYCHIATRIST)
    page = own.get(address).content.decode()
    assert "the second signature is somebody else" in page
    assert "Cosign the override" not in page
    # Sent all the same, it is refused.
    page = own.post(address, {"act": "cosign"}).content.decode()
    assert "Override of" in page
    override.refresh_from_db()
    assert override.cosigned_by is None

    assert "Cosign the override" in client_of(Role.ANAESTHESIA).get(address).content.decode()
    client_of(Role.ANAESTHESIA).post(address, {"act": "cosign"})
    override.refresh_from_db()
    assert override.cosigned_by == anaesthetist
