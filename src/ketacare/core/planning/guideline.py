"""What the plain guideline says about one person now, with the facts it used or what is missing.

It is shown beside every ranked option, so that a clinician sees when the simulation and the rule
differ. It uses scores alone, no model; it never calls non-response before infusion 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.history import Treatments
from ketacare.core.measures import Instrument
from ketacare.core.planning.conditions import Situation, judge
from ketacare.core.planning.rules import Action, AdaptiveRule, AdaptiveRules, Known
from ketacare.core.planning.series import Series, series_of
from ketacare.core.planning.tolerance import Tolerance, session_tolerance
from ketacare.core.record import Person
from ketacare.core.safety import FactUsed, Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """One rule on one person: ``applies`` is ``None`` when something it needs is missing."""

    id: str
    title: str
    applies: bool | None
    sentence: str
    options: tuple[str, ...]
    actions: tuple[Action, ...]
    facts: tuple[FactUsed, ...]
    missing: tuple[str, ...]
    evidence: str
    source: str
    note: str
    leads: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidelineView:
    """The rule that leads, the others that apply, and those that cannot be told.

    ``open_beside`` are the rules that never lead and cannot be told: nothing waits for them.
    ``leading`` is ``None`` when nothing can be said; ``sentence`` always says what there is to say.
    """

    leading: RuleView | None
    also: tuple[RuleView, ...]
    cannot_tell: tuple[RuleView, ...]
    sentence: str
    missing: tuple[str, ...]
    series: Series
    tolerance: Tolerance | None
    status: str
    version: str
    open_beside: tuple[RuleView, ...] = ()

    @property
    def actions(self) -> tuple[Action, ...]:
        """Return what the leading rule proposes."""
        return () if self.leading is None else self.leading.actions


def guideline(
    person: Person,
    rules: AdaptiveRules,
    *,
    instruments: Mapping[str, Instrument],
    policy: Policy,
    primary: str = "gad7",
    now: datetime,
    treatments: Treatments | None = None,
) -> GuidelineView:
    """Return what the adaptive-care rules say about ``person`` at ``now`` on ``primary``.

    Without ``treatments`` the rules about classes of medicines cannot be told. Raises
    :class:`InputError` when ``primary`` is not an instrument of the clinic.
    """
    if primary not in instruments:
        raise InputError(
            ErrorCode.UNKNOWN_NAME,
            f'"{primary}" is not an instrument here; use one of {", ".join(sorted(instruments))}',
            where="primary",
        )
    series = series_of(person, instruments[primary], rules.thresholds, now=now)
    tolerance = None
    if series.last is not None:
        tolerance = session_tolerance(
            person, series.last.infusion, policy=policy, thresholds=rules.thresholds, now=now
        )
    situation = Situation(
        person=person,
        series=series,
        tolerance=tolerance,
        instrument=instruments[primary],
        thresholds=rules.thresholds,
        now=now,
        instruments=instruments,
        treatments=treatments,
    )
    views = _views(rules, situation)
    applying = tuple(view for view in views if view.applies)
    unknown = tuple(view for view in views if view.applies is None and view.leads)
    # A rule that cannot be told and stands above the first that applies might have led instead.
    leading = next((v for v in views if v.leads and v.applies is not False), None)
    leads = leading if leading is not None and leading.applies else None
    return GuidelineView(
        leading=leads,
        also=tuple(view for view in applying if view is not leads),
        cannot_tell=unknown,
        sentence=_sentence(leads, unknown),
        missing=tuple(dict.fromkeys(m for view in unknown for m in view.missing)),
        series=series,
        tolerance=tolerance,
        status=rules.provenance.status.value,
        version=rules.provenance.version,
        open_beside=tuple(v for v in views if v.applies is None and not v.leads),
    )


def _views(rules: AdaptiveRules, situation: Situation) -> list[RuleView]:
    views: list[RuleView] = []
    for rule in rules.rules:
        here = situation
        if rule.when.fallback:
            here = replace(situation, others=_any_other([v for v in views if v.leads]))
        views.append(_view(rule, judge(rule, here), here))
    return views


def _any_other(views: list[RuleView]) -> bool | None:
    if any(view.applies for view in views):
        return True
    return None if any(view.applies is None for view in views) else False


def _view(rule: AdaptiveRule, known: Known, situation: Situation) -> RuleView:
    number = situation.series.number
    return RuleView(
        id=rule.id,
        title=rule.title,
        applies=known.holds,
        sentence=rule.sentence.format(n=number),
        options=rule.options,
        actions=rule.actions,
        facts=known.facts,
        missing=known.missing,
        evidence=rule.evidence,
        source=rule.source,
        note=rule.note,
        leads=rule.leads,
    )


def _sentence(leading: RuleView | None, unknown: tuple[RuleView, ...]) -> str:
    if leading is not None:
        return leading.sentence
    if unknown:
        gaps = "; ".join(dict.fromkeys(m for view in unknown for m in view.missing))
        names = ", ".join(view.id for view in unknown)
        return f"Cannot tell which rule applies ({names}): missing {gaps}."
    return "No rule of the guideline speaks to this situation."
