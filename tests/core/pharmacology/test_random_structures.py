"""Random models and regimens against an integrator that reads the same file its own way.

The integrator holds 1e-10 per step and 1e-13 of the dose; over some hundred steps a millionth of
the peak is a safe promise, and the one the project makes.
"""

import tomllib
from datetime import date
from importlib.resources import files
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.pharmacology.oracles.from_file import Equations

from ketacare.core.pharmacology import (
    Bolus,
    Enantiomer,
    RateStep,
    Regimen,
    Route,
    Site,
    Subject,
    amounts,
    concentration,
    effect_site,
)
from ketacare.core.pharmacology.kinetics import Probe
from ketacare.core.pharmacology.kinetics import read as read_people
from ketacare.core.record import Sex
from ketacare.knowledge.load import load_pk_model
from ketacare.knowledge.loading.drug_kinetics import read_pk_model
from ketacare.knowledge.reading import Section

TIMES = np.array([0.02, 0.1, 0.25, 0.5, 0.51, 0.9, 1.3, 2.0, 3.7, 6.0, 12.0, 24.0])
EACH = settings(max_examples=40, deadline=None, derandomize=True)


def number(value, unit):
    note = {"basis": "assumed", "note": "drawn"}
    return {"value": value, "unit": unit, "source": "project", "locus": "drawn", **note}


def parameter(value, unit, scaling="none"):
    return {"scaling": scaling, "value": number(value, unit)}


def head():
    low, high = number(1, "kg"), number(500, "kg")
    young, old = number(1, "year"), number(120, "year")
    keys = ("studied_from", "studied_to", "answered_from", "answered_to")
    return {
        "id": "pk_drawn",
        "title": "drawn",
        "version": "1",
        "status": "candidate",
        "since": date(2026, 11, 23),
        "sources": ["project"],
        "drug": "drawn",
        "enantiomers": "none",
        "site": "arterial",
        "caution": "Drawn.",
        "reference": {
            "weight": number(70, "kg"),
            "molar_mass": number(200, "g/mol"),
            "volume_exponent": number(1, "1"),
            "clearance_exponent": number(0.75, "1"),
        },
        "domain": {
            "population": "nobody",
            "weight": dict(zip(keys, (low, high, low, high), strict=True)),
            "age": dict(zip(keys, (young, old, young, old), strict=True)),
        },
    }


volumes = st.floats(3, 300)
flows = st.floats(2, 300)
hours = st.floats(0.05, 1.5)
rates = st.floats(0.1, 12)
parts_of_one = st.floats(0.05, 0.95)


class Drawn:
    """A model file in the making."""

    def __init__(self, draw):
        self.draw = draw
        self.parameters, self.compartments, self.exchanges, self.eliminations = {}, [], [], []

    def add(self, name, values, unit, scaling="none"):
        self.parameters[name] = parameter(self.draw(values), unit, scaling)
        return name

    def maybe(self, part, key, values, unit, name):
        if self.draw(st.booleans()):
            part[key] = self.add(name, values, unit)

    def chain(self, part, most, name):
        if transits := self.draw(st.integers(0, most)):
            part |= {"transits": transits, "transit_time": self.add(name, hours, "h")}

    def parent(self, i):
        volume = self.add(f"v{i}", volumes, "L", self.draw(st.sampled_from(["volume", "none"])))
        self.compartments.append({"name": f"p{i}", "volume": volume})
        if not i:
            return
        # a star, a row or anything between: each is tied to one before it
        pair = {"first": f"p{self.draw(st.integers(0, i - 1))}", "second": f"p{i}"}
        if self.draw(st.booleans()):
            pair["clearance"] = self.add(f"q{i}", flows, "L/h", "clearance")
        else:
            pair |= {"out": self.add(f"out{i}", rates, "1/h")}
            pair |= {"back": self.add(f"back{i}", rates, "1/h")}
        self.exchanges.append(pair)

    def metabolite(self, i, before):
        self.compartments.append({"name": f"m{i}", "volume": self.add(f"vm{i}", volumes, "L")})
        way = {"source": before, "clearance": self.add(f"c{i}", flows, "L/h"), "into": f"m{i}"}
        self.maybe(way, "fraction", parts_of_one, "1", f"f{i}")
        self.chain(way, 4, f"mtt{i}")
        self.eliminations.append(way)
        return f"m{i}"

    def part(self, i):
        part = {"into": self.draw(st.sampled_from([c["name"] for c in self.compartments]))}
        part["fractions"] = [self.add(f"fr{i}", parts_of_one, "1")]
        if i:
            part["remainders"] = ["fr0"]
        self.maybe(part, "rate", rates, "1/h", f"ka{i}")
        self.maybe(part, "duration", hours, "h", f"d{i}")
        self.maybe(part, "lag", hours, "h", f"lag{i}")
        self.chain(part, 3, f"mt{i}")
        return part


