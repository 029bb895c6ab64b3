"""Whether the anxiety is severe enough now, on a scale filled in recently."""

from __future__ import annotations

from ketacare.core.record import Score
from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.facts import Answer
from ketacare.core.safety.patterns import phrase


def judge(case: Case) -> Verdict:
    """Return pass if any recent scale reaches its threshold; block if recent ones do not.

    Totals that were not reported are added up only from complete items (all scales of this rule
    are plain sums).
    """
    window = case.span("window")
    used: list[Answer] = []
    reached: list[str] = []
    for instrument in case.words("scales"):
        threshold = case.bound(instrument, "point")
        for score in reversed(case.person.scores_of(instrument)):
            if score.at > case.now or case.now - score.at > window:
                continue
            total = _total(score)
            if total is None:
                continue
            answer = Answer(
                code=f"score:{instrument}",
                label=instrument.upper(),
                value=total,
                at=score.at,
                unit="point",
            )
            used.append(answer)
            if total >= threshold:
                reached.append(f"{instrument.upper()} {total:g}")
            break
    if reached:
        return case.passes(*used, scores=phrase(reached))
    if not used:
        return case.cannot_tell(
            case.given(
                f"complete anxiety score of the last {case.limit('window').value:g} days", None
            )
        )
    said = phrase([f"{answer.label} {answer.value:g}" for answer in used])
    return case.found("mild", *used, scores=said)


def _total(score: Score) -> float | None:
    if score.total is not None:
        return score.total
    items = score.items or ()
    answered = [item for item in items if item is not None]
    return float(sum(answered)) if len(answered) == len(items) else None
