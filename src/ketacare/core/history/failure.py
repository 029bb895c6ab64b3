"""Whether a trial failed for lack of effect, and why the other endings are something else.

Non-response is less than 50 % better (none, partial, worse). Stopping for intolerance, poor
adherence or access says nothing about the effect and is kept apart (Sforzini 2022); a relapse
after response is shown and not counted, as the definitions count non-response.
"""

from __future__ import annotations

from dataclasses import dataclass

from ketacare.core.history.judgement import Adequacy
from ketacare.core.record import EndReason, TreatmentTrial, TrialOutcome

_RESPONSE = {TrialOutcome.RESPONSE, TrialOutcome.REMISSION}

_HELPED = {
    TrialOutcome.REMISSION: "It led to remission.",
    TrialOutcome.RESPONSE: "It helped: at least 50 % better.",
    TrialOutcome.PARTIAL: "It helped in part: 25 to 49 % better.",
    TrialOutcome.NONE: "It did not help: less than 25 % better.",
    TrialOutcome.WORSE: "The symptoms got worse.",
    TrialOutcome.RELAPSE: "It helped at first and the effect was lost.",
}

_OTHER_ENDINGS = {
    EndReason.INTOLERANCE: "It was stopped because it was not tolerated, which is not inefficacy.",
    EndReason.NON_ADHERENCE: "It ended because it was not taken, which is not inefficacy.",
    EndReason.ACCESS: "It ended for want of access or money, which is not inefficacy.",
    EndReason.PREGNANCY: "It was stopped for a pregnancy, which is not inefficacy.",
    EndReason.OTHER: "It ended for another reason than inefficacy.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Whether a trial failed, in sentences, with what is missing to say so."""

    failed: bool | None
    reasons: tuple[str, ...]
    missing: tuple[str, ...] = ()


def judge_failure(trial: TreatmentTrial, adequacy: Adequacy) -> Failure:
    """Return whether the trial failed for lack of effect."""
    helped = () if trial.outcome is None else (_HELPED[trial.outcome],)
    if trial.end_reason in _OTHER_ENDINGS and trial.end_reason is not None:
        return Failure(failed=False, reasons=(*helped, _OTHER_ENDINGS[trial.end_reason]))
    if trial.outcome is TrialOutcome.RELAPSE:
        return Failure(
            failed=False, reasons=(*helped, "A relapse after response is not non-response.")
        )
    if trial.end_reason is EndReason.INEFFICACY:
        return _inefficacy(trial, helped)
    if trial.outcome in _RESPONSE:
        return Failure(failed=False, reasons=helped)
    if _is_ongoing(trial):
        return _ongoing(trial, adequacy, helped)
    missing = ["why it ended" if trial.ongoing is False else "whether and why it ended"]
    if trial.outcome is None:
        missing.append("how much it helped")
    return Failure(
        failed=None,
        reasons=(*helped, "Without the reason it ended, nobody can tell whether it failed."),
        missing=tuple(missing),
    )


def _is_ongoing(trial: TreatmentTrial) -> bool:
    return trial.ongoing is True and trial.end_reason is None


def _inefficacy(trial: TreatmentTrial, helped: tuple[str, ...]) -> Failure:
    if trial.outcome in _RESPONSE:
        return Failure(
            failed=None,
            reasons=(*helped, "It is also said to have ended for inefficacy; both cannot be."),
            missing=("which is right: the outcome, or that it ended for inefficacy",),
        )
    ended = "It ended for inefficacy."
    if trial.outcome is None:
        ended = "It ended for inefficacy; by how much it helped is not recorded."
    return Failure(failed=True, reasons=(*helped, ended))


def _ongoing(trial: TreatmentTrial, adequacy: Adequacy, helped: tuple[str, ...]) -> Failure:
    if trial.outcome is None:
        return Failure(
            failed=None,
            reasons=("It is still being given; how much it helps is not recorded.",),
            missing=("how much it helps",),
        )
    if adequacy is Adequacy.NO:
        return Failure(
            failed=False, reasons=(*helped, "It is still being given and cannot be judged yet.")
        )
    return Failure(
        failed=True, reasons=(*helped, "It is still being given, without a response so far.")
    )
