"""Loads ``knowledge/staging``: one file per definition of treatment resistance.

The ``[[check]]`` tables of a file describe people in a few words and say what the definition must
answer; :func:`check_all` builds each person and asks.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

from ketacare.core.errors import ErrorCode, KetacareError, KnowledgeError
from ketacare.core.history import (
    ChecklistItem,
    Combine,
    DiagnosisRule,
    MedicineRule,
    SeverityRule,
    StagingDefinition,
    TherapyRule,
    Threshold,
    TreatmentClass,
    stage,
)
from ketacare.core.record import (
    Adherence,
    Diagnosis,
    EndReason,
    Fact,
    Person,
    Score,
    TreatmentTrial,
    TrialOutcome,
    TrialRole,
)
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.instruments import load_instruments
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.loading.treatments import find_treatment, load_treatments
from ketacare.knowledge.reading import (
    Section,
    open_folder,
    open_section,
    read_provenance,
    read_toml,
)

FOLDER = "staging"

# The people of checks are staged at one fixed moment.
_NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@cache
def load_staging(id: str = "ketacare_anxiety") -> StagingDefinition:  # noqa: A002 - the word of the files
    """Return the definition of resistance with this id."""
    known = {}
    for file in open_folder(FOLDER):
        root = open_section(file, folder=FOLDER, known_sources=source_ids())
        name = root.text("id")
        known[name] = root
    if id not in known:
        raise KnowledgeError(
            ErrorCode.UNKNOWN_NAME,
            f'there is no definition "{id}"; there are {", ".join(known)}',
            source=FOLDER,
        )
    return _read(known[id])


def staging_ids() -> tuple[str, ...]:
    """Return the ids of all definitions, by file name."""
    return tuple(
        open_section(file, folder=FOLDER, known_sources=source_ids()).text("id")
        for file in open_folder(FOLDER)
    )


def read_staging(text: str, *, source: str) -> StagingDefinition:
    """Read one definition from TOML text."""
    root = Section(read_toml(text, source=source), source=source, known_sources=source_ids())
    return _read(root)


def _read(root: Section) -> StagingDefinition:
    definition = StagingDefinition(
        provenance=read_provenance(root),
        name=root.text("name"),
        diagnosis=_diagnosis(root.section("diagnosis")),
        medicines=_medicines(root.section("medicines")),
        therapies=_therapies(root.section("therapies")),
        severity=_severity(root.section("severity")) if "severity" in root else None,
        checklist=tuple(_item(p) for p in root.sections("checklist", optional=True)),
        history_complete_fact=root.text("history_complete_fact", ""),
        possible_counts=root.flag("possible_counts", default=False),
        combine=root.choice("combine", Combine, Combine.BOTH),
        augmentation_counts=root.flag("augmentation_counts", default=False),
    )
    root.raw("check", [])
    root.close()
    return definition


def _diagnosis(part: Section) -> DiagnosisRule:
    rule = DiagnosisRule(codes=part.texts("codes"), words=part.texts("words"))
    part.close()
    return rule


def _medicines(part: Section) -> MedicineRule:
    words = part.texts("classes")
    unknown = [word for word in words if word not in set(TreatmentClass)]
    if unknown:
        raise part.error(
            ErrorCode.UNKNOWN_NAME, "classes", f'class "{unknown[0]}" is not a treatment class'
        )
    rule = MedicineRule(
        minimum=part.sourced("minimum", unit="count"),
        classes=tuple(TreatmentClass(word) for word in words),
        minimum_of_classes=part.sourced("minimum_of_classes", unit="count"),
    )
    part.close()
    return rule


def _therapies(part: Section) -> TherapyRule:
    rule = TherapyRule(
        minimum=part.sourced("minimum", unit="count"),
        exception_fact=part.text("exception_fact", ""),
    )
    part.close()
    return rule


def _severity(part: Section) -> SeverityRule:
    rule = SeverityRule(
        thresholds=tuple(_threshold(p) for p in part.sections("threshold")),
        max_age=part.sourced("max_age", unit="d"),
    )
    part.close()
    return rule


def _threshold(part: Section) -> Threshold:
    name, also = part.text("instrument"), part.texts("also", ())
    instruments = load_instruments()
    for key, each in (("instrument", name), *(("also", other) for other in also)):
        if each not in instruments:
            raise part.error(
                ErrorCode.UNKNOWN_NAME,
                key,
                f'instrument "{each}" is not one of {", ".join(instruments)}',
            )
    threshold = Threshold(
        instrument=name,
        names=tuple(instruments[each].name for each in (name, *also)),
        at_least=part.sourced("at_least", unit="point"),
        also=also,
        only_for=_diagnosis(part.section("only_for")) if "only_for" in part else None,
    )
    part.close()
    return threshold


def _item(part: Section) -> ChecklistItem:
    item = ChecklistItem(fact=part.text("fact"), label=part.text("label"))
    part.close()
    return item


def check_all() -> list[CheckResult]:
    """Run the ``[[check]]`` tables of every definition."""
    results = []
    for file in open_folder(FOLDER):
        root = open_section(file, folder=FOLDER, known_sources=source_ids())
        definition = load_staging(root.text("id"))
        results += [_check(part, definition) for part in root.sections("check", optional=True)]
    return results


def _check(part: Section, definition: StagingDefinition) -> CheckResult:
    name = part.text("name")
    expected = part.text("resistant")
    try:
        answer = stage(_person(part, definition), load_treatments(), definition, now=_NOW)
        found = {True: "yes", False: "no", None: "cannot_tell"}[answer.resistant]
    except KetacareError as error:
        found = str(error)
    part.close()
    return CheckResult(
        file=part.source, name=name, passed=expected == found, expected=expected, found=found
    )


def _person(part: Section, definition: StagingDefinition) -> Person:
    checklist = part.flag("checklist_done", default=True)
    facts = [Fact(code=i.fact, value=True, at=_NOW) for i in definition.checklist if checklist]
    if part.flag("history_complete", default=True) and definition.history_complete_fact:
        facts.append(Fact(code=definition.history_complete_fact, value=True, at=_NOW))
    if "exception" in part:
        fact = Fact(code=definition.therapies.exception_fact, value=part.text("exception"), at=_NOW)
        facts.append(fact)
    at = _NOW - timedelta(days=part.number("days_ago", 0.0))
    scores = [
        Score(instrument=name, at=at, total=part.number(name))
        for name in load_instruments()
        if name in part
    ]
    return Person(
        id="check",
        label="check",
        diagnoses=(
            Diagnosis(
                name="an anxiety disorder",
                code=part.text("code", "F41.1"),
                confirmed_by="a psychiatrist",
            ),
        ),
        trials=tuple(read_check_trial(p) for p in part.sections("trial", optional=True)),
        facts=tuple(facts),
        scores=tuple(scores),
    )


def read_check_trial(part: Section) -> TreatmentTrial:
    """Return a trial that failed with good adherence, unless the check says otherwise."""
    treatment = find_treatment(part.text("treatment"))
    trial = TreatmentTrial(
        id=part.where,
        kind=treatment.kind,
        treatment=treatment.id,
        dose_mg_per_day=part.number("mg_per_day") if "mg_per_day" in part else None,
        weeks_at_dose=part.number("weeks_at_dose") if "weeks_at_dose" in part else None,
        sessions=part.integer("sessions") if "sessions" in part else None,
        weeks=part.number("weeks") if "weeks" in part else None,
        adherence=part.choice("adherence", Adherence, Adherence.GOOD),
        outcome=part.choice("outcome", TrialOutcome, TrialOutcome.NONE),
        end_reason=part.choice("end_reason", EndReason, EndReason.INEFFICACY),
        disorder_specific=True,
        exposure_delivered=True,
        therapist_qualified=True,
        homework_fraction=1.0,
        ongoing=False,
        role=part.choice("role", TrialRole) if "role" in part else None,
        added_to=part.text("added_to", ""),
        optimised=part.flag("optimised") if "optimised" in part else None,
    )
    part.close()
    return trial
