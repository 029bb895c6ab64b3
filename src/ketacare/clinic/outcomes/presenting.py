"""The outcomes in words, numbers and charts; small numbers are held back where they must be.

For those who read no charts of patients, a number under five is not shown, nor one from which it
could be worked out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ketacare.adapters.plots import ShareRow
from ketacare.clinic.outcomes import counting
from ketacare.clinic.outcomes.access import INSTRUMENTS, Decided, Learned
from ketacare.clinic.outcomes.counting import Share
from ketacare.clinic.outcomes.holding import CoverageView, coverage_view
from ketacare.clinic.outcomes.showing import (
    SMALLEST,
    Picture,
    is_hidden,
    number,
    numbers,
    picture_of,
    row_of,
    small_note,
)
from ketacare.clinic.plans.models import Decision
from ketacare.core.measures import Instrument
from ketacare.knowledge.load import load_instruments, load_prior, load_protocol

DAYS = (7, 14, 28, 56)
LATEST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseView:
    """Response on one instrument, with who is not in it."""

    name: str
    weeks: str
    counts: tuple[tuple[str, str], ...]
    picture: Picture
    bounds: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableView:
    """A table, and the sentence above it."""

    sentence: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Why something was decided, in the words of whoever signed it, without the person."""

    at: datetime
    what: str
    ground: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomesView:
    """Everything the page shows."""

    hides_small: bool
    treated: int
    responses: tuple[ResponseView, ...]
    time: TableView
    time_picture: Picture | None
    infusions: str
    decisions: TableView
    grounds: TableView
    agreement: str
    words: tuple[Words, ...]
    more_words: int
    coverage: CoverageView


def outcomes_view(learned: Learned, *, now: datetime) -> OutcomesView:
    """Return what the page shows of what was learned."""
    hide = learned.hides_small
    primary = learned.courses[INSTRUMENTS[0]]
    in_words = sorted((d for d in learned.decisions if d.reason), key=lambda d: d.at)[::-1]
    time, picture = _time(primary, hide=hide)
    return OutcomesView(
        hides_small=hide,
        treated=len(primary),
        responses=tuple(_response(name, learned, now=now) for name in INSTRUMENTS),
        time=time,
        time_picture=picture,
        infusions=_infusions(counting.infusions_used(primary), hide=hide),
        decisions=_decisions(learned.decisions, hide=hide),
        grounds=_grounds(learned.decisions, hide=hide),
        agreement=_agreement(learned.decisions, hide=hide),
        words=tuple(_words(d) for d in in_words[:LATEST]),
        more_words=max(len(in_words) - LATEST, 0),
        coverage=coverage_view(learned, hide=hide),
    )


def _words(decided: Decided) -> Words:
    return Words(
        at=decided.at,
        what=str(Decision.Kind(decided.kind).label),
        ground=str(Decision.Grounds(decided.grounds).label),
        reason=decided.reason,
    )


def _response(name: str, learned: Learned, *, now: datetime) -> ResponseView:
    hide = learned.hides_small
    instrument = load_instruments()[name]
    view = load_prior().view(name)
    judged = timedelta(days=load_protocol().weights.judged.to("d"))
    found = counting.respond(
        learned.courses[name],
        now=now,
        judged=judged,
        response=view.response.value,
        remission=view.remission.value,
    )
    labels = (
        _("Measured, and in the shares"),
        _("Not measured in time"),
        _("No score before the first infusion"),
        _("Not due yet"),
    )
    parts = (found.measured, found.not_measured, found.no_baseline, found.not_due)
    counts = (
        (_("Treated"), number(found.treated, hide=hide)),
        *zip(labels, numbers(parts, hide=hide), strict=True),
    )
    rows = (
        row_of(_("Response (at least half better)"), found.response, hide=hide),
        row_of(
            _("Remission ({name} at most {n:g})").format(
                name=instrument.name, n=view.remission.value
            ),
            found.remission,
            hide=hide,
        ),
    )
    bounds = ""
    small = is_hidden(found.response, hide=hide) or (hide and found.not_measured < SMALLEST)
    if found.bounds is not None and found.not_measured and not small:
        bounds = _(
            "If none, or all, of those not measured had responded, the response would be {low:.0f} "
            "or {high:.0f} %."
        ).format(low=100 * found.bounds[0], high=100 * found.bounds[1])
    return ResponseView(
        name=instrument.name,
        weeks=f"{found.weeks:g}",
        counts=counts,
        picture=picture_of(f"response-{name}", _title(instrument, found.weeks), rows),
        bounds=bounds,
        note=small_note(found.measured) if not hide or found.measured >= SMALLEST else "",
    )


