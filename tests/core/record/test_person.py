"""The record of one person: ages, newest values, and how days are counted."""

from datetime import UTC, date, datetime, timedelta

import pytest

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record import (
    Calendar,
    Fact,
    Infusion,
    InfusionEvent,
    InfusionEventKind,
    Measurement,
    Medicine,
    Person,
    Score,
    TreatmentKind,
    TreatmentTrial,
    Vital,
)

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def person(**changes):
    return Person(id="p", label="A person", **changes)


@pytest.mark.parametrize(
    ("today", "age"),
    [
        (date(2026, 4, 30), 33.0),  # the day before the 34th birthday
        (date(2026, 5, 1), 34.0),
    ],
)
def test_age_changes_on_the_birthday(today, age):
    at = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    assert person(birth_date=date(1992, 5, 1)).age_at(at) == age


def test_age_is_missing_when_neither_age_nor_birth_date_is_known():
    assert person().age_at(NOON) is None
    assert person(age_years=34).age_at(NOON) == 34


def test_latest_measurement_ignores_what_lies_after():
    weights = (
        Measurement(kind=Vital.WEIGHT, value=70, at=NOON - timedelta(days=2)),
        Measurement(kind=Vital.WEIGHT, value=71, at=NOON),
        Measurement(kind=Vital.WEIGHT, value=99, at=NOON + timedelta(seconds=1)),
    )
    assert person(measurements=weights).latest(Vital.WEIGHT, before=NOON).value == 71
    assert person(measurements=weights).latest(Vital.HEIGHT, before=NOON) is None


def test_latest_fact_wins():
    facts = (
        Fact(code="delirium", value=True, at=NOON - timedelta(days=1)),
        Fact(code="delirium", value=False, at=NOON),
    )
    assert person(facts=facts).fact("delirium", before=NOON).value is False
    assert person(facts=facts).fact("delirium", before=NOON - timedelta(hours=1)).value is True


def test_days_count_from_the_first_infusion():
    doses = tuple(Infusion(at=NOON + timedelta(days=d), dose_mg=35, minutes=40) for d in (3, 0))
    assert person(infusions=doses).day(NOON - timedelta(days=4)) == -4
    with pytest.raises(InputError, match="no day 0"):
        person().day(NOON)


@pytest.mark.parametrize(
    ("days", "text"), [(-4, "day -4"), (0, "day 0"), (70, "day 70"), (0.5, "day 0.5")]
)
def test_a_relative_record_never_shows_its_nominal_dates(days, text):
    relative = person(calendar=Calendar.RELATIVE, anchor=NOON)
    assert relative.when(NOON + timedelta(days=days)) == text


def test_a_dated_record_shows_dates():
    assert person().when(NOON) == "2026-05-01"


@pytest.mark.parametrize(
    ("build", "code", "sentence"),
    [
        (
            lambda: Infusion(at=NOON, dose_mg=-5, minutes=40),
            ErrorCode.OUT_OF_RANGE,
            "dose is -5 mg",
        ),
        (
            lambda: Infusion(at=NOON, dose_mg=0, minutes=40),
            ErrorCode.OUT_OF_RANGE,
            "more than zero",
        ),
        (
            lambda: Infusion(at=datetime(2026, 5, 1), dose_mg=5, minutes=40),
            ErrorCode.BAD_FORMAT,
            "time zone",
        ),
        (
            lambda: Score(instrument="gad7", at=NOON),
            ErrorCode.MISSING_KEY,
            "neither total nor items",
        ),
        (
            lambda: Fact(code="alt_x_uln", value=float("nan"), at=NOON),
            ErrorCode.OUT_OF_RANGE,
            "finite",
        ),
        (
            lambda: Measurement(kind=Vital.WEIGHT, value=-1, at=NOON),
            ErrorCode.OUT_OF_RANGE,
            "weight is -1",
        ),
        (
            lambda: TreatmentTrial(
                id="t",
                kind=TreatmentKind.MEDICINE,
                treatment="sertraline",
                started=NOON,
                ended=NOON - timedelta(days=1),
            ),
            ErrorCode.CONTRADICTION,
            "is before started",
        ),
        (lambda: person(calendar=Calendar.RELATIVE), ErrorCode.MISSING_KEY, "anchor"),
    ],
)
def test_impossible_records_are_refused_with_a_sentence(build, code, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        build()
    assert caught.value.code is code


def test_infusion_end_comes_from_the_pump_when_it_is_known():
    stop = InfusionEvent(kind=InfusionEventKind.STOP, at=NOON + timedelta(minutes=25), mg_per_h=0)
    start = InfusionEvent(kind=InfusionEventKind.START, at=NOON, mg_per_h=52.5)
    assert Infusion(at=NOON, dose_mg=21.9, minutes=40, events=(start, stop)).ended == stop.at
    assert Infusion(at=NOON, dose_mg=35, minutes=40).ended == NOON + timedelta(minutes=40)
    assert Infusion(at=NOON, dose_mg=35, minutes=None).ended is None


def test_dose_per_weight_needs_a_weight():
    assert Infusion(at=NOON, dose_mg=34, minutes=40, weight_kg=68).mg_per_kg == 0.5  # 34 / 68
    assert Infusion(at=NOON, dose_mg=34, minutes=40).mg_per_kg is None


def test_medicine_is_taken_between_its_dates():
    course = Medicine(ingredient="lorazepam", since=NOON, until=NOON + timedelta(days=7))
    assert course.is_taken_at(NOON)
    assert course.is_taken_at(NOON + timedelta(days=7))
    assert not course.is_taken_at(NOON - timedelta(seconds=1))
    assert not course.is_taken_at(NOON + timedelta(days=7, seconds=1))
