"""An adaptive test by link: offered only with licensed words, stopped by its rule, shown with error."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.questionnaires import actions, adaptive
from ketacare.clinic.questionnaires.bank_texts import read_bank_text
from ketacare.clinic.questionnaires.models import AdaptiveTest, Response
from ketacare.core.errors import InputError, KnowledgeError
from ketacare.core.measures.irt import run_adaptive
from ketacare.knowledge.load import load_banks

CAT, BANK = "promis_anxiety_cat", "promis_anxiety"
LABELS = ("Never", "Rarely", "Sometimes", "Often", "Always")


def words_of(items):
    """Made-up words: the bank's own are PROMIS' property and are not here."""
    return (
        f'bank = "{BANK}"\nversion = "made up"\nlanguage = "en"\npermission = "Letter of 3 March."\n'
        'prompt = "In the past 7 days"\n'
        + "".join(
            f'[[option]]\nvalue = {n}\nlabel = "{word}"\n' for n, word in enumerate(LABELS, start=1)
        )
        + "".join(f'[[item]]\nid = "{name}"\ntext = "Sentence {name}."\n' for name in items)
    )


def all_items():
    return [item.id for item in load_banks()[BANK].bank.items]


@pytest.fixture
def licensed(settings, tmp_path):
    (tmp_path / "banks").mkdir()
    (tmp_path / "banks" / f"{BANK}.toml").write_text(words_of(all_items()), encoding="utf-8")
    settings.KETACARE = {**settings.KETACARE, "KETACARE_TEXTS_DIR": tmp_path}


@pytest.fixture
def address(licensed, ana, nurse, no_options):
    _request, token = actions.send_adaptive(
        patient=ana, instrument=CAT, by=nurse, now=timezone.now()
    )
    return f"/q/{token}/adaptive/"


def page_of(patient):
    return reverse("questionnaires:adaptive_tests", args=[patient.pk])


def next_item(address):
    return adaptive.step_of(AdaptiveTest.objects.get()).item


def answer(address, value, **more):
    return Client().post(address, {"item": next_item(address), "answer": str(value), **more})


def test_without_licensed_words_the_page_says_why_and_how(client_of, ana, nurse):
    client = client_of(Role.NURSE)
    page = client.get(page_of(ana)).content.decode()
    assert "This clinic cannot offer it yet" in page
    assert "integration into software needs written permission" in page
    assert "banks/promis_anxiety.toml" in page
    assert "Make the link" not in page
    assert "Enter a T-score from elsewhere" in page
    # Who reads answers and records none is led nowhere.
    page = client_of(Role.ANAESTHESIA).get(page_of(ana)).content.decode()
    assert "Enter a T-score from elsewhere" not in page
    with pytest.raises(InputError, match="no licensed words"):
        actions.send_adaptive(patient=ana, instrument=CAT, by=nurse, now=timezone.now())


def test_a_test_asks_stops_and_stands_in_the_record_with_its_error(address, ana, client_of):
    """The same answers through the core's own loop ask the same items and give the same score."""
    known = load_banks()[BANK]
    twin = run_adaptive(known.bank, known.rules, lambda _item: 3)
    asked = []
    while (item := next_item(address)) is not None:
        page = Client().get(address).content.decode()
        assert f"Sentence {item}." in page
        asked.append(item)
        assert answer(address, 3).status_code == 302
    assert asked == [row.item for row in twin.asked]
    assert 4 <= len(asked) <= 12

    assert "That was the last question" in Client().get(address).content.decode()
    assert not Response.objects.exists()  # nothing is sent before the person sends it
    phone = Client()
    thanks = phone.post(address, {"then": "send"}, follow=True).content.decode()
    assert "Thank you" in thanks
    assert "add up" not in thanks  # a T-score is no sum
    row, test = Response.objects.get(), AdaptiveTest.objects.get()
    assert (row.instrument, row.total, row.items) == (CAT, round(twin.estimate.score, 1), None)
    assert row.wording == "made up (en)"
    assert test.score_error == pytest.approx(twin.estimate.score_error, abs=1e-9)
    assert test.score_error <= 3.0 or len(asked) == 12  # the published rule: 3 T, or 12 items
    assert Client().get(address).status_code == 410

    client = client_of(Role.PSYCHIATRIST)
    page = client.get(reverse("questionnaires:adaptive_test", args=[test.pk])).content.decode()
    assert f"T {test.score:.1f} ± {test.score_error:.1f}" in page
    assert page.index(asked[0]) < page.index(asked[1])
    assert "Sometimes" in page
    measures = client.get(reverse("questionnaires:overview", args=[ana.pk])).content.decode()
    assert reverse("questionnaires:adaptive_test", args=[test.pk]) in measures


def test_an_answer_is_kept_changed_left_out_and_not_given_twice(address):
    first = next_item(address)
    assert answer(address, 9).status_code == 422
    assert Client().post(address, {"item": first}).status_code == 422
    answer(address, 2)
    Client().post(address, {"item": first, "answer": "5"})  # a second tap, or an old page
    assert AdaptiveTest.objects.get().answers == [{"item": first, "value": 2}]
    Client().post(address, {"then": "back"})
    assert next_item(address) == first
    answer(address, "skip")
    assert AdaptiveTest.objects.get().answers == [{"item": first, "value": None}]
    assert next_item(address) != first
    assert "Welcome back" in Client().get(address.replace("adaptive/", "")).content.decode()
    # It is not over, so it cannot be sent.
    assert "Sentence" in Client().get(address).content.decode()
    Client().post(address, {"then": "send"})
    assert not Response.objects.exists()


def test_a_renewed_link_goes_on_where_the_old_one_stopped(address, nurse):
    answer(address, 4)
    old = AdaptiveTest.objects.get()
    new, token = actions.renew(request=old.request, by=nurse, now=timezone.now())
    assert new.adaptive.answers == old.answers
    assert Client().get(address).status_code == 410
    assert "Question 2" in Client().get(f"/q/{token}/adaptive/").content.decode()


def test_too_few_answers_are_not_a_score(address):
    while next_item(address) is not None:
        answer(address, "skip")
    Client().post(address, {"then": "send"})
    test = AdaptiveTest.objects.get()
    assert test.finished_at is not None
    assert (test.response, test.score, test.stop) == (None, None, "no_items_left")
    assert not Response.objects.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (lambda: words_of(all_items()[1:]), "1 items lack words, such as EDANX01"),
        (lambda: words_of([*all_items(), "EDANX99"]), "EDANX99"),
        (lambda: words_of([*all_items(), "EDANX01"]), "EDANX01"),
        (lambda: words_of(all_items()).replace("value = 5", "value = 6"), "the answers of"),
        (lambda: words_of(all_items()).replace(f'"{BANK}"', '"other"'), "this file is for"),
    ],
)
def test_words_that_do_not_fit_the_bank_are_refused(text, said):
    with pytest.raises(KnowledgeError, match=said):
        read_bank_text(text(), load_banks()[BANK].bank, "promis_anxiety.toml")


def test_who_sees_no_charts_sees_no_test(client_of, ana):
    for role in (Role.FRONT_DESK, Role.RESEARCHER, Role.MANAGER):
        assert client_of(role).get(page_of(ana)).status_code in {403, 404}
