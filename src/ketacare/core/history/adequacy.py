"""Whether one trial was adequate: dose, duration, adherence, or the parts of a course of therapy.

Each question answers with its own verdict and sentence; the worst verdict stands, and a missing
answer stands above everything but a plain "no". Fields after the ATHF short form (Sackeim 2019),
limits from the treatment files (Bandelow 2018, Bokma 2019, Domschke 2024).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ketacare.core.history.judgement import Adequacy
from ketacare.core.history.treatments import CourseAdequacy, MedicineAdequacy, Treatment
from ketacare.core.record import Adherence, TreatmentTrial

_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The verdict on one question, with its sentence or with what is missing."""

    verdict: Adequacy
    reason: str = ""
    missing: str = ""


def combine(answers: list[Answer]) -> Adequacy:
    """Return the verdict on all: a "no" decides, then what is missing, then "possible"."""
    verdicts = {answer.verdict for answer in answers}
    for verdict in (Adequacy.NO, Adequacy.CANNOT_TELL, Adequacy.POSSIBLE):
        if verdict in verdicts:
            return verdict
    return Adequacy.YES


def judge_medicine(
    trial: TreatmentTrial, treatment: Treatment, needs: MedicineAdequacy, *, now: datetime
) -> list[Answer]:
    """Return the verdicts on dose, duration and adherence of a medicine."""
    return [
        _dose(trial, treatment, needs),
        _duration(trial, needs, now=now),
        _adherence(trial),
    ]


def judge_course(trial: TreatmentTrial, needs: CourseAdequacy, *, now: datetime) -> list[Answer]:
    """Return the verdicts on the parts of a course of psychotherapy."""
    answers = [
        _sessions(trial, needs),
        _course_length(trial, needs, now=now),
        _yes_no(
            trial.disorder_specific,
            yes="A protocol for the disorder was followed.",
            no="No protocol for the disorder was followed, so it was not an adequate trial.",
            missing="whether a protocol for the disorder was followed",
        ),
        _yes_no(
            trial.exposure_delivered,
            yes="Exposure was delivered.",
            no="Exposure was not delivered; the course is adequate only where none is indicated.",
            missing="whether exposure was delivered",
            otherwise=Adequacy.POSSIBLE,
        ),
        _yes_no(
            trial.therapist_qualified,
            yes="The therapist was qualified.",
            no="The therapist was not qualified in it, so it was not an adequate trial.",
            missing="whether the therapist was qualified",
        ),
        _homework(trial, needs),
    ]
    if trial.adherence is Adherence.POOR:
        answers.append(_adherence(trial))
    return answers


def _dose(trial: TreatmentTrial, treatment: Treatment, needs: MedicineAdequacy) -> Answer:
    least = needs.minimum.to("mg/day")
    dose = trial.dose_mg_per_day
    if dose is None:
        return Answer(
            verdict=Adequacy.CANNOT_TELL,
            reason=f"The dose is not recorded; at least {least:g} mg a day is needed.",
            missing=f"dose of {treatment.name} in mg a day",
        )
    if dose < least:
        return Answer(
            verdict=Adequacy.NO,
            reason=f"{dose:g} mg a day is below the {least:g} mg a day an adequate trial needs.",
        )
    return Answer(
        verdict=Adequacy.YES,
        reason=f"{dose:g} mg a day reaches the {least:g} mg a day an adequate trial needs.",
    )


def _elapsed_weeks(trial: TreatmentTrial, *, now: datetime) -> float | None:
    """Return weeks from start to end (or to ``now`` while it goes on), if dates are recorded."""
    if trial.started is None:
        return None
    end = trial.ended if trial.ended is not None else (now if trial.ongoing else None)
    if end is None:
        return None
    return max(0.0, (min(end, now) - trial.started) / _WEEK)


