"""``ketacare score``: every questionnaire with its total, band, and what changed."""

from __future__ import annotations

from pathlib import Path

from ketacare.adapters.report.scores import ScoreView, score_views, scores_shape
from ketacare.cli.cases import moment_of, open_case
from ketacare.cli.printing import Page, name_of, print_json
from ketacare.core.measures import Change
from ketacare.core.record import Person
from ketacare.knowledge.loading.instruments import load_instruments


def run_score(file: Path, *, as_json: bool, at: str) -> None:
    """Print the scores of the person in ``file``."""
    person = open_case(file)
    now = moment_of(person, at, file)
    views = score_views(person, load_instruments(), now=now)
    if as_json:
        shape = scores_shape(views, person)
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
            ("when", "total", "band", "since the last", "since the baseline"),
            [_row(view, person) for view in mine],
        )
        newest = mine[-1]
        page.say(newest.rated.scored.sentence)
        if newest.since_baseline:
            page.say(f"Since the baseline: {newest.since_baseline.sentence}")
        page.items(alert.sentence for alert in newest.rated.scored.alerts)
    page.print()


def _row(view: ScoreView, person: Person) -> tuple[str, ...]:
    scored = view.rated.scored
    total = "not scored" if scored.total is None else f"{scored.total:.3g}"
    band = "" if scored.band is None else scored.band.label
    baseline = "baseline" if view.is_baseline else _points(view.since_baseline)
    return (person.when(view.rated.at), total, band, _points(view.since_previous), baseline)


def _points(change: Change | None) -> str:
    if change is None:
        return ""
    if change.points == 0:
        return "the same"
    word = "lower" if change.points > 0 else "higher"
    percent = "" if change.percent is None else f" ({abs(change.percent):.0f} %)"
    return f"{abs(change.points):.3g} {word}{percent}"
