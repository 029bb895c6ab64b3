"""Times the kinetic engine on the tasks the project promises, and shows how cost grows.

The baseline is the plain way: SciPy's matrix exponential of the augmented system, for every person
and every time by itself from the last change of the pump; a part of it is timed in the same run
and scaled up. Everything runs in one thread and is the minimum of several runs.
"""

import statistics
import subprocess
import sys
import time

import numpy as np
from scipy.linalg import expm

from ketacare.core.pharmacology import (
    Enantiomer,
    Regimen,
    Site,
    Subject,
)
from ketacare.core.pharmacology.inputs import channels
from ketacare.core.pharmacology.kinetics import Probe, read
from ketacare.core.pharmacology.matrices import rate_matrix
from ketacare.knowledge.load import load_pk_model

OTTO, SIMONS = "pk_ketamine_otto_2021", "pk_ketamine_simons_2022"
PERSON = Subject(70.0, 30.0)
ONE = Regimen.infusion(20.0, 40.0, enantiomer=Enantiomer.S)
OTTO_PROBES = (
    Probe(analyte="S-ketamine", site=Site.VENOUS),
    Probe(analyte="S-norketamine", site=Site.VENOUS),
)
SIMONS_PROBES = (
    Probe(analyte="ketamine", site=Site.VENOUS),
    Probe(analyte="norketamine"),
    Probe(analyte="hydroxynorketamine"),
)
QUARTERS = np.arange(97) / 4.0
SECONDS_10 = np.arange(2161) / 360.0
THREE_WEEKS = np.linspace(0.0, 21 * 24.0, 200)
_LOOPED = 200  # exponentials timed for the baseline
RUNS = 7


def run(line):
    """Print every task of the list beside its target, then how cost grows."""
    print(f"\nKinetics, one thread, minimum of {RUNS}")
    otto, simons = load_pk_model(OTTO), load_pk_model(SIMONS)
    every = (
        ("10,000 people x 24 h every 15 min, Otto", otto, 10_000, ONE, QUARTERS, 0.08),
        ("1,000 people x 6 h every 10 s, Otto", otto, 1_000, ONE, SECONDS_10, 0.15),
        ("10,000 x six infusions, 200 times, Simons", simons, 10_000, weeks(6), THREE_WEEKS, 2.0),
    )
    for what, model, n, regimen, times, target in every:
        found = seconds(model, n, regimen, times)
        line(what, found, target)
        _ratio(model, regimen, times, n, found)
    _million(line, otto)
    line("import ketacare.core.pharmacology", _import(), 0.25)
    print("\nHow cost grows: seconds, and per unit relative to the smallest")
    _growth("people (Otto, 97 times)", (2_500, 5_000, 10_000, 20_000),
            lambda n: seconds(otto, n, ONE, QUARTERS))  # fmt: skip
    _growth("times (Otto, 1,000 people)", (540, 1_080, 2_160, 4_320),
            lambda n: seconds(otto, 1_000, ONE, np.arange(n) / n * 6.0))  # fmt: skip
    _growth("infusions (Simons, 2,000 people, 200 times)", (3, 6, 12, 24),
            lambda n: seconds(simons, 2_000, weeks(n), THREE_WEEKS))  # fmt: skip


def weeks(count):
    """Return infusions of 35 mg over 40 min, spread evenly over three weeks."""
    regimen = Regimen()
    for i in range(count):
        regimen = regimen.and_then(Regimen.infusion(35.0, 40.0, start_h=i * 20 * 24.0 / count))
    return regimen


def seconds(model, n, regimen, times):
    """Return the least seconds to concentrations of people who were drawn before."""
    people = model.draw(PERSON, n=n, rng=np.random.default_rng(1))
    probes = OTTO_PROBES if model.id == OTTO else SIMONS_PROBES
    taken = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        read(model, people, regimen, times, probes)
        taken.append(time.perf_counter() - begun)
    return min(taken)


def _ratio(model, regimen, times, n, found):
    """Print how many times longer a plain loop would take."""
    enantiomers = model.shares(regimen.enantiomer)
    people = model.draw(PERSON, n=4, rng=np.random.default_rng(1))
    values = model.for_enantiomer(people, next(iter(enantiomers)))
    structure = model.structure.by_routes(regimen.routes)
    matrices = rate_matrix(structure, values)
    (channel,) = channels(structure, values, regimen)
    schedule, size = channel.schedule, matrices.shape[1]
    asked = times[np.linspace(0, len(times) - 1, _LOOPED // len(matrices)).astype(int)]
    begun = time.perf_counter()
    for person, matrix in enumerate(matrices):
        augmented = np.zeros((size + 1, size + 1))
        augmented[:size, :size] = matrix
        state = np.append(np.zeros(size), 1.0)
        for t in asked:
            last = np.searchsorted(schedule.starts, t, side="right") - 1
            augmented[:size, size] = channel.entry[person] * schedule.rates[last]
            expm(augmented * (t - schedule.starts[last])) @ state
    one = (time.perf_counter() - begun) / (len(matrices) * len(asked))
    loop = one * n * len(times) * len(enantiomers)
    print(f"{'':<4}{loop / found:,.0f} times faster than a SciPy expm loop ({loop:,.0f} s)")


_MILLION = """
import resource, time
import numpy as np
from ketacare.core.pharmacology import Site, population_quantiles
from tests.bench.pharmacology import ONE, OTTO, PERSON, load_pk_model
model = load_pk_model(OTTO)
begun = time.perf_counter()
population_quantiles(model, PERSON, ONE, np.linspace(0.0, 24.0, 100), n=1_000_000,
                     rng=np.random.default_rng(1), site=Site.VENOUS, analyte={analyte!r})
print(time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
"""


def _million(line, otto):
    """Print time and peak memory of a million people, each in a process of its own."""
    for analyte in ("S-ketamine", "S-norketamine"):
        script = _MILLION.format(analyte=analyte)
        done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
        taken, gigabytes = (float(word) for word in done.stdout.split())
        line(f"1,000,000 people, quantiles, 100 times, {analyte}", taken, 15.0)
        line("its peak memory", gigabytes, 1.0, unit="GB")
        _ratio(otto, ONE, np.linspace(0.0, 24.0, 100), 1_000_000, taken)


def _import():
    """Return the median seconds of the import alone, the interpreter's start not counted."""
    script = (
        "import time; t = time.perf_counter(); import ketacare.core.pharmacology; "
        "print(time.perf_counter() - t)"
    )
    taken = [
        float(
            subprocess.run([sys.executable, "-c", script], check=True, capture_output=True).stdout
        )
        for _ in range(5)
    ]
    return statistics.median(taken)


def _growth(what, sizes, measure):
    """Print the cost at rising sizes; 1.00 per unit throughout is exactly linear."""
    found = [measure(size) for size in sizes]
    each = [taken / size for taken, size in zip(found, sizes, strict=True)]
    print(f"  {what}")
    for size, taken, unit in zip(sizes, found, each, strict=True):
        print(f"    {size:>8,}  {taken:8.4f} s  {unit / each[0]:5.2f}")
