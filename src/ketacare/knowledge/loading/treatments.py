"""Loads ``knowledge/treatments``: one file per family, one ``[[treatment]]`` table per treatment.

Ids and names are unique over all files, so that a name in a record means one treatment. What each
file claims about itself in its ``[[check]]`` tables is run by :func:`check_all`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from ketacare.core.errors import ErrorCode, KetacareError
from ketacare.core.history import (
    CourseAdequacy,
    MedicineAdequacy,
    Treatment,
    TreatmentClass,
    judge_trial,
    plain,
)
from ketacare.core.history import find_treatment as find_in
from ketacare.core.record import Adherence, EndReason, TreatmentKind, TreatmentTrial, TrialOutcome
from ketacare.core.sources import Provenance
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.reading import (
    Section,
    open_folder,
    open_section,
    read_provenance,
    read_toml,
)

FOLDER = "treatments"

# Any moment does: the trials of checks carry no dates.
_CHECK_TIME = datetime(2026, 11, 23, tzinfo=UTC)


@cache
def load_treatments() -> dict[str, Treatment]:
    """Return every treatment by id."""
    found: dict[str, Treatment] = {}
    names: dict[str, str] = {}
    for file in open_folder(FOLDER):
        root = open_section(file, folder=FOLDER, known_sources=source_ids())
        for treatment in _read_file(root):
            for name in {plain(n) for n in treatment.names}:
                if name in names:
                    raise root.error(
                        ErrorCode.CONTRADICTION,
                        treatment.id,
                        f'"{name}" already means {names[name]}; a name means one treatment',
                    )
                names[name] = treatment.id
            found[treatment.id] = treatment
    return found


def read_treatments(text: str, *, source: str) -> tuple[Treatment, ...]:
    """Read one file of treatments from TOML text."""
    root = Section(read_toml(text, source=source), source=source, known_sources=source_ids())
    return _read_file(root)


def find_treatment(text: str) -> Treatment:
    """Return the treatment called ``text`` in any case: id, name or brand; see the core."""
    return find_in(text, load_treatments())


def _read_file(root: Section) -> tuple[Treatment, ...]:
    provenance = read_provenance(root)
    kind = root.choice("kind", TreatmentKind)
    treatments = tuple(_read_one(part, provenance, kind) for part in root.sections("treatment"))
    root.raw("check", [])
    root.close()
    return treatments


def _read_one(part: Section, provenance: Provenance, kind: TreatmentKind) -> Treatment:
    name = part.text("id")
    classes = []
    for word in part.texts("classes"):
        try:
            classes.append(TreatmentClass(word))
        except ValueError:
            words = ", ".join(c.value for c in TreatmentClass)
            raise part.error(
                ErrorCode.UNKNOWN_NAME, "classes", f'class "{word}" is not one of {words}'
            ) from None
    counts = part.flag("counts", default=True)
    treatment = Treatment(
        id=name,
        name=part.text("name"),
        kind=kind,
        classes=tuple(classes),
        provenance=provenance,
        substance=part.text("substance", name),
        aliases=part.texts("aliases", ()),
        medicine=_read_medicine(part),
        course=_read_course(part),
        counts=counts,
        counts_note=part.text("counts_note", "") if counts else part.text("counts_note"),
        lorazepam_mg=part.sourced("lorazepam_mg", unit="mg") if "lorazepam_mg" in part else None,
        note=part.text("note", ""),
    )
    part.close()
    return treatment


def _read_medicine(part: Section) -> MedicineAdequacy | None:
    if "minimum" not in part:
        return None
    minimum, weeks = part.sourced("minimum", unit="mg/day"), part.sourced("weeks", unit="wk")
    preferred = part.sourced("preferred_weeks", unit="wk") if "preferred_weeks" in part else None
    highest = part.sourced("highest", unit="mg/day") if "highest" in part else None
    if preferred is not None and preferred.to("wk") < weeks.to("wk"):
        raise part.error(
            ErrorCode.CONTRADICTION, "preferred_weeks", "the preferred weeks are below the fewest"
        )
    if highest is not None and highest.to("mg/day") < minimum.to("mg/day"):
        raise part.error(ErrorCode.CONTRADICTION, "highest", "the range ends below its minimum")
    return MedicineAdequacy(
        minimum=minimum,
        weeks=weeks,
        preferred_weeks=preferred,
        highest=highest,
        evidence=part.text("evidence", ""),
    )


def _read_course(part: Section) -> CourseAdequacy | None:
    if "course" not in part:
        return None
    course = part.section("course")
    read = CourseAdequacy(
        sessions=course.sourced("sessions", unit="count"),
        possible_sessions=course.sourced("possible_sessions", unit="count"),
        weeks=course.sourced("weeks", unit="wk"),
        homework=course.sourced("homework", unit="1"),
    )
    course.close()
    if read.possible_sessions.value > read.sessions.value:
        raise course.error(
            ErrorCode.CONTRADICTION, "possible_sessions", "fewer sessions are needed for adequate"
        )
    return read


def check_all() -> list[CheckResult]:
    """Run the ``[[check]]`` tables of every treatment file."""
    results = []
    for file in open_folder(FOLDER):
        root = open_section(file, folder=FOLDER, known_sources=source_ids())
        results += [_check(part) for part in root.sections("check", optional=True)]
    return results


def _check(part: Section) -> CheckResult:
    name = part.text("name")
    try:
        expected, found = (
            _check_trial(part, name) if "adequacy" in part else _check_name(part, name)
        )
    except KetacareError as error:
        expected, found = "an answer", str(error)
    part.close()
    return CheckResult(
        file=part.source, name=name, passed=expected == found, expected=expected, found=found
    )


def _check_name(part: Section, _name: str) -> tuple[str, str]:
    found = find_treatment(part.text("find"))
    classes = " ".join(c.value for c in found.classes)
    return f"{part.text('id')}: {' '.join(part.texts('classes'))}", f"{found.id}: {classes}"


def _check_trial(part: Section, name: str) -> tuple[str, str]:
    treatment = find_treatment(part.text("treatment"))
    trial = TreatmentTrial(
        id=name,
        kind=treatment.kind,
        treatment=treatment.id,
        dose_mg_per_day=part.number("mg_per_day") if "mg_per_day" in part else None,
        weeks_at_dose=part.number("weeks_at_dose") if "weeks_at_dose" in part else None,
        weeks=part.number("weeks") if "weeks" in part else None,
        sessions=part.integer("sessions") if "sessions" in part else None,
        homework_fraction=part.number("homework") if "homework" in part else None,
        disorder_specific=part.flag("disorder_specific") if "disorder_specific" in part else None,
        exposure_delivered=part.flag("exposure") if "exposure" in part else None,
        therapist_qualified=part.flag("qualified") if "qualified" in part else None,
        adherence=part.choice("adherence", Adherence) if "adherence" in part else None,
        outcome=part.choice("outcome", TrialOutcome) if "outcome" in part else None,
        end_reason=part.choice("end_reason", EndReason) if "end_reason" in part else None,
        ongoing=False,
    )
    judged = judge_trial(trial, load_treatments(), now=_CHECK_TIME)
    return (
        f"{part.text('adequacy')}, counts {part.text('counts')}",
        f"{judged.adequacy.value}, counts {_word(judged.counts)}",
    )


def _word(answer: bool | None) -> str:  # noqa: FBT001 - three-valued answer turned into a word
    return {True: "yes", False: "no", None: "cannot_tell"}[answer]
