"""Simulation-based calibration (Talts et al. 2018): truths drawn from the prior rank uniformly.

Virtual people with therapy, three questionnaires and doses of different size are learned about up to
day 32; the rank of each true trait in its posterior, and of each later score in its forecast, must
be uniform. Ties among whole scores are split at random.
"""

import numpy as np
from scipy.stats import chi2

from ketacare.core.response import Dose, Future, TraitName, sample_paths, update
from ketacare.core.trials import observed_course, simulate_course, virtual_cohort

DOSES = tuple(
    Dose(day=7.0 + d, mg_per_kg=mg, minutes=40)
    for d, mg in ((0, 0.5), (3, 0.5), (7, 0.5), (10, 0.75), (14, 0.75), (17, 1.0))
)
THERAPY = (9.0, 16.0, 23.0)
VISITS = (0.0, 6.5, 8.5, 10.0, 14.0, 17.0, 21.0, 24.0, 31.0)
LATER = (45.0, 60.0)
NOW = 32.0
ASKED = ("gad7", "phq9", "wsas")
TRAITS = (
    TraitName.SET_POINT,
    TraitName.RESPONSIVENESS,
    TraitName.TAU_FAST,
    TraitName.NONSPECIFIC_SLOW,
    TraitName.PHQ9_LEVEL,
    TraitName.FUNCTION_LEVEL,
)
BINS = 10


def ranks(prior, *, people, particles, rng, asked=ASKED):
    """Return ranks between 0 and 1: a dict by trait, and an array (people, later scores)."""
    found = {name: [] for name in TRAITS}
    future = []
    for person in virtual_cohort(people, prior, rng=rng):
        scores = simulate_course(
            person,
            doses=DOSES,
            therapy_days=THERAPY,
            visit_days=(*VISITS, *LATER),
            instruments=asked,
            rng=rng,
        )
        seen = observed_course(scores, doses=DOSES, therapy_days=THERAPY, now_day=NOW)
        known = update(prior, seen, rng=rng, particles=particles, with_foretold=False)
        for name, values in found.items():
            values.append(float(known.weights @ (known.people[name] < person.trait(name))))
        paths = sample_paths(known, Future(), "gad7", LATER, rng=rng)
        own = []
        for k, day in enumerate(LATER):
            total = next(s.total for s in scores if s.day == day and s.instrument == "gad7")
            below, at = (
                known.weights @ (paths[:, k] < total),
                known.weights @ (paths[:, k] == total),
            )
            own.append(float(below + rng.random() * at))
        future.append(own)
    return {name: np.array(values) for name, values in found.items()}, np.array(future)


def uneven(values):
    """Return the chi-square of the rank histogram over its 99.9 % point; below one is uniform."""
    counts, _ = np.histogram(values, bins=BINS, range=(0.0, 1.0))
    expected = len(values) / BINS
    return float(((counts - expected) ** 2 / expected).sum() / chi2.ppf(0.999, BINS - 1))


def held(values, level):
    """Return the share of ranks inside the central interval of this level."""
    tail = (1.0 - level) / 2.0
    return float(np.mean((values >= tail) & (values <= 1.0 - tail)))
