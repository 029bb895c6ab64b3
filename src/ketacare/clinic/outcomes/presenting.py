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
from django.utils.translation import gettext_lazy, ngettext

from ketacare.adapters.plots import Chart, ShareRow, share_chart
from ketacare.clinic.outcomes import counting
from ketacare.clinic.outcomes.access import INSTRUMENTS, Compared, Decided, Learned
from ketacare.clinic.outcomes.counting import Share
from ketacare.clinic.plans.models import Decision
from ketacare.core.measures import Instrument
from ketacare.knowledge.load import load_instruments, load_prior, load_protocol

SMALLEST = 5
FEW = 20
DAYS = (7, 14, 28, 56)
WIDE, NARROW = 560, 330


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One chart in two widths."""

    wide: Chart
    narrow: Chart


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
class CoverageView:
    """Forecasts against what came true, for one group of scores."""

    name: str
    count: str
    picture: Picture | None
    verdicts: tuple[tuple[str, str], ...]
    note: str


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
    coverage: tuple[CoverageView, ...]
    not_comparable: str


def outcomes_view(learned: Learned, *, now: datetime) -> OutcomesView:
    """Return what the page shows of what was learned."""
    hide = learned.hides_small
    primary = learned.courses[INSTRUMENTS[0]]
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
        coverage=_coverage(learned.compared, hide=hide),
        not_comparable=number(learned.not_comparable, hide=hide),
    )


def number(n: int, *, hide: bool) -> str:
    """Return a count, or "fewer than 5" where a small one must not be shown."""
    return _("fewer than {n}").format(n=SMALLEST) if hide and 0 < n < SMALLEST else str(n)


def numbers(counts: Sequence[int], *, hide: bool) -> list[str]:
    """Return the parts of a whole that is shown: as many are held back as needed.

    A single small part could be worked out from the others, so the next smallest goes with it until
    what is held back holds at least five people.
    """
    hidden = {i for i, n in enumerate(counts) if hide and 0 < n < SMALLEST}
    shown = sorted((n, i) for i, n in enumerate(counts) if i not in hidden and n)
    while hidden and shown and sum(counts[i] for i in hidden) < SMALLEST:
        hidden.add(shown.pop(0)[1])
    return [str(_("held back")) if i in hidden else str(n) for i, n in enumerate(counts)]


def is_hidden(share: Share, *, hide: bool) -> bool:
    """Return whether a share would show a small number, of those inside or of those outside."""
    return hide and (share.n < SMALLEST or share.of - share.n < SMALLEST)


def row_of(label: str, share: Share, *, hide: bool, promised: float | None = None) -> ShareRow:
    """Return a share as a row of a chart."""
    if is_hidden(share, hide=hide):
        return ShareRow(
            label=label,
            count=_("held back, fewer than {n} on one side").format(n=SMALLEST),
            share=None,
            promised=promised,
        )
    interval = share.interval
    return ShareRow(
        label=label,
        count=_("{n} of {of}").format(n=share.n, of=share.of) if share.of else _("nobody yet"),
        share=share.share,
        low=None if interval is None else interval[0],
        high=None if interval is None else interval[1],
        promised=promised,
    )


def small_note(of: int) -> str:
    """Return what to make of a small number, or nothing."""
    if of == 0:
        return _("Nobody has been measured yet: nothing can be said.")
    if of < FEW:
        return ngettext(
            "One measurement: this is an observation, not a rate.",
            "Only {n}: the interval says how little that tells.",
            of,
        ).format(n=of)
    return ""


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
        picture=_picture(f"response-{name}", _title(instrument, found.weeks), rows),
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
        picture = _picture(
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


def _coverage(compared: Sequence[Compared], *, hide: bool) -> tuple[CoverageView, ...]:
    names = {name: load_instruments()[name].name for name in INSTRUMENTS}
    groups = [(_("All scores"), list(compared))]
    groups += [(names[name], [c for c in compared if c.instrument == name]) for name in INSTRUMENTS]
    groups += [
        (_("Before the person's own scores"), [c for c in compared if not c.learned]),
        (_("Learned from the person's scores"), [c for c in compared if c.learned]),
    ]
    return tuple(
        _coverage_of(f"coverage-{index}", name, rows, hide=hide)
        for index, (name, rows) in enumerate(groups)
        if rows or index == 0
    )


def _coverage_of(chart_id: str, name: str, rows: Sequence[Compared], *, hide: bool) -> CoverageView:
    found = counting.coverage(c.held for c in rows)
    labels = [_("{n:.0f} % band").format(n=100 * c.promised) for c in found]
    verdicts = [
        (label, _("held back") if is_hidden(c.inside, hide=hide) else str(_VERDICTS[c.verdict]))
        for label, c in zip(labels, found, strict=True)
    ]
    picture = None
    if rows:
        picture = _picture(
            chart_id,
            name,
            [
                row_of(label, c.inside, hide=hide, promised=c.promised)
                for label, c in zip(labels, found, strict=True)
            ],
        )
    return CoverageView(
        name=name,
        count=number(len(rows), hide=hide),
        picture=picture,
        verdicts=tuple(verdicts),
        note=small_note(len(rows)) if not hide or len(rows) >= SMALLEST else "",
    )


_VERDICTS = {
    "holds": gettext_lazy("does not contradict its promise so far"),
    "too narrow": gettext_lazy("too narrow: forecasts are surer than they should be"),
    "too wide": gettext_lazy("wider than its promise"),
    "cannot say": gettext_lazy("cannot say yet"),
}


def _picture(chart_id: str, title: str, rows: Sequence[ShareRow]) -> Picture:
    return Picture(
        wide=share_chart(chart_id=chart_id, title=title, rows=rows, width=WIDE),
        narrow=share_chart(chart_id=f"{chart_id}-narrow", title=title, rows=rows, width=NARROW),
    )
