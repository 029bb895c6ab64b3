"""An infusion is not closed while its milligrams do not add up, once the clinic keeps a cabinet."""

from decimal import Decimal

import pytest
from tests.clinic.infusions.conftest import minutes
from tests.clinic.infusions.test_acts import open_the_gate

from ketacare.clinic.cabinet import access, actions
from ketacare.clinic.cabinet.access import State
from ketacare.clinic.infusions import actions as infusions
from ketacare.clinic.infusions.models import Phase


@pytest.fixture
def leaving(nurse):
    """Meets every criterion of the gate, and tries to leave."""

    def go(session, **more):
        open_the_gate(session, nurse)
        wanted = {"by": nurse, "now": minutes(121), "expected_version": None, **more}
        return infusions.discharge(session=session, **wanted)

    return go


def test_a_clinic_without_a_receipt_is_not_held_up(recovering, leaving):
    standing = access.standing_of(recovering, now=minutes(60))
    assert (standing.state, standing.holds_back) == (State.OFF, False)
    assert "not recorded in the cabinet" in standing.sentence
    assert leaving(recovering).phase == Phase.DISCHARGED


def test_with_a_cabinet_a_missing_draw_holds_the_session(receipt, recovering, leaving):
    with pytest.raises(infusions.GateClosed, match="gave 35 mg, and no draw"):
        leaving(recovering)


def test_what_is_open_holds_the_session_until_it_is_wasted(
    drawn, lot, recovering, leaving, nurse, second_nurse
):
    actions.draw(session=recovering, lot=lot, mg=Decimal(15), by=nurse, now=minutes(50))
    with pytest.raises(infusions.GateClosed, match="15 mg are open: 50 mg drawn, 35 mg given"):
        leaving(recovering)
    actions.waste(
        session=recovering, by=nurse, witness=second_nurse, now=minutes(60), method="sharps",
        reason="Rest of the syringe.",
    )  # fmt: skip
    assert leaving(recovering).phase == Phase.DISCHARGED


def test_leaving_takes_over_what_the_pump_gave(drawn, recovering, leaving):
    done = leaving(recovering)
    assert access.standing_of(done, now=minutes(122)).account.administered_ug == 35_000


def test_a_physician_lets_a_person_go_and_the_duty_stays(
    receipt, recovering, leaving, psychiatrist
):
    done = leaving(recovering, by=psychiatrist, override_reason="Draw to be entered tonight.")
    assert done.phase == Phase.DISCHARGED
    (duty,) = access.unsettled(now=minutes(122))
    assert duty.state is State.NOT_DRAWN
