"""What every release must pass (G1 to G7): the models against published data and numbers.

Limits were set before the models were compared with the data and are not to be loosened; the
figures come from ``tests/reference/ketamine_observations.toml``, each with its source.
"""

import numpy as np
import pytest

from ketacare.core.pharmacology import (
    Analyte,
    Enantiomer,
    RateStep,
    Regimen,
    Route,
    Site,
    Subject,
    concentration,
)
from ketacare.core.record import Sex
from ketacare.knowledge.load import load_pk_model

S_KETAMINE, S_NORKETAMINE = Analyte.S_KETAMINE, Analyte.S_NORKETAMINE
SIMONS, OTTO = "pk_ketamine_simons_2022", "pk_ketamine_otto_2021"
PEREZ_RUIXO, KAMP = "pk_ketamine_perez_ruixo_2021", "pk_ketamine_kamp_2020"


def esketamine(dose_mg, minutes):
    return Regimen.infusion(dose_mg, minutes, enantiomer=Enantiomer.S)


# 0.14, 0.28, 0.57 mg/kg/h in 75 kg: 10.5, 21, 42.75 mg/h, one hour each
RISING = Regimen(
    (RateStep(0, 1, 10.5), RateStep(1, 2, 21.0), RateStep(2, 3, 42.75)), enantiomer=Enantiomer.S
)
MOLAR_MASS = {S_KETAMINE: 237.73, S_NORKETAMINE: 223.70}
CASES = {
    # name of the data: model, person, regimen, analyte
    "otto_2021_s_ketamine": (Subject(68), esketamine(10, 30), S_KETAMINE),
    "otto_2021_s_norketamine": (Subject(68), esketamine(10, 30), S_NORKETAMINE),
    "kamp_2020_s_ketamine": (Subject(75), RISING, S_KETAMINE),
    "kamp_2020_s_norketamine": (Subject(75), RISING, S_NORKETAMINE),
    "simons_2022_peak": (Subject(70), esketamine(20, 20), S_KETAMINE),
}


def errors(model_id, data_name, observed):
    """Return the absolute relative errors of the typical person, in percent."""
    data = observed[data_name]
    subject, regimen, analyte = CASES[data_name]
    model = load_pk_model(model_id)
    found = concentration(
        model, subject, regimen, data["times_h"], site=Site(data["site"]), analyte=analyte
    )
    if data["unit"] == "nmol/mL":
        found = found / MOLAR_MASS[analyte]
    return np.abs(found / np.array(data["values"]) - 1) * 100


@pytest.mark.parametrize(
    ("check", "model_id", "data_name", "median", "ninetieth"),
    [
        ("G2", OTTO, "otto_2021_s_ketamine", 15, 25),
        ("G2", OTTO, "otto_2021_s_norketamine", 15, 25),
        ("G2, fitted there", SIMONS, "otto_2021_s_ketamine", 10, None),
        ("G3", SIMONS, "kamp_2020_s_ketamine", 15, None),
        ("G3, as published", SIMONS, "kamp_2020_s_norketamine", 30, None),
        ("G5", SIMONS, "simons_2022_peak", 10, None),
    ],
)
def test_errors_stay_within_the_limits(
    record_property, observed, check, model_id, data_name, median, ninetieth
):
    found = errors(model_id, data_name, observed)
    record_property(
        f"{check} {model_id} on {data_name}",
        f"median {np.median(found):.1f} %, 90th {np.percentile(found, 90):.1f} %",
    )
    assert np.median(found) <= median
    assert ninetieth is None or np.percentile(found, 90) <= ninetieth


def test_norketamine_of_the_arterial_model_is_not_compared_with_venous_samples(observed):
    with pytest.raises(Exception, match="arterial blood only"):
        errors(SIMONS, "otto_2021_s_norketamine", observed)


def curve(model_id, subject, regimen, times_h, analyte, site):
    return concentration(
        load_pk_model(model_id), subject, regimen, times_h, site=site, analyte=analyte
    )


# Half a minute is fine enough for the area of a film whose fastest rate is 1/13 per minute.
FILM_TIMES_H = np.linspace(0, 6, 721)


# The limit of G5 is on ketamine; the metabolites were not promised, their figures are as found.
@pytest.mark.parametrize(
    ("analyte", "within"),
    [
        (Analyte.S_KETAMINE, 0.15),
        (Analyte.S_NORKETAMINE, 0.15),
        (Analyte.S_HYDROXYNORKETAMINE, 0.15),
    ],
)
def test_areas_of_the_film(record_property, observed, analyte, within):
    film = Regimen.dose(50, Route.SUBLINGUAL, enantiomer=Enantiomer.S)
    found = curve(SIMONS, Subject(70), film, FILM_TIMES_H, analyte, Site.ARTERIAL)
    area = np.trapezoid(found, FILM_TIMES_H * 60)
    printed = observed["simons_2022_film"]["area"][analyte]
    record_property(f"G5 film area of {analyte}", f"{(area / printed - 1) * 100:+.1f} %")
    assert area == pytest.approx(printed, rel=within)


