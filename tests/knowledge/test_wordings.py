"""A clinic's own licensed texts: put in place of topics, checked strictly, changing no score."""

import pytest

from ketacare.core.errors import KnowledgeError
from ketacare.core.measures import Licence, score_items
from ketacare.knowledge.load import load_instruments, with_site_texts

# Made-up words: no licensed text stands in this project.
TEXT = """
instrument = "mini_spin"
version = "made up, 1"
language = "en"
permission = "Letter of the author."
prompt = "How true is it?"

[[option]]
value = 0
label = "not true"

[[item]]
number = 1
text = "First sentence."

[[item]]
number = 2
text = "Second sentence."

[[item.option]]
value = 4
label = "very true"

[[item]]
number = 3
text = "Third sentence."
"""


@pytest.fixture
def folder(tmp_path):
    def make(text=TEXT, name="mini.toml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return make


def test_text_of_the_clinic_is_shown_under_its_licence(folder):
    found = with_site_texts(load_instruments(), folder())
    mini = found["mini_spin"]
    assert [item.text for item in mini.items] == [
        "First sentence.",
        "Second sentence.",
        "Third sentence.",
    ]
    assert (mini.may_be_asked, mini.licence) == (True, Licence.SITE)
    assert (mini.wording.version, mini.wording.notice) == ("made up, 1", "Letter of the author.")
    assert mini.prompt == "How true is it?"
    assert mini.items[0].label(0) == "not true"
    assert (mini.items[0].label(4), mini.items[1].label(4)) == ("4", "very true")


def test_scores_and_everything_else_stay_the_same(folder):
    found = with_site_texts(load_instruments(), folder())
    before = load_instruments()["mini_spin"]
    assert score_items(found["mini_spin"], [2, 2, 2]).total == 6  # 2 + 2 + 2
    assert found["mini_spin"].cuts == before.cuts
    assert {k: v for k, v in found.items() if k != "mini_spin"} == {
        k: v for k, v in load_instruments().items() if k != "mini_spin"
    }


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"mini_spin"', '"spinnn"', 'instrument "spinnn" is not known'),
        ('"mini_spin"', '"spin"', "items [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]"),
        ('"mini_spin"', '"gad7"', "part of the content; take the file out"),
        ('"mini_spin"', '"eq_vas"', "recorded by its total only"),
        ("number = 3", "number = 4", "items [3] have no text"),
        ("number = 3", "number = 2", "item 2 is there twice"),
        ("value = 4", "value = 7", "item 2 of Mini-SPIN has no answer 7"),
        ('text = "Third sentence."', 'text = ""', "is empty"),
        ('permission = "Letter of the author."', "", '"permission" is missing'),
        ('language = "en"', 'language = "en"\nmaximum = 99', "is not known here"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_its_name(folder, old, new, sentence):
    assert with_site_texts(load_instruments(), folder())["mini_spin"].has_text
    assert old in TEXT
    with pytest.raises(KnowledgeError) as refused:
        with_site_texts(load_instruments(), folder(TEXT.replace(old, new, 1)))
    assert sentence in str(refused.value)
    assert str(refused.value).startswith("mini.toml")


def test_two_files_about_one_instrument_are_refused(folder):
    folder()
    with pytest.raises(KnowledgeError, match=r"mini\.toml is about mini_spin too"):
        with_site_texts(load_instruments(), folder(name="other.toml"))


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(KnowledgeError, match="there is no such folder"):
        with_site_texts(load_instruments(), tmp_path / "nowhere")
