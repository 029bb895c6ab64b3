"""Times learning about one person, and proves at length what the suite proves in short.

NUTS on the same posterior in the same run is the baseline. Accuracy of the watch, ranks, coverage and
the calibration of the prior take minutes and are printed beside what is promised.
"""

import time

import numpy as np
from tests.core.response.agreement import by_nuts, compare, course
from tests.core.response.ranks import held, ranks, uneven

from ketacare.core.response import Course, Dose, Rating, extend, relapse_forecast, update
from ketacare.core.trials import watch_accuracy
from ketacare.knowledge import calibrating
from ketacare.knowledge.load import load_prior, load_watch_rules

PARTICLES = 2000
RUNS = 15
PEOPLE = 600
_DOSES = tuple(
    Dose(day=7.0 + d, mg_per_kg=0.5, minutes=40) for d in (0, 3, 7, 10, 14, 17, 24, 31, 45, 59)
)


def thirty():
    """Return a course of ten doses, three sessions of therapy and 30 scores of two instruments."""
    rng = np.random.default_rng(1)
    ratings = tuple(
        Rating(
            day=float(day),
            instrument=("gad7", "gad7", "phq9")[k % 3],
            total=int(max(3, 16 - 10 * (day > 8) + rng.integers(-2, 3))),
        )
        for k, day in enumerate(np.linspace(0.0, 90.0, 30))
    )
    return Course(doses=_DOSES, ratings=ratings, therapy_days=(9.0, 16.0, 23.0), now_day=91.0)


def run(line):
    """Print how long learning takes, against NUTS, and how well it is calibrated."""
    prior = load_prior()
    print(f"\nLearning from one person, {PARTICLES} particles, minimum of {RUNS}, one thread")
    known = update(prior, thirty(), rng=np.random.default_rng(1), particles=PARTICLES)
    print(
        f"{'':<4}effective size {known.effective_size:.0f}, {known.distinct} different people, "
        f"{len(np.unique(known.ancestors))} ancestors, acceptance {known.acceptance:.2f}"
    )
    line("30 scores from scratch", _least(lambda k: _update(prior, thirty(), k)), 0.150)
    _in_turn(prior, line)
    line("time to relapse, half a year", _least(lambda k: _relapse(known, k)), None)

    start = load_prior("prior_reference")
    own = _least(lambda k: _update(start, course(), k, particles=4000))
    begun = time.perf_counter()
    drawn = by_nuts(start, warmup=1000, samples=2000)
    theirs = time.perf_counter() - begun
    line("9 scores, ensemble of 4000", own, None)
    line("the same by NUTS, 2000 draws after 1000, compiled within", theirs, None)
    rows = compare(start, drawn)
    worst = max(rows, key=lambda r: abs(r.mean) / r.mean_allowed)
    print(
        f"{'':<4}NUTS takes {theirs / own:.0f} times as long; {sum(r.agrees for r in rows)} of "
        f"{len(rows)} quantities agree; worst mean {worst.name} {worst.mean:+.3f} SD, "
        f"{worst.mean_allowed:.3f} allowed"
    )
    _calibrated(prior, line)
    _watched(prior)
    _fitted(line)


def _in_turn(prior, line):
    """Take the 30 scores one after another, as they come, and time each; some move the ensemble."""
    whole = thirty()
    known = update(prior, _until(whole, 1), rng=np.random.default_rng(1), particles=PARTICLES)
    quiet, moved = [], []
    for count in range(2, len(whole.ratings) + 1):
        course = _until(whole, count)
        taken = _least(lambda k, of=course, known=known: _extend(known, of, k), runs=5)
        after = _extend(known, course, 1)
        # Resampling puts ancestors in another order; without it they stay as they were.
        stayed = np.array_equal(after.ancestors, known.ancestors)
        (quiet if stayed else moved).append((taken, count))
        known = after
    line("one more score, the slowest that only reweights", max(quiet)[0], 0.030)
    seconds, count = max(moved)
    line(f"one more score, the slowest that moves everybody (no. {count})", seconds, 0.030)
    print(f"{'':<4}{len(moved)} of {len(quiet) + len(moved)} scores move the ensemble")


def _until(whole, count):
    """Return the course as it stood when so many scores had been given."""
    ratings = whole.ratings[:count]
    now = ratings[-1].day
    return Course(
        doses=tuple(d for d in whole.doses if d.day < now),
        ratings=ratings,
        therapy_days=tuple(t for t in whole.therapy_days if t < now),
        now_day=now,
    )


def _update(prior, of, seed, particles=PARTICLES):
    return update(prior, of, rng=np.random.default_rng(seed), particles=particles)


def _extend(known, of, seed):
    return extend(known, of, rng=np.random.default_rng(seed))


def _relapse(known, seed):
    return relapse_forecast(known, "gad7", rng=np.random.default_rng(seed))


def _least(work, runs=RUNS):
    taken = []
    for k in range(runs):
        begun = time.perf_counter()
        work(k)
        taken.append(time.perf_counter() - begun)
    return min(taken)


def _calibrated(prior, line):
    print(f"\nRanks and coverage on {PEOPLE} virtual people, 1000 particles, three questionnaires")
    rng = np.random.default_rng(20261123)
    traits, future = ranks(prior, people=PEOPLE, particles=1000, rng=rng)
    for name, values in traits.items():
        line(f"chi-square of ranks over its 99.9 % point, {name}", uneven(values), 1.0, unit="")
    for level in (0.5, 0.8, 0.9):
        shares = ", ".join(f"{held(future[:, k], level):.1%}" for k in range(future.shape[1]))
        print(f"{'':<4}{level:.0%} bands hold {shares} of scores 13 and 28 days ahead")


def _watched(prior):
    rules = load_watch_rules()
    found = watch_accuracy(prior, rules, "gad7", people=4000, rng=np.random.default_rng(20261123))
    for one in found:
        stated = rules.accuracy[one.name]
        print(
            f"{'':<4}{one.name}: sensitivity {one.sensitivity:.1%} of {one.relapsed} (stated "
            f"{stated.sensitivity.value:.0%}), specificity {one.specificity:.1%} of "
            f"{one.stayed_well} (stated {stated.specificity.value:.0%})"
        )


def _fitted(line):
    begun = time.perf_counter()
    found = calibrating.run()
    line(
        "calibration of the prior with every study left out in turn",
        time.perf_counter() - begun,
        600,
    )
    path = calibrating.stored_file()
    stored = path.read_text(encoding="utf-8")
    version = stored.split('version = "', 1)[1].split('"', 1)[0]
    same = stored == calibrating.render(
        found, id=calibrating.STORED, version=version, since=calibrating.SINCE
    )
    print(
        f"{'':<4}the same file as stored: {'yes' if same else 'NO'}; coverage {found.coverage:.0%}"
    )
