"""Two people count; a difference opens a case; a case is told, and closed by two."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from tests.clinic.infusions.conftest import NOW, minutes

from ketacare.clinic.cabinet import access, actions
from ketacare.clinic.cabinet.actions import Counted
from ketacare.clinic.cabinet.models import Case, Count
from ketacare.core.errors import InputError
from ketacare.core.ledger import Balance

TODAY = timezone.localdate(NOW)


def counting(lot, vials, open_mg):
    return {lot.pk: Counted(vials=vials, open_mg=Decimal(open_mg))}


def test_a_count_that_agrees_opens_no_case(drawn, lot, nurse, second_nurse):
    row = actions.count(
        found=counting(lot, 9, "465"), by=nurse, witness=second_nurse, now=minutes(300)
    )
    line = row.lines.get()
    assert (line.expected_vials, line.expected_open_ug, line.difference_ug) == (9, 465_000, 0)
    assert not Case.objects.exists()


@pytest.mark.parametrize(("open_mg", "opened"), [("464.9", 0), ("464.899", 1)])
def test_the_tolerance_is_that_of_the_rule(drawn, lot, nurse, second_nurse, open_mg, opened):
    # stock.balanced: a tenth of a milligram.
    actions.count(found=counting(lot, 9, open_mg), by=nurse, witness=second_nurse, now=minutes(300))
    assert Case.objects.count() == opened


def test_a_missing_vial_is_a_case_with_its_clocks(lot, nurse, second_nurse):
    actions.count(found=counting(lot, 9, "0"), by=nurse, witness=second_nurse, now=NOW)
    (told,) = access.cases(now=NOW, is_open=True)
    assert (told.case.difference_vials, told.difference_mg) == (-1, Decimal(-500))
    # Found on Monday 23 November 2026: notice on the 24th, form 45 days on.
    assert told.clocks.notice.due == TODAY + timedelta(days=1)
    assert told.clocks.form.due == TODAY + timedelta(days=45)


def test_a_lot_left_out_is_refused(lot, nurse, second_nurse):
    with pytest.raises(InputError, match="Lot K1 was not counted"):
        actions.count(found={}, by=nurse, witness=second_nurse, now=NOW)
    assert not Count.objects.exists()


def test_one_person_does_not_count(lot, nurse, second_nurse):
    with pytest.raises(InputError, match="cannot witness"):
        actions.count(found=counting(lot, 10, "0"), by=nurse, witness=nurse, now=NOW)
    actions.count(found=counting(lot, 10, "0"), by=nurse, witness=second_nurse, now=NOW)


def test_an_inventory_is_the_managers_and_moves_the_next_one(lot, nurse, manager):
    assert access.inventory_due(now=NOW).is_due  # none was ever taken
    wanted = {"found": counting(lot, 10, "0"), "now": NOW, "kind": "inventory", "moment": "opening"}
    with pytest.raises(PermissionDenied):
        actions.count(by=nurse, witness=manager, **wanted)
    actions.count(by=manager, witness=nurse, **wanted)
    # stock.inventory: every 730 days, a reminder 60 days before.
    assert access.inventory_due(now=NOW).due == TODAY + timedelta(days=730)
    assert not access.inventory_due(now=NOW + timedelta(days=669)).is_soon
    assert access.inventory_due(now=NOW + timedelta(days=670)).is_soon
    assert not access.inventory_due(now=NOW + timedelta(days=730)).is_due
    assert access.inventory_due(now=NOW + timedelta(days=731)).is_due


def test_a_case_is_told_and_closed_with_the_register_corrected(lot, nurse, second_nurse, manager):
    actions.count(found=counting(lot, 9, "0"), by=nurse, witness=second_nurse, now=NOW)
    case = Case.objects.get()
    actions.tell_case(
        case=case, act="notice", on=TODAY, text="Letter to the field office.", by=manager, now=NOW
    )
    (told,) = access.cases(now=NOW + timedelta(days=3), is_open=True)
    assert not told.clocks.notice.is_overdue
    actions.close_case(
        case=case, text="One vial broke.", correct_register=True, by=manager, witness=nurse,
        now=minutes(60),
    )  # fmt: skip
    assert access.balance_of(lot) == Balance(vials=9, ug=4_500_000)
    assert access.cases(now=minutes(61), is_open=True) == []
    with pytest.raises(InputError, match="closed"):
        actions.tell_case(
            case=case, act="note", on=TODAY, text="More.", by=manager, now=minutes(62)
        )


def test_a_case_is_not_told_before_it_was_found(lot, nurse, manager):
    case = actions.open_case(lot=lot, sentence="The seal is broken.", by=nurse, now=NOW)
    with pytest.raises(InputError, match="between the day"):
        actions.tell_case(
            case=case, act="note", on=TODAY - timedelta(days=1), text="x", by=manager, now=NOW
        )
    actions.tell_case(case=case, act="note", on=TODAY, text="Locked away.", by=manager, now=NOW)
