"""Loads ``knowledge/measures``: how scores are classed by the time since the last dose."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from ketacare.core.measures import DoseTiming
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.reading import Section, open_section, read_provenance

FOLDER = "measures"


@cache
def load_dose_timing() -> DoseTiming:
    """Return the limits between first hours, peak and trough."""
    root = _open()
    timing = DoseTiming(
        provenance=read_provenance(root),
        first_hours_until=root.sourced("first_hours_until", unit="h"),
        peak_until=root.sourced("peak_until", unit="h"),
        trough_from=root.sourced("trough_from", unit="h"),
        trough_before_next=root.sourced("trough_before_next", unit="h"),
    )
    root.raw("check", [])
    root.close()
    return timing


def _open() -> Section:
    file = files("ketacare.knowledge") / FOLDER / "dose_timing.toml"
    return open_section(file, folder=FOLDER, known_sources=source_ids())


def check_all() -> list[CheckResult]:
    """Run the ``[[check]]`` tables of the file."""
    timing = load_dose_timing()
    return [_check(part, timing) for part in _open().sections("check", optional=True)]


def _check(part: Section, timing: DoseTiming) -> CheckResult:
    after = part.number("hours_after") if "hours_after" in part else None
    following = part.number("hours_before_next") if "hours_before_next" in part else None
    found, expected = timing.class_of(after, following).value, part.text("class")
    name = part.text("name")
    part.close()
    return CheckResult(
        file=part.source, name=name, passed=expected == found, expected=expected, found=found
    )
