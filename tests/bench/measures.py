"""How long scores take: the next item of an adaptive test, a score, a person's trajectories."""

import statistics
import time
from datetime import UTC, datetime, timedelta

from ketacare.core.measures import score_items, trajectories
from ketacare.core.measures.irt import AdaptiveRules, Selection, eap, next_step, sum_score_table
from ketacare.core.record import Infusion, Person, Score
from ketacare.knowledge.load import load_banks, load_dose_timing, load_instruments

TARGET_MS = 5.0


def _milliseconds(call, runs=200):
    """Return the median and the 95th percentile of a call, in milliseconds."""
    taken = []
    for _ in range(runs):
        begun = time.perf_counter()
        call()
        taken.append(1000 * (time.perf_counter() - begun))
    taken.sort()
    return statistics.median(taken), taken[int(0.95 * runs)]


def run(line):
    """Print each figure beside its target; the bank has 29 items and a grid of 81 points."""
    print("Measures, in this process, 200 runs")
    calibration = load_banks()["promis_anxiety"]
    bank = calibration.bank
    answers = {"EDANX53": 3, "EDANX01": 2, "EDANX40": 2, "EDANX54": 3}
    next_step(bank, {}, calibration.rules)  # tables of the bank are made once
    for selection in Selection:
        rules = AdaptiveRules(selection=selection)
        median, late = _milliseconds(lambda rules=rules: next_step(bank, answers, rules))
        line(f"next item, {selection.value}, median", median, TARGET_MS, unit="ms")
        line(f"next item, {selection.value}, 95th percentile", late, None, unit="ms")
    line(
        "EAP of four answers, median", _milliseconds(lambda: eap(bank, answers))[0], None, unit="ms"
    )
    forms = load_instruments()["promis_anxiety_8a"].conversion.items
    table = _milliseconds(lambda: sum_score_table(calibration.tables, forms), runs=50)[0]
    line("sum-score table of 8 items on 241 points, median", table, None, unit="ms")
    gad7 = load_instruments()["gad7"]
    line(
        "one GAD-7 scored, median",
        _milliseconds(lambda: score_items(gad7, [1] * 7))[0],
        None,
        unit="ms",
    )
    start = datetime(2026, 1, 1, tzinfo=UTC)
    person = Person(
        id="p",
        label="p",
        scores=tuple(
            Score(instrument=name, at=start + timedelta(days=3 * n), total=8)
            for n in range(40)
            for name in ("gad7", "phq9", "hama")
        ),
        infusions=tuple(
            Infusion(at=start + timedelta(days=7 * n), dose_mg=35.0, minutes=40.0)
            for n in range(17)
        ),
    )
    instruments, timing = load_instruments(), load_dose_timing()
    now = start + timedelta(days=200)
    found = _milliseconds(lambda: trajectories(person, instruments, timing, now=now), runs=20)[0]
    line("trajectories of 120 scores of three scales, median", found, None, unit="ms")
