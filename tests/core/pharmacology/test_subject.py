"""Body measures by their published formulas; the arithmetic stands beside each."""

import numpy as np
import pytest

from ketacare.core.errors import InputError
from ketacare.core.pharmacology import Measure, People, Subject
from ketacare.core.record import Sex

MAN = Subject(77, 53, Sex.MALE, 177)
WOMAN = Subject(60, 30, Sex.FEMALE, 165)


def measure(subject, kind):
    return float(People.of([subject]).measure(kind)[0])


@pytest.mark.parametrize(
    ("subject", "kind", "value"),
    [
        (MAN, Measure.WEIGHT, 77),
        (MAN, Measure.AGE, 53),
        (MAN, Measure.HEIGHT, 177),
        # is 77 / 1.77^2
        (MAN, Measure.BODY_MASS_INDEX, 24.578),
        # by James 1.1 * 77 - 128 (77/177)^2 = 84.7 - 24.224
        (MAN, Measure.LEAN_BODY_MASS, 60.476),
        # by James 1.07 * 60 - 148 (60/165)^2 = 64.2 - 19.570
        (WOMAN, Measure.LEAN_BODY_MASS, 44.630),
        # by Janmahasatian 9270 * 77 / (6680 + 216 * 24.578) = 713790 / 11988.8
        (MAN, Measure.FAT_FREE_MASS, 59.538),
        # by the same, 9270 times 60 over 14157.4 (8780 and 244 times 22.0386)
        (WOMAN, Measure.FAT_FREE_MASS, 39.287),
        # by Devine 50 + 2.3 (177/2.54 - 60) = 50 + 22.275
        (MAN, Measure.IDEAL_WEIGHT, 72.276),
        (WOMAN, Measure.IDEAL_WEIGHT, 56.910),
        # ideal weight and 0.4 of the 4.724 kg above it
        (MAN, Measure.ADJUSTED_WEIGHT, 74.165),
        # below the ideal weight the adjusted one is the actual one
        (Subject(50, 30, Sex.FEMALE, 165), Measure.ADJUSTED_WEIGHT, 50),
    ],
)
def test_measures(subject, kind, value):
    assert measure(subject, kind) == pytest.approx(value, abs=2e-3)


@pytest.mark.parametrize(
    ("age", "sex", "part"),
    # Al-Sallami: men 0.88 + 0.12 / (1 + (age/13.4)^-12.7), women 1.11 - 0.11 / (1 + (age/7.1)^-1.1);
    # at the half-way ages 0.94 and 1.055
    [(13.4, Sex.MALE, 0.94), (7.1, Sex.FEMALE, 1.055), (80, Sex.MALE, 1.0)],
)
def test_fat_free_mass_of_children_approaches_that_of_adults(age, sex, part):
    subject = Subject(40, age, sex, 150)
    ratio = measure(subject, Measure.FAT_FREE_MASS_BY_AGE) / measure(subject, Measure.FAT_FREE_MASS)
    assert ratio == pytest.approx(part, abs=1e-6)


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        (Subject(70), Measure.AGE),
        (Subject(70, 40, Sex.MALE), Measure.BODY_MASS_INDEX),
        (Subject(70, 40, None, 170), Measure.LEAN_BODY_MASS),
        (Subject(70, 40, Sex.OTHER, 170), Measure.IDEAL_WEIGHT),
        (Subject(70, None, Sex.MALE, 170), Measure.FAT_FREE_MASS_BY_AGE),
    ],
)
def test_what_is_not_recorded_gives_no_number(subject, kind):
    assert np.isnan(measure(subject, kind))


def test_a_trait_not_listed_is_one_the_person_does_not_have():
    people = People.of([Subject(70, traits=frozenset({"asian"})), Subject(70)])
    assert people.has("asian").tolist() == [True, False]
    assert people.has("japanese").tolist() == [False, False]


@pytest.mark.parametrize("height", [0, -170, float("inf")])
def test_an_impossible_height_is_refused(height):
    with pytest.raises(InputError, match="height_cm"):
        Subject(70, 40, Sex.MALE, height)
