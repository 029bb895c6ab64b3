"""Perez-Ruixo 2021 in its own units: litres and hours; esketamine by nose, mouth or vein.

A liver compartment between gut and blood, drained by two rates (one makes noresketamine); weight
has no effect, age above 60 years lowers liver flow. Typed from the values of the paper's Table 3.
Noresketamine has apparent parameters and is carried in milligrams of ketamine, as in the paper.
"""

from tests.core.pharmacology.oracles.stepping import Given, follow

STATES = ["blood", "shallow", "deep", "liver", "nk", "nk2", "nose", "swallowed", "drunk"]


def slopes_for(age_years=40.0, *, asian=False):
    """Return the equations of a person of this age and ancestry."""
    qh = 151 - 2.19 * max(age_years - 60, 0)
    vc, vp1, vp2, vh = 192, 143, 417, 101
    kel, kmet = 1.11 * (0.36 if asian else 1), 2.77
    vcn, vpn, cln = 70, 115, 38 * (0.81 if asian else 1)

    def slopes(x):
        a, p1, p2, h, n, n2, nose, swallowed, drunk = x
        c, ch, cn = a / vc, h / vh, n / vcn
        return [
            2.93 * nose - 84.3 * (c - p1 / vp1) - 37.6 * (c - p2 / vp2) - qh * (c - ch),
            84.3 * (c - p1 / vp1),
            37.6 * (c - p2 / vp2),
            qh * (c - ch) - (kel + kmet) * h + 1.45 * swallowed + 0.97 * drunk,
            kmet * h - cln * cn - 26.1 * (cn - n2 / vpn),
            26.1 * (cn - n2 / vpn),
            -2.93 * nose,
            -1.45 * swallowed,
            -0.97 * drunk,
        ]

    return slopes


def absorbed_by_nose(devices):
    """Return the fraction of the dose absorbed by the nose: each further 28 mg gives 0.62 of the first."""
    return 0.54 * (1 + (devices - 1) * 0.62) / devices


def spray(devices, start_h=0.0, *, japanese=False):
    """Return what so many devices of 28 mg, all at once, put where."""
    mg = 28 * devices
    nasal = absorbed_by_nose(devices) * (1.34 if japanese else 1)
    return [
        Given(STATES.index("nose"), start_h, start_h, nasal * mg),
        Given(STATES.index("swallowed"), start_h, start_h + 0.53, (1 - nasal) * 0.64 * mg),
    ]


def solution(mg, start_h=0.0):
    """Return what a drunk solution puts where."""
    return [Given(STATES.index("drunk"), start_h, start_h + 0.32, 0.64 * mg)]


def infusion(mg, start_h, hours):
    """Return what one infusion (or injection, 0 hours) puts where."""
    return [Given(0, start_h, start_h + hours, mg)]


def concentrations(inputs, times_h, **person):
    """Return venous ng/mL by name at ``times_h`` hours."""
    x = follow(slopes_for(**person), len(STATES), inputs, times_h)
    return {"ketamine": x[0] / 192 * 1000, "norketamine": x[4] / 70 * 1000}