@st.composite
def tables(draw):
    """Return the table of a model file: a parent of 1 to 4 compartments, 0 to 2 metabolites."""
    drawn = Drawn(draw)
    for i in range(draw(st.integers(1, 4))):
        drawn.parent(i)
    last = "p0"
    for i in range(draw(st.integers(0, 2))):
        last = drawn.metabolite(i, last)
    drawn.eliminations.append({"source": last, "rate": drawn.add("kout", rates, "1/h")})
    parts = [drawn.part(i) for i in range(draw(st.integers(1, 2)))]
    return head() | {
        "structure": {
            "central": "p0",
            "compartments": drawn.compartments,
            "exchanges": drawn.exchanges,
            "eliminations": drawn.eliminations,
        },
        "parameters": drawn.parameters,
        "routes": {"oral": {"note": "drawn", "parts": parts}},
        "analytes": {c["name"]: {"compartment": c["name"]} for c in drawn.compartments},
    }


@st.composite
def doses(draw):
    """Return infusion steps (h, h, mg/h) and doses (h, mg, route)."""
    edges = sorted(draw(st.lists(st.integers(0, 90), min_size=2, max_size=5, unique=True)))
    steps = [
        (a / 60, b / 60, draw(st.floats(1, 80))) for a, b in pairwise(edges) if draw(st.booleans())
    ]
    given = [
        (draw(st.integers(0, 180)) / 60, draw(st.floats(1, 50)), route)
        for route in draw(st.lists(st.sampled_from(["oral", "intravenous"]), max_size=3))
    ]
    return steps, sorted(given)


def read(table):
    known = frozenset({"project"})
    return read_pk_model(Section(table, source="drawn.toml", known_sources=known))


def regimen_of(steps, given, enantiomer=Enantiomer.RACEMATE):
    return Regimen(
        tuple(RateStep(*step) for step in steps),
        tuple(Bolus(at, mg, Route(route)) for at, mg, route in given),
        enantiomer,
    )


def close(found, expected, peak):
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-6 * peak)


@pytest.mark.slow  # an integrator for every example
@EACH
@given(tables(), doses(), st.floats(40, 150))
def test_a_random_structure_agrees_with_the_integrator(table, dose, weight):
    model, subject = read(table), Subject(weight, 40)
    regimen = regimen_of(*dose)
    twin = Equations(table, weight)
    solved = twin.solve(twin.given(*dose), TIMES)
    for name in model.analytes:
        expected = solved(name) / twin.volume[name] * 1000
        found = concentration(model, subject, regimen, TIMES, site=Site.ARTERIAL, analyte=name)
        close(found, expected, expected.max())
        assert (found >= 0).all()


@pytest.mark.slow  # many examples
@EACH
@given(tables(), doses(), st.floats(40, 150))
def test_nothing_is_lost_in_a_random_structure(table, dose, weight):
    model, regimen = read(table), regimen_of(*dose)
    held = amounts(model, Subject(weight, 40), regimen, TIMES)
    given_mg = [regimen.delivered_mg(float(t)) for t in TIMES]
    assert sum(held.values()) == pytest.approx(given_mg, rel=1e-9, abs=1e-9)


