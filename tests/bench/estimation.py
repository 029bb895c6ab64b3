"""Times individual estimation and counts how often its intervals hold the truth, for several models.

People are drawn from each model, sampled with its residual error and estimated; an interval of
50 % should hold the truth in 50 % of them. The long version of a test of the suite.
"""

import time
from dataclasses import replace

import numpy as np

from ketacare.core.errors import KetacareError
from ketacare.core.pharmacology import Arm, Regimen, Route, Sample, Site, Subject, fit
from ketacare.core.pharmacology.dosing import Enantiomer
from ketacare.core.pharmacology.kinetics import Probe, read
from ketacare.knowledge.load import load_pk_model

PEOPLE = 300
SUBJECT = Subject(75.0, 40.0)
INFUSION = Regimen.infusion(37.5, 40)
SPRAY = Regimen.dose(56, Route.INTRANASAL, enantiomer=Enantiomer.S)
# model, what is measured, where, after what, at which hours
CASES = [
    ("pk_ketamine_simons_2022", ("ketamine",), Site.VENOUS, INFUSION, (0.6, 1, 2, 4, 8)),
    (
        "pk_ketamine_simons_2022",
        ("ketamine", "norketamine"),
        Site.ARTERIAL,
        INFUSION,
        (0.5, 1, 3, 6),
    ),
    ("pk_ketamine_otto_2021", ("ketamine", "norketamine"), Site.VENOUS, INFUSION, (0.6, 1.5, 4)),
    ("pk_ketamine_perez_ruixo_2021", ("S-ketamine",), Site.VENOUS, SPRAY, (0.5, 1, 3, 8)),
]


def run(line):
    """Print seconds and coverage for each case."""
    print(f"\nIndividual estimation, {PEOPLE} drawn people each, 2,000 draws a person")
    for name, analytes, site, regimen, hours in CASES:
        _case(line, name, analytes, site, regimen, np.array(hours))
    _two_days(line)


def _case(line, name, analytes, site, regimen, hours):
    model = load_pk_model(name)
    rng = np.random.default_rng(5)
    people = model.draw(SUBJECT, n=PEOPLE, rng=rng, occasion=True)
    probes = [Probe(analyte=analyte, site=site) for analyte in analytes]
    levels = read(model, people, regimen, hours, probes)
    taken, refused, inside = [], 0, {0.5: [], 0.9: []}
    for row in range(PEOPLE):
        samples = _sampled(model, analytes, site, hours, levels[row], rng)
        begun = time.perf_counter()
        try:
            found = fit(model, SUBJECT, regimen, samples, rng=rng)
        except KetacareError as error:
            refused += 1
            print(f"{'':<4}person {row}: {error}")
            continue
        taken.append(time.perf_counter() - begun)
        for estimate in found.estimates:
            truth = people[estimate.name][row]
            inside[0.5].append(estimate.p25 <= truth <= estimate.p75)
            inside[0.9].append(estimate.p5 <= truth <= estimate.p95)
    what = f"{name.removeprefix('pk_ketamine_')}, {' and '.join(analytes)}, {site.value}"
    line(what, float(np.median(taken)), None)
    for share, held in inside.items():
        error = np.sqrt(share * (1 - share) / len(taken))
        print(
            f"{'':<4}{share:.0%} intervals hold {np.mean(held):.1%} of {len(held)} true values "
            f"(standard error at most {error:.1%}); refused {refused} of {PEOPLE}"
        )


def _two_days(line):
    """Two infusions three days apart, with deviations of their own: each value against its truth."""
    model, site, hours = load_pk_model("pk_ketamine_simons_2022"), Site.ARTERIAL, (0.5, 1, 3, 6)
    analytes, count = ("ketamine", "norketamine"), 60
    rng = np.random.default_rng(6)
    regimen = INFUSION.and_then(INFUSION.shifted(72.0))
    taken, inside = [], {0.5: [], 0.9: []}
    for _ in range(count):
        person = model.draw(SUBJECT, n=1, rng=rng)
        days, samples = [], []
        for day in range(2):
            days.append(
                {
                    name: value
                    * np.exp(rng.standard_normal(1) * (model.parameters[name].occasion or 0) ** 0.5)
                    for name, value in person.items()
                }
            )
            probes = [Probe(analyte=analyte, site=site) for analyte in analytes]
            levels = read(model, days[day], INFUSION, hours, probes)[0]
            drawn = _sampled(model, analytes, site, np.array(hours), levels, rng)
            samples += [replace(sample, at_h=sample.at_h + 72.0 * day) for sample in drawn]
        begun = time.perf_counter()
        found = fit(model, SUBJECT, regimen, samples, rng=rng)
        taken.append(time.perf_counter() - begun)
        for estimate in found.estimates:
            who = person if estimate.occasion is None else days[estimate.occasion - 1]
            truth = who[estimate.name][0]
            inside[0.5].append(estimate.p25 <= truth <= estimate.p75)
            inside[0.9].append(estimate.p5 <= truth <= estimate.p95)
    line("simons_2022, ketamine and norketamine, two infusion days", float(np.median(taken)), None)
    for share, held in inside.items():
        print(f"{'':<4}{share:.0%} intervals hold {np.mean(held):.1%} of {len(held)} true values")


def _sampled(model, analytes, site, hours, levels, rng):
    samples = []
    for analyte, row in zip(analytes, levels, strict=True):
        error = model.residuals[analyte]
        noise = rng.standard_normal(len(hours))
        if error.log_sd is not None:
            values = row * np.exp(error.log_sd * noise)
        else:
            values = row + error.deviation(row) * noise
        limit = 1.0  # ng/mL
        for at, value in zip(hours, values, strict=True):
            known = float(value) if value >= limit else None
            samples.append(Sample(float(at), analyte, known, site, Arm.OTHER, limit))
    return samples
