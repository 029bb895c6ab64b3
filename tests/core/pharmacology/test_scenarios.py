"""Scenarios: what is shown beside the exposure as it is, and what is never done silently.

Expected bounds after a vein are worked out with the well-stirred liver of Perez-Ruixo 2021:
K = 101 L x (1.11 + 2.77) /h = 391.9 L/h, Q = 151 L/h, E = K / (Q + K) = 0.7219; K is divided by the
ratio r of areas after swallowing, and areas after a vein go as E / E'.
"""

import pytest

from ketacare.core.errors import DomainError, InputError
from ketacare.core.pharmacology import (
    Enantiomer,
    Regimen,
    Route,
    Site,
    Subject,
    compare,
    compare_dosing_weights,
    concentration,
)
from ketacare.core.record import Sex
from ketacare.knowledge.load import load_pk_model, load_scenarios

MAN = Subject(80, 40)
VEIN = Regimen.infusion(40, 40, enantiomer=Enantiomer.S)
MOUTH = Regimen.dose(50, Route.ORAL, enantiomer=Enantiomer.S)


@pytest.fixture(scope="module")
def liver():
    return load_pk_model("pk_ketamine_perez_ruixo_2021")


@pytest.fixture(scope="module")
def scenarios():
    return load_scenarios()


def rows(model, scenario, regimen, site=Site.VENOUS):
    found = compare(model, MAN, regimen, scenario, site=site, analyte="S-ketamine")
    return {row.label: row for row in found.rows}


@pytest.mark.parametrize(
    ("name", "swallowed", "bound"),
    # the ratios after swallowing as published; the bounds as worked out above
    [
        ("ticlopidine", 2.4, 1.39),
        ("clarithromycin", 2.6, 1.45),
        ("st_johns_wort", 0.42, 0.84),
        ("rifampicin", 0.14, 0.76),
    ],
)
def test_what_was_seen_after_swallowing_is_not_carried_to_a_vein(
    liver, scenarios, name, swallowed, bound
):
    mouth = rows(liver, scenarios.named(name), MOUTH)
    assert mouth["with it, swallowed"].area_ratio == pytest.approx(swallowed, rel=1e-9)
    vein = rows(liver, scenarios.named(name), VEIN)
    assert vein["with it, at most"].area_ratio == pytest.approx(bound, abs=0.006)
    assert all(abs(row.area_ratio - 1) < abs(swallowed - 1) for row in vein.values())


def test_a_range_after_a_vein_begins_with_no_change(liver, scenarios):
    found = rows(liver, scenarios.named("ticlopidine"), VEIN)
    assert found["with it, at least"].area_ratio == 1
    assert found["with it, at least"].exposure == found["as they are"].exposure


def test_what_was_observed_after_a_vein_is_shown_as_observed(liver, simons, scenarios):
    rifampicin = scenarios.named("rifampicin")
    for model, site in ((liver, Site.VENOUS), (simons, Site.ARTERIAL)):
        found = rows(model, rifampicin, VEIN, site)
        assert found["with it, as observed"].area_ratio == pytest.approx(0.86, rel=1e-9)
    # a model without a liver takes the bound from the file
    assert found["with it, at most"].area_ratio == pytest.approx(0.76, rel=1e-9)


def test_what_acts_in_the_gut_does_nothing_to_a_vein(liver, scenarios):
    grapefruit = scenarios.named("grapefruit")
    assert rows(liver, grapefruit, VEIN)["with it, not swallowed"].area_ratio == 1
    mouth = rows(liver, grapefruit, MOUTH)["with it, swallowed"]
    assert mouth.area_ratio == pytest.approx(3.0, rel=1e-9)
    assert "shape is not known" in mouth.sentence
    assert mouth.exposure.dose_mg == 50


def test_swallowed_and_injected_together_are_refused(liver, scenarios):
    both = VEIN.and_then(MOUTH)
    with pytest.raises(InputError, match="one by one"):
        rows(liver, scenarios.named("ticlopidine"), both)


@pytest.mark.parametrize("model_id", ["pk_ketamine_simons_2022", "pk_ketamine_perez_ruixo_2021"])
def test_a_genotype_is_a_factor_on_clearance(scenarios, model_id):
    model = load_pk_model(model_id)
    found = rows(model, scenarios.named("cyp2b6_6"), VEIN, model.site)
    found = {label.split(",")[0]: row for label, row in found.items()}
    # clearances 40.6 and 21.6 against 68.1 L/h, as 0.60 and 0.32: areas are the inverse
    assert found["*1/*6"].area_ratio == pytest.approx(1 / 0.60, rel=1e-9)
    assert found["*6/*6"].area_ratio == pytest.approx(1 / 0.32, rel=1e-9)
    assert found["*6/*6"].sources == ("li_2015",)


@pytest.mark.parametrize(
    ("name", "label", "area"),
    # ratios of areas after nasal esketamine as seen: +103 %, +13 %, +36 %
    [
        ("liver", "Child-Pugh B", 2.03),
        ("kidney", "mild, least", 1.13),
        ("kidney", "severe, most", 1.36),
    ],
)
def test_what_was_seen_after_the_nose_is_reproduced_after_the_nose(
    liver, scenarios, name, label, area
):
    spray = Regimen.dose(28, Route.INTRANASAL, enantiomer=Enantiomer.S)
    found = rows(liver, scenarios.named(name), spray)[label]
    assert found.area_ratio == pytest.approx(area, rel=2e-3)  # the factors have three digits
    assert "carried over" not in found.sentence


