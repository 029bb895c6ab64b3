"""Order, vial, waste and stock in a case file: what a rule can decide from it, and for how long."""

from datetime import UTC, date, datetime, timedelta

import pytest

from ketacare.adapters.casefile import read_file
from ketacare.core.errors import InputError
from ketacare.core.safety import Outcome, Phase, Preparation, Station, Waste, screen
from ketacare.knowledge.load import load_policy

HEAD = 'format = 1\n[person]\nid = "p"\ntime_zone = "UTC"\n'
WEIGHT = '[[measurement]]\nkind = "weight"\nvalue = "68 kg"\nat = 2026-05-04T09:00:00\n'
ORDER = (
    "[[order]]\nat = 2026-05-04T09:30:00\n"
    'dose = "34 mg"\nsecond_dose = "34 mg"\nduration = "40 min"\n'
)
VIAL = (
    "[[preparation]]\nat = 2026-05-04T10:10:00\n"
    'vial = "50 mg/mL"\nlot = "K2231"\nexpires = 2027-03-31\nrecalled = false\n'
    'volume = "50 mL"\nconcentration = "0.68 mg/mL"\nrate = "75 mL/h"\n'
)
WASTE = (
    '[[waste]]\nat = 2026-05-04T11:15:00\namount = "466 mg"\nvolume = "9.32 mL"\n'
    'reason = "rest of the vial"\nby = "R. Amadi"\nwitness = "S. Weiss"\nwitness_signed = true\n'
)
STOCK = (
    '[[stock]]\nat = 2026-05-04T08:00:00\ncounted = "5000 mg"\nexpected = "5000 mg"\n'
    "last_inventory = 2025-11-02\n"
)
INFUSION = (
    '[[infusion]]\nat = 2026-05-04T10:30:00\ndose = "34 mg"\nduration = "40 min"\n'
    'weight = "68 kg"\n'
)
NOW = datetime(2026, 5, 4, 11, 20, tzinfo=UTC)


def read(*parts):
    return read_file(HEAD + "".join(parts), source="case.toml")


def outcomes(case, now=NOW):
    found = screen(
        case.person,
        load_policy(),
        {},
        station=Station.PREPARATION,
        now=now,
        context=case.visit_at(now),
    )
    return {finding.rule: finding.outcome for finding in found}


def test_a_file_with_vial_order_waste_and_stock_decides_every_rule_of_the_preparation():
    # 34 mg / 50 mL = 0.68 mg/mL; 50 mL in 40 min = 75 mL/h.
    assert set(outcomes(read(WEIGHT, ORDER, VIAL, WASTE, STOCK)).values()) == {Outcome.PASS}


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("expires = 2027-03-31", "expires = 2026-05-03", "vial.lot"),
        ("recalled = false", "recalled = true", "vial.lot"),
        ('vial = "50 mg/mL"', 'vial = "100 mg/mL"\ndiluted = false', "vial.diluted"),
        ('rate = "75 mL/h"', 'rate = "90 mL/h"', "preparation.limits"),
        ('witness = "S. Weiss"', 'witness = "R. Amadi"', "waste.witnessed"),
        ('counted = "5000 mg"', 'counted = "4990 mg"', "stock.balanced"),
    ],
)
def test_one_line_changed_stops_the_rule_it_is_about(old, new, rule):
    text = ORDER + VIAL + WASTE + STOCK
    assert text.count(old) == 1
    found = outcomes(read(text.replace(old, new)))
    assert {name for name, outcome in found.items() if outcome is Outcome.BLOCK} == {rule}


def test_what_is_left_out_cannot_be_told():
    found = outcomes(read(ORDER, VIAL.replace('lot = "K2231"\n', "")))
    assert found["vial.lot"] is Outcome.CANNOT_TELL
    assert found["waste.witnessed"] is Outcome.CANNOT_TELL


def test_a_vial_counts_for_a_day_and_the_stock_until_the_next_count():
    case = read(VIAL, STOCK)
    drawn = datetime(2026, 5, 4, 10, 10, tzinfo=UTC)
    almost = drawn + timedelta(hours=24) - timedelta(minutes=1)
    assert case.visit_at(drawn - timedelta(minutes=1)).preparation is None
    assert case.visit_at(almost).preparation.expires_on == date(2027, 3, 31)
    later = case.visit_at(drawn + timedelta(hours=24))
    assert later.preparation is None
    assert later.stock.difference_mg == 0


def test_the_dose_per_kilogram_follows_the_weight():
    context = read(WEIGHT, ORDER).visit_at(NOW)
    assert context.dose_mg_per_kg == pytest.approx(34 / 68)
    assert read(ORDER).visit_at(NOW).dose_mg_per_kg is None


@pytest.mark.parametrize(
    ("minute", "phase", "ended"),
    [(29, None, False), (31, Phase.INFUSING, False), (75, Phase.OBSERVING, True)],
)
def test_the_session_is_that_of_the_infusion_of_the_day(minute, phase, ended):
    at = datetime(2026, 5, 4, 10, tzinfo=UTC) + timedelta(minutes=minute)
    context = read(INFUSION).visit_at(at)
    assert context.phase is phase
    assert (context.started is not None) is (phase is not None)
    assert (context.ended is not None) is ended


def test_a_pause_is_no_end():
    pump = "".join(
        f'[[infusion.event]]\nkind = "{kind}"\nat = 2026-05-04T10:{minute}:00\nrate = "{rate} mg/h"\n'
        for kind, minute, rate in (("start", 30, 51), ("pause", 45, 0))
    )
    context = read(INFUSION, pump).visit_at(NOW)
    assert (context.phase, context.ended) == (Phase.PAUSED, None)


def test_an_infusion_without_a_recorded_end_leaves_the_phase_open():
    context = read(INFUSION.replace('duration = "40 min"\n', "")).visit_at(NOW)
    assert (context.phase, context.ended) == (None, None)
    assert context.started is not None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (VIAL + VIAL, "preparation 1 was written down at the same moment"),
        (VIAL.replace("50 mg/mL", "50 mg"), "not a concentration of a solution"),
        (VIAL + 'colour = "red"\n', "colour"),
        (VIAL + 'drug = "esketamine"\n', "know racemic ketamine only"),
        (VIAL.replace("2027-03-31", '"March 2027"'), "not a date"),
        (ORDER.replace('dose = "34 mg"', 'dose = "-34 mg"', 1), "more than zero"),
    ],
)
def test_a_mistake_names_its_place(text, said):
    with pytest.raises(InputError) as refused:
        read(text)
    assert "case.toml: " in str(refused.value)
    assert said in str(refused.value)


def test_days_are_counted_in_a_relative_file():
    text = (
        'format = 1\n[person]\nid = "p"\ncalendar = "relative"\n'
        '[[preparation]]\nday = 0\nvial = "50 mg/mL"\nexpires_day = 30\n'
        '[[waste]]\nday = 0.1\namount = "0 mg"\n'
    )
    case = read_file(text, source="x")
    context = case.visit_at(case.person.anchor + timedelta(days=0.2))
    assert context.preparation == Preparation(vial_mg_per_mL=50, expires_on=date(2000, 1, 31))
    assert context.waste == Waste(mg=0)
