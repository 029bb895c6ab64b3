"""Loads the window in which integration belongs to an infusion."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

from ketacare.core.errors import ErrorCode, KnowledgeError
from ketacare.core.record import Infusion, TherapyKind, TherapySession
from ketacare.core.therapy import IntegrationWindow, Standing, judge_integration
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.reading import Section, open_folder, open_section, read_provenance

FOLDER = "therapy"


@cache
def load_integration_window() -> IntegrationWindow:
    """Return the clinic's window for integration."""
    for root in _roots():
        return read_window(root)
    raise KnowledgeError(ErrorCode.NOT_AVAILABLE, f"{FOLDER}/ has no file; add the window")


def read_window(root: Section) -> IntegrationWindow:
    """Read one file from its table."""
    window = IntegrationWindow(
        provenance=read_provenance(root),
        opens=root.sourced("opens", unit="h"),
        closes=root.sourced("closes", unit="h"),
    )
    root.raw("check", None)
    root.close()
    return window


def check_all() -> list[CheckResult]:
    """Run the ``[[check]]`` tables: what an infusion's standing is at an hour."""
    results = []
    for root in _roots():
        window = read_window(root)
        results += [_check(part, window) for part in root.sections("check")]
    return results


def _roots() -> list[Section]:
    known = source_ids()
    return [open_section(f, folder=FOLDER, known_sources=known) for f in open_folder(FOLDER)]


def _check(part: Section, window: IntegrationWindow) -> CheckResult:
    zero = datetime(2026, 1, 1, tzinfo=UTC)
    hours = part.number("session_hours") if "session_hours" in part else None
    sessions = (
        ()
        if hours is None
        else (
            TherapySession(
                kind=TherapyKind.INTEGRATION, at=zero + timedelta(hours=hours), attended=True
            ),
        )
    )
    found = judge_integration(
        Infusion(at=zero, dose_mg=35, minutes=0),
        sessions,
        window,
        now=zero + timedelta(hours=part.number("now_hours")),
    )
    expected, name = part.choice("standing", Standing), part.text("name")
    part.close()
    return CheckResult(
        file=part.source,
        name=name,
        passed=found.standing is expected,
        expected=expected.value,
        found=found.standing.value,
        source="price_2022",
    )
