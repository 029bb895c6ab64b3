"""The policy pages: what applies today, the card behind a finding, and a changed threshold."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from ketacare.clinic.accounts.roles import Role
from ketacare.core.safety import Dated, Entry
from ketacare.core.units import Quantity
from ketacare.knowledge.load import load_policy
from ketacare.knowledge.showing import kind_named, pieces

CLINICAL = (Role.PSYCHIATRIST, Role.NURSE, Role.ANAESTHESIA, Role.THERAPIST)


def page_of(client, name, *more):
    answer = client.get(reverse(f"policy:{name}", args=more))
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_rule_stands_on_the_page_with_its_card(client_of):
    page = page_of(client_of(Role.NURSE), "overview")
    for rule in load_policy().rules:
        assert reverse("policy:card", args=["rules", rule.id]) in page
    assert "ALT and AST at most 3 times the upper limit of normal" in page
    assert load_policy().version in page
    assert "nobody has compared them with their sources" in page


def test_a_word_finds_its_rules_only(client_of):
    client = client_of(Role.PSYCHIATRIST)
    page = client.get(reverse("policy:overview"), {"q": "theophylline"}).content.decode()
    assert "1 rule says this." in page
    assert reverse("policy:card", args=["rules", "theophylline.taken"]) in page
    assert reverse("policy:card", args=["rules", "liver.impaired"]) not in page
    nothing = client.get(reverse("policy:overview"), {"q": "<b>unheard"}).content.decode()
    assert "No rule says this." in nothing
    assert "<b>unheard" not in nothing


def test_a_rules_card_says_sentence_number_source_status_and_since(client_of):
    page = page_of(client_of(Role.ANAESTHESIA), "card", "rules", "liver.impaired")
    for said in (
        "5 times the upper limit of normal since 2026-11-23",
        "There is severe liver disease: no ketamine.",
        "Candidate: nobody has compared it with its sources yet.",
        "https://doi.org/10.1097/AAP.0000000000000808",
        "enzymes 3.1",
        "All 8 checks pass.",
    ):
        assert said in page


@pytest.mark.parametrize("role", CLINICAL)
def test_the_finding_leads_to_its_card_in_one_tap(client_of, patient, role):
    page = client_of(role).get(reverse("eligibility:review", args=[patient.pk])).content.decode()
    assert f'href="{reverse("policy:card", args=["rules", "aneurysm.history"])}"' in page


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("policy", "safety_monitoring"),
        ("staging", "ketacare_anxiety"),
        ("staging_points", "maudsley"),
        ("instruments", "gad7"),
        ("treatments", "sertraline"),
        ("adaptive", "A5"),
        ("risk", "suicide_risk"),
        ("sources", "asra_2018"),
    ],
)
def test_other_content_has_its_card_and_its_list(client_of, kind, name):
    client = client_of(Role.MANAGER)
    assert reverse("policy:card", args=[kind, name]) in page_of(client, "listing", kind)
    title = next(p.title for p in pieces(kind_named(kind)) if p.id == name)
    assert title.split("'", maxsplit=1)[0] in page_of(client, "card", kind, name)


def test_content_that_does_not_exist_is_not_found(client_of):
    client = client_of(Role.NURSE)
    for more in (("rules", "liver.impairedd"), ("rule", "liver.impaired")):
        assert client.get(reverse("policy:card", args=more)).status_code == 404
    assert client.get(reverse("policy:listing", args=["nothing"])).status_code == 404


def test_the_front_desk_and_the_researcher_do_not_read_it(client_of):
    for role in (Role.FRONT_DESK, Role.RESEARCHER):
        assert client_of(role).get(reverse("policy:overview")).status_code == 403


def test_one_changed_threshold_shows_on_the_page_from_its_day_on(client_of, monkeypatch):
    policy = load_policy()
    rule = policy.rule("liver.impaired")
    before = rule.limits["raised"]
    number = replace(before.entries[0].number, quantity=Quantity(2.0, "xULN"))

    def with_change(since):
        later = Dated(entries=(*before.entries, Entry(since=since, number=number)))
        changed = replace(rule, limits={**rule.limits, "raised": later})
        rules = tuple(changed if r.id == rule.id else r for r in policy.rules)
        return lambda: replace(policy, rules=rules)

    # The content begins on a day that may lie in the future of the machine's calendar.
    today = max(timezone.localdate(), before.entries[0].since + timedelta(days=1))
    monkeypatch.setattr("django.utils.timezone.localdate", lambda: today)
    where = "ketacare.clinic.policy.presenting.load_policy"
    monkeypatch.setattr(where, with_change(today + timedelta(days=1)))
    assert "ALT and AST at most 3 times" in page_of(client_of(Role.NURSE), "overview")
    monkeypatch.setattr(where, with_change(today))
    assert "ALT and AST at most 2 times" in page_of(client_of(Role.NURSE), "overview")
