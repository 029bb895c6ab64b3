"""How an infusion's milligrams stand: what is drawn, given, wasted, put back, and what holds it back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _

from ketacare.clinic.infusions.models import Session
from ketacare.core.ledger import Account, milligrams


class State(StrEnum):
    """How an infusion's milligrams stand."""

    OFF = "off"  # the clinic had no receipt when it began, and nothing is drawn
    WAITING = "waiting"  # nothing is drawn yet, or the pump has not stopped
    NOT_DRAWN = "not_drawn"  # the pump gave something and nothing is drawn
    OPEN = "open"  # drawn, and not all accounted for
    SETTLED = "settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An infusion's account; ``delivered_ug`` is the pump's, ``None`` while it has not stopped."""

    session: Session
    state: State
    account: Account
    delivered_ug: int | None
    sentence: str

    @property
    def holds_back(self) -> bool:
        """Whether the session cannot be closed as complete."""
        return self.state in {State.WAITING, State.NOT_DRAWN, State.OPEN}

    @property
    def drawn_mg(self) -> Decimal:
        """Milligrams drawn."""
        return milligrams(self.account.drawn_ug)

    @property
    def given_mg(self) -> Decimal | None:
        """Milligrams given, as entered, or else as the pump says."""
        given = self.account.administered_ug
        found = self.delivered_ug if given is None else given
        return None if found is None else milligrams(found)

    @property
    def wasted_mg(self) -> Decimal:
        """Milligrams wasted."""
        return milligrams(self.account.wasted_ug)

    @property
    def returned_mg(self) -> Decimal:
        """Milligrams put back."""
        return milligrams(self.account.returned_ug)

    @property
    def open_ug(self) -> int:
        """What nobody has accounted for, with what the pump gave taken off."""
        if self.account.administered_ug is None:
            return self.account.open_ug - (self.delivered_ug or 0)
        return self.account.open_ug

    @property
    def open_mg(self) -> Decimal:
        """The same in milligrams."""
        return milligrams(self.open_ug)


def judge(
    session: Session, account: Account, delivered: int | None, *, on: bool, tolerance: int
) -> Standing:
    """Return how an infusion stands: ``on`` is whether the clinic kept a cabinet when it began."""
    if account.is_drawn:
        state, sentence = _drawn(account, delivered, tolerance)
    elif not on:
        state = State.OFF
        sentence = _("This infusion is not recorded in the cabinet: its ledger is kept elsewhere.")
    elif delivered is None:
        state, sentence = State.WAITING, _("Nothing is drawn from the cabinet yet.")
    elif delivered == 0:
        state, sentence = State.SETTLED, _("Nothing was drawn and nothing was given.")
    else:
        state = State.NOT_DRAWN
        sentence = _("The pump gave {mg} mg, and no draw from the cabinet is recorded.").format(
            mg=milligrams(delivered)
        )
    return Standing(
        session=session, state=state, account=account, delivered_ug=delivered, sentence=sentence
    )


def _drawn(account: Account, delivered: int | None, tolerance: int) -> tuple[State, str]:
    given = delivered if account.administered_ug is None else account.administered_ug
    drawn = milligrams(account.drawn_ug)
    if given is None:
        return State.WAITING, _(
            "{mg} mg are drawn; what was given is known when the pump has stopped."
        ).format(mg=drawn)
    left = account.drawn_ug - given - account.wasted_ug - account.returned_ug
    if abs(left) <= tolerance:
        return State.SETTLED, _("Drawn, given, wasted and put back add up.")
    return State.OPEN, _(
        "{left} mg are open: {drawn} mg drawn, {given} mg given, {wasted} mg wasted, "
        "{back} mg put back."
    ).format(
        left=milligrams(left),
        drawn=drawn,
        given=milligrams(given),
        wasted=milligrams(account.wasted_ug),
        back=milligrams(account.returned_ug),
    )
