"""The measures of one patient as their page shows them: scores with what each change means.

Nothing is judged here: totals, bands and changes come from the core, the baseline is that of the
current series. Changes are ``before − after``, so that a positive number is fewer symptoms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from ketacare.clinic.infusions.access import infusions_of
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.questionnaires import access, mapping
from ketacare.clinic.questionnaires.models import AdaptiveTest, Request, Response, RiskAnswer
from ketacare.clinic.questionnaires.risk import standing_of, triage_of
from ketacare.core.measures import (
    About,
    Change,
    Instrument,
    Phase,
    Point,
    Scored,
    Standing,
    Triage,
    is_asked,
    judge_change,
    trajectory,
)
from ketacare.core.planning import Rated, series_of
from ketacare.core.record import Infusion, Person
from ketacare.knowledge.load import load_adaptive_rules, load_dose_timing


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One item with the answer in words; ``None`` where it was left out."""

    number: int
    text: str
    value: int | None
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """One response that stands, or one that was corrected (then without changes)."""

    response: Response
    scored: Scored
    items: tuple[Answered, ...]
    since_previous: Change | None
    since_baseline: Change | None
    is_baseline: bool
    hours_after_dose: float | None
    caution: str = ""

    @property
    def after_dose(self) -> str:
        """How long after the last infusion it was answered, as one says it."""
        hours = self.hours_after_dose
        if hours is None:
            return _("before any infusion")
        if hours < 48:
            return _("{n} h after an infusion").format(n=round(hours))
        return _("{n} days after an infusion").format(n=round(hours / 24))

    @property
    def said(self) -> str:
        """The total as written: no decimals that say nothing."""
        return "" if self.scored.total is None else f"{round(self.scored.total, 2):g}"

    @property
    def adaptive(self) -> AdaptiveTest | None:
        """The adaptive test the total comes from."""
        return getattr(self.response, "adaptive", None)

    @property
    def is_correction(self) -> bool:
        """Whether it stands in the place of an entry that was wrong."""
        return hasattr(self.response, "corrects")

    @property
    def triage(self) -> Triage | None:
        """The level the answers lead to, for a screener that is triaged."""
        return triage_of(self.scored)

    @property
    def left_out(self) -> str:
        """The items left out, as numbers."""
        return ", ".join(str(number) for number in self.scored.missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One open answer about risk with where it stands now."""

    risk: RiskAnswer
    standing: Standing

    @property
    def is_late(self) -> bool:
        """Whether others had to be told."""
        return self.standing.phase in {Phase.ESCALATED, Phase.OVERDUE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One instrument: its rows, newest first, the corrected ones apart."""

    instrument: Instrument
    rows: tuple[ScoreRow, ...]
    corrected: tuple[ScoreRow, ...]
    baseline: Rated | None

    @property
    def latest(self) -> ScoreRow | None:
        """The newest one."""
        return self.rows[0] if self.rows else None

    @property
    def how_change_is_read(self) -> str:
        """From which size on a difference is more than noise, and from which it matters."""
        noise, matters = self.instrument.reliable_change, self.instrument.mcid
        said = []
        if noise is not None:
            said.append(
                _("{n} points or more are more than measurement noise (reliable change).").format(
                    n=f"{noise.value:g}"
                )
            )
        else:
            said.append(_("How much is measurement noise is not published for this scale."))
        if matters is not None:
            said.append(
                _("{n} points or more are what people notice (minimal important change).").format(
                    n=f"{matters.value:g}"
                )
            )
        return " ".join(said)

    @property
    def by_clinician(self) -> bool:
        """Whether a clinician rates it."""
        return self.instrument.rater.value == "clinician"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRow:
    """One request with where it stands now."""

    request: Request
    names: str
    state: Request.State
    is_overdue: bool

    @property
    def level(self) -> str:
        """The level of its status."""
        if self.is_overdue:
            return "watch"
        return {
            Request.State.OPEN: "info",
            Request.State.STARTED: "info",
            Request.State.ANSWERED: "good",
        }.get(self.state, "none")

    @property
    def is_waiting(self) -> bool:
        """Whether answers may still come, or are missing because the link has ended."""
        return self.state in {Request.State.OPEN, Request.State.STARTED, Request.State.EXPIRED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Everything the page shows."""

    measures: tuple[Measure, ...]
    requests: tuple[RequestRow, ...]
    risks: tuple[Duty, ...]
    handled: tuple[RiskAnswer, ...]
    person: Person

    @property
    def waiting(self) -> tuple[RequestRow, ...]:
        """The requests without answers."""
        return tuple(row for row in self.requests if row.is_waiting)

    @property
    def closed(self) -> tuple[RequestRow, ...]:
        """The others."""
        return tuple(row for row in self.requests if not row.is_waiting)


def measures_of(patient: Patient, *, now: datetime) -> Measures:
    """Return the measures of one patient; the caller has authorised."""
    responses = list(access.responses_of(patient.pk).select_related("adaptive"))
    standing = [row for row in responses if row.stands]
    person = Person(
        id=str(patient.pk),
        label=patient.name,
        infusions=infusions_of(patient.pk),
        scores=tuple(mapping.score_record(row) for row in reversed(standing)),
    )
    risks = list(access.risk_answers_of(patient.pk))
    return Measures(
        measures=tuple(
            _measure(instrument, responses, person, now=now)
            for name, instrument in access.known().items()
            if name in access.USUAL or any(row.instrument == name for row in responses)
        ),
        requests=tuple(request_row(row, now=now) for row in access.requests_of(patient.pk)),
        risks=tuple(
            Duty(risk=risk, standing=standing_of(risk, now=now))
            for risk in risks
            if risk.acknowledged_at is None
        ),
        handled=tuple(risk for risk in risks if risk.acknowledged_at is not None),
        person=person,
    )


ABOUT = {
    About.ANXIETY: _lazy("Anxiety"),
    About.DEPRESSION: _lazy("Depression"),
    About.TRAUMA: _lazy("Trauma"),
    About.OBSESSIONS: _lazy("Obsessions and compulsions"),
    About.FUNCTION: _lazy("Functioning"),
    About.QUALITY_OF_LIFE: _lazy("Quality of life"),
    About.SLEEP: _lazy("Sleep"),
    About.SUBSTANCES: _lazy("Alcohol and other substances"),
    About.SUICIDE_RISK: _lazy("Suicide risk"),
    About.INFUSION: _lazy("The infusion"),
    About.BLADDER: _lazy("Bladder"),
    About.THERAPY: _lazy("Expectation and alliance"),
    About.GENERAL: _lazy("General"),
}


def scale_groups() -> list[tuple[str, list[Instrument]]]:
    """Return what can be entered, grouped by what it is about."""
    scales = list(access.enterable().values())
    groups = [(str(ABOUT[about]), [s for s in scales if s.about is about]) for about in About]
    return [(name, found) for name, found in groups if found]


def request_row(request: Request, *, now: datetime) -> RequestRow:
    """Return one request as a row."""
    state = request.state(now)
    waits = state in {Request.State.OPEN, Request.State.STARTED, Request.State.EXPIRED}
    return RequestRow(
        request=request,
        names=access.names_of(request),
        state=state,
        is_overdue=waits and now > request.due_at,
    )


def answered(instrument: Instrument, response: Response) -> tuple[Answered, ...]:
    """Return the items with their answers; empty when only a total was reported."""
    if response.items is None:
        return ()
    form = (*instrument.items, *instrument.unscored)
    found = []
    for item, value in zip(form, response.items, strict=False):
        label = item.label(value)
        if value is None:
            label = _("left out") if is_asked(item, response.items) else _("not asked")
        found.append(
            Answered(
                number=item.number,
                text=item.shown,
                value=value,
                label="" if label == str(value) else label,
            )
        )
    return tuple(found)


def _measure(
    instrument: Instrument, responses: Sequence[Response], person: Person, *, now: datetime
) -> Measure:
    own = sorted((r for r in responses if r.instrument == instrument.id), key=lambda r: r.at)
    baseline = series_of(person, instrument, load_adaptive_rules().thresholds, now=now).baseline
    rows: list[ScoreRow] = []
    previous: float | None = None
    points = _points(person, instrument, now=now)
    for response in (r for r in own if r.stands):
        row = _row(instrument, response, person.infusions, previous, baseline)
        point = points.get(response.at)
        row = replace(row, caution="" if point is None else point.caution)
        previous = previous if row.scored.total is None else row.scored.total
        rows.append(row)
    corrected = [_row(instrument, r, person.infusions, None, None) for r in own if not r.stands]
    return Measure(
        instrument=instrument,
        rows=tuple(reversed(rows)),
        corrected=tuple(reversed(corrected)),
        baseline=baseline,
    )


def _points(person: Person, instrument: Instrument, *, now: datetime) -> dict[datetime, Point]:
    found = trajectory(person, instrument, load_dose_timing(), now=now)
    return {point.at: point for point in found.points}


def _row(
    instrument: Instrument,
    response: Response,
    infusions: Sequence[Infusion],
    previous: float | None,
    baseline: Rated | None,
) -> ScoreRow:
    scored = mapping.scored(response)
    given = [i.at for i in infusions if i.at <= response.at]
    later = baseline is not None and response.at > baseline.at
    return ScoreRow(
        response=response,
        scored=scored,
        items=answered(instrument, response),
        since_previous=_change(instrument, previous, scored.total),
        since_baseline=_change(
            instrument, baseline.total if baseline and later else None, scored.total
        ),
        is_baseline=baseline is not None and response.at == baseline.at,
        hours_after_dose=(response.at - max(given)) / timedelta(hours=1) if given else None,
    )


def _change(instrument: Instrument, before: float | None, after: float | None) -> Change | None:
    if before is None or after is None:
        return None
    return judge_change(instrument, before, after)
