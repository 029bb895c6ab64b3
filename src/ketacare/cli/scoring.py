"""``ketacare score``: every questionnaire with its total, band, and what changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ketacare.adapters.report.scores import ScoreView, score_views, scores_shape
from ketacare.cli.cases import moment_of, open_case
from ketacare.cli.printing import Page, name_of, print_json
from ketacare.core.measures import Change, Route, score_problems
from ketacare.core.record import Person
from ketacare.knowledge.loading.instruments import load_instruments
from ketacare.knowledge.loading.measures import load_dose_timing
from ketacare.knowledge.loading.risk import load_risk_policy


def run_score(file: Path, *, as_json: bool, at: str) -> None:
    """Print the scores of the person in ``file``."""
    person = open_case(file)
    now = moment_of(person, at, file)
    instruments = load_instruments()
    views = score_views(
        person, instruments, now=now, timing=load_dose_timing(), policy=load_risk_policy()
    )
    problems = score_problems(person, instruments, now=now)
    if as_json:
        shape = scores_shape(views, person, problems)
        print_json(shape, command="score", file=file, person=person, at=person.when(now))
        return
    page = Page()
    page.title(f"Scores: {name_of(person)}")
    if not views:
        page.say("No questionnaire is recorded.")
    for name in dict.fromkeys(view.rated.instrument for view in views):
        mine = [view for view in views if view.rated.instrument == name]
        page.heading(mine[0].rated.scored.instrument.name)
        page.table(
            ("when", "after a dose", "total", "band", "since the last", "since the baseline"),
            [_row(view, person) for view in mine],
        )
        newest = next((view for view in reversed(mine) if view.point is not None), mine[-1])
        if newest.point is None and newest.rated.scored.total is not None:
            page.say("None of these is counted; below stands why.")
            # What was answered about risk is told all the same.
            page.items(alert.sentence for view in mine for alert in view.rated.scored.alerts)
            continue
        page.say(newest.rated.scored.sentence)
        if newest.since_baseline:
            page.say(f"Since the baseline: {newest.since_baseline.sentence}")
        if newest.point is not None and newest.point.caution:
            page.say(newest.point.caution)
        page.items(_behind(newest))
    if problems:
        page.heading("Not used as it stands")
        page.items(f"{problem.where}: {problem.sentence}" for problem in problems)
    page.print()


def _behind(view: ScoreView) -> Iterator[str]:
    """Yield what lies behind the newest total: parts, cut-offs, patterns, risk."""
    scored = view.rated.scored
    for part in scored.subscales:
        total = "not scored" if part.total is None else f"{part.total:.3g}"
        meaning = f", {part.subscale.meaning}" if part.reached and part.subscale.meaning else ""
        yield f"{part.subscale.name}: {total}{meaning}."
    for cut in scored.cuts:
        if cut.reached:
            yield f"At or beyond the published cut-off: {cut.cut.label}."
    yield from (pattern.sentence for pattern in scored.patterns)
    if view.triage is not None:
        yield view.triage.sentence
        yield from view.triage.contradictions
    yield from (alert.sentence for alert in scored.alerts)


def _after_dose(view: ScoreView) -> str:
    if view.point is None:
        return "not used"
    hours = view.point.hours_since_dose
    if hours is None:
        return "before any"
    span = f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} d"
    return f"{span}, {view.point.dose_class.value.replace('_', ' ')}"


def _row(view: ScoreView, person: Person) -> tuple[str, ...]:
    scored = view.rated.scored
    unscored = "no total" if scored.route is Route.NO_TOTAL else "not scored"
    total = unscored if scored.total is None else f"{scored.total:.3g}"
    band = "" if scored.band is None else scored.band.label
    baseline = "baseline" if view.is_baseline else _points(view.since_baseline)
    return (
        person.when(view.rated.at),
        _after_dose(view),
        total,
        band,
        _points(view.since_previous),
        baseline,
    )


def _points(change: Change | None) -> str:
    if change is None:
        return ""
    if change.points == 0:
        return "the same"
    word = "higher" if change.rise > 0 else "lower"
    percent = "" if change.percent is None else f" ({abs(change.percent):.0f} %)"
    return f"{abs(change.points):.3g} {word}{percent}"
