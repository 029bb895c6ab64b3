"""Times a full advice: posterior, limits, every candidate simulated, ranked and explained."""

import statistics
import time
from datetime import UTC, datetime, timedelta

import numpy as np

from ketacare.core.planning import advise
from ketacare.core.record import Fact, Infusion, Measurement, Person, Score, Vital
from ketacare.knowledge.load import (
    load_instruments,
    load_policy,
    load_prior,
    load_protocol,
    load_treatments,
)

NOW = datetime(2026, 12, 7, 12, 0, tzinfo=UTC)
RUNS = 20
TOTALS = (12, 9, 7, 6, 6, 6)  # a response, after which nearly every spacing may be ranked


def somebody(scores):
    """Return a person at the end of a course, with so many scores in all."""
    times = [NOW - timedelta(days=1.5 + 3.5 * back) for back in range(len(TOTALS) - 1, -1, -1)]
    totals = [Score(instrument="gad7", at=times[0] - timedelta(days=2), total=16)]
    totals += [
        Score(instrument="gad7", at=at + timedelta(hours=24), total=total)
        for at, total in zip(times, TOTALS, strict=True)
    ]
    names = ("gad7", "phq9", "hama")
    totals += [
        Score(instrument=names[i % 3], at=times[0] + timedelta(hours=30 + 11 * i), total=8 + i % 3)
        for i in range(scores - len(totals))
    ]
    last = times[-1]
    return Person(
        id="bench",
        label="bench",
        age_years=40,
        infusions=tuple(Infusion(at=at, dose_mg=35, minutes=40, weight_kg=70) for at in times),
        scores=tuple(sorted(totals, key=lambda s: s.at)),
        measurements=(
            Measurement(kind=Vital.DISTRESS, value=2, at=last + timedelta(minutes=30)),
            Measurement(kind=Vital.SYSTOLIC, value=135, at=last + timedelta(minutes=20)),
        ),
        facts=(
            Fact(code="last_infusion_tolerated", value=True, at=last + timedelta(hours=2)),
            Fact(code="alt_x_uln", value=0.8, at=NOW - timedelta(days=5)),
            Fact(code="interstitial_cystitis", value=False, at=NOW - timedelta(days=5)),
        ),
    )


def run(line):
    """Print the time of a full advice for people with 6 and with 30 scores."""
    print("\nAdvice: posterior of 2,000, all candidates, 12 weeks, one core")
    known = {
        "prior": load_prior(),
        "protocol": load_protocol(),
        "policy": load_policy(),
        "treatments": load_treatments(),
        "instruments": load_instruments(),
        "now": NOW,
    }
    for scores in (6, 30):
        person = somebody(scores)
        taken, used = [], []
        for seed in range(RUNS):
            begun, busy = time.perf_counter(), time.process_time()
            advice = advise(person, rng=np.random.default_rng(seed), particles=2000, **known)
            taken.append(time.perf_counter() - begun)
            used.append(time.process_time() - busy)
        count = len(advice.options)
        p95 = statistics.quantiles(taken, n=20)[-1]
        line(f"full advice, {scores} scores, {count} candidates ranked, p95", p95, 0.7)
        busy = statistics.quantiles(used, n=20)[-1]
        print(
            f"{'':<4}median {statistics.median(taken) * 1000:.0f} ms; of the core's own time p95 "
            f"{busy * 1000:.0f} ms, the rest is waiting for others on this machine"
        )
        assert count >= 60, count
