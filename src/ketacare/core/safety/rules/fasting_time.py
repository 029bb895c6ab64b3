"""Whether the stomach had time to empty."""

from __future__ import annotations

from datetime import timedelta

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.facts import Answer
from ketacare.core.safety.patterns import phrase, unless_missing


def judge(case: Case) -> Verdict:
    """Return a block if food or fluid was too recent.

    The hours were true when the question was asked; the time since then is added.
    """
    solids, fluids = case.ask_all("fasting_solids_h", "fasting_fluids_h")
    short = []
    for answer, name in ((solids, "solids"), (fluids, "fluids")):
        hours = hours_now(case, answer)
        if hours is not None and hours < case.bound(name, "h"):
            short.append(f"{answer.label.removeprefix('hours since the ')} {hours:.1f} h ago")
    if short:
        return case.found("too_soon", solids, fluids, found=phrase(short))
    return unless_missing(case, solids, fluids)


def hours_now(case: Case, answer: Answer) -> float | None:
    """Return the hours of ``answer`` plus the time since it was given."""
    if answer.number is None or answer.at is None:
        return None
    return answer.number + max(0.0, (case.now - answer.at) / timedelta(hours=1))
