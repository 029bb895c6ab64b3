"""Whether earlier treatment failed often enough, as the staging of the history says."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict


def judge(case: Case) -> Verdict:
    """Return pass if the stage is resistant, or only therapy is lacking for a documented reason."""
    unclear = "; ".join(case.context.stage_open)
    stage = case.given(
        "resistance stage",
        case.context.stage_resistant,
        unclear=f"the history leaves open: {unclear}" if unclear else "",
    )
    if stage.value is True:
        return case.passes(stage)
    if stage.missing:
        return case.cannot_tell(stage)
    if case.context.stage_lacks_only_therapy:
        reason = case.ask("cbt_exception")
        if reason.missing:
            return case.found("no_therapy", stage, reason)
        return case.found("exception", stage, reason, reason=reason.text.replace("_", " "))
    return case.found("not_resistant", stage)
