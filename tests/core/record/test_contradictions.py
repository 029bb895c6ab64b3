"""What cannot both be so is named, with both sides, and nothing is settled."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from ketacare.core.record import (
    ContradictionKind,
    Fact,
    Infusion,
    Measurement,
    Medicine,
    Person,
    Score,
    Sex,
    TreatmentKind,
    TreatmentTrial,
    Vital,
    find_contradictions,
)

NOW = datetime(2026, 12, 7, 12, tzinfo=UTC)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def trial(**fields: object) -> TreatmentTrial:
    given = {"id": "t", "kind": TreatmentKind.MEDICINE, "treatment": "sertraline", **fields}
    return TreatmentTrial(**given)


def weight(kg: float, **span: float) -> Measurement:
    return Measurement(kind=Vital.WEIGHT, value=kg, at=ago(**span))


def kinds(person: Person, **how: object) -> list[ContradictionKind]:
    return [found.kind for found in find_contradictions(person, **how)]


def somebody(**record: object) -> Person:
    return Person(id="p", label="P", **record)


def test_an_empty_record_and_one_of_everything_are_in_order() -> None:
    assert kinds(somebody()) == []
    one = somebody(
        sex=Sex.MALE,
        birth_date=date(1990, 1, 1),
        trials=(trial(started=ago(days=90), ended=ago(days=10)),),
        facts=(Fact(code="pregnancy_possible", value=True, at=NOW),),
        measurements=(weight(70, days=1), weight(72, days=2)),
        infusions=(Infusion(at=ago(days=3), dose_mg=35, minutes=40),),
        scores=(Score(instrument="gad7", at=NOW, total=10),),
        medicines=(Medicine(ingredient="sertraline", mg_per_day=100.0),),
    )
    assert kinds(one, today=NOW) == []


def test_two_weights_on_one_day_are_both_named() -> None:
    (found,) = find_contradictions(
        somebody(measurements=(weight(70, hours=1), weight(75, hours=2)))
    )
    assert found.kind is ContradictionKind.TWO_VALUES
    assert (
        found.sentence == "On 7 Dec 2026 the weight is 70 kg and 75 kg: strike out the wrong one."
    )


@pytest.mark.parametrize(("kg", "found"), [(71.0, 0), (71.1, 1)])
def test_a_tolerance_is_the_callers(kg: float, found: int) -> None:
    person = somebody(measurements=(weight(70, hours=1), weight(kg, hours=2)))
    assert len(kinds(person, weight_tolerance_kg=1.0)) == found


def test_two_heights_on_one_day() -> None:
    both = (
        Measurement(kind=Vital.HEIGHT, value=170, at=NOW),
        Measurement(kind=Vital.HEIGHT, value=171, at=ago(hours=1)),
    )
    assert kinds(somebody(measurements=both)) == [ContradictionKind.TWO_VALUES]


def test_two_answers_at_one_moment_and_a_changed_mind() -> None:
    yes = Fact(code="delirium", value=True, at=NOW)
    assert kinds(somebody(facts=(yes, replace(yes, value=False)))) == [
        ContradictionKind.TWO_ANSWERS
    ]
    later = replace(yes, value=False, at=ago(minutes=-1))
    assert kinds(somebody(facts=(yes, later))) == []


def test_two_totals_at_one_moment() -> None:
    score = Score(instrument="gad7", at=NOW, total=10)
    assert kinds(somebody(scores=(score, replace(score, total=11)))) == [
        ContradictionKind.TWO_SCORES
    ]


@pytest.mark.parametrize(
    ("one", "other", "twice"),
    [
        ({"started": 100}, {"started": 100}, True),
        ({"started": 100, "ended": 50}, {"started": 60, "ended": 10}, True),
        ({"started": 100, "ended": 50}, {"started": 50, "ended": 10}, False),
        ({"started": 100, "ended": 50}, {"started": 40}, False),
        ({}, {}, True),
        ({"dose": 50.0}, {"dose": 100.0}, False),
        ({}, {"treatment": "escitalopram"}, False),
    ],
)
def test_a_trial_that_is_there_twice(one: dict, other: dict, *, twice: bool) -> None:
    def make(name: str, given: dict) -> TreatmentTrial:
        days = {k: ago(days=given[k]) for k in ("started", "ended") if k in given}
        rest = {"dose_mg_per_day": given["dose"]} if "dose" in given else {}
        return trial(id=name, treatment=given.get("treatment", "sertraline"), **days, **rest)

    found = kinds(somebody(trials=(make("a", one), make("b", other))))
    assert found == ([ContradictionKind.DUPLICATE_TRIAL] if twice else [])


def test_still_going_on_and_ended() -> None:
    assert kinds(somebody(trials=(trial(ended=ago(days=5), ongoing=True),))) == [
        ContradictionKind.ONGOING_AND_ENDED
    ]


def test_the_same_medicine_twice_and_two_schedules_of_one() -> None:
    taken = Medicine(ingredient="lorazepam", mg_per_day=1.0)
    assert kinds(somebody(medicines=(taken, replace(taken, name="Ativan")))) == [
        ContradictionKind.DUPLICATE_MEDICINE
    ]
    assert kinds(somebody(medicines=(taken, replace(taken, as_needed=True)))) == []


def test_two_infusions_at_one_time() -> None:
    first = Infusion(at=ago(minutes=60), dose_mg=35, minutes=40)
    inside, after = replace(first, at=ago(minutes=30)), replace(first, at=ago(minutes=20))
    assert kinds(somebody(infusions=(first, inside))) == [ContradictionKind.DUPLICATE_INFUSION]
    assert kinds(somebody(infusions=(first, after))) == []


def test_age_and_birth_date_that_do_not_agree() -> None:
    facts = (Fact(code="delirium", value=False, at=NOW),)
    born = date(1986, 12, 1)  # 40 on the day of the fact
    assert kinds(somebody(birth_date=born, age_years=40.0, facts=facts)) == []
    assert kinds(somebody(birth_date=born, age_years=34.0, facts=facts)) == [ContradictionKind.AGE]


def test_something_before_birth() -> None:
    person = somebody(
        birth_date=date(2000, 1, 1), trials=(trial(started=datetime(1999, 1, 1, tzinfo=UTC)),)
    )
    (found,) = find_contradictions(person)
    assert found.kind is ContradictionKind.BEFORE_BIRTH
    assert "the start of sertraline on 1 Jan 1999 is before the birth date 1 Jan 2000" in (
        found.sentence
    )


def test_dates_in_the_future_are_named_when_today_is_given() -> None:
    person = somebody(
        birth_date=date(2030, 1, 1),
        trials=(trial(started=ago(days=-3)),),
        measurements=(weight(70, days=-3),),
    )
    assert ContradictionKind.FUTURE not in kinds(person)
    future = [f.subject for f in find_contradictions(person, today=NOW) if f.kind == "future"]
    assert future == ["birth date", "the start of sertraline", "weight"]


def test_what_is_later_than_the_moment_asked_is_not_looked_at() -> None:
    person = somebody(measurements=(weight(70, hours=2), weight(75, hours=-2)))
    assert kinds(person, until=NOW) == []
    assert kinds(person) == [ContradictionKind.TWO_VALUES]


@pytest.mark.parametrize(
    ("systolic", "diastolic", "named"), [(80, 128, 1), (90, 90, 1), (91, 90, 0)]
)
def test_a_systolic_pressure_that_is_not_above_the_diastolic(systolic, diastolic, named) -> None:
    person = somebody(
        measurements=(
            Measurement(kind=Vital.SYSTOLIC, value=systolic, at=NOW),
            Measurement(kind=Vital.DIASTOLIC, value=diastolic, at=NOW),
            Measurement(kind=Vital.DIASTOLIC, value=200, at=ago(minutes=5)),
        )
    )
    assert kinds(person) == [ContradictionKind.PRESSURE] * named


def test_neither_of_two_answers_of_one_moment_is_taken() -> None:
    def answer(value, **span):
        return Fact(code="delirium", value=value, at=ago(**span))

    twice = somebody(facts=(answer(True, minutes=5), answer(False, minutes=5)))
    assert twice.fact("delirium", before=NOW) is None
    settled = replace(twice, facts=(*twice.facts, answer(False, minutes=1)))
    assert settled.fact("delirium", before=NOW) == answer(False, minutes=1)
    same = somebody(facts=(answer(True, minutes=5), answer(True, minutes=5)))
    assert same.fact("delirium", before=NOW) == answer(True, minutes=5)
