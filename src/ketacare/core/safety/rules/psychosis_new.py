"""Whether manic or psychotic symptoms appeared since an infusion, also when they are gone again."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict


def judge(case: Case) -> Verdict:
    """Return a hold for symptoms within the last two weeks; a later "no" does not lift it."""
    code = "new_mania_or_psychosis"
    answer = case.ask(code)
    seen = [fact.at for fact in case.snapshot.facts.get(code, ()) if fact.value is True]
    if seen and case.now - max(seen) <= case.span("hold"):
        return case.found("seen", answer, when=case.person.spoken(max(seen)))
    if answer.missing:
        return case.cannot_tell(answer)
    return case.passes(answer)
