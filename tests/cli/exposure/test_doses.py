"""The grammar of doses and times: what each text means, and one sentence for what means nothing."""

import pytest

from ketacare.cli.exposure.amounts import duration_in, read_measure
from ketacare.cli.exposure.doses import read_order, regimen_of
from ketacare.core.errors import InputError
from ketacare.core.pharmacology import Bolus, Enantiomer, RateStep, Route
from ketacare.knowledge.load import load_pk_model


def regimen(*texts, weight=70.0, form=Enantiomer.RACEMATE, convert=False):
    return regimen_of(
        [read_order(text) for text in texts],
        load_pk_model("pk_ketamine_simons_2022"),
        weight_kg=weight,
        enantiomer=form,
        convert_salt=convert,
    )


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("40min", 40.0),
        ("40 min", 40.0),
        ("1 h 30 min", 90.0),
        ("3 d", 4320.0),
        (".5 h", 30.0),
        ("90 s", 1.5),
        ("2 weeks", 20160.0),
        ("40", None),
        ("", None),
        ("40 mg", None),
        ("day 3", None),
        ("2026-05-03", None),
        ("-5 min", None),
        ("1e3 min", None),
    ],
)
def test_a_span_of_time(text, minutes):
    assert duration_in(text) == minutes


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("70", "kg", 70.0),
        ("70 kg", "kg", 70.0),
        ("34 years", "year", 34.0),
        ("1.72 m", "cm", 172.0),
    ],
)
def test_a_weight_an_age_and_a_height_may_leave_out_their_unit(text, unit, value):
    assert read_measure(text, unit, where="--x", example="70 kg") == value


@pytest.mark.parametrize("text", ["nan", "inf", "70 mg", "seventy", "-3", "0", ""])
def test_what_is_no_weight_is_refused(text):
    with pytest.raises(InputError):
        read_measure(text, "kg", where="--weight", example="70 kg")


def test_an_infusion_is_its_amount_over_its_time():
    # 35 mg in 40 min = 2/3 h is 52.5 mg/h.
    (step,) = regimen("35 mg over 40 min").steps
    assert (step.start_h, step.end_h, step.mg_per_h) == pytest.approx((0.0, 2 / 3, 52.5))


def test_a_dose_per_kg_is_one_of_this_person():
    assert regimen("0.5 mg/kg over 40 min", weight=80.0).total_mg == pytest.approx(40.0)


def test_a_rate_for_a_time():
    assert regimen("60 mg/h for 20 min", "40 mg/h for 20 min at 20 min").steps == (
        RateStep(0.0, 1 / 3, 60.0),
        RateStep(1 / 3, 2 / 3, 40.0),
    )
    # 0.01 mg/kg/min is 0.6 mg/kg/h, in 70 kg 42 mg/h.
    (step,) = regimen("0.01 mg/kg/min for 1 h").steps
    assert step.mg_per_h == pytest.approx(42.0)


def test_doses_of_other_days_keep_their_start():
    starts = [s.start_h for s in regimen("35 mg over 40 min", "25 mg over 40 min at 3 d").steps]
    assert starts == [0.0, 72.0]


def test_a_course_in_one_text():
    starts = [s.start_h for s in regimen("35 mg over 40 min every 3.5 d 6 times").steps]
    assert starts == [0.0, 84.0, 168.0, 252.0, 336.0, 420.0]


@pytest.mark.parametrize(
    ("text", "dose"),
    [
        ("10 mg bolus", Bolus(0.0, 10.0, Route.INTRAVENOUS)),
        ("28 mg intranasal at 5 min", Bolus(5 / 60, 28.0, Route.INTRANASAL)),
        ("35 mg im", Bolus(0.0, 35.0, Route.INTRAMUSCULAR)),
        ("35 mg by sc", Bolus(0.0, 35.0, Route.SUBCUTANEOUS)),
        ("0.1 g po", Bolus(0.0, 100.0, Route.ORAL)),
        ("50 mg sublingual", Bolus(0.0, 50.0, Route.SUBLINGUAL)),
        ("35 mg over 0 min", Bolus(0.0, 35.0, Route.INTRAVENOUS)),
    ],
)
def test_doses_given_at_once(text, dose):
    assert regimen(text).boluses == (dose,)


def test_what_a_dose_is_made_of():
    assert regimen("25 mg S-ketamine over 40 min").enantiomer is Enantiomer.S
    assert regimen("25 mg over 40 min", form=Enantiomer.S).enantiomer is Enantiomer.S
    assert regimen("25 mg of ketamine over 40 min").enantiomer is Enantiomer.RACEMATE


def test_hydrochloride_is_converted_only_when_asked():
    with pytest.raises(InputError, match="--convert-hcl"):
        regimen("57.7 mg HCl over 40 min")
    # 57.7 mg hydrochloride are 57.7 × 237.73 / 274.2 = 50.03 mg of base.
    assert regimen("57.7 mg HCl over 40 min", convert=True).total_mg == pytest.approx(
        57.7 * 237.73 / 274.2
    )
    assert regimen("57.7 mg base over 40 min", convert=True).total_mg == pytest.approx(57.7)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "does not begin with an amount"),
        ("35", "does not begin with an amount"),
        ("35 ml over 40 min", "not a unit of a dose"),
        ("35 mcg over 40 min", "not a unit of a dose"),
        ("0 mg bolus", "more than zero"),
        ("-35 mg over 40 min", "more than zero"),
        ("35 mg", "over how long"),
        ("60 mg/h", "for how long"),
        ("60 mg/h for 0 min", "above zero"),
        ("35 mg over", 'after "over" comes a span of time'),
        ("35 mg over 40", 'after "over" comes a span of time'),
        ("35 mg over 40 min at noon", 'after "at" comes a span of time'),
        ("35 mg over 40 min bolus", "either a bolus or given over time"),
        ("28 mg intranasal over 5 min", "given at once"),
        ("28 mg oral nasal", "give one route"),
        ("35 mg over 40 min every 3 d", "say how often"),
        ("35 mg over 40 min every 3 d 1 times", "number from 2"),
        ("35 mg over 40 min every 0 d 3 times", "more than no time"),
        ("35 mg over 400 d", "slip of typing"),
        ("35 mg over 40 min please", '"please" is not understood'),
    ],
)
def test_what_means_nothing_is_refused_in_one_sentence(text, said):
    with pytest.raises(InputError) as refused:
        read_order(text)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_several_doses_say_when_they_start():
    with pytest.raises(InputError, match="say when it starts"):
        regimen("35 mg over 40 min", "25 mg over 40 min")


def test_doses_out_of_order_are_refused():
    with pytest.raises(InputError, match=r'"10 mg bolus at 0 min" starts before the dose before'):
        regimen("35 mg over 40 min at 1 h", "10 mg bolus at 0 min")


def test_a_dose_within_a_course_is_in_order():
    found = regimen("35 mg over 40 min every 3.5 d 6 times", "10 mg bolus at 1 d")
    assert [step.start_h for step in found.steps] == [0, 84, 168, 252, 336, 420]
    assert [bolus.at_h for bolus in found.boluses] == [24]


def test_doses_that_overlap_are_refused():
    with pytest.raises(InputError, match="without overlap"):
        regimen("35 mg over 40 min", "25 mg over 40 min at 30 min")


def test_racemate_and_s_do_not_mix():
    with pytest.raises(InputError, match="one form"):
        regimen("35 mg over 40 min", "25 mg esketamine over 40 min at 3 d")
