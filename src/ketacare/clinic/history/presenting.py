"""A history as its page shows it: rows beside what the core makes of them, and what was corrected.

Nothing is judged here; the judgements come from the core and are put next to the rows they are of.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ketacare.clinic.history import access, actions
from ketacare.clinic.history.forms import ADHERENCE, CERTAINTY, END_REASON, OUTCOME, ROLE
from ketacare.clinic.history.models import Diagnosis, Entry, Medicine, Trial
from ketacare.core.history import Adequacy, Stage, TrialJudgement
from ketacare.core.record import (
    Adherence,
    Certainty,
    EndReason,
    Fact,
    Person,
    TrialOutcome,
    TrialRole,
)
from ketacare.core.sources import Source
from ketacare.knowledge.load import load_sources, load_treatments

AnyEntry = TypeVar("AnyEntry", bound=Entry)
Text = str | Promise
COMPLETE = "trial_history_complete"  # the question that makes "too few trials" mean "not met"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One earlier account of an entry: who gave it, and what it said otherwise."""

    row: Any
    differences: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """One entry: its row, its name, what it says in short lines, and its earlier accounts."""

    row: Any
    title: str
    lines: tuple[str, ...]
    earlier: tuple[Change, ...]
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialView:
    """One trial beside its judgement."""

    entry: EntryView
    judgement: TrialJudgement | None
    level: str
    adequacy: Text
    verdict: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionView:
    """One criterion of a definition with its answer in words."""

    label: str
    level: str
    answer: Text
    sentence: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageView:
    """One definition's answer, criterion by criterion."""

    stage: Stage
    level: str
    answer: Text
    criteria: tuple[CriterionView, ...]
    sources: tuple[Source, ...]

    @property
    def one_is_enough(self) -> bool:
        """Whether the answer is yes although a line is not met: the definition says "or"."""
        return self.stage.resistant is True and any(
            criterion.met is not True for criterion in self.stage.criteria
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryView:
    """Everything the page shows."""

    stages: tuple[StageView, ...]
    trials: tuple[TrialView, ...]
    diagnoses: tuple[EntryView, ...]
    medicines: tuple[EntryView, ...]
    past_medicines: tuple[EntryView, ...]
    struck: tuple[Any, ...]
    complete: Fact | None


ADEQUACY: dict[Adequacy, tuple[str, str]] = {
    Adequacy.YES: ("good", "Adequate"),
    Adequacy.POSSIBLE: ("info", "Possibly adequate"),
    Adequacy.NO: ("none", "Not adequate"),
    Adequacy.CANNOT_TELL: ("watch", "Cannot tell"),
}


def stage_view(stage: Stage) -> StageView:
    """Return a stage with its three-valued answers in words."""
    level, answer = {
        True: ("info", _("Resistant")),
        False: ("none", _("Not resistant")),
        None: ("watch", _("Cannot tell yet")),
    }[stage.resistant]
    known = load_sources()
    return StageView(
        stage=stage,
        level=level,
        answer=answer,
        criteria=tuple(
            CriterionView(
                label=criterion.label[:1].upper() + criterion.label[1:],
                level={True: "good", False: "none", None: "watch"}[criterion.met],
                answer={True: _("Met"), False: _("Not met"), None: _("Cannot tell")}[criterion.met],
                sentence=criterion.sentence,
                missing=criterion.missing,
            )
            for criterion in stage.criteria
        ),
        sources=tuple(known[name] for name in stage.sources if name in known),
    )


def history(
    patient_id: uuid.UUID, stages: Sequence[Stage], person: Person, *, now: datetime
) -> HistoryView:
    """Return what the history page shows; the first of ``stages`` judges the trials."""
    judged = {judgement.trial.id: judgement for judgement in stages[0].trials}
    diagnoses = list(access.rows_of(Diagnosis, patient_id))
    trials = list(access.rows_of(Trial, patient_id))
    medicines = list(access.rows_of(Medicine, patient_id))
    today = timezone.localdate()
    views = [
        _medicine(row, _earlier(row, medicines, actions.MEDICINE_FIELDS))
        for row in medicines
        if row.stands
    ]
    over = {view.row.pk for view in views if view.row.until is not None and view.row.until < today}
    return HistoryView(
        stages=tuple(stage_view(stage) for stage in stages),
        trials=tuple(
            _trial(row, _earlier(row, trials, actions.TRIAL_FIELDS), judged.get(str(row.pk)))
            for row in trials
            if row.stands
        ),
        diagnoses=tuple(
            _diagnosis(row, _earlier(row, diagnoses, actions.DIAGNOSIS_FIELDS))
            for row in diagnoses
            if row.stands
        ),
        medicines=tuple(view for view in views if view.row.pk not in over),
        past_medicines=tuple(view for view in views if view.row.pk in over),
        struck=tuple(row for row in (*diagnoses, *trials, *medicines) if row.struck_at is not None),
        complete=person.fact(COMPLETE, before=now),
    )


def _diagnosis(row: Diagnosis, earlier: tuple[Change, ...]) -> EntryView:
    confirmed = _("confirmation not recorded")
    if row.confirmed_by:
        confirmed = _("confirmed by {name}").format(name=row.confirmed_by)
        if row.confirmed_on:
            confirmed += f", {_day(row.confirmed_on)}"
    lines = [row.code or _("no code recorded"), confirmed]
    if row.since:
        lines.insert(1, _("since {day}").format(day=_day(row.since)))
    if row.in_person is not None:
        lines.append(_("seen in person") if row.in_person else _("not seen in person"))
    tags = (_("Main reason for treatment"),) if row.primary else ()
    return EntryView(row=row, title=row.name, lines=tuple(lines), earlier=earlier, tags=tags)


def _trial(row: Trial, earlier: tuple[Change, ...], judged: TrialJudgement | None) -> TrialView:
    treatment = load_treatments().get(row.treatment)
    title = treatment.name if treatment else row.treatment
    entry = EntryView(
        row=row,
        title=title[:1].upper() + title[1:],
        lines=tuple(_trial_lines(row)),
        earlier=earlier,
        tags=(_("as written: {name}").format(name=row.name),)
        if row.name and row.name.casefold() != title.casefold() and row.name != row.treatment
        else (),
    )
    if judged is None:
        return TrialView(
            entry=entry,
            judgement=None,
            level="watch",
            adequacy=_("Not judged"),
            verdict=_("The clinic's list does not know this treatment."),
        )
    if judged.defined:
        level, adequacy = ADEQUACY[judged.adequacy]
    else:
        level, adequacy = "none", _("No definition")
    return TrialView(
        entry=entry, judgement=judged, level=level, adequacy=_(adequacy), verdict=_verdict(judged)
    )


def _verdict(judged: TrialJudgement) -> str:
    if judged.counts:
        return _("Counts as an adequate trial that failed.")
    if judged.counts is None:
        return _("Whether it counts as failed cannot be told yet.")
    return _("Does not count as an adequate trial that failed.")


def _trial_lines(row: Trial) -> Iterable[str]:
    if row.kind == "medicine":
        dose = row.dose_mg_per_day
        yield (
            _("{n} mg a day").format(n=f"{dose:g}") if dose is not None else _("dose not recorded")
        )
        weeks = row.weeks_at_dose
        yield (
            _("{n} weeks at that dose").format(n=f"{weeks:g}")
            if weeks is not None
            else _("weeks at that dose not recorded")
        )
        if row.role and row.role != TrialRole.ALONE:
            other = load_treatments().get(row.added_to)
            name = other.name if other else row.added_to or _("another medicine")
            added = row.role == TrialRole.AUGMENTATION
            yield (_("added to {name}") if added else _("begun with {name}")).format(name=name)
    elif row.sessions is not None:
        yield ngettext("{n} session", "{n} sessions", row.sessions).format(n=row.sessions)
    else:
        yield _("number of sessions not recorded")
    if row.kind == "psychotherapy":
        if row.weeks is not None:
            yield _("over {n} weeks").format(n=f"{row.weeks:g}")
        if row.exposure_delivered is not None:
            yield _("with exposure") if row.exposure_delivered else _("without exposure")
    yield _period(row)
    yield (
        _("outcome: {what}").format(
            what=str(OUTCOME[TrialOutcome(row.outcome)]).split(":", maxsplit=1)[0].lower()
        )
        if row.outcome
        else _("outcome not recorded")
    )
    if row.end_reason:
        yield _("ended because: {why}").format(
            why=str(END_REASON[EndReason(row.end_reason)]).lower()
        )


def _period(row: Trial) -> str:
    if row.started and row.ended:
        return f"{_day(row.started)} – {_day(row.ended)}"
    if row.started:
        going = _("still going on") if row.ongoing else _("end not recorded")
        return _("from {day}, {going}").format(day=_day(row.started), going=going)
    if row.ended:
        return _("until {day}").format(day=_day(row.ended))
    return _("dates not recorded")


def _medicine(row: Medicine, earlier: tuple[Change, ...]) -> EntryView:
    treatment = load_treatments().get(row.ingredient)
    title = treatment.name if treatment else row.ingredient
    lines = [
        _("{n} mg a day").format(n=f"{row.mg_per_day:g}")
        if row.mg_per_day is not None
        else _("dose not recorded")
    ]
    if row.as_needed:
        lines.append(_("only when needed"))
    if row.since:
        lines.append(_("since {day}").format(day=_day(row.since)))
    if row.until:
        lines.append(_("until {day}").format(day=_day(row.until)))
    if row.last_taken:
        lines.append(_("last taken {when}").format(when=_moment(row.last_taken)))
    tags = []
    if treatment is None:
        tags.append(_("not on the clinic's list"))
    elif row.name and row.name.casefold() not in {title.casefold(), row.ingredient}:
        tags.append(_("as written: {name}").format(name=row.name))
    return EntryView(
        row=row,
        title=title[:1].upper() + title[1:],
        lines=tuple(lines),
        earlier=earlier,
        tags=tuple(tags),
    )


def _earlier(row: AnyEntry, rows: Sequence[AnyEntry], names: tuple[str, ...]) -> tuple[Change, ...]:
    """Return the accounts this entry took the place of, newest first."""
    before = {old.superseded_by_id: old for old in rows if old.superseded_by_id is not None}
    found, current = [], row
    while (old := before.get(current.pk)) is not None:
        differences = tuple(
            (
                _label(old, name),
                _said(name, getattr(old, name)),
                _said(name, getattr(current, name)),
            )
            for name in names
            if getattr(old, name) != getattr(current, name)
        )
        found.append(Change(row=old, differences=differences))
        current = old
    return tuple(found)


def _label(row: Entry, name: str) -> str:
    for field in row._meta.get_fields():  # noqa: SLF001 - Django's documented way to a label
        if field.name == name:
            return str(getattr(field, "verbose_name", name))
    return name


_WORDS: dict[str, tuple[Any, dict[Any, Any]]] = {
    "adherence": (Adherence, ADHERENCE),
    "outcome": (TrialOutcome, OUTCOME),
    "end_reason": (EndReason, END_REASON),
    "certainty": (Certainty, CERTAINTY),
    "role": (TrialRole, ROLE),
}


def _said(name: str, value: Any) -> str:
    if value is None or value == "":
        return _("not recorded")
    if name in _WORDS:
        kind, words = _WORDS[name]
        return str(words[kind(value)])
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, datetime):
        return _moment(value)
    return _day(value) if isinstance(value, date) else str(value)


def _day(value: date) -> str:
    return date_format(value, "j M Y")


def _moment(value: datetime) -> str:
    return date_format(timezone.localtime(value), "j M Y H:i")