def _duration(trial: TreatmentTrial, needs: MedicineAdequacy, *, now: datetime) -> Answer:
    least = needs.weeks.to("wk")
    enough = least if needs.preferred_weeks is None else needs.preferred_weeks.to("wk")
    whole = _elapsed_weeks(trial, now=now)
    weeks = trial.weeks_at_dose
    if weeks is None:
        # Weeks at a dose cannot be more than the whole trial, so a short trial is decided anyway.
        if whole is not None and whole < least:
            return Answer(
                verdict=Adequacy.NO,
                reason=f"The whole trial lasted {whole:.3g} weeks, fewer than the {least:g} needed.",
            )
        return Answer(
            verdict=Adequacy.CANNOT_TELL,
            reason=f"The weeks at that dose are not recorded; {enough:g} are needed.",
            missing="weeks at that dose",
        )
    # A week of slack: dates are often rounded to the month, weeks to the whole number.
    if whole is not None and weeks > whole + 1:
        return Answer(
            verdict=Adequacy.CANNOT_TELL,
            reason=f"{weeks:g} weeks at that dose do not fit into a trial of {whole:.3g} weeks.",
            missing="which is right: the weeks at that dose, or the dates",
        )
    so_far = " so far" if trial.ongoing else ""
    if weeks < least:
        return Answer(
            verdict=Adequacy.NO,
            reason=f"{weeks:g} weeks at that dose{so_far} are fewer than the {least:g} needed.",
        )
    if weeks < enough:
        return Answer(
            verdict=Adequacy.POSSIBLE,
            reason=(
                f"{weeks:g} weeks at that dose{so_far} reach the {least:g} of a possible trial, "
                f"not the {enough:g} preferred."
            ),
        )
    return Answer(
        verdict=Adequacy.YES,
        reason=f"{weeks:g} weeks at that dose{so_far} reach the {enough:g} needed.",
    )


def _adherence(trial: TreatmentTrial) -> Answer:
    if trial.adherence is None:
        return Answer(
            verdict=Adequacy.CANNOT_TELL,
            reason="How regularly it was taken is not recorded.",
            missing="adherence",
        )
    return {
        Adherence.GOOD: Answer(verdict=Adequacy.YES, reason="Adherence was good."),
        Adherence.PARTIAL: Answer(
            verdict=Adequacy.POSSIBLE,
            reason="Adherence was partial, so the trial is possible only.",
        ),
        Adherence.POOR: Answer(
            verdict=Adequacy.NO, reason="Adherence was poor, so it was not an adequate trial."
        ),
    }[trial.adherence]


def _sessions(trial: TreatmentTrial, needs: CourseAdequacy) -> Answer:
    possible, enough = needs.possible_sessions.value, needs.sessions.value
    count = trial.sessions
    if count is None:
        return Answer(
            verdict=Adequacy.CANNOT_TELL,
            reason=f"The number of sessions is not recorded; {enough:g} are needed.",
            missing="number of sessions",
        )
    if count < possible:
        return Answer(
            verdict=Adequacy.NO,
            reason=f"{count} sessions are fewer than the {possible:g} of a possible course.",
        )
    if count < enough:
        return Answer(
            verdict=Adequacy.POSSIBLE,
            reason=(
                f"{count} sessions reach the {possible:g} of a possible course, "
                f"not the {enough:g} of an adequate one."
            ),
        )
    return Answer(verdict=Adequacy.YES, reason=f"{count} sessions reach the {enough:g} needed.")


def _course_length(trial: TreatmentTrial, needs: CourseAdequacy, *, now: datetime) -> Answer:
    least = needs.weeks.to("wk")
    weeks = trial.weeks if trial.weeks is not None else _elapsed_weeks(trial, now=now)
    if weeks is None:
        return Answer(
            verdict=Adequacy.CANNOT_TELL,
            reason=f"How long the course lasted is not recorded; {least:g} weeks are needed.",
            missing="weeks from the first session to the last",
        )
    if weeks < least:
        return Answer(
            verdict=Adequacy.NO,
            reason=f"The course lasted {weeks:.3g} weeks, fewer than the {least:g} needed.",
        )
    return Answer(
        verdict=Adequacy.YES,
        reason=f"The course lasted {weeks:.3g} weeks, at least the {least:g} needed.",
    )


def _homework(trial: TreatmentTrial, needs: CourseAdequacy) -> Answer:
    least = needs.homework.to("1")
    done = trial.homework_fraction
    if done is None:
        return Answer(
            verdict=Adequacy.CANNOT_TELL,
            reason="How much of the homework was done is not recorded.",
            missing="share of the homework done",
        )
    if done < least:
        return Answer(
            verdict=Adequacy.NO,
            reason=f"{100 * done:.0f} % of the homework was done, less than the {100 * least:.0f} % needed.",
        )
    return Answer(
        verdict=Adequacy.YES,
        reason=f"{100 * done:.0f} % of the homework was done, at least the {100 * least:.0f} % needed.",
    )


def _yes_no(
    answer: bool | None,  # noqa: FBT001 - a recorded yes, no, or not recorded
    *,
    yes: str,
    no: str,
    missing: str,
    otherwise: Adequacy = Adequacy.NO,
) -> Answer:
    if answer is None:
        return Answer(
            verdict=Adequacy.CANNOT_TELL,
            reason=f"{missing[0].upper()}{missing[1:]} is not recorded.",
            missing=missing,
        )
    return (
        Answer(verdict=Adequacy.YES, reason=yes) if answer else Answer(verdict=otherwise, reason=no)
    )
