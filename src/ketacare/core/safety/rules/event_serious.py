"""Whether a serious adverse event waits for its review, and whether its clocks have run out."""

from __future__ import annotations

from datetime import datetime, timedelta

from ketacare.core.record import Fact
from ketacare.core.safety.case import Case, Verdict


def judge(case: Case) -> Verdict:
    """Return a hard stop while an event is not reviewed; the clocks run from when it was told."""
    open_event = case.ask("serious_event_open")
    if open_event.missing:
        return case.cannot_tell(open_event)
    if open_event.value is False:
        return case.passes(open_event)
    since = first_told(case.snapshot.facts["serious_event_open"])
    age = case.now - since
    said = {
        "since": case.person.spoken(since),
        "report_by": case.person.spoken(since + span(case, "report")),
        "serious_by": case.person.spoken(since + span(case, "serious_report")),
    }
    if age > span(case, "serious_report"):
        return case.found("very_late", open_event, **said)
    if age > span(case, "report"):
        return case.found("late", open_event, **said)
    return case.found("open", open_event, **said)


def first_told(facts: tuple[Fact, ...]) -> datetime:
    """Return when the run of "yes" that goes on now began: asking again does not reset a clock."""
    since = facts[-1].at
    for fact in reversed(facts):
        if fact.value is not True:
            break
        since = fact.at
    return since


def span(case: Case, name: str) -> timedelta:
    """Return one of the clocks."""
    return case.span(name)
