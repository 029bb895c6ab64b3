"""Limits on the next step that follow from the series itself: tolerance, response, frequency.

Each answers with a sentence and the rule it comes from, or with nothing. They need no record, only
where a person stands, so that a virtual person in a trial is held to the same limits.
"""

from __future__ import annotations

from ketacare.core.planning.candidates import Candidate, Current, Kind
from ketacare.core.planning.protocol import Protocol
from ketacare.core.planning.rules import Action
from ketacare.core.planning.standing import Standing

_WEEK = 7.0
_SAME = 1e-6  # mg/kg and days: equal up to floating point

Reason = tuple[str, str]
"""A sentence and the id of the rule it comes from."""


def restrict(
    candidate: Candidate, current: Current, standing: Standing, protocol: Protocol
) -> Reason | None:
    """Return why a candidate may not be ranked, or ``None``.

    Order of the limits: what the last infusion showed, what the evidence does not carry (stopping
    for non-response too early, a lower or wider-spaced course before a response, a higher dose
    after one), frequency. Waiting is always allowed.
    """
    if candidate.kind is Kind.STOP:
        return _too_early(standing, protocol)
    if candidate.kind is Kind.WAIT:
        return None
    return (
        _borne(candidate, current, standing)
        or _unsupported(candidate, current, standing)
        or _frequency(candidate, standing, protocol)
    )


def _borne(candidate: Candidate, current: Current, standing: Standing) -> Reason | None:
    """Return why the last infusion forbids this one: no escalation without tolerance."""
    dose, minutes = candidate.dose_mg_per_kg or 0.0, candidate.minutes or 0.0
    higher = dose > current.dose_mg_per_kg + _SAME
    gentler = (dose < current.dose_mg_per_kg - _SAME or minutes > current.minutes) and not higher
    if standing.number == 0:
        return (
            ("No dose has been tolerated yet: start at the start dose.", "N02") if higher else None
        )
    if standing.distress and not gentler:
        return (
            "Dissociation was distressing last time: only slower or lower, never higher.",
            "A14",
        )
    if standing.pressure and not gentler:
        return ("Blood pressure was red last time: only slower or lower, never higher.", "A16")
    if higher and standing.nausea:
        return ("Nausea was severe last time: treat it first, the dose does not rise.", "A15")
    if higher and standing.tolerated is not True:
        gap = "; ".join(standing.unborne) or "the last infusion was not tolerated"
        return (f"A higher dose needs a recorded tolerance of the last one: {gap}.", "N02")
    return None


def _too_early(standing: Standing, protocol: Protocol) -> Reason | None:
    """Return why stopping is not ranked yet. The person may stop at any time all the same."""
    first = round(protocol.guideline.thresholds.judged_from.value)
    if not 0 < standing.number < first:
        return None
    reason = (
        f"Non-response is not called before infusion {first}, so stopping is not ranked against "
        "continuing yet. The person can stop at any time."
    )
    return (reason, "A3")


def _unsupported(candidate: Candidate, current: Current, standing: Standing) -> Reason | None:
    """Return why the evidence does not carry this dose or spacing for this person now."""
    dose = candidate.dose_mg_per_kg or 0.0
    if dose < current.dose_mg_per_kg - _SAME and not (standing.badly or standing.responded):
        return ("A lower dose is for poor tolerance, or for keeping a response.", "A14")
    if dose > current.dose_mg_per_kg + _SAME and standing.responds:
        return ("The person responds at this dose: the lowest effective dose is kept.", "A1")
    if standing.number == 0 and Action.SPACE in candidate.actions:
        return (
            "Nothing is known about the person yet: the course starts at its usual spacing.",
            "start",
        )
    if (candidate.interval_days or 0.0) > _WEEK and not standing.responded:
        return ("Infusions are not spaced beyond a week before there is a response.", "A11")
    if candidate.then_days is not None and not standing.responded:
        return ("Maintenance is for keeping a response, and there is none yet.", "A11")
    return None


def _frequency(candidate: Candidate, standing: Standing, protocol: Protocol) -> Reason | None:
    limits = protocol.limits
    if (candidate.interval_days or 0.0) < limits.spacing.to("d"):
        return (f"Infusions are at least {limits.spacing.to('h'):g} hours apart.", "P07")
    weekly = round(limits.per_week.value)
    if _crowded(candidate, standing, weekly, _WEEK):
        return (f"More than {weekly} infusions a week need an override.", "P07")
    most, window = round(limits.per_course.value), limits.course_window.to("d")
    if _crowded(candidate, standing, most, window):
        weeks = limits.course_window.to("wk")
        return (f"More than {most} infusions in {weeks:g} weeks need an override.", "P07")
    return None


def _crowded(candidate: Candidate, standing: Standing, most: int, window: float) -> bool:
    """Return whether a new infusion would be one more than ``most`` within ``window`` days.

    One more than allowed fits into the window when the first and the last of them lie inside it.
    What was given before now is not held against an option.
    """
    given = sorted(standing.given_days)
    days = [*given, *candidate.dose_days]
    new = range(max(len(given), most), len(days))
    return any(days[i] - days[i - most] < window - _SAME for i in new)
