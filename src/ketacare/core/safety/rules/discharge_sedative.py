"""Whether the person stayed long enough after a benzodiazepine given as a rescue."""

from __future__ import annotations

from datetime import timedelta

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.dated import spoken

_CODE = "rescue_benzodiazepine"


def judge(case: Case) -> Verdict:
    """Return a block before the time after the last dose; a later "no" does not take it back."""
    started = case.context.started
    answer = case.ask(_CODE)
    given = [
        fact.at
        for fact in case.snapshot.facts.get(_CODE, ())
        if fact.value is True and (started is None or fact.at >= started)
    ]
    if given:
        left = max(given) + case.span("stay") - case.now
        if left > timedelta():
            minutes = float(-(-left // timedelta(minutes=1)))
            return case.found("too_early", answer, left=spoken(minutes, "min"))
        return case.passes(answer)
    if answer.missing:
        return case.cannot_tell(answer)
    return case.passes(answer)
