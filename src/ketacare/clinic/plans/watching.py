"""The watch over one person's course: worked out with the advice, read by every page without work.

What the control charts say holds until the next score, so it is stored. Silence grows while nothing
happens: the moment it begins is stored, and a page only asks whether that moment has passed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ketacare.clinic.plans.models import AdviceSnapshot
from ketacare.core.response import (
    Posterior,
    Prior,
    Signal,
    SignalName,
    SignalState,
    WatchRules,
    expected_course,
    watch,
)

_SEED = 7  # beside the seed of the advice, so that the watch has random numbers of its own
_EXPECTED_PEOPLE = 500

TITLES = {
    SignalName.LOSING_RELIEF: gettext_lazy("Losing relief"),
    SignalName.OFF_TRACK: gettext_lazy("Off the expected track"),
    SignalName.TRAJECTORY: gettext_lazy("Behind people who began alike"),
    SignalName.SILENCE: gettext_lazy("Silence"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """How often a score was agreed upon, and where that is said."""

    every_days: float
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalView:
    """One signal in the words of a page; ``since`` is empty unless it is raised.

    ``calls`` says that it is raised and brings the person to the board: weak signals do not.
    """

    title: str
    raised: bool
    calls: bool
    level: str
    state: str
    reason: str
    since: datetime | None
    accuracy: str


def watched(
    posterior: Posterior | None,
    instrument: str,
    rules: WatchRules,
    prior: Prior,
    *,
    agreed: Agreed | None,
    seed: int,
) -> list[dict[str, Any]]:
    """Return every signal as stored values; none without a forecast or before the first infusion."""
    if posterior is None or not posterior.course.doses or posterior.course.zero is None:
        return []
    course = posterior.course
    expected = expected_course(
        posterior.base or prior,
        course,
        instrument,
        rules,
        rng=np.random.default_rng([seed, _SEED]),
        particles=_EXPECTED_PEOPLE,
    )
    every = None if agreed is None else agreed.every_days
    signals = watch(posterior, instrument, rules, every_days=every, expected=expected)
    last = max((r.day for r in course.ratings if r.instrument == instrument), default=None)
    return [
        _silent(signal, rules, agreed, last, posterior)
        if signal.name is SignalName.SILENCE
        else _stored(signal, posterior)
        for signal in signals
    ]


def begins_at(found: Sequence[Mapping[str, Any]]) -> datetime | None:
    """Return when silence begins if no score comes, or ``None`` when no interval is agreed."""
    for row in found:
        if row["name"] == SignalName.SILENCE.value and row["begins"] is not None:
            return datetime.fromisoformat(row["begins"])
    return None


def is_raised(found: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether a signal of known accuracy is raised.

    An answer beyond the expected course alone is not: one in five is, by its making.
    """
    return any(
        row["state"] == SignalState.RAISED.value and row["sensitivity"] is not None for row in found
    )


def watch_view(snapshot: AdviceSnapshot | None, *, now: datetime) -> tuple[SignalView, ...]:
    """Return the signals as a page shows them at ``now``, raised ones first."""
    if snapshot is None:
        return ()
    found = [_view(row, now=now) for row in snapshot.watch]
    return tuple(sorted(found, key=lambda view: not view.raised))


def sentence_of(snapshot: AdviceSnapshot, *, now: datetime) -> tuple[str, datetime | None, str]:
    """Return what stands out in one line, since when, and how often that is right; else ""."""
    raised = [view for view in watch_view(snapshot, now=now) if view.raised]
    since = min((view.since for view in raised if view.since is not None), default=None)
    silent = str(TITLES[SignalName.SILENCE])  # a count of days needs no saying how right it is
    sure = " ".join(
        dict.fromkeys(view.accuracy for view in raised if view.calls and view.title != silent)
    )
    return " ".join(f"{view.title}: {view.reason}" for view in raised), since, sure


