"""The check-in as a list of steps: what is done, by whom and when, what is open, what was skipped.

A step is done when the rules it holds find what they need; who answered and who measured is read from
their answers, so nothing is asked twice and nothing is ticked that was not done. A step that no rule
holds up can be skipped with a reason; what a rule holds up needs its override.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.eligibility import access as eligibility
from ketacare.clinic.eligibility import mapping
from ketacare.clinic.infusions import access
from ketacare.clinic.infusions.checks import Checked
from ketacare.clinic.infusions.models import Session, Step
from ketacare.core.record import Person
from ketacare.core.safety import FactDefinition, Outcome
from ketacare.knowledge.load import load_check_in, load_policy
from ketacare.knowledge.loading.visit import CheckInStep

MEASURED = "measurement:"


class State(StrEnum):
    """Where a step stands."""

    DONE = "done"
    OVERRIDDEN = "overridden"
    SKIPPED = "skipped"
    OPEN = "open"  # something has not been asked or measured
    IN_THE_WAY = "in_the_way"  # what was found keeps the infusion from starting


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One step of the check-in for one person."""

    step: CheckInStep
    state: State
    checked: tuple[Checked, ...]
    by: str = ""
    at: datetime | None = None
    skipped: Step | None = None

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do."""
        return self.state in {State.DONE, State.OVERRIDDEN, State.SKIPPED}

    @property
    def roles(self) -> tuple[Role, ...]:
        """Who may do it."""
        return tuple(Role(name) for name in self.step.roles)

    @property
    def said(self) -> tuple[str, ...]:
        """What the rules say that is not simply met; one sentence when all is met."""
        told = [c.finding for c in self.checked if c.finding.outcome is not Outcome.PASS]
        shown = told or [c.finding for c in self.checked][:1]
        return tuple(dict.fromkeys(finding.sentence for finding in shown))

    @property
    def may_be_skipped(self) -> bool:
        """Whether something is open that no rule holds the infusion for."""
        return self.state is State.OPEN and not any(each.stands for each in self.checked)

    @property
    def overridable(self) -> tuple[Checked, ...]:
        """What stands in the way and can be overridden by a named physician."""
        return tuple(c for c in self.checked if c.stands and c.finding.needs_override)

    def may_be_done_by(self, user: User) -> bool:
        """Return whether the role of this person does this step."""
        return user.role in self.step.roles


def arrival_of(session: Session, checked: Iterable[Checked], person: Person) -> tuple[Arrival, ...]:
    """Return the steps of the check-in in their order."""
    by_rule = {each.finding.rule: each for each in checked}
    done = _authors(session.patient_id, person)
    skips = {step.subject: step for step in access.steps_of(session) if step.act == Step.Act.SKIP}
    return tuple(
        _arrival(
            step,
            tuple(by_rule[rule] for rule in step.rules if rule in by_rule),
            done,
            skips.get(step.id),
        )
        for step in load_check_in().steps
    )


def questions_of(arrival: Arrival, *, everything: bool = False) -> tuple[FactDefinition, ...]:
    """Return what is still to be asked in a step, or every question of it."""
    facts = load_policy().facts
    asked = dict.fromkeys(
        code
        for each in arrival.checked
        for code in (
            load_policy().rule(each.finding.rule).facts if everything else each.finding.missing
        )
    )
    return tuple(facts[c] for c in asked if c in facts and c != arrival.step.settles)


def left_open(steps: Sequence[Arrival]) -> tuple[Arrival, ...]:
    """Return the steps nobody has done, overridden or skipped."""
    return tuple(each for each in steps if not each.is_settled)


def signers_of(each: Checked) -> tuple[Role, ...]:
    """Return who has to sign an override of what was found."""
    return mapping.signers_of(each.finding)


def _arrival(
    step: CheckInStep,
    checked: tuple[Checked, ...],
    done: dict[str, tuple[datetime, str]],
    skipped: Step | None,
) -> Arrival:
    at, by = _latest(checked, done)
    return Arrival(
        step=step,
        state=_state(checked, skipped),
        checked=checked,
        by=by,
        at=at,
        skipped=skipped,
    )


def _state(checked: tuple[Checked, ...], skipped: Step | None) -> State:
    if any(c.stands and c.finding.outcome is Outcome.BLOCK for c in checked):
        return State.IN_THE_WAY
    asks = [
        c
        for c in checked
        if c.finding.outcome is Outcome.CANNOT_TELL
        and (c.override is None or not c.override.is_complete)
    ]
    if asks:
        skips = skipped is not None and not any(c.stands for c in asks)
        return State.SKIPPED if skips else State.OPEN
    return State.OVERRIDDEN if any(c.override is not None for c in checked) else State.DONE


def _latest(
    checked: tuple[Checked, ...], done: dict[str, tuple[datetime, str]]
) -> tuple[datetime | None, str]:
    """Return when the newest thing the rules looked at was found out, and by whom."""
    used = [done[fact.name] for each in checked for fact in each.finding.facts if fact.name in done]
    return max(used, default=(None, ""), key=lambda found: found[0])


def _authors(patient_id: uuid.UUID, person: Person) -> dict[str, tuple[datetime, str]]:
    """Return when and by whom each question was last answered and each sign last measured."""
    found = {fact.code: (fact.at, fact.by) for fact in eligibility.facts_of(patient_id)}
    for each in person.measurements:
        name = f"{MEASURED}{each.kind.value}"
        if name not in found or found[name][0] <= each.at:
            found[name] = (each.at, each.by)
    return found
