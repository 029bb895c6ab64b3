"""The vial is read before the start, or a reason says why not; an expired one is never given."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from ketacare.clinic.infusions import actions, checks
from ketacare.clinic.infusions.forms import SheetForm
from ketacare.clinic.infusions.models import Step
from ketacare.clinic.infusions.vial import Vial, read_vial
from ketacare.core.errors import InputError

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
VIAL = Vial(ndc="0042-0512-34", lot="A12", expires_on=date(2027, 5, 31), recalled=False)
# Check digit 4: see tests/adapters/test_gs1.py.
CODE = "01003004205123441727053110A12"


def prepared_again(session, nurse, second_nurse, **vial):
    again = actions.prepare(
        session=session,
        weight_kg=70,
        bag_ml=50,
        vial_mg_per_ml=50,
        by=nurse,
        now=NOW - timedelta(minutes=4),
        expected_version=session.version,
        **vial,
    )
    return actions.second_check(
        session=again,
        dose_mg=35,
        rate_ml_h=75,
        by=second_nurse,
        now=NOW - timedelta(minutes=3),
        expected_version=again.version,
    )


def start(session, nurse):
    return actions.start(session=session, by=nurse, now=NOW, expected_version=session.version)


def test_a_vial_read_in_date_lets_the_infusion_start(ready, nurse, second_nurse):
    assert start(prepared_again(ready, nurse, second_nurse, vial=VIAL), nurse).started_at == NOW


@pytest.mark.parametrize(
    ("vial", "said"),
    [
        (replace(VIAL, expires_on=date(2026, 11, 22)), "expired"),
        (replace(VIAL, recalled=True), "recalled"),
        (replace(VIAL, lot=""), "lot of the vial"),
        (replace(VIAL, recalled=None), "recalled"),
        (None, "lot of the vial"),
    ],
)
def test_the_infusion_does_not_start_from_another_vial(ready, nurse, second_nurse, vial, said):
    session = prepared_again(ready, nurse, second_nurse, vial=vial)
    with pytest.raises(actions.NotReady, match=said):
        start(session, nurse)


def test_the_last_day_printed_still_counts(ready, nurse, second_nurse):
    last = replace(VIAL, expires_on=date(2026, 11, 23))
    assert start(prepared_again(ready, nurse, second_nurse, vial=last), nurse).started_at == NOW


def test_the_last_day_is_a_day_of_the_clinic_not_of_utc(sheet):
    # 22:00 on the 23rd in Baltimore is 03:00 on the 24th in UTC.
    sheet.vial_expires_on = date(2026, 11, 23)
    at = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    with timezone.override("America/New_York"):
        assert checks.context_of(sheet, now=at).preparation.read_on == date(2026, 11, 23)
        found = checks.drawn_up(sheet, now=at, person=checks.person_of(sheet, now=at))
    with timezone.override("UTC"):
        late = checks.drawn_up(sheet, now=at, person=checks.person_of(sheet, now=at))
    assert not any(each.stands for each in found if each.finding.rule == "vial.lot")
    assert any(each.stands for each in late if each.finding.rule == "vial.lot")


def test_a_dose_the_syringe_rounds_still_fits_its_bag(sheet, nurse):
    # 70.2 kg * 0.5 = 35.1 mg; 0.702 mL is drawn as 0.70 mL, so that 50.14 mL would hold 35.1 mg.
    again = actions.prepare(
        session=sheet, weight_kg=70.2, bag_ml=50, vial_mg_per_ml=50, vial=VIAL, by=nurse,
        now=NOW, expected_version=sheet.version,
    )  # fmt: skip
    found = checks.drawn_up(again, now=NOW, person=checks.person_of(again, now=NOW))
    [bag] = [each for each in found if each.finding.rule == "preparation.limits"]
    assert not bag.stands


def test_a_reason_why_it_was_not_read_leaves_its_mark(ready, nurse, second_nurse):
    session = prepared_again(
        ready, nurse, second_nurse, vial_skipped="The label is torn; pharmacy confirmed by phone."
    )
    assert start(session, nurse).started_at == NOW
    mark = session.steps.get(act=Step.Act.PREPARE, override=True)
    assert "torn" in mark.text
    assert mark.by == nurse


def test_a_reason_does_not_open_the_way_for_an_expired_vial(ready, nurse, second_nurse):
    with pytest.raises(InputError, match="keep one of them"):
        prepared_again(ready, nurse, second_nurse, vial=VIAL, vial_skipped="In a hurry.")


def test_before_the_sheet_nothing_is_said_about_the_vial(arrived):
    person = checks.person_of(arrived, now=NOW)
    assert checks.drawn_up(arrived, now=NOW, person=person) == []


def test_a_scanned_code_is_read():
    read = read_vial(code=CODE, ndc="", lot="", expires_on=None, recalled=False)
    assert (read.ndc, read.lot, read.expires_on) == ("0042051234", "A12", date(2027, 5, 31))
    assert read.scanned


def test_code_and_typing_may_not_contradict():
    with pytest.raises(InputError, match="look at the vial"):
        read_vial(code=CODE, ndc="", lot="B7", expires_on=None, recalled=False)


def test_the_form_says_what_is_wrong_with_a_code():
    form = SheetForm(
        data={
            "version": 1, "weight_kg": "70", "vial_mg_per_ml": "50", "bag_ml": "50",
            "vial_code": CODE.replace("4417", "4517"),
        }
    )  # fmt: skip
    assert not form.is_valid()
    assert "check digit" in form.errors["vial_code"][0]