# No limit was promised for these; that of the areas is used.
@pytest.mark.parametrize(
    "analyte",
    [Analyte.S_KETAMINE, Analyte.S_NORKETAMINE, Analyte.S_HYDROXYNORKETAMINE],
)
def test_peaks_of_the_film(record_property, observed, analyte):
    film = Regimen.dose(50, Route.SUBLINGUAL, enantiomer=Enantiomer.S)
    found = curve(SIMONS, Subject(70), film, FILM_TIMES_H, analyte, Site.ARTERIAL)
    data = observed["simons_2022_film"]
    peak, minute = data["peak"][analyte], data["time_of_peak"][analyte]
    reached = FILM_TIMES_H[found.argmax()] * 60
    record_property(
        f"film, peak of {analyte}",
        f"{(found.max() / peak - 1) * 100:+.1f} %, at {reached:.1f} min against {minute} min",
    )
    assert found.max() == pytest.approx(peak, rel=0.15)
    assert reached == pytest.approx(minute, rel=0.15)


DAY_H = np.linspace(0, 24, 1441)


@pytest.mark.parametrize("devices", [1, 2, 3])
@pytest.mark.parametrize("analyte", [S_KETAMINE, S_NORKETAMINE])
def test_peaks_after_nasal_doses_are_those_of_the_table(
    record_property, observed, devices, analyte
):
    spray = Regimen.dose(28 * devices, Route.INTRANASAL, enantiomer=Enantiomer.S)
    found = curve(PEREZ_RUIXO, Subject(70, 40), spray, DAY_H, analyte, Site.VENOUS)
    printed = observed["perez_ruixo_2021_table_4"]["peak"][analyte][devices - 1]
    record_property(
        f"G4 peak of {analyte}, {28 * devices} mg", f"{(found.max() / printed - 1) * 100:+.1f} %"
    )
    assert found.max() == pytest.approx(printed, rel=0.03)


@pytest.mark.parametrize("devices", [1, 2, 3])
def test_exposure_to_nasal_ketamine_is_that_of_the_table(record_property, observed, devices):
    spray = Regimen.dose(28 * devices, Route.INTRANASAL, enantiomer=Enantiomer.S)
    found = curve(PEREZ_RUIXO, Subject(70, 40), spray, DAY_H, S_KETAMINE, Site.VENOUS)
    printed = observed["perez_ruixo_2021_table_4"]["area_24h"][S_KETAMINE][devices - 1]
    area = np.trapezoid(found, DAY_H)
    record_property(f"G4 area, {28 * devices} mg", f"{(area / printed - 1) * 100:+.1f} %")
    assert area == pytest.approx(printed, rel=0.03)


def test_older_people_have_the_exposure_of_the_older_stratum(observed):
    # Printed for people above 60 years (Table 4): peak 44.6, area 160; their mean age is not
    # recorded here, so the curve of 60 to 80 years must pass through both.
    spray = Regimen.dose(28, Route.INTRANASAL, enantiomer=Enantiomer.S)
    data = observed["perez_ruixo_2021_older"]
    curves = [
        curve(PEREZ_RUIXO, Subject(70, age), spray, DAY_H, S_KETAMINE, Site.VENOUS)
        for age in (60, 80)
    ]
    low, high = (found.max() for found in curves)
    assert low < data["peak"] < high
    low, high = (np.trapezoid(found, DAY_H) for found in curves)
    assert low < data["area_24h"] < high


@pytest.mark.parametrize("devices", [1, 2, 3])
def test_exposure_to_nasal_norketamine_stays_too_high_as_published(observed, devices):
    """A feature of the published parameters, (kel + kmet) / kmet = 3.88 / 2.77 = 1.40; kept."""
    spray = Regimen.dose(28 * devices, Route.INTRANASAL, enantiomer=Enantiomer.S)
    found = curve(PEREZ_RUIXO, Subject(70, 40), spray, DAY_H, S_NORKETAMINE, Site.VENOUS)
    printed = observed["perez_ruixo_2021_table_4"]["area_24h"][S_NORKETAMINE][devices - 1]
    # 386.9/274.4 = 1.41, 746/516.3 = 1.44, 1105/758 = 1.46
    assert np.trapezoid(found, DAY_H) / printed == pytest.approx(1.43, abs=0.04)


def test_the_software_comparison_gives_its_number(observed):
    data = observed["kamp_2020_software"]
    found = curve(
        KAMP,
        Subject(70),
        Regimen.infusion(35, 40),
        data["times_h"],
        Analyte.KETAMINE,
        Site.ARTERIAL,
    )
    assert found[0] / 1000 == pytest.approx(data["values"][0], rel=5e-3)


@pytest.mark.parametrize("model_id", [SIMONS, OTTO])
def test_clearance_ratio_is_that_of_wang(observed, model_id):
    # At steady state concentrations are as the inverse of clearances. 0.86 and 1/1.16 = 0.862 are
    # 0.8587 rounded in two ways.
    model = load_pk_model(model_id)
    regimen = Regimen((RateStep(0, 2000, 20),))
    s, r = (
        concentration(model, Subject(70), regimen, [2000], site=model.site, analyte=analyte)[0]
        for analyte in (Analyte.S_KETAMINE, Analyte.R_KETAMINE)
    )
    assert s / r == pytest.approx(observed["wang_2019_clearance_ratio"]["values"][0], rel=5e-3)


