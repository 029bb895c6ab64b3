"""The ways of asking that several predicates share: any yes, all yes, medicines of a class.

In each of them a known bad answer decides even when others are missing; only when nothing bad is
known does a missing answer make the verdict ``cannot_tell``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ketacare.core.safety.case import Case, Listed, Verdict, ago
from ketacare.core.safety.dated import spoken
from ketacare.core.safety.facts import Answer


def any_yes(case: Case, situation: str, *codes: str) -> Verdict:
    """Return ``situation`` if any question was answered yes; pass only if all were answered no."""
    answers = case.ask_all(*codes)
    known = [answer for answer in answers if answer.value is True]
    if known:
        return case.found(situation, *answers, found=listed(known))
    return unless_missing(case, *answers)


def all_yes(case: Case, situation: str, *codes: str) -> Verdict:
    """Return ``situation`` if any question was answered no; pass only if all were answered yes."""
    answers = case.ask_all(*codes)
    known = [answer for answer in answers if answer.value is False]
    if known:
        return case.found(situation, *answers, found=listed(known))
    return unless_missing(case, *answers)


def unless_missing(case: Case, *answers: Answer, **values: str) -> Verdict:
    """Return pass, or ``cannot_tell`` when one of ``answers`` is missing."""
    if any(answer.missing for answer in answers):
        return case.cannot_tell(*answers)
    return case.passes(*answers, **values)


def listed(answers: list[Answer]) -> str:
    """Return the labels of ``answers`` as one phrase: ``"psychosis and delirium"``."""
    return phrase([answer.label for answer in answers])


def phrase(words: list[str]) -> str:
    """Return words joined as in speech."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Medicines:
    """The medicines of a class a person takes, and how sure the list is.

    ``doubts`` are the answers that make an empty ``found`` mean nothing: the list was not
    reviewed, or holds medicines whose class the clinic does not know.
    """

    found: tuple[Listed, ...]
    doubts: tuple[Answer, ...]
    review: Answer

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Return the medicines found as answers, for the finding."""
        return tuple(medicine_answer(m) for m in self.found)

    @property
    def names(self) -> str:
        """Return the names of the medicines found, as one phrase."""
        return phrase([m.name for m in self.found])


def medicines_of(
    case: Case, classes: tuple[str, ...], *, washout: timedelta | None = None
) -> Medicines:
    """Return the medicines of ``classes`` taken now, or ended less than ``washout`` ago.

    An empty list of medicines says nothing until someone has reviewed it (``medicines_reviewed``).
    """
    back = washout or timedelta()
    present = [
        m
        for m in case.snapshot.medicines
        if (m.medicine.since is None or m.medicine.since <= case.now)
        and (m.medicine.until is None or m.medicine.until >= case.now - back)
    ]
    review = case.ask("medicines_reviewed")
    doubts = []
    if review.value is not True:
        doubts.append(
            review
            if review.missing
            else Answer(
                code=review.code,
                label=review.label,
                value=None,
                at=review.at,
                problem=f"the {review.label} was answered no",
            )
        )
    strangers = [m for m in present if m.treatment is None]
    if strangers and case.ask("unlisted_medicines_checked").value is not True:
        doubts.extend(
            Answer(
                code=f"medicine:{m.medicine.ingredient}",
                label=m.name,
                value=None,
                problem=f"{m.name} is not in the clinic's list of medicines, so its class is not known",
            )
            for m in strangers
        )
    return Medicines(
        found=tuple(m for m in present if m.is_any(classes)), doubts=tuple(doubts), review=review
    )


def medicine_answer(item: Listed) -> Answer:
    """Return one medicine as an answer: its daily dose as far as it is known."""
    medicine = item.medicine
    dose = (
        "dose not recorded"
        if medicine.mg_per_day is None
        else spoken(medicine.mg_per_day, "mg/day")
    )
    return Answer(
        code=f"medicine:{medicine.ingredient}",
        label=item.name,
        value=dose,
        at=medicine.last_taken or medicine.since,
    )


def class_taken(case: Case, situation: str, *, washout: timedelta | None = None) -> Verdict:
    """Return ``situation`` if a medicine of the rule's ``classes`` is taken."""
    medicines = medicines_of(case, case.words("classes"), washout=washout)
    if medicines.found:
        return case.found(situation, *medicines.answers, medicines=medicines.names)
    if medicines.doubts:
        return case.cannot_tell(*medicines.doubts)
    return case.passes(medicines.review)


def since_taken(case: Case, item: Listed) -> str:
    """Return how long ago a medicine was last taken, as said."""
    taken = item.medicine.last_taken
    return "at a time not recorded" if taken is None else f"{ago(case.now - taken)} ago"
