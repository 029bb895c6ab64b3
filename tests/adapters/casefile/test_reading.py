from datetime import UTC, datetime

import pytest

from ketacare.adapters.casefile import read_case
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record import (
    Calendar,
    EndReason,
    Origin,
    Sex,
    TreatmentKind,
    TrialOutcome,
    Vital,
)

HEAD = '[person]\nid = "p1"\ntime_zone = "America/New_York"\n'
RELATIVE = '[person]\nid = "p1"\ncalendar = "relative"\n'


def read(text, head=HEAD):
    return read_case(head + text, source="case.toml")


def refusal(text, head=HEAD):
    with pytest.raises(InputError) as caught:
        read(text, head)
    assert "\n" not in str(caught.value)
    assert caught.value.source == "case.toml"
    return caught.value


def trial(**keys):
    lines = {"treatment": '"escitalopram"', **keys}
    return "[[trial]]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items())


def gad7(items="[2, 3, 2, 2, 1, 2, 2]", **keys):
    lines = {"instrument": '"gad7"', "at": "2026-05-03", "items": items, **keys}
    return "[[score]]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items() if value)


def test_the_smallest_file_is_a_person_about_whom_nothing_is_known():
    person = read('[person]\nid = "p1"\n', head="")
    assert (person.id, person.label, person.sex, person.age_years) == ("p1", "p1", None, None)
    assert (person.trials, person.scores, person.facts) == ((), (), ())


def test_person_keys():
    person = read('label = "Ada"\nsex = "female"\nbirth_date = 1990-02-03\n')
    assert (person.label, person.sex, str(person.birth_date)) == ("Ada", Sex.FEMALE, "1990-02-03")
    assert read('age = "34 years"\n').age_years == 34


def test_a_trial_takes_kind_and_id_from_what_is_known():
    found = read(
        trial(
            treatment='"Lexapro"',
            dose='"20 mg/day"',
            time_at_dose='"56 days"',
            started="2025-01-10",
            ended="2025-04-01",
            outcome='"none"',
            end_reason='"inefficacy"',
        )
    ).trials[0]
    assert (found.id, found.treatment, found.kind) == (
        "trial-1",
        "escitalopram",
        TreatmentKind.MEDICINE,
    )
    assert (found.dose_mg_per_day, found.weeks_at_dose) == (20, 8)  # 56 days are 8 weeks
    assert (found.outcome, found.end_reason) == (TrialOutcome.NONE, EndReason.INEFFICACY)
    assert found.adherence is None


def test_quantities_are_converted_to_the_unit_of_the_record():
    found = read(
        '[[infusion]]\nat = 2026-05-03T10:30:00\ndose = "0.034 g"\nduration = "1 h"\n'
        'weight = "150 lb"\n'
    ).infusions[0]
    assert (found.dose_mg, found.minutes) == (34, 60)
    assert found.weight_kg == pytest.approx(150 * 0.45359237)  # the international pound


def test_measurements_take_spelled_units_and_keep_their_origin():
    found = read(
        '[[measurement]]\nkind = "heart_rate"\nvalue = "72 bpm"\nat = 2026-05-03T10:30:00\n'
        'origin = "device"\n'
    ).measurements[0]
    assert (found.kind, found.value, found.origin) == (Vital.HEART_RATE, 72, Origin.DEVICE)


def test_an_item_left_out_is_none_not_zero():
    assert read(gad7('[2, 3, "", 2, 1, 2, 0]')).scores[0].items == (2, 3, None, 2, 1, 2, 0)


def test_facts_are_answers_of_their_kind():
    person = read(
        '[[fact]]\ncode = "aneurysm_or_avm"\nvalue = false\nat = 2026-05-03\n'
        '[[fact]]\ncode = "alt_x_uln"\nvalue = "1.2 xULN"\nat = 2026-05-03\n'
    )
    assert [(f.value, f.unit) for f in person.facts] == [(False, ""), (1.2, "xULN")]


# New York is 4 h behind UTC in May; a date alone stands for noon.
@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-05-03T10:30:00-04:00", datetime(2026, 5, 3, 14, 30, tzinfo=UTC)),
        ("2026-05-03T10:30:00", datetime(2026, 5, 3, 14, 30, tzinfo=UTC)),
        ("2026-05-03", datetime(2026, 5, 3, 16, 0, tzinfo=UTC)),
    ],
)
def test_calendar_times_become_utc(written, expected):
    assert read(gad7(at=written)).scores[0].at == expected


def test_days_count_from_the_anchor():
    person = read(gad7(at="", day="-4"), head=RELATIVE)
    assert person.calendar is Calendar.RELATIVE
    assert person.day(person.scores[0].at) == -4
    assert person.when(person.scores[0].at) == "day -4"


