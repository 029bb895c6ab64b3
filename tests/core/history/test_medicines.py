"""Classes and lorazepam equivalents of what a person takes.

Factors (Ashton 2002): 0.5 mg alprazolam = 0.5 mg clonazepam = 10 mg diazepam = 1 mg lorazepam.
"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketacare.core.errors import InputError
from ketacare.core.history import (
    TreatmentClass,
    find_treatment,
    lorazepam_equivalent,
    medicines_of_class,
)
from ketacare.core.record import Medicine, Person
from ketacare.knowledge.load import load_treatments

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def of(*medicines):
    return lorazepam_equivalent(medicines, load_treatments(), NOW)


@pytest.mark.parametrize(
    ("ingredient", "mg", "lorazepam_mg"),
    [
        ("lorazepam", 3, 3.0),
        ("alprazolam", 1.5, 3.0),  # 1.5 / 0.5
        ("clonazepam", 1, 2.0),  # 1 / 0.5
        ("diazepam", 15, 1.5),  # 15 / 10
        ("oxazepam", 30, 1.5),  # 30 / 20
        ("temazepam", 20, 1.0),
        ("zolpidem", 10, 0.5),  # 10 / 20
    ],
)
def test_equivalent_of_one_medicine(ingredient, mg, lorazepam_mg):
    assert of(Medicine(ingredient=ingredient, mg_per_day=mg)).mg_per_day == pytest.approx(
        lorazepam_mg
    )


def test_equivalents_add_up():
    total = of(
        Medicine(ingredient="alprazolam", mg_per_day=1),
        Medicine(ingredient="diazepam", mg_per_day=5),
    )
    assert total.mg_per_day == pytest.approx(2.5)  # 1 / 0.5 + 5 / 10


def test_none_taken_is_zero_and_a_missing_dose_is_not():
    none = of(Medicine(ingredient="sertraline", mg_per_day=100))
    unknown = of(Medicine(ingredient="lorazepam", mg_per_day=2), Medicine(ingredient="clonazepam"))
    assert (none.mg_per_day, none.at_least_mg_per_day, none.missing) == (0.0, 0.0, ())
    assert unknown.mg_per_day is None
    assert unknown.at_least_mg_per_day == 2.0
    assert unknown.missing == ("daily dose of clonazepam",)


def test_medicine_stopped_before_is_not_added():
    stopped = Medicine(ingredient="lorazepam", mg_per_day=2, until=NOW - timedelta(days=1))
    taken = Medicine(ingredient="lorazepam", mg_per_day=2, until=NOW)
    assert of(stopped).mg_per_day == 0.0
    assert of(taken).mg_per_day == 2.0


@settings(max_examples=30)
@given(st.floats(0.1, 50), st.floats(0.1, 50))
def test_sum_does_not_depend_on_how_the_dose_is_split(first, second):
    whole = of(Medicine(ingredient="diazepam", mg_per_day=first + second)).mg_per_day
    parts = of(
        Medicine(ingredient="diazepam", mg_per_day=first),
        Medicine(ingredient="diazepam", mg_per_day=second),
    ).mg_per_day
    assert parts == pytest.approx(whole)


def test_medicines_of_a_class_from_a_person():
    person = Person(
        id="p",
        label="p",
        medicines=(
            Medicine(ingredient="phenelzine"),
            Medicine(ingredient="sertraline"),
            Medicine(ingredient="Parnate", until=NOW - timedelta(days=1)),
        ),
    )
    found = medicines_of_class(person, load_treatments(), [TreatmentClass.MAOI], NOW)
    assert [m.ingredient for m in found] == ["phenelzine"]


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("escitalopram", "escitalopram"),
        ("  LEXAPRO ", "escitalopram"),
        ("Effexor-XR", "venlafaxine_xr"),
        ("paroxetine_cr", "paroxetine_cr"),
        ("St John's wort", "st_johns_wort"),
        ("electroconvulsive therapy", "ect"),
    ],
)
def test_treatment_found_by_id_name_or_brand(text, id_):
    assert find_treatment(text, load_treatments()).id == id_


@pytest.mark.parametrize("text", ["escitaloprm", "lorazepan", "Zolofft"])
def test_misspelt_name_is_refused_with_near_ones(text):
    with pytest.raises(InputError, match="did you mean"):
        find_treatment(text, load_treatments())


def test_name_like_nothing_known_is_refused_without_a_guess():
    with pytest.raises(InputError, match="is not known; use the generic name"):
        find_treatment("quux", load_treatments())
