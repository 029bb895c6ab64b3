"""Whether the checks of a longer treatment are due: liver, urine, bladder, cognition, blood pressure."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict, ago
from ketacare.core.safety.facts import Answer, conflict_of
from ketacare.core.safety.patterns import listed


def judge(case: Case) -> Verdict:
    """Return a block for checks that are due: by time, by number of infusions, or after the first.

    Before the first few infusions nothing is due: the baseline serves.
    """
    given = len(case.snapshot.infusions)
    count = Answer(code="infusions", label="infusions so far", value=float(given), unit="count")
    if given < case.bound("first", "count"):
        return case.passes(count)
    parts = [latest(case, code) for code in case.rule.facts]
    due = [part for part in parts if part.missing and part.at is not None]
    if due:
        return case.found("due", count, *parts, found=listed(due))
    if any(part.missing for part in parts):
        return case.cannot_tell(count, *parts)
    return case.passes(count, *parts)


def latest(case: Case, code: str) -> Answer:
    """Return the newest result of one check; a check that is due again is a missing one."""
    definition = case.question(code)
    label = definition.label
    facts = [
        f for f in case.snapshot.facts.get(code, ()) if f.value is not False or not is_done(code)
    ]
    if not facts:
        return Answer(code=code, label=label, value=None, problem=f"no answer yet on {label}")
    fact = facts[-1]
    if conflict := conflict_of(definition, facts):
        return Answer(code=code, label=label, value=None, problem=conflict)
    since = sum(1 for infusion in case.snapshot.infusions if infusion.at > fact.at)
    baseline = since == len(case.snapshot.infusions)
    most = case.bound("first" if baseline else "every", "count")
    value = definition.check(fact)
    problem = ""
    if case.now - fact.at > case.span("interval"):
        problem = f"{label} was last recorded {ago(case.now - fact.at)} ago"
    elif since >= most:
        problem = f"{label} was last recorded {since} infusions ago"
    return Answer(
        code=code,
        label=label,
        value=None if problem else value,
        at=fact.at,
        by=fact.by,
        unit=definition.unit,
        problem=problem,
        outdated=value if problem else None,
    )


def is_done(code: str) -> bool:
    """Return whether the question asks if a check was done, so that "no" is no result."""
    return code.endswith(("_reviewed", "_tested"))