def _title(instrument: Instrument, weeks: float) -> str:
    return _("{name}, {weeks:g} weeks after the first infusion").format(
        name=instrument.name, weeks=weeks
    )


def _time(
    courses: Sequence[counting.TreatedCourse], *, hide: bool
) -> tuple[TableView, Picture | None]:
    view = load_prior().view(INSTRUMENTS[0])
    found = counting.time_to_response(courses, response=view.response.value, days=DAYS)
    header = (_("By day"), _("Have responded"), _("95 % interval"), _("Still followed then"))
    whole = Share(n=found.responded, of=found.people)
    if not found.people or is_hidden(whole, hide=hide):
        sentence = (
            _("Held back: fewer than {n} people on one side.").format(n=SMALLEST)
            if found.people
            else _("Nobody has been measured after an infusion yet.")
        )
        return TableView(sentence=sentence, header=header, rows=()), None
    sentence = (
        _("{n} of {of} people measured have had a first score at least half better.").format(
            n=found.responded, of=found.people
        )
        + " "
        + (
            _("Half of such people have it by day {day:.0f}.").format(day=found.median_days)
            if found.median_days is not None
            else _("Fewer than half so far, so there is no median.")
        )
    )
    # Beyond the last score nothing is known; a curve drawn on would look like knowledge.
    least = SMALLEST if hide else 1
    shown = [d for d in found.by_day if d.followed >= least]
    rows = tuple(
        (
            str(d.day),
            f"{100 * d.share:.0f} %",
            f"{100 * d.low:.0f} to {100 * d.high:.0f} %",
            str(d.followed),
        )
        for d in shown
    )
    picture = None
    if shown:
        picture = picture_of(
            "time",
            _("Have responded by then"),
            [
                ShareRow(
                    label=_("By day {day}").format(day=d.day),
                    count=_("{n} still followed").format(n=d.followed),
                    share=d.share,
                    low=d.low,
                    high=d.high,
                )
                for d in shown
            ],
        )
    return TableView(sentence=sentence, header=header, rows=rows), picture


def _infusions(used: counting.Infusions, *, hide: bool) -> str:
    if not used.people:
        return _("No infusion has been given yet.")
    if hide and used.people < SMALLEST:
        return _("Held back: fewer than {n} people were treated.").format(n=SMALLEST)
    text = _("{people} people had {total} infusions; the middle one had {median:g}").format(
        people=used.people, total=used.total, median=used.median
    )
    # The least and the most are single people: not for those who may not see one.
    if not hide:
        text += _(", the least {least} and the most {most}").format(
            least=used.least, most=used.most
        )
    return f"{text}."


def _decisions(decisions: Sequence[Decided], *, hide: bool) -> TableView:
    counts = Counter(d.kind for d in decisions)
    parts = numbers([counts[kind.value] for kind in Decision.Kind], hide=hide)
    rows = tuple((str(kind.label), part) for kind, part in zip(Decision.Kind, parts, strict=True))
    sentence = ngettext(
        "{n} decision has been signed.", "{n} decisions have been signed.", len(decisions)
    ).format(n=number(len(decisions), hide=hide))
    if not decisions:
        sentence = _("No decision has been signed yet.")
    return TableView(sentence=sentence, header=(_("What was done"), _("Number")), rows=rows)


def _grounds(decisions: Sequence[Decided], *, hide: bool) -> TableView:
    counts = Counter((d.grounds, d.kind) for d in decisions)
    kinds = list(Decision.Kind)
    grounds = [g for g in Decision.Grounds if any(counts[g.value, k.value] for k in kinds)]
    # By column: how often each thing was done stands in the table beside.
    columns = [numbers([counts[g.value, k.value] for g in grounds], hide=hide) for k in kinds]
    rows = tuple(
        (str(ground.label), *(column[index] for column in columns))
        for index, ground in enumerate(grounds)
    )
    header = (_("Main ground"), *(str(kind.label) for kind in kinds))
    return TableView(sentence=_("Why, by what was done."), header=header, rows=rows)


def _agreement(decisions: Sequence[Decided], *, hide: bool) -> str:
    taken = [d for d in decisions if d.kind == Decision.Kind.ACCEPT]
    if not taken:
        return ""
    first = Share(n=sum(d.first for d in taken), of=len(taken))
    if is_hidden(first, hide=hide):
        return ""
    departing = sum(bool(d.departs) for d in taken)
    text = _("Of {of} options signed as offered, {n} were the first").format(of=first.of, n=first.n)
    if not is_hidden(Share(n=departing, of=len(taken)), hide=hide):
        text += _("; {n} departed from the guideline").format(n=departing)
    return f"{text}."
