"""Signing the policy: who may, with what, what is seen when the files change afterwards."""

from dataclasses import replace

import pytest
from django.urls import reverse
from django.utils import timezone

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.audit.models import Event
from ketacare.clinic.eligibility import access as eligibility
from ketacare.clinic.eligibility import actions as reviewing
from ketacare.clinic.eligibility.models import Review
from ketacare.clinic.policy import access, actions
from ketacare.clinic.policy.freshness import Reading
from ketacare.clinic.policy.lines import Part, Sort, changes, lines_of, rule_lines
from ketacare.clinic.policy.models import Edition, Signature
from ketacare.core.errors import InputError
from ketacare.core.safety import Dated, Entry, Station
from ketacare.core.units import Quantity
from ketacare.knowledge.load import load_policy

PASSWORD = "correct horse battery"
REASON = "Compared with the clinic's threshold table of 3 November."
RULES = reverse("policy:sign", args=["rules"])


def with_limit(policy, rule_id, name, value):
    """Return the policy with one threshold of one rule at another value."""
    rule = policy.rule(rule_id)
    (entry,) = rule.limits[name].entries
    number = replace(entry.number, quantity=Quantity(value, entry.number.unit))
    dated = Dated(entries=(Entry(since=entry.since, number=number),))
    changed = replace(rule, limits={**rule.limits, name: dated})
    rules = tuple(changed if r.id == rule_id else r for r in policy.rules)
    return replace(policy, rules=rules, version="1+0ther000")


@pytest.fixture
def signed(psychiatrist):
    return actions.sign(
        part=Part.RULES,
        version=load_policy().version,
        reason=REASON,
        by=psychiatrist,
        now=timezone.now(),
    )


@pytest.fixture
def changed_policy(monkeypatch):
    """The server reads a policy in which ALT and AST may be at most 2 times the upper limit."""
    policy = with_limit(load_policy(), "liver.impaired", "raised", 2.0)
    lines = {Part.RULES: tuple(rule_lines(policy)), Part.WATCHING: lines_of(Part.WATCHING)}
    for module in ("access", "actions", "signing"):
        monkeypatch.setattr(f"ketacare.clinic.policy.{module}.load_policy", lambda: policy)
        monkeypatch.setattr(f"ketacare.clinic.policy.{module}.lines_of", lines.__getitem__)
    return policy


def send(client, user, **values):
    user.set_password(PASSWORD)
    user.save()
    client.force_login(user)
    data = {"reason": REASON, "own_password": PASSWORD, "version": load_policy().version}
    return client.post(RULES, {**data, **values})


def test_a_psychiatrist_signs_the_rules_with_reason_and_password(client_of, psychiatrist):
    client = client_of(Role.PSYCHIATRIST)
    before = client.get(reverse("policy:overview")).content.decode()
    assert "Nobody has signed this part of the policy" in before
    assert send(client, psychiatrist).status_code == 302
    row = Signature.objects.get()
    assert (row.part, row.by, row.reason) == ("rules", psychiatrist, REASON)
    assert row.edition.version == load_policy().version
    assert access.standing(Part.RULES).is_signed
    assert not access.standing(Part.WATCHING).is_signed
    event = Event.objects.get(tag="clinic:policy:signed")
    assert REASON in event.reason


def test_a_wrong_password_signs_nothing_and_keeps_the_reason(client_of, psychiatrist):
    client = client_of(Role.PSYCHIATRIST)
    answer = send(client, psychiatrist, own_password="not this one")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "This is not your password. Nothing was signed." in page
    assert "threshold table of 3 November" in page
    assert "not this one" not in page
    assert not Signature.objects.exists()
    # The reason is there after a reload as well; the password is not.
    again = client.get(RULES).content.decode()
    assert "threshold table of 3 November" in again
    assert "not this one" not in again


def test_each_part_is_signed_by_who_answers_for_it(client_of, anaesthetist, nurse):
    for person in (anaesthetist, nurse):
        with pytest.raises(InputError, match="signed by: Psychiatrist"):
            actions.sign(
                part=Part.RULES,
                version=load_policy().version,
                reason=REASON,
                by=person,
                now=timezone.now(),
            )
    assert "own_password" not in client_of(Role.ANAESTHESIA).get(RULES).content.decode()
    watching = reverse("policy:sign", args=["watching"])
    assert "own_password" in client_of(Role.ANAESTHESIA).get(watching).content.decode()
    assert client_of(Role.NURSE).post(watching).status_code == 403
    assert client_of(Role.RESEARCHER).get(watching).status_code == 403


def test_what_is_signed_as_it_stands_is_not_signed_twice(signed, psychiatrist):
    with pytest.raises(InputError, match="nothing has changed"):
        actions.sign(
            part=Part.RULES,
            version=load_policy().version,
            reason=REASON,
            by=psychiatrist,
            now=timezone.now(),
        )


