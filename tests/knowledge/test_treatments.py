"""The treatment files: their own checks, the table of adequate trials, and what is refused."""

from importlib.resources import files

import pytest

from ketacare.core.errors import KnowledgeError
from ketacare.core.history import TreatmentClass
from ketacare.core.record import TreatmentKind
from ketacare.knowledge.load import find_treatment, load_treatments
from ketacare.knowledge.loading.treatments import check_all, read_treatments


@pytest.mark.parametrize("check", check_all(), ids=lambda check: f"{check.file}: {check.name}")
def test_check_of_the_files(check):
    assert check.passed, f"expected {check.expected}, found {check.found}"


# Least dose in mg a day, fewest and preferred weeks. Doses: German S3 guideline (Bandelow 2018,
# Table 2) and tables of usual doses; weeks: at least 8 (Bokma 2019), 6 possible; others recalled.
@pytest.mark.parametrize(
    ("name", "mg", "weeks", "preferred"),
    [
        ("escitalopram", 10, 6, 8),
        ("paroxetine", 20, 6, 8),
        ("paroxetine_cr", 25, 6, 8),
        ("sertraline", 50, 6, 8),
        ("citalopram", 20, 6, 8),
        ("fluoxetine", 20, 6, 8),
        ("fluvoxamine", 100, 6, 8),
        ("venlafaxine_xr", 75, 6, 8),
        ("duloxetine", 60, 6, 8),
        ("desvenlafaxine", 50, 6, 8),
        ("pregabalin", 150, 4, 8),
        ("buspirone", 15, 4, 6),
        ("clomipramine", 75, 8, 12),
        ("imipramine", 100, 8, 12),
        ("moclobemide", 300, 6, 8),
        ("phenelzine", 45, 6, 8),
        ("mirtazapine", 15, 6, 8),
        ("vortioxetine", 10, 6, 8),
        ("vilazodone", 20, 6, 8),
        ("quetiapine_xr", 50, 4, 8),
        ("hydroxyzine", 50, 4, None),
        ("gabapentin", 900, 8, None),
        ("clonazepam", 1, 4, None),
        ("lorazepam", 2, 4, None),
        ("alprazolam", 1.5, 4, None),
        ("diazepam", 10, 4, None),
    ],
)
def test_adequate_trial_of(name, mg, weeks, preferred):
    needs = load_treatments()[name].medicine
    assert needs is not None
    found = None if needs.preferred_weeks is None else needs.preferred_weeks.to("wk")
    assert (needs.minimum.to("mg/day"), needs.weeks.to("wk"), found) == (mg, weeks, preferred)


def test_recalled_numbers_say_so():
    imipramine = load_treatments()["imipramine"].medicine
    escitalopram = load_treatments()["escitalopram"].medicine
    assert imipramine is not None
    assert escitalopram is not None
    assert "recalled" in imipramine.minimum.note
    assert (escitalopram.minimum.basis, escitalopram.minimum.source) == (
        "reported",
        "bandelow_2018",
    )


@pytest.mark.parametrize(
    ("class_", "names"),
    [
        (TreatmentClass.XANTHINE, {"theophylline", "aminophylline"}),
        (TreatmentClass.LAMOTRIGINE, {"lamotrigine"}),
        (
            TreatmentClass.SNRI,
            {"venlafaxine_xr", "duloxetine", "desvenlafaxine", "levomilnacipran"},
        ),
    ],
)
def test_members_of_a_class(class_, names):
    assert {t.id for t in load_treatments().values() if t.is_any([class_])} == names


def test_every_class_of_the_rules_has_a_member():
    used = {class_ for t in load_treatments().values() for class_ in t.classes}
    assert used == set(TreatmentClass)


def test_every_benzodiazepine_with_a_trial_has_an_equivalent():
    for treatment in load_treatments().values():
        if treatment.is_any([TreatmentClass.BENZODIAZEPINE]) and treatment.medicine:
            assert treatment.lorazepam_mg is not None
            assert not treatment.counts


def test_facade_finds_a_brand():
    assert find_treatment("Klonopin").id == "clonazepam"
    assert find_treatment("CBT").kind is TreatmentKind.PSYCHOTHERAPY


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('classes = ["snri"]', 'classes = ["snrri"]', 'class "snrri" is not one of'),
        ('unit = "mg/day"', 'unit = "mg"', "dose per day is needed"),
        ("weeks = { value = 6", "weeks = { value = 9", "preferred weeks are below the fewest"),
        ("highest = { value = 225", "highest = { value = 50", "ends below its minimum"),
        ('kind = "medicine"', 'kind = "herb"', "is not one of medicine"),
        ('source = "bandelow_2018"', 'source = "nobody_2018"', "is not in sources.toml"),
        ("evidence =", "evidnce =", '"evidnce" is not known here'),
    ],
)
def test_wrong_file_is_refused_with_a_sentence(old, new, sentence):
    base = files("ketacare.knowledge") / "treatments" / "snri.toml"
    text = base.read_text(encoding="utf-8")
    assert len(read_treatments(text, source="snri.toml")) == 4
    assert old in text
    with pytest.raises(KnowledgeError) as refused:
        read_treatments(text.replace(old, new, 1), source="snri.toml")
    assert sentence in str(refused.value)
