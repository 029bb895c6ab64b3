"""The judgement of one trial: was it adequate, did it fail, does it count.

Pure: the trial as recorded, the treatment files and the time in, a judgement with its reasons
out. What a definition of resistance makes of several judgements is decided in ``staging``.
"""

from __future__ import annotations

from datetime import datetime

from ketacare.core.history.adequacy import Answer, combine, judge_course, judge_medicine
from ketacare.core.history.failure import Failure, judge_failure
from ketacare.core.history.judgement import Adequacy, TrialJudgement
from ketacare.core.history.treatments import Treatment, Treatments, treatment_of
from ketacare.core.record import TreatmentTrial, TrialRole


def judge_trial(trial: TreatmentTrial, treatments: Treatments, *, now: datetime) -> TrialJudgement:
    """Return the judgement of one trial as far as it is known at ``now``.

    Raises :class:`InputError` when the treatment is not known.
    """
    treatment = treatment_of(trial.treatment, treatments)
    if trial.started is not None and trial.started > now:
        return TrialJudgement(
            trial=trial,
            treatment=treatment,
            adequacy=Adequacy.NO,
            failed=False,
            counts=False,
            reasons=("It starts after this date.",),
            missing=(),
        )
    answers = _adequacy(trial, treatment, now=now)
    if answers is None:
        failure = judge_failure(trial, Adequacy.CANNOT_TELL)
        return TrialJudgement(
            trial=trial,
            treatment=treatment,
            adequacy=Adequacy.CANNOT_TELL,
            failed=failure.failed,
            counts=False,
            reasons=(*failure.reasons, _not_counted(treatment)),
            missing=(),
        )
    adequacy = combine(answers)
    failure = judge_failure(trial, adequacy)
    counts = _counts(treatment, adequacy, failure)
    reasons = [answer.reason for answer in answers]
    reasons += failure.reasons
    reasons += _together(trial, treatments)
    if not treatment.counts:
        reasons.append(treatment.counts_note)
    return TrialJudgement(
        trial=trial,
        treatment=treatment,
        adequacy=adequacy,
        failed=failure.failed,
        counts=counts,
        reasons=tuple(reasons),
        missing=_missing(answers, failure, adequacy, counts=counts),
    )


def _adequacy(trial: TreatmentTrial, treatment: Treatment, *, now: datetime) -> list[Answer] | None:
    if treatment.medicine is not None:
        return judge_medicine(trial, treatment, treatment.medicine, now=now)
    if treatment.course is not None:
        return judge_course(trial, treatment.course, now=now)
    return None


def _together(trial: TreatmentTrial, treatments: Treatments) -> list[str]:
    """Return a sentence on what it was given with."""
    if trial.role is None or trial.role is TrialRole.ALONE:
        return []
    other = treatments.get(trial.added_to)
    name = other.name if other else trial.added_to or "another treatment"
    if trial.role is TrialRole.AUGMENTATION:
        return [f"It was added to {name}: an augmentation, not a medicine tried by itself."]
    return [f"It was given together with {name}, from the start."]


def _not_counted(treatment: Treatment) -> str:
    if treatment.counts_note:
        return treatment.counts_note
    return (
        f"No adequate trial of {treatment.name} is defined for an anxiety disorder, "
        "so it is recorded and not counted."
    )


def _counts(treatment: Treatment, adequacy: Adequacy, failure: Failure) -> bool | None:
    if not treatment.counts or failure.failed is False or adequacy is Adequacy.NO:
        return False
    if adequacy is Adequacy.YES and failure.failed:
        return True
    return None


def _missing(
    answers: list[Answer], failure: Failure, adequacy: Adequacy, *, counts: bool | None
) -> tuple[str, ...]:
    # What is missing matters only while it can still change something: a trial below the minimum
    # dose stays inadequate whatever its adherence was, and one that never counts stays out.
    parts: list[str] = []
    if adequacy is Adequacy.CANNOT_TELL:
        parts += [answer.missing for answer in answers if answer.missing]
    if counts is None:
        parts += failure.missing
    return tuple(parts)
