"""Differential equations read from the table of a model file, and integrated by SciPy.

It reads the same file as the product and nothing else: its own units, its own scaling, flows
written as they go from place to place, and an adaptive integrator. It knows what the how-to page
says, of covariates the additive ones of a measured person; spreads are not its business. Slow, for
tests only.
"""

import numpy as np
from scipy.integrate import solve_ivp

# What one of a file's unit is in L, h and mg.
TO_ENGINE = {"L": 1, "mL": 1e-3, "L/h": 1, "L/min": 60, "mL/min": 0.06, "1/h": 1, "1/min": 60}
TO_ENGINE |= {"h": 1, "min": 1 / 60, "1": 1, "%": 0.01, "L/kg": 1, "L/h/kg": 1, "L/min/kg": 60}
TO_ENGINE |= {"mL/kg": 1e-3, "mL/min/kg": 0.06}


def numbers(table, weight_kg, enantiomer="S", measured=None):
    """Return the parameters of the typical person of a weight.

    ``measured`` holds what the additive covariates are about, by the file's words and units.
    """
    head = table["reference"]
    relative = weight_kg / head["weight"]["value"]
    found = {}
    for name, row in table["parameters"].items():
        value = row["value"]["value"] * TO_ENGINE[row["value"]["unit"]]
        if row["scaling"] == "per kg":
            value *= weight_kg
        elif row["scaling"] != "none":
            value *= relative ** head[row["scaling"] + "_exponent"]["value"]
        found[name] = value
    for row in table.get("covariate", []) if measured else []:
        assert row["form"] == "additive"
        away = measured[row["of"]] - row["reference"]["value"]
        coefficient = row["coefficient"]["value"] * TO_ENGINE[row["coefficient"]["unit"]]
        found[row["parameter"]] += coefficient * away
    for ratio in table.get("enantiomer_ratio", []):
        if ratio["enantiomer"] == enantiomer:
            found[ratio["parameter"]] *= ratio["value"]["value"]
    return found


class Equations:
    """The slopes of one enantiomer, with depots and the amount excreted."""

    def __init__(self, table, weight_kg, enantiomer="S", measured=None):
        self.p = numbers(table, weight_kg, enantiomer, measured)
        self.table = table
        self.places = {}
        self.flows = []  # from, to, rate: the rate may depend on nothing but parameters
        self.volume = {}
        for row in table["structure"]["compartments"]:
            self.add(row["name"])
            if "volume" in row:
                self.volume[row["name"]] = self.p[row["volume"]]
        for row in table["structure"].get("exchanges", []):
            one, other = row["first"], row["second"]
            if "clearance" in row:
                self.flows.append((one, other, self.p[row["clearance"]] / self.volume[one]))
                self.flows.append((other, one, self.p[row["clearance"]] / self.volume[other]))
            else:
                self.flows.append((one, other, self.p[row["out"]]))
                if "back" in row:
                    self.flows.append((other, one, self.p[row["back"]]))
        self.add("gone")
        for row in table["structure"]["eliminations"]:
            self.leave(row)

    def add(self, name):
        self.places.setdefault(name, len(self.places))
        return name

    def leave(self, row):
        here = row["source"]
        rate = (
            self.p[row["rate"]] if "rate" in row else self.p[row["clearance"]] / self.volume[here]
        )
        if "into" not in row:
            self.flows.append((here, "gone", rate))
            return
        part = self.p[row["fraction"]] if "fraction" in row else 1.0
        chain = [self.add(f"{here} > {row['into']} {i + 1}") for i in range(row.get("transits", 0))]
        self.flows.append((here, (chain or [row["into"]])[0], rate * part))
        self.flows.append((here, "gone", rate * (1 - part)))
        for i, name in enumerate(chain):
            after = chain[i + 1] if i + 1 < len(chain) else row["into"]
            self.flows.append((name, after, len(chain) / self.p[row["transit_time"]]))

    def way_in(self, part, key):
        """Return where a dose by this part of a route begins, adding depot and transits."""
        steps = []
        if "rate" in part:
            steps.append((self.add(f"{key} depot"), self.p[part["rate"]]))
        steps += [
            (self.add(f"{key} {i}"), part["transits"] / self.p[part["transit_time"]])
            for i in range(part.get("transits", 0))
        ]
        names = [name for name, _ in steps] + [part["into"]]
        known = {(a, b) for a, b, _ in self.flows}
        for (name, rate), after in zip(steps, names[1:], strict=True):
            if (name, after) not in known:
                self.flows.append((name, after, rate))
        return names[0]

    def given(self, steps, doses):
        """Return inputs (place, from, until, mg) of infusions and of doses (hour, mg, route)."""
        inputs = [(self.table["structure"]["central"], a, b, r * (b - a)) for a, b, r in steps]
        for at, mg, route in doses:
            if route == "intravenous":
                inputs.append((self.table["structure"]["central"], at, at, mg))
                continue
            for i, part in enumerate(self.table["routes"][route]["parts"]):
                amount = mg
                for name in part.get("fractions", []):
                    amount *= self.p[name]
                for name in part.get("remainders", []):
                    amount *= 1 - self.p[name]
                begun = at + (self.p[part["lag"]] if "lag" in part else 0.0)
                lasts = self.p[part["duration"]] if "duration" in part else 0.0
                inputs.append((self.way_in(part, f"{route} {i}"), begun, begun + lasts, amount))
        return inputs

    def solve(self, inputs, times, *, site=None):
        """Return a function of a place: its amount (mg) at the times; ``site`` (place, ke0)."""
        if site is not None:
            self.add("site")
        size = len(self.places)
        matrix = np.zeros((size, size))
        for here, there, rate in self.flows:
            matrix[self.places[here], self.places[here]] -= rate
            matrix[self.places[there], self.places[here]] += rate
        if site is not None:
            row = self.places["site"]
            matrix[row, self.places[site[0]]] = site[1] / self.volume[site[0]]
            matrix[row, row] = -site[1]
        edges = sorted({0.0, *(t for _, a, b, _ in inputs for t in (a, b)), float(max(times))})
        state, found = np.zeros(size), np.zeros((size, len(times)))
        for start, end in zip(edges, [*edges[1:], edges[-1]], strict=True):
            push = np.zeros(size)
            for place, begun, until, mg in inputs:
                if begun == until == start:
                    state[self.places[place]] += mg
                elif begun <= start < until:
                    push[self.places[place]] += mg / (until - begun)
            asked = (times >= start) & ((times < end) | (end == start))
            if end == start:
                found[:, asked] = state[:, None]
                break
            run = solve_ivp(
                lambda _, x, push=push: matrix @ x + push,
                (start, end),
                state,
                method="LSODA",
                rtol=1e-10,
                atol=1e-13 * max(1.0, sum(mg for *_, mg in inputs)),
                jac=lambda _t, _x: matrix,
                t_eval=np.unique([*times[asked], end]),
            )
            at = np.searchsorted(run.t, times[asked])
            found[:, asked] = run.y[:, at]
            state = run.y[:, -1].copy()
        return lambda name: found[self.places[name]]