@pytest.mark.parametrize(("name", "measured"), [("liver", "intranasal"), ("kidney", "intranasal"),
                                                ("cyp2b6_6", "subcutaneous")])  # fmt: skip
def test_what_was_seen_by_one_route_says_so_after_a_vein(liver, simons, scenarios, name, measured):
    for model, site in ((liver, Site.VENOUS), (simons, Site.ARTERIAL)):
        changed = list(rows(model, scenarios.named(name), VEIN, site).values())[1:]
        for row in changed:
            if row.exposure is None:
                continue
            assert row.label.endswith(f"carried over from {measured}")
            assert f"by the {measured} route, not by the intravenous one" in row.sentence


def test_a_liver_after_a_vein_is_less_than_was_seen_after_the_nose(simons, scenarios):
    found = rows(simons, scenarios.named("liver"), VEIN, Site.ARTERIAL)
    # E' = 0.8344 / (2.03 x 0.6219 / 0.7219 + 0.2944) = 0.4084, and 0.4084 / 0.7219 = 0.566
    changed = found["Child-Pugh B, carried over from intranasal"]
    assert changed.area_ratio == pytest.approx(1 / 0.566, rel=1e-9)
    assert found["Child-Pugh C"].exposure is None
    assert "Not studied" in found["Child-Pugh C"].sentence


def test_no_liver_clears_more_than_its_flow(liver, scenarios):
    from dataclasses import replace

    from ketacare.core.pharmacology import Variant

    genotype = scenarios.named("cyp2b6_6")
    faster = replace(
        genotype.variants[0],
        clearance=replace(genotype.variants[0].clearance, quantity=type(
            genotype.variants[0].clearance.quantity)(1.5, "1")),
    )  # fmt: skip
    assert isinstance(faster, Variant)
    with pytest.raises(DomainError, match="blood flow"):
        rows(liver, replace(genotype, variants=(faster,)), VEIN)


def test_an_unknown_scenario_is_refused_with_what_there_is(scenarios):
    with pytest.raises(InputError, match="there is ticlopidine"):
        scenarios.named("chocolate")


def test_every_comparison_says_what_it_is_not(simons, scenarios):
    found = compare(
        simons,
        MAN,
        VEIN,
        scenarios.named("kidney"),
        site=Site.ARTERIAL,
        analyte="S-ketamine",
    )
    assert "does not change a dose" in found.note
    assert "does not predict benefit" in found.note


def weights(model, subject, scenarios):
    found = compare_dosing_weights(
        model,
        subject,
        scenarios,
        mg_per_kg=0.5,
        minutes=40,
        site=Site.ARTERIAL,
        analyte="S-ketamine",
    )
    return {row.label.split(",")[0]: row for row in found.rows}, found


def test_dosing_weights_stand_side_by_side(simons, scenarios):
    found, whole = weights(simons, Subject(140, 40, Sex.FEMALE, 165), scenarios)
    # Devine: 45.5 + 2.3 (165/2.54 - 60) = 56.91 kg; adjusted 56.91 + 0.4 (140 - 56.91) = 90.15 kg
    doses = {"actual weight": 70, "ideal weight": 28.46, "adjusted weight": 45.07}
    for label, dose in (doses | {"capped weight": 50}).items():
        row = found[label]
        assert row.exposure.dose_mg == pytest.approx(dose, abs=0.01)
        # same person, so exposure goes as the dose
        assert row.area_ratio == pytest.approx(row.exposure.dose_mg / 70, rel=1e-9)
        assert row.peak_ratio == pytest.approx(row.exposure.dose_mg / 70, rel=1e-6)
    assert any("weight of 140 kg" in flag for flag in whole.outside)


def test_without_height_there_is_no_ideal_weight_and_no_guess(simons, scenarios):
    found, _ = weights(simons, Subject(140, 40), scenarios)
    assert found["actual weight"].exposure is not None
    assert found["ideal weight"].exposure is None
    assert "Height and sex" in found["ideal weight"].sentence


def test_curves_are_shown_side_by_side_at_the_times_asked(liver, scenarios):
    times = [0.5, 2 / 3, 3.0]

    def curves(name, regimen):
        found = compare(
            liver,
            MAN,
            regimen,
            scenarios.named(name),
            site=Site.VENOUS,
            analyte="S-ketamine",
            times_h=times,
        )
        return {row.label: row.exposure.curve for row in found.rows}

    vein = curves("ticlopidine", VEIN)
    usual = concentration(liver, MAN, VEIN, times, site=Site.VENOUS, analyte="S-ketamine")
    assert vein["as they are"] == pytest.approx(usual, rel=1e-12)
    assert vein["with it, at least"] == vein["as they are"]
    assert all(b > a for a, b in zip(vein["as they are"], vein["with it, at most"], strict=True))
    # what acts in the gut multiplies the whole curve of a swallowed dose by 3.0, and no curve of a vein
    mouth = curves("grapefruit", MOUTH)
    assert mouth["with it, swallowed"] == pytest.approx(
        [3.0 * value for value in mouth["as they are"]], rel=1e-9
    )
    gut = curves("grapefruit", VEIN)
    assert gut["with it, not swallowed"] == gut["as they are"]


def test_no_times_no_curve(liver, scenarios):
    found = rows(liver, scenarios.named("ticlopidine"), VEIN)
    assert found["as they are"].exposure.curve == ()
