"""Which trials ended for another reason than lack of effect, and so are not counted as failed."""

from __future__ import annotations

from ketacare.core.record import EndReason
from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.facts import Answer
from ketacare.core.safety.patterns import phrase

_WORDS = {
    EndReason.INTOLERANCE: "not tolerated",
    EndReason.NON_ADHERENCE: "not taken or attended",
    EndReason.ACCESS: "no longer available",
    EndReason.PREGNANCY: "stopped for a pregnancy",
    EndReason.OTHER: "ended for another reason",
}


def judge(case: Case) -> Verdict:
    """Return the trials that are shown apart; cannot tell while why one ended is not recorded."""
    if not case.person.trials:
        return case.cannot_tell(case.given("earlier treatment", None))
    apart: list[str] = []
    used: list[Answer] = []
    for trial in case.person.trials:
        known = case.snapshot.treatments.get(trial.treatment)
        name = trial.name or (known.name if known else trial.treatment)
        code = f"trial:{trial.treatment}"
        if trial.end_reason in _WORDS and trial.end_reason is not None:
            why = _WORDS[trial.end_reason]
            apart.append(f"{name} ({why})")
            used.append(Answer(code=code, label=name, value=why, at=trial.ended))
        elif trial.end_reason is None and trial.ongoing is not True:
            problem = f"why {name} ended is not recorded"
            used.append(Answer(code=code, label=name, value=None, problem=problem))
        else:
            why = "still given" if trial.end_reason is None else "ended for lack of effect"
            used.append(Answer(code=code, label=name, value=why, at=trial.ended))
    if apart:
        return case.found("apart", *used, trials=phrase(apart))
    if any(answer.missing for answer in used):
        return case.cannot_tell(*used)
    return case.passes(*used)
