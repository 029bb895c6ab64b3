"""Obligations that answers about risk put on a named person: acknowledge, act, or others are told.

Times and roles are content (``knowledge/risk``). Where an obligation stands is computed from what
was recorded and the present moment, so that nothing has to run for it to be late.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ketacare.core.measures.risk import Duty, RiskLevel, RiskPolicy, Triage
from ketacare.core.measures.scoring import Scored
from ketacare.core.sources import Sourced


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """What somebody has to do because of answers about risk, and by when."""

    level: RiskLevel
    duty: Duty
    raised_at: datetime
    acknowledge_by: datetime
    act_by: datetime
    sentence: str


def obligations_of_triage(
    found: Triage, policy: RiskPolicy, *, raised_at: datetime
) -> tuple[Obligation, ...]:
    """Return the obligations of a triage: that of its level, and to ask what is missing."""
    levels = [found.level]
    if not found.is_certain:
        levels.append(RiskLevel.CANNOT_TELL)
    duties = [(level, policy.duty(level)) for level in levels]
    return tuple(
        _obligation(level, duty, raised_at, found.sentence)
        for level, duty in duties
        if duty is not None
    )


def obligations_of_score(
    scored: Scored, policy: RiskPolicy, *, raised_at: datetime
) -> tuple[Obligation, ...]:
    """Return the obligations of a questionnaire's alerting items, such as item 9 of the PHQ-9."""
    found = []
    for alert in scored.alerts:
        level = RiskLevel.POSITIVE_ITEM if alert.raised else RiskLevel.CANNOT_TELL
        duty = policy.duty(level)
        if duty is not None:
            found.append(_obligation(level, duty, raised_at, alert.sentence))
    return tuple(found)


def _obligation(level: RiskLevel, duty: Duty, raised_at: datetime, sentence: str) -> Obligation:
    return Obligation(
        level=level,
        duty=duty,
        raised_at=raised_at,
        acknowledge_by=raised_at + _span(duty.acknowledge_within),
        act_by=raised_at + _span(duty.act_within),
        sentence=sentence,
    )


def _span(number: Sourced) -> timedelta:
    return timedelta(minutes=number.to("min"))


class Phase(StrEnum):
    """Where an obligation stands."""

    WAITING = "waiting"  # told, nobody has taken it on
    ESCALATED = "escalated"  # not taken on in time: others are told
    TAKEN = "taken"  # somebody has it
    OVERDUE = "overdue"  # taken on, and not done in time
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an obligation stands at one moment, and whom it is on.

    ``told`` are the roles that have been told by now, in order: the named person's, then one more
    each time the time to acknowledge has passed again. ``next_at`` is when that changes.
    """

    phase: Phase
    told: tuple[str, ...]
    next_at: datetime | None
    sentence: str


def standing(
    obligation: Obligation,
    *,
    now: datetime,
    named: str = "",
    taken_by: str = "",
    taken_at: datetime | None = None,
    done_at: datetime | None = None,
) -> Standing:
    """Return where an obligation stands at ``now``.

    ``named`` is the person it is on, ``taken_by`` who acknowledged it. Every time the time to
    acknowledge passes without anybody taking it on, the next role is told; taken on and not done
    in time, all of them are.
    """
    duty = obligation.duty
    if done_at is not None and done_at <= now:
        return Standing(phase=Phase.DONE, told=(), next_at=None, sentence="Done.")
    if taken_at is not None and taken_at <= now:
        if now < obligation.act_by:
            return Standing(
                phase=Phase.TAKEN,
                told=(duty.role,),
                next_at=obligation.act_by,
                sentence=f"Taken on by {taken_by or 'somebody'}. {duty.act}",
            )
        return Standing(
            phase=Phase.OVERDUE,
            told=(duty.role, *duty.escalate),
            next_at=None,
            sentence=f"Taken on by {taken_by or 'somebody'} and not done in time: "
            f"{_roles(duty.escalate)} told. {duty.act}",
        )
    wait = obligation.acknowledge_by - obligation.raised_at
    rounds = max(0, (now - obligation.raised_at) // wait) if wait else len(duty.escalate)
    whom = named or f"a {duty.role}"
    if rounds == 0:
        return Standing(
            phase=Phase.WAITING,
            told=(duty.role,),
            next_at=obligation.acknowledge_by,
            sentence=f"On {whom}: {duty.act}",
        )
    told = duty.escalate[:rounds]
    later = obligation.raised_at + (rounds + 1) * wait if rounds < len(duty.escalate) else None
    return Standing(
        phase=Phase.ESCALATED,
        told=(duty.role, *told),
        next_at=later,
        sentence=f"Not taken on in time by {whom}: {_roles(told)} told. {duty.act}",
    )


def _roles(roles: Sequence[str]) -> str:
    return ", ".join(f"every {role}" for role in roles)
