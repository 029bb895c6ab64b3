"""Otto 2021 in its own units: litres and hours, venous blood, S-ketamine and S-norketamine.

Ketamine disposition is that of Fanta 2015, fixed; norketamine has two compartments and receives
all ketamine that is cleared, in milligrams of ketamine without a change of molar mass. Typed from
the values of the paper's Table 3. R-ketamine: clearance divided by 1.16.
"""

from tests.core.pharmacology.oracles.stepping import Given, follow


def slopes_for(weight_kg=70.0, enantiomer="S"):
    """Return the equations; peripheral ketamine and its flows do not change with weight."""
    size = weight_kg / 70
    v1, v2, v3 = 133 * size, 187, 98.8
    cl = 95.2 * size**0.75
    if enantiomer == "R":
        cl /= 1.16
    vn, vnp, cln, qn = 98.638 * size, 160.04, 57.72 * size**0.75, 42.778

    def slopes(x):
        a1, a2, a3, n1, n2 = x
        c, cn = a1 / v1, n1 / vn
        return [
            -cl * c - 23.2 * (c - a2 / v2) - 157 * (c - a3 / v3),
            23.2 * (c - a2 / v2),
            157 * (c - a3 / v3),
            cl * c - cln * cn - qn * (cn - n2 / vnp),
            qn * (cn - n2 / vnp),
        ]

    slopes.volumes = v1, vn
    return slopes


def infusion(mg, start_h, hours):
    """Return what one infusion (or injection, 0 hours) puts where."""
    return [Given(0, start_h, start_h + hours, mg)]


def concentrations(inputs, times_h, *, weight_kg=70.0, enantiomer="S"):
    """Return venous ng/mL by name at ``times_h`` hours after inputs of one enantiomer."""
    slopes = slopes_for(weight_kg, enantiomer)
    x = follow(slopes, 5, inputs, times_h)
    v1, vn = slopes.volumes
    return {"ketamine": x[0] / v1 * 1000, "norketamine": x[3] / vn * 1000}
