"""What the page says about leaving: the gate, the two assessments, the cabinet, and who may decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from ketacare.clinic.cabinet import access as cabinet
from ketacare.clinic.cabinet.standing import Standing
from ketacare.clinic.infusions.models import Session
from ketacare.core.record import Fact, Person
from ketacare.core.safety import Gate, Outcome
from ketacare.knowledge.load import load_policy

RECOVERY = "discharge.recovery"
SCORES = ("mpadss", "aldrete")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """One assessment of the recovery: which score, how high, when, by whom."""

    label: str
    value: float
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """Whether the person may leave now, and what is lacking."""

    gate: Gate
    drug: Standing
    assessments: Sequence[Assessment]
    again_from: datetime | None  # the second assessment counts from this moment on

    @property
    def may_leave(self) -> bool:
        """Whether nothing stands in the way: neither the gate nor the cabinet."""
        return self.gate.open is True and not self.drug.holds_back


def leaving_of(session: Session, gate: Gate, person: Person, *, now: datetime) -> Leaving:
    """Return how leaving stands."""
    taken = assessments_of(session, person)
    return Leaving(
        gate=gate,
        drug=cabinet.standing_of(session, now=now),
        assessments=taken,
        again_from=_again_from(gate, taken, now),
    )


def assessments_of(session: Session, person: Person) -> tuple[Assessment, ...]:
    """Return the assessments since the end of the infusion, oldest first."""
    ended = session.ended_at
    facts = load_policy().facts
    found: list[Fact] = [
        fact
        for fact in person.facts
        if fact.code in SCORES and ended is not None and fact.at >= ended
    ]
    return tuple(
        Assessment(label=facts[f.code].label, value=float(f.value), at=f.at, by=f.by)
        for f in sorted(found, key=lambda fact: fact.at)
    )


def _again_from(gate: Gate, taken: Sequence[Assessment], now: datetime) -> datetime | None:
    """Return when a second assessment counts, while one is all that is lacking."""
    once = any(
        item.rule == RECOVERY and item.situation == "once" and item.outcome is Outcome.BLOCK
        for item in gate.items
    )
    if not once or not taken:
        return None
    apart = load_policy().limit(RECOVERY, "apart", on=timezone.localdate(now)).to("min")
    return taken[0].at + timedelta(minutes=apart)
