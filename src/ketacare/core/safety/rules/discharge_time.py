"""Whether the person stayed long enough after the start and after the end."""

from __future__ import annotations

from datetime import timedelta

from ketacare.core.safety.cadence import observation_ends
from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.dated import spoken
from ketacare.core.safety.facts import Answer


def judge(case: Case) -> Verdict:
    """Return a block before the later of the two times."""
    started, ended = case.context.started, case.context.ended
    if started is None or ended is None:
        return case.cannot_tell(
            case.given("start of the infusion", None if started is None else "known"),
            case.given("end of the infusion", None if ended is None else "known"),
        )
    used = (
        Answer(
            code="started",
            label="minutes since the start",
            value=minutes(case.now - started),
            at=started,
            unit="min",
        ),
        Answer(
            code="ended",
            label="minutes since the end",
            value=minutes(case.now - ended),
            at=ended,
            unit="min",
        ),
    )
    earliest = observation_ends(case.snapshot.policy, started, ended, day=case.snapshot.day)
    if earliest is not None and case.now < earliest:
        left = minutes(earliest - case.now)
        return case.found("too_early", *used, left=spoken(left, "min"))
    return case.passes(*used)


def minutes(span: timedelta) -> float:
    """Return a span in whole minutes, rounded up so that nobody leaves a minute early."""
    return float(-(-span // timedelta(minutes=1)))
