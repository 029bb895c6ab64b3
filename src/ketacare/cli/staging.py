"""``ketacare stage``: every trial judged, every criterion, and only then the label."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from ketacare.adapters.report.history import stage_shape
from ketacare.cli.cases import moment_of, open_case
from ketacare.cli.printing import Page, name_of, print_json, said
from ketacare.core.history import Stage, TrialJudgement, stage
from ketacare.core.measures import rate_all
from ketacare.core.record import Person
from ketacare.knowledge.loading.instruments import load_instruments
from ketacare.knowledge.loading.staging import load_staging
from ketacare.knowledge.loading.treatments import load_treatments


def stage_of(person: Person, now: datetime) -> Stage:
    """Return the stage of a person by the house's definition, on scored totals."""
    return stage(
        person,
        load_treatments(),
        load_staging(),
        now=now,
        severity=rate_all(person, load_instruments(), now=now),
    )


def run_stage(file: Path, *, as_json: bool, at: str) -> None:
    """Print the stage of the person in ``file``."""
    person = open_case(file)
    now = moment_of(person, at, file)
    found = stage_of(person, now)
    if as_json:
        shape = stage_shape(found)
        print_json(shape, command="stage", file=file, person=person, at=person.when(now))
        return
    page = Page()
    page.title(f"Stage of resistance: {name_of(person)}")
    page.say(found.sentence)
    page.heading("Treatments tried")
    page.table(
        ("treatment", "tried well enough", "failed", "counts"),
        [_row(judgement) for judgement in found.trials],
    )
    if not found.trials:
        page.say("None is recorded.")
    for judgement in found.trials:
        page.heading(judgement.trial.name or judgement.treatment.name)
        page.items(judgement.reasons)
        page.missing(judgement.missing)
    page.heading("Criteria")
    for criterion in found.criteria:
        page.say(f"{said(criterion.met)}: {criterion.label}")
        page.say(criterion.sentence, indent=2)
        page.missing(criterion.missing)
    page.heading("Rests on")
    page.say(
        f"{found.definition_name[:1].upper()}{found.definition_name[1:]}, version {found.version}, status {found.status.value}."
    )
    page.say(f"Sources: {', '.join(found.sources)}.")
    page.print()


def _row(judgement: TrialJudgement) -> tuple[str, str, str, str]:
    adequacy = judgement.adequacy.value.replace("_", " ") if judgement.defined else "not defined"
    name = judgement.trial.name or judgement.treatment.name
    return (name, adequacy, said(judgement.failed), said(judgement.counts))
