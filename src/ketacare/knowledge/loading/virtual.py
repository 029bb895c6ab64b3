"""Loads ``trials/virtual_clinic.toml``: the clinic and the worlds in which policies are compared."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from ketacare.core.errors import ErrorCode
from ketacare.core.response import TraitName
from ketacare.core.sources import Sourced
from ketacare.core.trials import Clinic, Events, Truth
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.reading import Section, open_section, read_provenance, read_toml

FOLDER = "trials"


@cache
def load_virtual_clinic(id: str = "virtual_clinic") -> Clinic:  # noqa: A002 - as elsewhere
    """Return the virtual clinic in which policies are compared."""
    file = files("ketacare.knowledge") / FOLDER / f"{id}.toml"
    return _read(open_section(file, folder=FOLDER, known_sources=source_ids()))


def read_virtual_clinic(text: str, *, source: str) -> Clinic:
    """Read a virtual clinic from TOML text, strictly."""
    return _read(Section(read_toml(text, source=source), source=source, known_sources=source_ids()))


def check_all() -> list[CheckResult]:
    """Check that the worlds differ, and that one of them is what the policies believe."""
    clinic = load_virtual_clinic()
    believed = [t.id for t in clinic.truths if t.is_believed]
    return [
        CheckResult(
            file=f"{FOLDER}/{clinic.provenance.id}.toml",
            name="exactly one truth is the one believed",
            passed=len(believed) == 1,
            expected="one",
            found=", ".join(believed) or "none",
            source="project",
        )
    ]


def _read(root: Section) -> Clinic:
    provenance = read_provenance(root)
    instrument = root.text("instrument")
    enrolment, measurement = root.section("enrolment"), root.section("measurement")
    judgement, events = root.section("judgement"), root.section("events")
    clinic = Clinic(
        provenance=provenance,
        instrument=instrument,
        weeks=enrolment.sourced("weeks", unit="wk"),
        entry=enrolment.sourced("entry", unit="point"),
        answered=_share(measurement, "answered"),
        rated_after=measurement.sourced("rated_after", unit="h"),
        rated_every=measurement.sourced("rated_every", unit="d"),
        artefact=_share(judgement, "artefact"),
        events=Events(
            distress=_share(events, "distress"),
            pressure=_share(events, "pressure"),
            nausea=_share(events, "nausea"),
        ),
        truths=tuple(_truth(part) for part in root.sections("truth")),
    )
    for part in (enrolment, measurement, judgement, events, root):
        part.close()
    names = [truth.id for truth in clinic.truths]
    for name in names:
        if names.count(name) > 1:
            raise root.error(ErrorCode.CONTRADICTION, "truth", f'truth "{name}" is there twice')
    return clinic


def _share(part: Section, key: str) -> Sourced:
    value = part.sourced(key, unit="1")
    if not 0 <= value.to("1") <= 1:
        raise part.error(
            ErrorCode.OUT_OF_RANGE, key, f"{key} is {value.value:g}; a share lies between 0 and 1"
        )
    return value


def _truth(part: Section) -> Truth:
    shifts: dict[TraitName, float] = {}
    moved = part.section("shifts", optional=True)
    for key in moved.keys():  # noqa: SIM118 - a Section, not a dict
        try:
            name = TraitName(key)
        except ValueError:
            raise moved.error(
                ErrorCode.UNKNOWN_NAME, key, f'"{key}" is not a trait of the response model'
            ) from None
        shifts[name] = moved.number(key)
    moved.close()
    truth = Truth(
        id=part.text("id"),
        sentence=part.text("sentence"),
        shifts=shifts,
        drug=part.number("drug", 1.0),
        leaving=part.number("leaving", 0.0),
    )
    part.close()
    return truth
