"""Receipts, draws, what the pump gave, waste, returns and reversals: the balance after each."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from tests.clinic.cabinet.conftest import DELIVERY
from tests.clinic.infusions.conftest import NOW, minutes

from ketacare.clinic.audit.models import Event
from ketacare.clinic.cabinet import access, actions
from ketacare.clinic.cabinet.access import State
from ketacare.clinic.cabinet.models import Entry
from ketacare.clinic.infusions import actions as infusions
from ketacare.core.errors import InputError
from ketacare.core.ledger import Balance

WASTE = {"method": "drug disposal system", "reason": "Rest of the syringe."}


def balance(lot):
    return access.balance_of(lot)


def test_a_receipt_adds_whole_vials(receipt):
    # Ten vials of 10 mL at 50 mg/mL: 5 000 mg.
    assert receipt.after == Balance(vials=10, ug=5_000_000)
    assert Event.objects.filter(tag="cabinet:stock:received").count() == 1


def test_a_second_delivery_of_a_lot_is_added_to_it(receipt, manager):
    more = actions.receive(by=manager, now=NOW, **{**DELIVERY, "vials": 2, "reference": "INV-2"})
    assert (more.lot, more.number, more.after.vials) == (receipt.lot, 2, 12)


def test_a_nurse_does_not_receive(nurse, manager):
    with pytest.raises(PermissionDenied):
        actions.receive(by=nurse, now=NOW, **DELIVERY)
    assert actions.receive(by=manager, now=NOW, **DELIVERY).number == 1


def test_a_delivery_that_had_expired_is_refused(manager):
    with pytest.raises(InputError, match="had expired"):
        actions.receive(by=manager, now=NOW, **{**DELIVERY, "expires_on": date(2026, 11, 19)})
    last = {**DELIVERY, "expires_on": date(2026, 11, 20)}  # its last day still counts
    assert actions.receive(by=manager, now=NOW, **last).number == 1


def test_a_draw_opens_a_vial_and_leaves_its_rest(drawn, lot):
    assert drawn.after == Balance(vials=9, ug=4_965_000)
    assert drawn.volume_ml == Decimal("0.700")  # 35 mg / 50 mg/mL


def test_an_expired_lot_is_not_drawn_from(ready, lot, nurse):
    late = NOW + timedelta(days=300)
    with pytest.raises(InputError, match="expired on"):
        actions.draw(session=ready, lot=lot, mg=Decimal(35), by=nurse, now=late)
    assert actions.draw(session=ready, lot=lot, mg=Decimal(35), by=nurse, now=NOW).number == 2


def test_another_strength_than_the_pump_sheet_is_refused(ready, manager, nurse, lot):
    weak = actions.receive(
        by=manager,
        now=NOW - timedelta(days=1),
        **{**DELIVERY, "lot_number": "K9", "mg_per_ml": Decimal(10)},
    ).lot
    with pytest.raises(InputError, match="50 mg/mL and this lot has 10 mg/mL"):
        actions.draw(session=ready, lot=weak, mg=Decimal(35), by=nurse, now=NOW)
    assert actions.draw(session=ready, lot=lot, mg=Decimal(35), by=nurse, now=NOW).number == 2


def test_nobody_draws_for_somebody_who_is_not_here(booked, lot, nurse):
    with pytest.raises(InputError, match="check the person in"):
        actions.draw(session=booked, lot=lot, mg=Decimal(35), by=nurse, now=NOW)


def test_the_pump_says_what_was_given(drawn, recovering, nurse):
    (given,) = actions.take_over(session=recovering, by=nurse, now=minutes(41))
    assert given.out_ug == -35_000
    assert access.standing_of(recovering, now=minutes(41)).state is State.SETTLED
    assert actions.take_over(session=recovering, by=nurse, now=minutes(42)) == ()


def test_waste_is_everything_that_is_left(ready, lot, nurse, anaesthetist):
    actions.draw(session=ready, lot=lot, mg=Decimal(500), by=nurse, now=minutes(-4))
    running = infusions.start(session=ready, by=nurse, now=NOW, expected_version=ready.version)
    done = infusions.stop(
        session=running, reason="", completed=True, by=nurse, now=minutes(40),
        expected_version=running.version,
    )  # fmt: skip
    standing = access.standing_of(done, now=minutes(41))
    assert (standing.state, standing.open_mg) == (State.OPEN, Decimal(465))
    (wasted,) = actions.waste(
        session=done, by=nurse, witness=anaesthetist, now=minutes(45), **WASTE
    )
    assert (wasted.out_ug, wasted.witness) == (-465_000, anaesthetist)
    assert access.standing_of(done, now=minutes(46)).state is State.SETTLED


def test_an_infusion_stopped_early_leaves_the_rest_to_waste(drawn, running, nurse, anaesthetist):
    stopped = infusions.stop(
        session=running, reason="asked to stop", completed=False, by=nurse, now=minutes(20),
        expected_version=running.version,
    )  # fmt: skip
    # 20 of 40 minutes at 52.5 mg/h: 17.5 mg given, 17.5 mg left.
    with pytest.raises(InputError, match=r"17\.5 mg are drawn"):
        actions.waste(
            session=stopped,
            by=nurse,
            witness=anaesthetist,
            now=minutes(25),
            mg=Decimal(18),
            **WASTE,
        )
    (wasted,) = actions.waste(
        session=stopped, by=nurse, witness=anaesthetist, now=minutes(25), **WASTE
    )
    assert wasted.out_ug == -17_500


def test_two_lots_in_one_bag_share_what_was_given(ready, lot, manager, nurse, anaesthetist):
    other = actions.receive(
        by=manager, now=NOW - timedelta(days=1), **{**DELIVERY, "lot_number": "K2"}
    ).lot
    actions.draw(session=ready, lot=lot, mg=Decimal(20), by=nurse, now=minutes(-4))
    actions.draw(session=ready, lot=other, mg=Decimal(20), by=nurse, now=minutes(-3))
    running = infusions.start(session=ready, by=nurse, now=NOW, expected_version=ready.version)
    done = infusions.stop(
        session=running, reason="", completed=True, by=nurse, now=minutes(40),
        expected_version=running.version,
    )  # fmt: skip
    actions.waste(session=done, by=nurse, witness=anaesthetist, now=minutes(45), **WASTE)
    rows = Entry.objects.filter(session=done)
    # 35 mg of 40 in equal parts: 17.5 mg each, and 2.5 mg of each wasted.
    assert sorted(r.out_ug for r in rows if r.kind == "administer") == [-17_500, -17_500]
    assert sorted(r.out_ug for r in rows if r.kind == "waste") == [-2_500, -2_500]


def test_more_given_than_drawn_stands_out(ready, lot, nurse):
    actions.draw(session=ready, lot=lot, mg=Decimal(30), by=nurse, now=minutes(-4))
    running = infusions.start(session=ready, by=nurse, now=NOW, expected_version=ready.version)
    done = infusions.stop(
        session=running, reason="", completed=True, by=nurse, now=minutes(40),
        expected_version=running.version,
    )  # fmt: skip
    with pytest.raises(InputError, match="gave 35 mg and 30 mg are drawn"):
        actions.take_over(session=done, by=nurse, now=minutes(41))
    assert access.standing_of(done, now=minutes(41)).state is State.OPEN
    actions.draw(session=done, lot=lot, mg=Decimal(5), by=nurse, now=minutes(42))
    assert access.standing_of(done, now=minutes(43)).state is State.SETTLED


def test_nobody_witnesses_their_own_waste(drawn, ready, nurse, second_nurse):
    wanted = {"session": ready, "by": nurse, "now": NOW, "mg": Decimal(35), **WASTE}
    with pytest.raises(InputError, match="cannot witness their own act"):
        actions.waste(witness=nurse, **wanted)
    assert len(actions.waste(witness=second_nurse, **wanted)) == 1


def test_a_witness_needs_the_role(drawn, ready, nurse, therapist, psychiatrist):
    wanted = {"session": ready, "by": nurse, "now": NOW, "mg": Decimal(35), **WASTE}
    with pytest.raises(InputError, match="may not sign as the second person"):
        actions.waste(witness=therapist, **wanted)
    assert len(actions.waste(witness=psychiatrist, **wanted)) == 1


def test_a_sealed_vial_goes_back_sealed(ready, lot, nurse, second_nurse):
    actions.draw(session=ready, lot=lot, mg=Decimal(535), opened=2, by=nurse, now=minutes(-4))
    actions.put_back(
        session=ready, lot=lot, mg=Decimal(500), sealed=1, by=nurse, witness=second_nurse,
        now=minutes(-3), reason="One vial was enough.",
    )  # fmt: skip
    assert balance(lot) == Balance(vials=9, ug=4_965_000)


def test_a_reversal_undoes_an_entry_and_both_stay(drawn, lot, nurse, second_nurse):
    undone = actions.reverse(
        entry=drawn, reason="Wrong chair.", by=nurse, witness=second_nurse, now=NOW
    )
    assert (undone.reverses, balance(lot)) == (drawn, Balance(vials=10, ug=5_000_000))
    assert lot.entries.count() == 3
    with pytest.raises(InputError, match="reversed already"):
        actions.reverse(entry=drawn, reason="Again.", by=nurse, witness=second_nurse, now=NOW)


def test_a_draw_that_was_given_cannot_be_reversed(drawn, recovering, nurse, second_nurse):
    actions.take_over(session=recovering, by=nurse, now=minutes(41))
    with pytest.raises(InputError, match="more are given, wasted and returned"):
        actions.reverse(
            entry=drawn, reason="Mistake.", by=nurse, witness=second_nurse, now=minutes(42)
        )


def test_a_rest_is_wasted_from_the_cabinet_and_vials_are_handed_over(
    drawn, lot, manager, nurse, second_nurse
):
    actions.discard(
        lot=lot, mg=Decimal(465), vials=0, by=nurse, witness=second_nurse, now=minutes(10), **WASTE
    )
    sent = actions.dispatch(
        lot=lot, vials=9, reason="Returns Ltd, Form 41", by=manager, witness=nurse, now=minutes(20)
    )
    assert sent.after == Balance(vials=0, ug=0)