def test_r_ketamine_peaks_above_s_as_was_seen(record_property, observed):
    # Not used to make the model: the ratio of arterial peaks of S and R after racemate.
    steps = (RateStep(0, 1, 21.0), RateStep(1, 2, 42.75), RateStep(2, 3, 85.5))
    s, r = (
        curve(SIMONS, Subject(75), Regimen(steps), [3.0], analyte, Site.ARTERIAL)[0]
        for analyte in (Analyte.S_KETAMINE, Analyte.R_KETAMINE)
    )
    record_property("S:R ratio of arterial peaks, 0.91 seen", f"{s / r:.3f}")
    assert s / r == pytest.approx(observed["kamp_2020_peak_ratio"]["values"][0], rel=0.05)


@pytest.mark.parametrize("model_id", [SIMONS, OTTO, PEREZ_RUIXO, KAMP])
def test_a_grid_of_seconds_gives_what_a_grid_of_minutes_gives(model_id):
    model = load_pk_model(model_id)
    analyte = Analyte.KETAMINE if Analyte.KETAMINE in model.analytes else S_KETAMINE
    seconds = np.arange(0, 3601) / 3600
    fine, coarse = (
        concentration(
            model, Subject(70, 40), Regimen.infusion(35, 40), t, site=model.site, analyte=analyte
        )
        for t in (seconds, seconds[::60])
    )
    assert coarse[1:] == pytest.approx(fine[::60][1:], rel=1e-9)


def whole_area(model, subject, regimen, analyte):
    """Return the area to 900 h by Gauss-Legendre on panels that widen from each change."""
    nodes, weights = np.polynomial.legendre.leggauss(20)
    after = np.concatenate([[0.0], np.geomspace(1e-4, 900, 90)])
    panels = np.unique(np.concatenate([np.linspace(0, 2 / 3, 60), 2 / 3 + after]))
    middle, half = (panels[1:] + panels[:-1]) / 2, (panels[1:] - panels[:-1]) / 2
    times = (middle[:, None] + half[:, None] * nodes).ravel()
    found = concentration(model, subject, regimen, times, site=model.site, analyte=analyte)
    return float((found.reshape(-1, 20) * weights * half[:, None]).sum())


# Clearances in L/h of a man of 40 years, 70 kg and 170 cm (a boy of 10 years for the children's
# sets), worked out by hand from the published numbers.
CLEARANCES = [
    (SIMONS, Analyte.S_KETAMINE, Enantiomer.S, 1.48 * 60),
    (SIMONS, Analyte.R_KETAMINE, Enantiomer.R, 0.86 * 1.48 * 60),
    (OTTO, Analyte.S_KETAMINE, Enantiomer.S, 95.2),
    (OTTO, Analyte.R_KETAMINE, Enantiomer.R, 95.2 * 0.862069),
    (PEREZ_RUIXO, Analyte.S_KETAMINE, Enantiomer.S, 151 * 101 * 3.88 / (151 + 101 * 3.88)),
    (KAMP, Analyte.KETAMINE, Enantiomer.RACEMATE, 84),
    ("pk_ketamine_domino_1984", Analyte.KETAMINE, Enantiomer.RACEMATE, 0.063 * 70 * 0.4381 * 60),
    ("pk_ketamine_clements_1981", Analyte.KETAMINE, Enantiomer.RACEMATE, 1.7522 * 70 * 0.0109 * 60),
    ("pk_ketamine_hijazi_2003", Analyte.KETAMINE, Enantiomer.RACEMATE, 1.08 * 70 * 0.0333 * 60),
    ("pk_ketamine_herd_2007", Analyte.KETAMINE, Enantiomer.RACEMATE, 90),
    ("pk_ketamine_hornik_2018", Analyte.KETAMINE, Enantiomer.RACEMATE, 38.9),
    # lean mass 1.1 x 70 - 128 (70/170)^2 = 55.297578
    (
        "pk_propofol_schnider_1998",
        "propofol",
        Enantiomer.RACEMATE,
        60 * (1.89 - 0.0456 * 7 + 0.0681 * (59 - 55.297578) - 0.0264 * 7),
    ),
]


@pytest.mark.parametrize(("model_id", "analyte", "form", "clearance"), CLEARANCES)
def test_clearance_times_area_is_the_dose_and_twice_the_dose_twice_the_area(
    model_id, analyte, form, clearance
):
    model = load_pk_model(model_id)
    age = 10 if model.domain.age.answered[1] < 18 else 40
    man = Subject(70, age, Sex.MALE, 170)
    once, twice = (
        whole_area(model, man, Regimen.infusion(mg, 40, enantiomer=form), analyte)
        for mg in (35, 70)
    )
    # What is left after 900 h, and the rounding of hand-made clearances, is below 1e-7.
    assert once / 1000 * clearance == pytest.approx(35, rel=1e-7)
    assert twice == pytest.approx(2 * once, rel=1e-12)