def test_another_version_than_was_read_is_not_signed(psychiatrist):
    with pytest.raises(InputError, match="another one than you read"):
        actions.sign(
            part=Part.RULES, version="1+older", reason=REASON, by=psychiatrist, now=timezone.now()
        )


def test_one_changed_threshold_is_one_change_with_both_values():
    policy = load_policy()
    other = with_limit(policy, "liver.impaired", "raised", 2.0)
    (found,) = changes(tuple(rule_lines(policy)), tuple(rule_lines(other)))
    assert (found.subject, found.what, found.sort) == ("Liver", "raised", Sort.THRESHOLD)
    assert found.before == "3 times the upper limit of normal"
    assert found.now == "2 times the upper limit of normal"


def test_a_rule_taken_out_or_added_is_one_change():
    policy = load_policy()
    less = replace(policy, rules=tuple(r for r in policy.rules if r.id != "liver.impaired"))
    then, now = tuple(rule_lines(policy)), tuple(rule_lines(less))
    assert [(c.of, c.what) for c in changes(then, now)] == [("liver.impaired", "taken out")]
    (added,) = changes(now, then)
    assert (added.of, added.what, added.before) == ("liver.impaired", "added", None)
    assert "raised 3 times the upper limit of normal" in added.now


def test_every_limit_of_every_rule_and_vital_sign_is_a_line():
    policy = load_policy()
    keys = {line.key for part in Part for line in lines_of(part)}
    for rule in policy.rules:
        assert {f"{rule.id}/limit.{name}" for name in rule.limits} <= keys
    for vital in policy.monitoring.vitals.values():
        for bound in vital.bounds:
            assert f"vital.{vital.kind.value}/{bound.level.value}.{bound.side.value}" in keys
    assert len(keys) == sum(len(lines_of(part)) for part in Part)


def test_a_change_after_the_signature_is_a_banner_with_its_numbers(
    client_of, patient, signed, changed_policy
):
    client = client_of(Role.NURSE)
    banner = "differs from the one Dr Ada Okafor signed on"
    for address in (
        reverse("policy:overview"),
        RULES,
        reverse("eligibility:review", args=[patient.pk]),
    ):
        page = client.get(address).content.decode()
        assert banner in page
        assert "1 threshold changed." in page
    page = client.get(RULES).content.decode()
    assert "3 times the upper limit of normal" in page
    assert "2 times the upper limit of normal" in page
    # The signed policy can still be read, with what is different today.
    address = reverse("policy:edition", args=[signed.edition.version])
    then = client.get(address).content.decode()
    assert "replaced since" in then
    assert REASON.replace("'", "&#x27;") in then


def test_no_banner_while_what_was_signed_applies(client_of, patient, signed):
    page = client_of(Role.NURSE).get(reverse("eligibility:review", args=[patient.pk]))
    assert "Nobody has signed this part" not in page.content.decode()
    assert "differs from the one" not in page.content.decode()


def test_a_review_keeps_the_policy_it_used_to_be_read_later(client_of, patient, psychiatrist):
    now = timezone.now()
    review = reviewing.sign_review(
        patient=patient,
        decision=Review.Decision.NOT_NOW,
        findings=eligibility.findings(patient, Station.ELIGIBILITY, now=now),
        by=psychiatrist,
        now=now,
        note="Laboratory first.",
    )
    assert Edition.objects.get().version == review.policy_version
    assert {finding["policy"] for finding in review.findings} == {review.policy_version}
    client = client_of(Role.PSYCHIATRIST)
    page = client.get(reverse("eligibility:signed", args=[patient.pk, review.pk])).content.decode()
    address = reverse("policy:edition", args=[review.policy_version])
    assert address in page
    assert "signed by nobody" in page
    assert "Nobody signed this version." in client.get(address).content.decode()


def test_a_version_never_in_use_is_not_found(client_of):
    client = client_of(Role.NURSE)
    assert client.get(reverse("policy:edition", args=["1+nothing"])).status_code == 404
    assert client.get(reverse("policy:sign", args=["everything"])).status_code == 404


def test_a_file_written_after_the_start_is_named_until_the_next_one(client_of, monkeypatch):
    now = timezone.now()
    earlier = Reading(
        at=now, files={"safety/liver_impaired.toml": (1, 100), "sources.toml": (1, 5)}
    )
    later = Reading(at=now, files={"safety/liver_impaired.toml": (2, 100), "sources.toml": (1, 5)})
    assert earlier.changed_in(earlier) == ()
    assert earlier.changed_in(later) == ("safety/liver_impaired.toml",)
    client = client_of(Role.MANAGER)
    page = client.get(reverse("policy:overview")).content.decode()
    assert "Written since then and not in force" not in page
    monkeypatch.setattr("ketacare.clinic.policy.views.look", lambda: later)
    page = client.get(reverse("policy:overview")).content.decode()
    assert "Written since then and not in force" in page
    assert "safety/liver_impaired.toml" in page
