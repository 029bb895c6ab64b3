"""Scales beyond the usual three: entered by item or by total, with and without their words."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.questionnaires import access, actions
from ketacare.clinic.questionnaires.models import Response
from ketacare.core.errors import InputError

pytestmark = pytest.mark.usefixtures("no_options")


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def enter(client, ana, instrument, **values):
    at = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    return client.post(f"/patients/{ana.pk}/measures/enter/{instrument}/", {"at": at, **values})


def test_every_scale_that_can_be_entered_is_listed_by_what_it_is_about(client_of, ana):
    text = text_of(client_of(Role.NURSE).get(f"/patients/{ana.pk}/measures/enter/"))
    for name in ("GAD-7", "LSAS-SR", "WHO-5", "C-SSRS screener", "BPIC-SS", "PROMIS anxiety 8a"):
        assert name in text
    assert "KSET" not in text  # listed in the content, nothing to enter
    assert "words not held here" in text


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.RESEARCHER, Role.ANAESTHESIA])
def test_only_those_who_record_answers_see_the_list(client_of, ana, role):
    assert client_of(Role.NURSE).get(f"/patients/{ana.pk}/measures/enter/").status_code == 200
    assert client_of(role).get(f"/patients/{ana.pk}/measures/enter/").status_code == 403


def test_a_scale_of_which_only_the_total_is_known_asks_for_the_total(client_of, ana):
    nurse = client_of(Role.NURSE)
    page = nurse.get(f"/patients/{ana.pk}/measures/enter/eq5d5l/").content.decode()
    assert 'name="total"' in page
    assert 'name="item_1"' not in page
    assert enter(nurse, ana, "eq5d5l", total="0.75").status_code == 302
    assert Response.objects.get().total == 0.75
    assert "0.75 of 1" in text_of(nurse.get(f"/patients/{ana.pk}/measures/"))


@pytest.mark.parametrize("total", ["", "1.5", "-0.6", "abc"])
def test_a_total_that_cannot_be_is_refused(client_of, ana, total):
    page = enter(client_of(Role.NURSE), ana, "eq5d5l", total=total)
    assert b"error-summary" in page.content
    assert not Response.objects.exists()


def test_items_without_words_are_entered_by_what_they_are_about(client_of, ana):
    nurse = client_of(Role.NURSE)
    text = text_of(nurse.get(f"/patients/{ana.pk}/measures/enter/wsas/"))
    assert "The words of this scale are not held here" in text
    assert "Managing the home" in text
    # work left out: 4 x 4 = 16, x 5 / 4 = 20
    given = {"item_1": "-", "item_2": "4", "item_3": "4", "item_4": "4", "item_5": "4"}
    assert enter(nurse, ana, "wsas", **given).status_code == 302
    row = Response.objects.get()
    assert (row.items, row.total, row.prorated) == ([None, 4, 4, 4, 4], 20, True)
    assert "20" in text_of(nurse.get(f"/patients/{ana.pk}/measures/"))


def test_parts_of_a_scale_are_shown(client_of, ana):
    nurse = client_of(Role.NURSE)
    enter(nurse, ana, "phq4", item_1="2", item_2="1", item_3="0", item_4="0")
    text = text_of(nurse.get(f"/patients/{ana.pk}/measures/"))
    assert "Anxiety (GAD-2) 3 · positive screen for anxiety" in text
    assert "Depression (PHQ-2) 0" in text


def test_fewer_points_are_worse_where_more_are_better(client_of, ana):
    now = timezone.now()
    for days, total in ((9, 60), (2, 40)):
        actions.record_paper_score(
            patient=ana,
            instrument="who5",
            items=None,
            total=total,
            by=None,
            now=now,
            at=now - timedelta(days=days),
        )
    text = text_of(client_of(Role.NURSE).get(f"/patients/{ana.pk}/measures/"))
    assert "20 fewer" in text
    assert "low well-being" in text


def test_a_time_to_come_is_refused(client_of, ana):
    at = (timezone.localtime() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    nurse = client_of(Role.NURSE)
    refused = nurse.post(f"/patients/{ana.pk}/measures/enter/who5/", {"at": at, "total": "40"})
    assert "still to come" in text_of(refused)
    assert not Response.objects.exists()
    assert enter(nurse, ana, "who5", total="40").status_code == 302


def test_a_score_that_is_listed_only_is_refused(ana):
    with pytest.raises(InputError, match="not a scale that is entered here"):
        actions.record_clinician_score(
            patient=ana, instrument="kset", items=None, total=3, by=None, now=timezone.now()
        )


def test_a_clinics_own_text_makes_a_scale_askable(client_of, ana, settings, tmp_path):
    (tmp_path / "mini.toml").write_text(
        'instrument = "mini_spin"\nversion = "made up"\nlanguage = "en"\n'
        'permission = "Letter of the author."\n'
        + "".join(f'[[item]]\nnumber = {n}\ntext = "Sentence {n}."\n' for n in (1, 2, 3)),
        encoding="utf-8",
    )
    assert "mini_spin" not in access.askable()
    settings.KETACARE = {**settings.KETACARE, "KETACARE_TEXTS_DIR": tmp_path}
    assert "mini_spin" in access.askable()
    page = client_of(Role.NURSE).get(f"/patients/{ana.pk}/measures/enter/mini_spin/")
    assert "Sentence 2." in text_of(page)
    assert "Letter of the author." in text_of(page)


def test_the_usual_ones_are_chosen_and_the_others_offered(client_of, ana):
    page = client_of(Role.NURSE).get(f"/patients/{ana.pk}/measures/send/").content.decode()
    boxes = {
        re.search(r'value="(\w+)"', box).group(1): "checked" in box
        for box in re.findall(r'<input type="checkbox"[^>]*>', page)
    }
    assert {name for name, chosen in boxes.items() if chosen} == {"gad7", "phq9"}
    assert {"phq4", "pcl5", "audit_c", "pswq"} <= set(boxes)
    assert "lsas_sr" not in boxes  # no words, nothing to show
