"""Every value and variance of every ketamine model, beside what its source prints.

Litres, hours, L/h and 1/h; what is printed per minute is multiplied here by 60, minutes divided by
it. A variance is omega squared; a CV in percent of Perez-Ruixo 2021 becomes ln(1 + CV^2). Nothing
may be missing on either side: a parameter that is added needs its line here.
"""

import math

import pytest

from ketacare.knowledge.load import load_pk_model, pk_model_ids


def cv(percent):
    return math.log(1 + (percent / 100) ** 2)


PUBLISHED = {
    "pk_ketamine_simons_2022": {
        "v1": (11.6, 0.057),
        "v2": (39.0, None),
        "v3": (174, None),
        "cl": (1.48 * 60, 0.029),
        "q2": (2.43 * 60, None),
        "q3": (1.21 * 60, 0.026),
        "mtt_nk": (20.1 / 60, 0.021),
        "f_nk": (0.80, None),
        "vn2": (221, None),
        "cln": (1.00 * 60, 0.050),
        "qn": (2.63 * 60, None),
        "mtt_hnk": (1.12 / 60, None),
        "f_hnk": (0.70, None),
        "vh1": (4.4, 1.22),
        "vh2": (87.5, None),
        "clh": (0.933 * 60, 0.103),
        "qh": (1.70 * 60, 0.287),
        "f_mouth": (0.263, None),
        "d_mouth": (13.1 / 60, None),
        "ka_mouth": (0.04 * 60, None),
        "f_swallowed": (1.16, None),
        "d_swallowed": (29.9 / 60, None),
        "ka_swallowed": (0.049 * 60, None),
        "mtt_gut": (10.7 / 60, None),
    },
    "pk_ketamine_otto_2021": {
        "v1": (133, 0.084177),
        "cl": (95.2, 0.026048),
        "vp1": (187, None),
        "q1": (23.2, None),
        "vp2": (98.8, None),
        "q2": (157, None),
        "vn": (98.638, 0.040426),
        "cln": (57.72, 0.10319),
        "vnp": (160.04, None),
        "qn": (42.778, None),
    },
    "pk_ketamine_perez_ruixo_2021": {
        "vc": (192, cv(27.5)),
        "q1": (84.3, None),
        "vp1": (143, cv(49.3)),
        "q2": (37.6, None),
        "vp2": (417, None),
        "qh": (151, cv(23.2)),
        "vh": (101, cv(34.6)),
        "kel": (1.11, cv(120)),
        "kmet": (2.77, None),
        "vcn": (70, cv(31.6)),
        "cln": (38, cv(25.4)),
        "vpn": (115, None),
        "q3": (26.1, None),
        "frn": (0.54, 0.708**2),
        "ka_nasal": (2.93, cv(61.5)),
        "fgut": (0.64, None),
        "d_swallowed": (0.53, None),
        "ka_swallowed": (1.45, cv(132)),
        "d_oral": (0.32, None),
        "ka_oral": (0.97, cv(132)),
    },
    "pk_ketamine_kamp_2020": {
        "v1": (25, None),
        "v2": (56, None),
        "v3": (157, None),
        "cl1": (84, None),
        "cl2": (161, None),
        "cl3": (79, None),
    },
    "pk_ketamine_domino_1984": {
        "v1": (0.063, None),  # L/kg
        "k10": (0.4381 * 60, None),
        "k12": (0.5921 * 60, None),
        "k13": (0.5900 * 60, None),
        "k21": (0.2470 * 60, None),
        "k31": (0.0146 * 60, None),
    },
    "pk_ketamine_clements_1981": {
        "v1": (1.7522, None),  # L/kg
        "k10": (0.0109 * 60, None),
        "k12": (0.0186 * 60, None),
        "k21": (0.0137 * 60, None),
    },
    "pk_ketamine_hijazi_2003": {
        "v1": (1.08, None),  # L/kg
        "k10": (0.0333 * 60, None),
        "k12": (0.0088 * 60, None),
        "k21": (0.0030 * 60, None),
    },
    "pk_ketamine_herd_2007": {
        # between children 64, 51.7, 38.1 and 19 %, as the abstract prints them
        "v1": (38.7, 0.64**2),
        "v2": (102, 0.517**2),
        "cl": (90, 0.381**2),
        "q": (215, 0.19**2),
    },
    "pk_ketamine_hornik_2018": {
        "v1": (32.8, None),
        "v2": (152, None),
        "cl": (38.9, None),
        "q": (54.9, None),
    },
}
COVARIANCES = {
    "pk_ketamine_otto_2021": {("v1", "cl"): 0.02261, ("vn", "cln"): 0.04456},
}
# Between occasions of one person, Simons 2022, nu squared.
OCCASIONS = {
    "pk_ketamine_simons_2022": {
        "mtt_nk": 0.751,
        "vh2": 0.152,
        "clh": 0.008,
        "f_mouth": 0.060,
        "d_mouth": 0.154,
        "ka_mouth": 0.062,
        "f_swallowed": 0.057,
        "d_swallowed": 0.611,
        "ka_swallowed": 0.376,
        "mtt_gut": 0.937,
    },
}
# Proportional (1), additive (ng/mL; nmol/mL times the molar mass), or of the logarithm.
RESIDUALS = {
    "pk_ketamine_simons_2022": {
        "S-ketamine": (0.1095, 0, None),
        "S-norketamine": (0.102, 0.058 * 223.70, None),
        "S-hydroxynorketamine": (0.079, 0.020 * 239.70, None),
    },
    "pk_ketamine_otto_2021": {
        "S-ketamine": (0.23609, 0, None),
        "S-norketamine": (0.14261, 0, None),
    },
    "pk_ketamine_perez_ruixo_2021": {
        "S-ketamine": (0, 0, 0.276),
        "S-norketamine": (0, 0, 0.422),
    },
}


def test_no_model_of_ketamine_is_without_its_published_values():
    assert set(PUBLISHED) == set(pk_model_ids("ketamine"))


@pytest.mark.parametrize("model_id", PUBLISHED)
def test_values_and_variances_are_those_printed(model_id):
    parameters = load_pk_model(model_id).parameters
    found = {name: p.value for name, p in parameters.items()}
    assert found == pytest.approx({n: value for n, (value, _) in PUBLISHED[model_id].items()})
    for name, (_, variance) in PUBLISHED[model_id].items():
        assert parameters[name].omega2 == (
            variance if variance is None else pytest.approx(variance)
        )


@pytest.mark.parametrize("model_id", PUBLISHED)
def test_covariances_and_occasions_are_those_printed(model_id):
    model = load_pk_model(model_id)
    assert dict(model.covariances) == pytest.approx(COVARIANCES.get(model_id, {}))
    found = {n: p.occasion for n, p in model.parameters.items() if p.occasion is not None}
    assert found == pytest.approx(OCCASIONS.get(model_id, {}))


@pytest.mark.parametrize("model_id", PUBLISHED)
def test_errors_of_the_assay_and_model_are_those_printed(model_id):
    residuals = load_pk_model(model_id).residuals
    found = {
        name: (r.proportional, r.additive, r.log_sd)
        for name, r in residuals.items()
        if name.startswith("S-")
    }
    expected = RESIDUALS.get(model_id, {})
    assert set(found) == set(expected)
    for name, (proportional, additive, log_sd) in expected.items():
        assert found[name][:2] == pytest.approx((proportional, additive))
        assert found[name][2] == log_sd