# One case for each mistake: what is written, where it is found, what the sentence must say.
@pytest.mark.parametrize(
    ("text", "where", "code", "said"),
    [
        (trial(dose='"30 mg/kg"'), "trial[1].dose", ErrorCode.UNIT_MISMATCH, "30 mg/day"),
        (trial(dose='"30 milli"'), "trial[1].dose", ErrorCode.UNKNOWN_UNIT, "mg/day"),
        (trial(dose='"30"'), "trial[1].dose", ErrorCode.BAD_FORMAT, '"30 mg/day"'),
        (trial(dose="30"), "trial[1].dose", ErrorCode.WRONG_TYPE, "has no unit"),
        (trial(dose='"-5 mg/day"'), "trial[1].dose", ErrorCode.OUT_OF_RANGE, '"-5 mg/day"'),
        (trial(dose='"0 mg/day"'), "trial[1].dose", ErrorCode.OUT_OF_RANGE, "more than zero"),
        (
            trial(started="2025-03-01", ended="2025-02-01"),
            "trial[1].ended",
            ErrorCode.CONTRADICTION,
            "2025-02-01 is before started (2025-03-01)",
        ),
        (
            trial(treatment='"escitalopran"'),
            "trial[1].treatment",
            ErrorCode.UNKNOWN_NAME,
            "did you mean escitalopram",
        ),
        (trial(dosage='"5 mg/day"'), "trial[1].dosage", ErrorCode.UNKNOWN_KEY, "known keys are"),
        (trial(outcome='"meh"'), "trial[1].outcome", ErrorCode.UNKNOWN_NAME, "remission"),
        (trial(kind='"psychotherapy"'), "trial[1].kind", ErrorCode.CONTRADICTION, "medicine"),
        (trial(homework='"120 %"'), "trial[1].homework", ErrorCode.OUT_OF_RANGE, "100 %"),
        (trial(sessions="-1"), "trial[1].sessions", ErrorCode.OUT_OF_RANGE, "zero or more"),
        (trial(id='"a"') + trial(id='"a"'), "trial[2].id", ErrorCode.CONTRADICTION, "own"),
        (gad7("[2, 3, 2, 2, 1, 2]"), "score[1].items", ErrorCode.OUT_OF_RANGE, "7 items and 6"),
        (gad7("[2, 3, 9, 2, 1, 2, 2]"), "score[1].items[3]", ErrorCode.OUT_OF_RANGE, "0 to 3"),
        (gad7("[2, 3, true, 2, 1, 2, 2]"), "score[1].items[3]", ErrorCode.OUT_OF_RANGE, "0 to 3"),
        (gad7("", total="22"), "score[1].total", ErrorCode.OUT_OF_RANGE, "0 to 21"),
        (gad7(total="3"), "score[1].total", ErrorCode.CONTRADICTION, "items give 14"),
        (gad7(""), "score[1].items", ErrorCode.MISSING_KEY, "neither"),
        (gad7(instrument='"gad8"'), "score[1].instrument", ErrorCode.UNKNOWN_NAME, "gad7"),
        (gad7(at=""), "score[1].at", ErrorCode.MISSING_KEY, "say when"),
        (gad7(at='"May 3"'), "score[1].at", ErrorCode.WRONG_TYPE, "without quotes"),
        (gad7(day="-4"), "score[1].day", ErrorCode.CONTRADICTION, 'write "at"'),
        # The clocks of New York went forward on 8 March 2026 at 2:00 and back on 1 November.
        (gad7(at="2026-03-08T02:30:00"), "score[1].at", ErrorCode.OUT_OF_RANGE, "not exist"),
        (gad7(at="2026-11-01T01:30:00"), "score[1].at", ErrorCode.BAD_FORMAT, "twice"),
        (
            '[[infusion]]\nat = 2026-05-03\ndose = "34 mg"\n',
            "infusion[1].at",
            ErrorCode.BAD_FORMAT,
            "time of day",
        ),
        (
            '[[infusion]]\nat = 2026-05-03T10:30:00\ndose = "-34 mg"\n',
            "infusion[1].dose",
            ErrorCode.OUT_OF_RANGE,
            "more than zero",
        ),
        (
            '[[fact]]\ncode = "aneurism"\nvalue = true\nat = 2026-05-03\n',
            "fact[1].code",
            ErrorCode.UNKNOWN_NAME,
            "aneurysm_or_avm",
        ),
        (
            '[[fact]]\ncode = "aneurysm_or_avm"\nvalue = "perhaps"\nat = 2026-05-03\n',
            "fact[1].value",
            ErrorCode.OUT_OF_RANGE,
            "yes or no",
        ),
        (
            '[[medicine]]\ningredient = "ssertraline"\n',
            "medicine[1].ingredient",
            ErrorCode.UNKNOWN_NAME,
            "sertraline",
        ),
        ('[[scores]]\ninstrument = "gad7"\n', "scores", ErrorCode.UNKNOWN_KEY, "score"),
        ('sex = "f"\n', "person.sex", ErrorCode.UNKNOWN_NAME, "female"),
        ('age = "-3 years"\n', "person.age", ErrorCode.OUT_OF_RANGE, "more than zero"),
    ],
)
def test_each_mistake_is_refused_where_it_stands_with_value_and_remedy(text, where, code, said):
    error = refusal(text)
    assert (error.where, error.code) == (where, code)
    assert said in error.sentence


def test_times_without_a_zone_are_refused_when_the_person_has_none():
    error = refusal(gad7(), head='[person]\nid = "p1"\n')
    assert error.where == "score[1].at"
    assert "time_zone" in error.sentence


def test_dates_do_not_fit_a_relative_file():
    assert "day" in refusal(gad7(), head=RELATIVE).sentence


@pytest.mark.parametrize("day", ["true", '"-4"', "nan", "1e9"])
def test_a_day_is_a_number_of_days(day):
    assert refusal(gad7(at="", day=day), head=RELATIVE).where == "score[1].day"


@pytest.mark.parametrize(
    ("text", "said"),
    [("", '"person" is missing'), ("[person]\n", '"id" is missing'), ("x", "not valid TOML")],
)
def test_a_file_that_is_no_case_is_refused(text, said):
    assert said in str(refusal(text, head=""))


def test_another_format_number_is_refused():
    assert read("", head="format = 1\n" + HEAD)
    assert "format 2" in str(refusal("", head="format = 2\n" + HEAD))


def test_unknown_time_zone_is_refused():
    assert "Mars" in str(refusal("", head='[person]\nid = "p"\ntime_zone = "Mars/Olympus"\n'))
