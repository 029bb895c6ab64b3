"""Times one person's expected session: all effects with bands, as the infusion page asks for it.

The baseline is the same work without batching: SciPy's matrix exponential, person by person and
time by time, for a part of the people and scaled up.
"""

import time

import numpy as np
from scipy.linalg import expm

from ketacare.core.pharmacology import Baseline, Regimen, Subject, expected_session
from ketacare.core.pharmacology.dosing import Enantiomer
from ketacare.core.pharmacology.matrices import Follower, rate_matrix
from ketacare.knowledge.load import load_effect_model, load_pk_model

PEOPLE = 2000
TIMES_H = np.arange(0.0, 181.0, 2.0) / 60.0
LIMITS = {"systolic": 180.0, "diastolic": 110.0, "heart_rate": 130.0}
REGIMEN = Regimen.infusion(35, 40)
SUBJECT = Subject(70.0, 40.0)
RUNS = 15
_BASELINE_PEOPLE = 4


def run(line):
    """Print the seconds of one expected session and how they grow with the people."""
    print(f"\nExpected session, {len(TIMES_H)} times, minimum of {RUNS}, one thread")
    found = {n: _session(n) for n in (500, PEOPLE, 4 * PEOPLE)}
    line(f"one person, all effects with bands, {PEOPLE} draws", found[PEOPLE], 0.050)
    line(f"the same without limits, {PEOPLE} draws", _session(PEOPLE, limits=None), 0.050)
    for n in (500, 4 * PEOPLE):
        line(f"{n} draws", found[n], None)
    loop = _scipy_loop() * PEOPLE / _BASELINE_PEOPLE
    line("concentrations alone by a SciPy expm loop (scaled up)", loop, None)
    print(f"{'':<4}{loop / found[PEOPLE]:.0f} times the expected session")


def _session(n, limits=LIMITS):
    pk, effects = load_pk_model(), load_effect_model()
    taken = []
    for seed in range(RUNS):
        begun = time.perf_counter()
        expected_session(
            pk,
            effects,
            SUBJECT,
            REGIMEN,
            TIMES_H,
            baseline=Baseline(systolic=120, diastolic=75, heart_rate=70),
            hypertensive=False,
            session_number=1,
            n=n,
            rng=np.random.default_rng(seed),
            limits=limits,
        )
        taken.append(time.perf_counter() - begun)
    return min(taken)


def _scipy_loop():
    """Return the seconds for a few people's S-ketamine behind two followers, by SciPy."""
    pk = load_pk_model()
    structure = pk.structure.leading_to({pk.structure.central})
    drawn = pk.draw(SUBJECT, n=_BASELINE_PEOPLE, rng=np.random.default_rng(1))
    values = pk.for_enantiomer(drawn, Enantiomer.S)
    sites = [
        Follower(compartment=pk.structure.central, rate=np.full(_BASELINE_PEOPLE, rate))
        for rate in (5.0, 18.0)
    ]
    matrices = rate_matrix(structure, values, sites)
    size = matrices.shape[1]
    begun = time.perf_counter()
    for matrix in matrices:
        augmented = np.zeros((size + 1, size + 1))
        augmented[:size, :size] = matrix
        for t in TIMES_H:
            augmented[0, size] = REGIMEN.steps[0].mg_per_h
            state = expm(augmented * min(t, 2 / 3))[:, size]
            if t > 2 / 3:
                augmented[0, size] = 0.0
                state = expm(augmented * (t - 2 / 3)) @ state
    return time.perf_counter() - begun
