"""Whether somebody has to decide about a plan now, and why, in one sentence.

Pure: advice and the plan in force go in, a question comes out. The topic names what the question
is about (infusion, score, rule), so that a decision answers it until one of these changes.
"""

from __future__ import annotations

from dataclasses import dataclass

from ketacare.core.planning import Action, Advice, Kind, Option, Plan, departures

_AS_PLANNED = frozenset({Action.START, Action.CONTINUE})
_STOPS = frozenset({Action.STOP, Action.HOLD})
_SAME = 1e-6
_SPACING = 0.3  # share: 3 or 4 days apart is still twice a week


_NOT_YET = {
    None: "Not yet a plan: the eligibility review is not signed.",
    False: "Not yet a plan: the signed review does not find the person eligible now.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What has to be decided; ``asks`` is ``False`` when nothing has, and the sentence says why."""

    asks: bool
    sentence: str
    topic: str


def question_of(
    advice: Advice,
    *,
    plan: Plan | None,
    given: int,
    eligible: bool | None,
    closed: bool = False,
) -> Question:
    """Return what has to be decided about a person's plan.

    ``plan`` is in force with ``given`` infusions of it done; ``eligible`` is what the signed review
    says (``None``: nobody has signed one); ``closed`` says that care has ended.
    """
    asks, sentence = _judge(advice, plan, given, eligible=eligible, closed=closed)
    return Question(asks=asks, sentence=sentence, topic=_topic(advice, plan, given))


def _judge(
    advice: Advice, plan: Plan | None, given: int, *, eligible: bool | None, closed: bool
) -> tuple[bool, str]:
    if closed:
        return False, "Care has ended: there is nothing to decide."
    if plan is None and advice.guideline.series.number == 0 and eligible is not True:
        return False, _NOT_YET[eligible]
    if not advice.options:
        # A rule that says nothing but "hold" wants a clinician today, with or without a ranking.
        return advice.guideline.actions == (Action.HOLD,), advice.sentence
    if plan is None:
        return _without_plan(advice, advice.options[0])
    return _with_plan(advice, advice.options[0], plan, given)


def _with_plan(advice: Advice, first: Option, plan: Plan, given: int) -> tuple[bool, str]:
    if given >= plan.number:
        done = "The infusion" if plan.number == 1 else f"All {plan.number} infusions"
        return True, (
            f"{done} of the plan {'is' if plan.number == 1 else 'are'} given{_score(advice)}: "
            f"decide what follows. {_both(advice, first)}"
        )
    proposed = set(advice.guideline.actions)
    fits = set(first.candidate.actions) <= _AS_PLANNED and proposed <= _AS_PLANNED
    if fits or (_matches(first, plan) and not proposed & _STOPS):
        return False, f"The plan goes on as signed{_score(advice)}. {_both(advice, first)}"
    return True, f"The plan may no longer be the best{_score(advice)}. {_both(advice, first)}"


def _without_plan(advice: Advice, first: Option) -> tuple[bool, str]:
    if advice.guideline.series.number == 0:
        return True, f"Ready for a first plan{_score(advice)}. {_both(advice, first)}"
    wanted = first.candidate.kind is not Kind.STOP and Action.STOP not in advice.guideline.actions
    return wanted, f"No plan is in force{_score(advice)}. {_both(advice, first)}"


def _score(advice: Advice) -> str:
    """Return where the person stands, to be put behind a statement: ", GAD-7 15 after …"."""
    series = advice.guideline.series
    if series.latest is None:
        return ""
    text = f"; {series.name} {series.latest.total:g}"
    if series.number:
        text += f" after infusion {series.number}"
        if series.baseline is not None:
            text += f", {series.baseline.total:g} before the first"
    return text


def _both(advice: Advice, first: Option) -> str:
    """Return guideline and first option in one sentence."""
    option = f'the first option is "{first.candidate.headline}"'
    leading = advice.guideline.leading
    if leading is None:
        return f"The guideline cannot be told; {option}."
    actions = advice.guideline.actions
    proposed = " or ".join(action.wording for action in actions)
    if not departures(first.candidate.actions, actions):
        option = f'the first option agrees: "{first.candidate.headline}"'
    return f"The guideline ({leading.id}) proposes to {proposed}; {option}."


def _matches(option: Option, plan: Plan) -> bool:
    """Return whether the option is what the plan orders already."""
    c = option.candidate
    if c.kind is not Kind.GIVE or c.dose_mg_per_kg is None or c.minutes is None:
        return False
    gap = c.interval_days or plan.days_between
    return (
        abs(c.dose_mg_per_kg - plan.dose_mg_per_kg) < _SAME
        and abs(c.minutes - plan.minutes) < _SAME
        and abs(gap - plan.days_between) <= _SPACING * plan.days_between
    )


def _topic(advice: Advice, plan: Plan | None, given: int) -> str:
    series, leading = advice.guideline.series, advice.guideline.leading
    latest = "none" if series.latest is None else series.latest.at.isoformat()
    complete = plan is not None and given >= plan.number
    return "|".join(
        (
            str(series.number),
            latest,
            "none" if leading is None else leading.id,
            "complete" if complete else "",
            "options" if advice.options else "",
        )
    )