def _stored(signal: Signal, posterior: Posterior) -> dict[str, Any]:
    accuracy = signal.accuracy
    return {
        "name": signal.name.value,
        "state": signal.state.value,
        "reason": signal.reason or signal.sentence,
        "value": signal.value,
        "limit": signal.limit,
        "since": None if signal.since is None else _moment(posterior, signal.since).isoformat(),
        "sensitivity": None if accuracy is None else accuracy.sensitivity.value,
        "specificity": None if accuracy is None else accuracy.specificity.value,
    }


def _silent(
    signal: Signal,
    rules: WatchRules,
    agreed: Agreed | None,
    last: float | None,
    posterior: Posterior,
) -> dict[str, Any]:
    """Return silence as stored: not its state, which changes by itself, but when it begins."""
    begun = posterior.course.doses[0].day if last is None else last
    found = _stored(signal, posterior)
    found.update(state=SignalState.CANNOT_TELL.value, since=None, begins=None, last=None)
    found.update(every_days=None, agreed="")
    if agreed is not None:
        begins = begun + rules.overdue.value * agreed.every_days
        found.update(
            state=SignalState.QUIET.value,
            begins=_moment(posterior, begins).isoformat(),
            last=None if last is None else _moment(posterior, last).isoformat(),
            every_days=agreed.every_days,
            agreed=agreed.by,
        )
    return found


def _moment(posterior: Posterior, day: float) -> datetime:
    course = posterior.course
    if course.zero is None:
        raise ValueError("a course without times has no moments")  # watched() asks before
    return course.zero + timedelta(days=day)


def _view(row: Mapping[str, Any], *, now: datetime) -> SignalView:
    name = SignalName(row["name"])
    state, reason, since = SignalState(row["state"]), row["reason"], row["since"]
    if name is SignalName.SILENCE:
        state, reason, since = _silence(row, now=now)
    level, word = {
        SignalState.RAISED: ("watch", _("stands out")),
        SignalState.QUIET: ("good", _("nothing stands out")),
        SignalState.CANNOT_TELL: ("none", _("cannot tell")),
    }[state]
    return SignalView(
        title=str(TITLES[name]),
        raised=state is SignalState.RAISED,
        calls=state is SignalState.RAISED
        and (name is SignalName.SILENCE or row["sensitivity"] is not None),
        level=level,
        state=word,
        reason=reason,
        since=datetime.fromisoformat(since) if since else None,
        accuracy=_accuracy(name, row),
    )


def _silence(row: Mapping[str, Any], *, now: datetime) -> tuple[SignalState, str, str | None]:
    """Return state, reason and beginning of silence at ``now``."""
    if row["begins"] is None:
        text = _(
            "No interval between scores is agreed: no plan with infusions to come, and fewer than "
            "two questionnaires were asked for. Silence cannot be told."
        )
        return SignalState.CANNOT_TELL, text, None
    every = _("agreed every {n} days by {what}").format(
        n=f"{row['every_days']:g}", what=row["agreed"]
    )
    if row["last"] is None:
        said = _("no score was ever recorded")
    else:
        last = datetime.fromisoformat(row["last"])
        day = date_format(timezone.localtime(last), "j M Y")
        said = _("the last score is of {day}, {n} days ago").format(day=day, n=(now - last).days)
    if now <= datetime.fromisoformat(row["begins"]):
        return SignalState.QUIET, f"{said[:1].upper()}{said[1:]}; {every}.", None
    call = _("People who do not improve stay away more often: a reason to call.")
    return SignalState.RAISED, f"{said[:1].upper()}{said[1:]}; {every}. {call}", row["begins"]


def _accuracy(name: SignalName, row: Mapping[str, Any]) -> str:
    if row["sensitivity"] is None:
        if name is SignalName.SILENCE:
            return _("A count of days, not a forecast.")
        share = round(100 * (1.0 - row["limit"]))
        return _(
            "By its making, {n} of 100 answers of people who began alike stand out: weak by itself, "
            "so it does not call anybody to the board."
        ).format(n=share)
    return _(
        "Among virtual people it finds {found} of 100 relapses within two weeks and stays quiet in "
        "{quiet} of 100 who stay well. With real people it will do worse."
    ).format(found=round(100 * row["sensitivity"]), quiet=round(100 * row["specificity"]))
