"""Loads ``knowledge/staging_points``: published staging scores in points.

The ``[[check]]`` tables describe people in a few words and give the total, or between which points it
lies and what is missing; :func:`check_all` builds each person and asks.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

from ketacare.core.errors import ErrorCode, KetacareError, KnowledgeError
from ketacare.core.history import (
    PointsBand,
    PointsDefinition,
    PointsKind,
    PointsStage,
    judge_trial,
    points_of,
)
from ketacare.core.record import Diagnosis, Fact, Person, Score
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.loading.staging import read_check_trial
from ketacare.knowledge.loading.treatments import load_treatments
from ketacare.knowledge.reading import Section, open_folder, open_section, read_provenance

FOLDER = "staging_points"
_NUMBERS = {
    PointsKind.MGH: {
        "weeks": "wk", "trial": "point", "optimisation": "point", "augmentation": "point",
        "ect": "point",
    },
    PointsKind.MAUDSLEY: {
        "months_short": "count", "months_long": "count", "mild": "point", "moderate": "point",
        "severe": "point", "score_age": "d", "few": "count", "some": "count", "many": "count",
        "most": "count", "augmentation": "point", "ect": "point",
    },
}  # fmt: skip

# The people of checks are staged at one fixed moment.
_NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
_MONTH = timedelta(days=365.25 / 12)


@cache
def load_staging_points(id: str) -> PointsDefinition:  # noqa: A002 - the word of the files
    """Return the staging score with this id."""
    known = _roots()
    if id not in known:
        raise KnowledgeError(
            ErrorCode.UNKNOWN_NAME,
            f'there is no staging score "{id}"; there are {", ".join(known)}',
            source=FOLDER,
        )
    return _read(known[id])


def staging_points_ids() -> tuple[str, ...]:
    """Return the ids of all staging scores, by file name."""
    return tuple(_roots())


def check_all() -> list[CheckResult]:
    """Run the ``[[check]]`` tables of every staging score."""
    return [
        _check(part, load_staging_points(name))
        for name, root in _roots().items()
        for part in root.sections("check", optional=True)
    ]


def _roots() -> dict[str, Section]:
    found = {}
    for file in open_folder(FOLDER):
        root = open_section(file, folder=FOLDER, known_sources=source_ids())
        found[root.text("id")] = root
    return found


def _read(root: Section) -> PointsDefinition:
    kind = root.choice("kind", PointsKind)
    numbers = root.section("numbers")
    definition = PointsDefinition(
        provenance=read_provenance(root),
        name=root.text("name"),
        kind=kind,
        numbers={name: numbers.sourced(name, unit=unit) for name, unit in _NUMBERS[kind].items()},
        bands=tuple(_band(part) for part in root.sections("band", optional=True)),
        history_complete_fact=root.text("history_complete_fact"),
        caution=root.text("caution"),
    )
    numbers.close()
    root.raw("check", [])
    root.close()
    return definition


def _band(part: Section) -> PointsBand:
    band = PointsBand(
        name=part.text("name"),
        low=part.sourced("low", unit="point"),
        high=part.sourced("high", unit="point"),
    )
    part.close()
    return band


def _check(part: Section, definition: PointsDefinition) -> CheckResult:
    name = part.text("name")
    expected = _expected(part)
    try:
        found = _found(_ask(part, definition), expected)
    except KetacareError as error:
        found = str(error)
    part.close()
    return CheckResult(
        file=part.source, name=name, passed=expected == found, expected=expected, found=found
    )


def _expected(part: Section) -> str:
    if "total" in part:
        return f"{part.number('total'):g} points {part.text('band', '')}".strip()
    low, high = part.number("low"), part.number("high")
    return f"{low:g} to {high:g} points, missing {part.text('missing')}"


def _found(stage: PointsStage, expected: str) -> str:
    if stage.total is not None:
        return f"{stage.total:g} points {stage.band}".strip()
    wanted = expected.partition("missing ")[2]
    gaps = "; ".join(stage.missing)
    said = wanted if wanted and wanted in gaps else gaps
    return f"{stage.low:g} to {stage.high:g} points, missing {said}"


def _ask(part: Section, definition: PointsDefinition) -> PointsStage:
    facts = []
    if part.flag("history_complete", default=True):
        facts.append(Fact(code=definition.history_complete_fact, value=True, at=_NOW))
    if "psychosis" in part:
        facts.append(Fact(code="psychosis_current", value=part.flag("psychosis"), at=_NOW))
    since = _NOW - _MONTH * part.number("months") if "months" in part else None
    scores: tuple[Score, ...] = ()
    if "gad7" in part:
        scores = (Score(instrument="gad7", at=_NOW, total=part.number("gad7")),)
    person = Person(
        id="check",
        label="check",
        diagnoses=(Diagnosis(name="generalised anxiety", code="F41.1", since=since, primary=True),),
        trials=tuple(read_check_trial(p) for p in part.sections("trial", optional=True)),
        facts=tuple(facts),
        scores=scores,
    )
    treatments = load_treatments()
    judged = [judge_trial(trial, treatments, now=_NOW) for trial in person.trials]
    return points_of(person, judged, definition, now=_NOW)
