"""The definitions of resistance: their own checks, and what is refused."""

from importlib.resources import files

import pytest

from ketacare.core.errors import KnowledgeError
from ketacare.knowledge.load import load_staging, staging_ids
from ketacare.knowledge.loading.staging import check_all, read_staging


@pytest.mark.parametrize("check", check_all(), ids=lambda check: f"{check.file}: {check.name}")
def test_check_of_the_files(check):
    assert check.passed, f"expected {check.expected}, found {check.found}"


def test_definitions_by_id():
    assert staging_ids() == ("bokma_2019", "domschke_2024", "ketacare_anxiety")
    assert load_staging().id == "ketacare_anxiety"
    with pytest.raises(
        KnowledgeError, match="there are bokma_2019, domschke_2024, ketacare_anxiety"
    ):
        load_staging("nobody_2020")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('instrument = "gad7"', 'instrument = "gad8"', 'instrument "gad8" is not one of'),
        ('classes = ["ssri", "snri"]', 'classes = ["sri"]', "is not a treatment class"),
        ('max_age = { value = 14, unit = "d"', 'max_age = { value = 14, unit = "mg"', "is needed"),
    ],
)
def test_wrong_file_is_refused_with_a_sentence(old, new, sentence):
    base = files("ketacare.knowledge") / "staging" / "ketacare_anxiety.toml"
    text = base.read_text(encoding="utf-8")
    assert read_staging(text, source="x.toml").id == "ketacare_anxiety"
    assert old in text
    with pytest.raises(KnowledgeError) as refused:
        read_staging(text.replace(old, new, 1), source="x.toml")
    assert sentence in str(refused.value)
