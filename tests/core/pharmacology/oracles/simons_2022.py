"""Simons 2022 in its own units: litres, litres per minute, minutes, for a person of 70 kg.

S-ketamine by infusion or as an oral film, S-norketamine and S-hydroxynorketamine in arterial
blood; R-ketamine with the clearance of S times 15.8/18.4 rounded to 0.86 (Wang 2019). Typed from
the values of the paper's Table 4. Amounts are milligrams of ketamine, also in the metabolites.
The swallowed part of a film enters the liver's chain to norketamine: 80 % of it as of all ketamine.
"""

import numpy as np
from tests.core.pharmacology.oracles.stepping import Given, follow

# m1, m2 and u1, u2 are the transits to the metabolites, g1 the delay from gut to liver.
KETAMINE_STATES = ["k1", "k2", "k3"]
METABOLITE_STATES = ["m1", "m2", "n1", "n2", "u1", "u2", "h1", "h2"]
STATES = [*KETAMINE_STATES, *METABOLITE_STATES, "late", "mouth", "gut", "g1"]
KETAMINE, NORKETAMINE, HYDROXYNORKETAMINE = 237.73, 223.70, 239.70  # g/mol


def slopes_for(weight_kg=70.0, enantiomer="S", *, link_share=0.421, link_per_min=0.926 / 60):
    """Return the equations; volumes grow with weight, clearances with weight^0.75 (assumed)."""
    size = weight_kg / 70
    flow = size**0.75
    vk1, vk2, vk3 = 11.6 * size, 39.0 * size, 174 * size
    clk1, clk2, clk3 = 1.48 * flow, 2.43 * flow, 1.21 * flow
    if enantiomer == "R":
        clk1 *= 0.86
    vn1, vn2, cln1, cln2 = vk1, 221 * size, 1.00 * flow, 2.63 * flow
    vh1, vh2, clh1, clh2 = 4.4 * size, 87.5 * size, 0.933 * flow, 1.70 * flow
    to_nk, to_hnk, through_gut = 2 / 20.1, 2 / 1.12, 1 / 10.7

    def slopes(x):
        k1, k2, k3, m1, m2, n1, n2, u1, u2, h1, h2, late, mouth, gut, g1 = x
        ck, cn, ch = k1 / vk1, n1 / vn1, h1 / vh1
        return [
            0.04 * mouth - clk1 * ck - clk2 * (ck - k2 / vk2) - clk3 * (ck - k3 / vk3),
            clk2 * (ck - k2 / vk2),
            clk3 * (ck - k3 / vk3),
            0.80 * (clk1 * ck + through_gut * g1) - to_nk * m1,
            to_nk * (m1 - m2),
            to_nk * m2 - cln1 * cn - cln2 * (cn - n2 / vn2),
            cln2 * (cn - n2 / vn2),
            0.70 * cln1 * cn - to_hnk * u1,
            to_hnk * (u1 - u2),
            to_hnk * u2 - clh1 * ch - clh2 * (ch - h2 / vh2),
            clh2 * (ch - h2 / vh2),
            link_per_min * (ck - late),
            -0.04 * mouth,
            -0.049 * gut,
            0.049 * gut - through_gut * g1,
        ]

    slopes.volumes = vk1, vn1, vh1
    slopes.link_share = link_share
    return slopes


def infusion(mg, start_min, minutes):
    """Return what one infusion (or injection, 0 minutes) of one enantiomer puts where."""
    return [Given(STATES.index("k1"), start_min, start_min + minutes, mg)]


def film(mg, start_min=0.0):
    """Return what an oral film puts where: 26.3 % over 13.1 min, and 116 % over 29.9 min."""
    return [
        Given(STATES.index("mouth"), start_min, start_min + 13.1, 0.263 * mg),
        Given(STATES.index("gut"), start_min, start_min + 29.9, 1.16 * mg),
    ]


def read(slopes, x):
    """Return ng/mL by name from the states."""
    vk1, vn1, vh1 = slopes.volumes
    state = dict(zip(STATES, x, strict=True))
    arterial = state["k1"] / vk1
    share = slopes.link_share
    return {
        "ketamine": arterial * 1000,
        "ketamine venous": (share * arterial + (1 - share) * state["late"]) * 1000,
        "norketamine": state["n1"] / vn1 * NORKETAMINE / KETAMINE * 1000,
        "hydroxynorketamine": state["h1"] / vh1 * HYDROXYNORKETAMINE / KETAMINE * 1000,
    }


def concentrations(inputs, times_h, *, weight_kg=70.0, enantiomer="S"):
    """Return ng/mL by name at ``times_h`` hours after inputs of one enantiomer."""
    slopes = slopes_for(weight_kg, enantiomer)
    times = np.asarray(times_h) * 60
    return read(slopes, follow(slopes, len(STATES), inputs, times))
