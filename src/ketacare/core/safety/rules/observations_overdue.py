"""Whether someone looked at the patient in time during the infusion."""

from __future__ import annotations

from ketacare.core.safety.cadence import due_observations
from ketacare.core.safety.case import Case, Verdict, needs_closer_watch
from ketacare.core.safety.facts import Answer
from ketacare.core.safety.patterns import phrase
from ketacare.core.safety.vitals import session_baseline


def judge(case: Case) -> Verdict:
    """Return a warning when an observation is due, a block when it is later than may pass."""
    phase, started = case.context.phase, case.context.started
    if phase is None or started is None:
        return case.cannot_tell(
            case.given("phase", None if phase is None else phase.value),
            case.given("start of the infusion", None if started is None else "known"),
        )
    found = due_observations(
        case.snapshot.policy,
        started,
        phase,
        case.person.measurements,
        case.now,
        baseline=session_baseline(case.person, started),
        closer=needs_closer_watch(case.snapshot.medicines, case.words("closer"), case.now),
        day=case.snapshot.day,
    )
    due = [item for item in found if not item.reminder]
    late = [item for item in due if item.overdue_minutes > 0]
    used = tuple(
        Answer(
            code=f"due:{item.kind.value}",
            label=item.label,
            value=round(item.overdue_minutes, 1),
            at=item.due_at,
            unit="min",
        )
        for item in (late or due)
    )
    said = phrase([f"{item.label} ({item.overdue_minutes:.0f} min late)" for item in late] or [""])
    if any(item.escalate for item in late):
        return case.found("escalate", *used, found=said)
    if late:
        return case.found("overdue", *used, found=said)
    return case.passes(*used)
