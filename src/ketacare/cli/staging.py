"""``ketacare stage``: every trial judged, every criterion, only then the label, and others beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ketacare.adapters.report.history import points_shape, stage_beside_shape, stage_shape
from ketacare.cli.cases import moment_of, open_case
from ketacare.cli.printing import Page, name_of, print_json, said
from ketacare.core.history import PointsStage, Stage, TrialJudgement, points_of, stage
from ketacare.core.measures import rate_all
from ketacare.core.record import Contradiction, Person, find_contradictions
from ketacare.knowledge.loading.instruments import load_instruments
from ketacare.knowledge.loading.safety import load_policy
from ketacare.knowledge.loading.staging import load_staging, staging_ids
from ketacare.knowledge.loading.staging_points import load_staging_points, staging_points_ids
from ketacare.knowledge.loading.treatments import load_treatments

OWN = "ketacare_anxiety"


@dataclass(frozen=True, slots=True, kw_only=True)
class SideBySide:
    """The clinic's definition, the published ones, and the scores in points, on the same facts."""

    own: Stage
    others: tuple[Stage, ...]
    points: tuple[PointsStage, ...]


def stage_of(person: Person, now: datetime, definition: str = OWN) -> Stage:
    """Return the stage of a person by one definition, on scored totals."""
    return stage(
        person,
        load_treatments(),
        load_staging(definition),
        now=now,
        severity=rate_all(person, load_instruments(), now=now),
    )


def stages_of(person: Person, now: datetime) -> SideBySide:
    """Return the stage by every definition there is."""
    own = stage_of(person, now)
    severity = rate_all(person, load_instruments(), now=now)
    return SideBySide(
        own=own,
        others=tuple(stage_of(person, now, name) for name in staging_ids() if name != OWN),
        points=tuple(
            points_of(person, own.trials, load_staging_points(name), now=now, severity=severity)
            for name in staging_points_ids()
        ),
    )


def run_stage(file: Path, *, as_json: bool, at: str) -> None:
    """Print the stage of the person in ``file``."""
    person = open_case(file)
    now = moment_of(person, at, file)
    found = stages_of(person, now)
    wrong = contradictions_of(person, now)
    if as_json:
        shape = stage_shape(found.own)
        shape["beside"] = [stage_beside_shape(other) for other in found.others]
        shape["points"] = [points_shape(points) for points in found.points]
        shape["contradictions"] = [one.sentence for one in wrong]
        print_json(shape, command="stage", file=file, person=person, at=person.when(now))
        return
    _page(person, found, wrong).print()


def contradictions_of(person: Person, now: datetime) -> tuple[Contradiction, ...]:
    """Return what the record says twice and differently, by the policy's tolerance."""
    tolerance = load_policy().limit("record.consistent", "weight", on=now.date()).to("kg")
    return find_contradictions(person, weight_tolerance_kg=tolerance, until=now)


def _page(person: Person, found: SideBySide, wrong: tuple[Contradiction, ...]) -> Page:
    own = found.own
    page = Page()
    page.title(f"Stage of resistance: {name_of(person)}")
    page.say(own.sentence)
    if wrong:
        page.heading("Contradictions in the record")
        page.items([one.sentence for one in wrong])
    page.heading("Treatments tried")
    page.table(
        ("treatment", "tried well enough", "failed", "counts"),
        [_row(judgement) for judgement in own.trials],
    )
    if not own.trials:
        page.say("None is recorded.")
    for judgement in own.trials:
        page.heading(judgement.trial.name or judgement.treatment.name)
        page.items(judgement.reasons)
        page.missing(judgement.missing)
    if own.apart:
        page.heading("Ended for another reason than lack of effect")
        page.items(
            [
                f"{each.reason.value.replace('_', ' ')}: {', '.join(each.names)}"
                for each in own.apart
            ]
        )
    page.heading("Criteria")
    for criterion in own.criteria:
        page.say(f"{said(criterion.met)}: {criterion.label}")
        page.say(criterion.sentence, indent=2)
        page.missing(criterion.missing)
    if own.functioning is not None:
        page.heading("Daily life")
        page.say(own.functioning.sentence)
    page.heading("By other definitions, from the same facts")
    for other in found.others:
        page.say(other.sentence)
        page.missing(other.missing)
    for points in found.points:
        page.say(points.sentence)
        page.items([f"{part.name}: {part.sentence}" for part in points.parts])
        page.missing(points.missing)
        page.say(points.caution, indent=2)
    page.heading("Rests on")
    page.say(
        f"{own.definition_name[:1].upper()}{own.definition_name[1:]}, version {own.version}, "
        f"status {own.status.value}."
    )
    page.say(f"Sources: {', '.join(own.sources)}.")
    return page


def _row(judgement: TrialJudgement) -> tuple[str, str, str, str]:
    adequacy = judgement.adequacy.value.replace("_", " ") if judgement.defined else "not defined"
    name = judgement.trial.name or judgement.treatment.name
    return (name, adequacy, said(judgement.failed), said(judgement.counts))
