"""A plain word that equals a name is refused: it would be taken for the other site, arm or form."""

import pytest

from ketacare.core.errors import InputError
from ketacare.core.pharmacology import (
    Analyte,
    Arm,
    Bolus,
    Enantiomer,
    RateStep,
    Regimen,
    Route,
    Sample,
    Site,
    Subject,
    concentration,
)
from ketacare.core.record import Sex

STANDARD = Regimen.infusion(35, 40)


def ask(model, site, times=(1.0,)):
    return concentration(
        model, Subject(70, 40), STANDARD, times, site=site, analyte=Analyte.KETAMINE
    )


@pytest.mark.parametrize("site", ["arterial", "venous", None, "vein"])
def test_a_site_is_one_of_two_names(simons, site):
    # "arterial" once got the venous concentration
    assert ask(simons, Site.ARTERIAL)[0] > 0
    with pytest.raises(InputError, match=r"none of Site.ARTERIAL, Site.VENOUS"):
        ask(simons, site)


@pytest.mark.parametrize(
    ("right", "wrong", "where"),
    [
        (
            lambda: Sample(1.0, "ketamine", 90.0, Site.VENOUS, Arm.OTHER),
            lambda: Sample(1.0, "ketamine", 90.0, Site.VENOUS, "infusion arm"),
            "arm",
        ),
        (
            lambda: Sample(1.0, "ketamine", 90.0, Site.VENOUS, Arm.OTHER),
            lambda: Sample(1.0, "ketamine", 90.0, "venous", Arm.OTHER),
            "site",
        ),
        (lambda: Bolus(0, 10, Route.ORAL), lambda: Bolus(0, 10, "oral"), "route"),
        (
            lambda: Regimen((RateStep(0, 1, 5),), (), Enantiomer.S),
            lambda: Regimen((RateStep(0, 1, 5),), (), "S"),
            "enantiomer",
        ),
        (lambda: Subject(70, 40, Sex.MALE), lambda: Subject(70, 40, "man"), "sex"),
    ],
)
def test_arms_routes_forms_and_sexes_are_names_too(right, wrong, where):
    right()
    with pytest.raises(InputError, match=f"{where} is '") as refused:
        wrong()
    assert refused.value.where == where


def test_times_are_numbers(simons):
    assert ask(simons, Site.ARTERIAL, [1]).shape == (1,)
    with pytest.raises(InputError, match="no number"):
        ask(simons, Site.ARTERIAL, ["a"])
