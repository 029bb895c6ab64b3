"""Safety rules: all findings of one person, and a screening of ten thousand people.

Counted in processor time: rules neither wait nor run in threads, and another process must not count.
"""

import statistics
import time
from datetime import UTC, datetime, timedelta

from ketacare.core.record import Fact, Measurement, Medicine, Person, Score, Vital
from ketacare.core.safety import FactKind, Station, screen
from ketacare.knowledge.load import load_policy, load_treatments

NOW = datetime(2026, 12, 7, 12, tzinfo=UTC)
PEOPLE = 10_000


def somebody(number, policy):
    """Return a person with every question answered, a month of values, and some medicines."""
    facts = tuple(
        Fact(code=code, value=number % 7 == 0, at=NOW - timedelta(days=day))
        for code, question in policy.facts.items()
        if question.kind is FactKind.YES_NO
        for day in (0, 10)
    )
    measurements = tuple(
        Measurement(kind=kind, value=value, at=NOW - timedelta(days=day))
        for kind, value in (
            (Vital.WEIGHT, 60.0 + number % 40),
            (Vital.SYSTOLIC, 110.0 + number % 60),
            (Vital.DIASTOLIC, 70.0),
            (Vital.HEART_RATE, 70.0),
            (Vital.SPO2, 98.0),
        )
        for day in range(6)
    )
    medicines = (
        Medicine(ingredient="sertraline", mg_per_day=100.0),
        Medicine(ingredient="lorazepam", mg_per_day=0.5 + number % 5),
    )
    scores = tuple(
        Score(instrument="gad7", at=NOW - timedelta(days=7 * week), total=float(8 + number % 12))
        for week in range(4)
    )
    return Person(
        id=str(number),
        label="",
        age_years=20.0 + number % 60,
        facts=facts,
        measurements=measurements,
        medicines=medicines,
        scores=scores,
    )


def run(line):
    """Time the findings of one person at every station, and of many people at eligibility."""
    policy, treatments = load_policy(), load_treatments()
    print(f"Safety rules: {len(policy.rules)} rules, {len(policy.facts)} questions")
    person = somebody(3, policy)

    def every_station():
        begun = time.process_time()
        for station in Station:
            screen(person, policy, treatments, station=station, now=NOW)
        return 1000 * (time.process_time() - begun)

    every_station()
    taken = [every_station() for _ in range(200)]
    line(
        "all findings of one person, all stations, median", statistics.median(taken), 5.0, unit="ms"
    )
    line("the same, fastest of 200", min(taken), None, unit="ms")
    people = [somebody(number, policy) for number in range(PEOPLE)]
    begun = time.process_time()
    findings = 0
    for each in people:
        found = screen(each, policy, treatments, station=Station.ELIGIBILITY, now=NOW)
        findings += len(found)
    line(f"{PEOPLE} people screened at eligibility", time.process_time() - begun, 10.0)
    print(f"{'':<4}{findings} findings")
