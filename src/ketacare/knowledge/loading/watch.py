"""Loads the rules of the watch over a course: limits of the charts, and how often they are right.

Sensitivity and specificity are computed on virtual people (``core/trials/watching``); the file says
on how many and with which seed, so that anybody can compute them again.
"""

from __future__ import annotations

from functools import cache

from ketacare.core.errors import ErrorCode, KnowledgeError
from ketacare.core.response import Accuracy, SignalName, WatchRules, ewma
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.reading import Section, open_folder, open_section, read_provenance

FOLDER = "watch"


@cache
def load_watch_rules() -> WatchRules:
    """Return the clinic's rules of the watch."""
    for root in _roots():
        return read_watch_rules(root)
    raise KnowledgeError(ErrorCode.NOT_AVAILABLE, f"{FOLDER}/ has no file; add the rules")


def read_watch_rules(root: Section) -> WatchRules:
    """Read one file from its table."""
    accuracy: dict[SignalName, Accuracy] = {}
    for part in root.sections("accuracy"):
        accuracy[part.choice("signal", SignalName)] = Accuracy(
            sensitivity=part.sourced("sensitivity", unit="1"),
            specificity=part.sourced("specificity", unit="1"),
        )
        part.close()
    rules = WatchRules(
        provenance=read_provenance(root),
        weight=root.sourced("weight", unit="1"),
        off_track_limit=root.sourced("off_track_limit", unit="1"),
        relief_limit=root.sourced("relief_limit", unit="1"),
        trajectory_level=root.sourced("trajectory_level", unit="1"),
        overdue=root.sourced("overdue", unit="1"),
        accuracy=accuracy,
    )
    root.raw("check", None)
    root.close()
    return rules


def check_all() -> list[CheckResult]:
    """Run the ``[[check]]`` tables: the last value of the chart for residuals worked by hand."""
    results: list[CheckResult] = []
    for root in _roots():
        rules = read_watch_rules(root)
        for part in root.sections("check"):
            name, residuals = part.text("name"), part.numbers("residuals")
            expected = part.number("expected")
            part.close()
            found = float(ewma(residuals, rules.weight.value)[-1])
            results.append(
                CheckResult(
                    file=part.source,
                    name=name,
                    passed=abs(found - expected) < 5e-4,
                    expected=f"{expected:g}",
                    found=f"{found:.4f}",
                    source="project",
                )
            )
    return results


def _roots() -> list[Section]:
    known = source_ids()
    return [open_section(f, folder=FOLDER, known_sources=known) for f in open_folder(FOLDER)]
