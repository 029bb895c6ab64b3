"""One visit by link: whose link it is, what is asked, what was answered so far, where to go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ketacare.clinic.questionnaires import access
from ketacare.clinic.questionnaires.models import Request
from ketacare.core.measures import Instrument, Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question as it is asked: ``place`` of ``total`` over all questionnaires of the link."""

    instrument: Instrument
    item: Item
    place: int
    total: int
    address: str
    reached: bool
    value: int | None

    @property
    def skipped(self) -> bool:
        """Whether the person would rather not answer it."""
        return self.reached and self.value is None

    @property
    def answer(self) -> str:
        """The chosen answer in words; empty when there is none."""
        for option in self.item.options:
            if self.reached and option.value == self.value:
                return option.label
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A genuine link with its questions in order."""

    request: Request
    token: str
    questions: tuple[Question, ...]
    state: Request.State

    @property
    def name(self) -> str:
        """What the person likes to be called."""
        return self.request.patient.called

    @property
    def zone(self) -> tzinfo:
        """The person's own time zone, or the clinic's when it is not known."""
        try:
            return ZoneInfo(self.request.patient.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return timezone.get_default_timezone()

    @property
    def is_open(self) -> bool:
        """Whether answers are taken."""
        return self.state in {Request.State.OPEN, Request.State.STARTED}

    @property
    def reached(self) -> int:
        """How many questions were answered or skipped."""
        return sum(question.reached for question in self.questions)

    @property
    def open_questions(self) -> int:
        """How many questions were neither answered nor skipped."""
        return len(self.questions) - self.reached

    @property
    def minutes(self) -> int:
        """About how many minutes it takes, at ten seconds a question."""
        return max(1, round(len(self.questions) * 10 / 60))

    @property
    def recall(self) -> str:
        """The time the questions are about, as the questionnaires say it."""
        windows = dict.fromkeys(question.instrument.recall for question in self.questions)
        return _(" and ").join(windows)

    @property
    def next_address(self) -> str:
        """The first question not reached yet, or the page to look everything over."""
        for question in self.questions:
            if not question.reached:
                return question.address
        return self.check_address

    @property
    def start_address(self) -> str:
        """The first page."""
        return reverse("questionnaires:link", args=[self.token])

    @property
    def check_address(self) -> str:
        """The page to look everything over and send it."""
        return reverse("questionnaires:check", args=[self.token])

    def question(self, instrument: str, item: int) -> Question | None:
        """Return one question of this link, or ``None``."""
        for question in self.questions:
            if question.instrument.id == instrument and question.item.number == item:
                return question
        return None

    def after(self, question: Question) -> str:
        """Return where to go after a question: the next one, or the page to look it over."""
        following = self.questions[question.place : question.place + 1]
        return following[0].address if following else self.check_address

    def before(self, question: Question) -> str:
        """Return where "Back" leads."""
        if question.place == 1:
            return self.start_address
        return self.questions[question.place - 2].address

    def answers(self) -> dict[str, list[int | None]]:
        """Return the answers by questionnaire, ``None`` where one was left out."""
        given = {(q.instrument.id, q.item.number): q.value for q in self.questions}
        known = access.known()
        return {
            name: [given.get((name, item.number)) for item in form_of(known[name])]
            for name in self.request.instruments
        }

    def speaks_of_risk(self) -> bool:
        """Return whether a kept answer is one that asks for a person."""
        return any(
            question.value is not None
            and question.item.number == alert.item
            and question.value >= alert.at_least.value
            for question in self.questions
            for alert in question.instrument.alerts
        )


def visit_of(token: str, *, now: datetime) -> Visit | None:
    """Return the visit of a link made here, whatever its state; ``None`` for any other text."""
    request = access.request_of_token(token)
    if request is None:
        return None
    known = access.known()
    kept = access.kept_answers(request, token)
    asked = [
        (known[name], item)
        for name in request.instruments
        for item in form_of(known[name])
        if _is_open(item, kept[name])
    ]
    questions = tuple(
        Question(
            instrument=instrument,
            item=item,
            place=place,
            total=len(asked),
            address=reverse("questionnaires:question", args=[token, instrument.id, item.number]),
            reached=item.number in kept[instrument.id],
            value=kept[instrument.id].get(item.number),
        )
        for place, (instrument, item) in enumerate(asked, start=1)
    )
    return Visit(request=request, token=token, questions=questions, state=request.state(now))


def form_of(instrument: Instrument) -> tuple[Item, ...]:
    """Return every question as printed, the ones that are not scored last."""
    return (*instrument.items, *instrument.unscored)


def _is_open(item: Item, kept: Mapping[int, int | None]) -> bool:
    """Return whether a question is to be asked: not when an earlier answer made it void."""
    earlier = None if item.gate is None else kept.get(item.gate.item)
    return item.gate is None or earlier is None or earlier >= item.gate.at_least