@pytest.mark.slow  # many examples
@EACH
@given(tables(), doses())
def test_a_random_structure_gives_the_same_on_any_grid(table, dose):
    model, regimen = read(table), regimen_of(*dose)
    seconds = np.arange(0, 1801) / 3600 * 4
    for name in list(model.analytes)[-1:]:
        fine, coarse = (
            concentration(model, Subject(70, 40), regimen, t, site=Site.ARTERIAL, analyte=name)
            for t in (seconds, seconds[::60])
        )
        assert coarse == pytest.approx(fine[::60], rel=1e-9, abs=1e-300)


@EACH
@given(tables(), doses(), st.randoms(use_true_random=False))
def test_people_with_times_of_their_own_are_as_each_alone(table, dose, chance):
    model, regimen = read(table), regimen_of(*dose)
    people = {
        name: value[0] * np.array([0.7 + 0.25 * chance.random() for _ in range(4)])
        for name, value in model.typical(Subject(70, 40)).items()
    }
    probes = [Probe(analyte=name) for name in model.analytes]
    together = read_people(model, people, regimen, TIMES, probes)
    for i in range(4):
        one = {name: value[i : i + 1] for name, value in people.items()}
        alone = read_people(model, one, regimen, TIMES, probes)[0]
        assert together[i] == pytest.approx(alone, rel=1e-9, abs=1e-10 * alone.max())


FOLDER = files("ketacare.knowledge") / "drugs"
FILES = sorted(p.name[:-5] for d in FOLDER.iterdir() if d.is_dir() for p in d.iterdir()
               if p.name.startswith("pk_"))  # fmt: skip
# Lean body mass of a man after James: 1.1 W - 128 (W / H)^2, here 99 - 128 x 0.25 = 67 kg.
LARGE_MAN = Subject(90, 35, Sex.MALE, 180)
LARGE_MAN_MEASURED = {"weight": 90, "age": 35, "height": 180, "lean body mass": 67}
STEPS = [(0.0, 0.25, 60.0), (5 / 12, 0.75, 30.0)]


@pytest.mark.slow  # an integrator for every file
@pytest.mark.parametrize("name", FILES)
def test_every_file_agrees_with_the_integrator(name):
    model = load_pk_model(name)
    path = FOLDER / model.drug / f"{name}.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    weight, age = (sum(limits.studied) / 2 for limits in (model.domain.weight, model.domain.age))
    subject, measured = Subject(weight, age), None
    if model.drug == "propofol":  # middle age is not the reference of its covariates
        subject, measured = LARGE_MAN, LARGE_MAN_MEASURED
    which = model.forms.computed[0]
    steps = STEPS if Route.INTRAVENOUS in model.routes else []
    # below the amount at which a route saturates, and one dose of each
    given = [(1.0, 20.0, r.value) for r in model.routes if r is not Route.INTRAVENOUS]
    twin = Equations(table, subject.weight_kg, which.value, measured)
    solved = twin.solve(twin.given(steps, given), TIMES)
    regimen = regimen_of(steps, given, which)
    compared = 0
    for analyte, measured in model.analytes.items():
        if measured.enantiomers != frozenset({which}):
            continue
        volume = twin.volume[measured.compartment]
        expected = solved(measured.compartment) / volume * 1000 * measured.mass_ratio
        found = concentration(model, subject, regimen, TIMES, site=model.site, analyte=analyte)
        close(found, expected, expected.max())
        compared += 1
    assert compared


@pytest.mark.slow  # an integrator
def test_an_effect_site_agrees_with_the_integrator():
    model = load_pk_model("pk_ketamine_simons_2022")
    table = tomllib.loads((FOLDER / "ketamine" / f"{model.id}.toml").read_text(encoding="utf-8"))
    twin = Equations(table, 70)
    solved = twin.solve(twin.given(STEPS, []), TIMES, site=("ketamine", np.log(2) * 60 / 8.3))
    found = effect_site(
        model, Subject(70, 30), regimen_of(STEPS, [], Enantiomer.S), TIMES, half_life_min=8.3
    )
    close(found, solved("site") * 1000, found.max())
