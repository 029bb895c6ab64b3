"""``ketacare knowledge check``: run the checks the clinical content carries about itself."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version

import typer

from ketacare.cli.printing import Page
from ketacare.core.sources import Status
from ketacare.knowledge.check import CheckReport, check_everything


def run_check(*, as_json: bool) -> None:
    """Run all checks, print the result, and leave with 1 when one failed."""
    report = check_everything()
    if as_json:
        sys.stdout.write(json.dumps(_shape(report), ensure_ascii=False, indent=2) + "\n")
    else:
        _page(report).print()
    if report.failed:
        raise typer.Exit(1)


def _shape(report: CheckReport) -> dict[str, object]:
    return {
        "ketacare": version("ketacare"),
        "command": "knowledge check",
        "checks": report.count,
        "failed": [
            {"file": r.file, "name": r.name, "expected": r.expected, "found": r.found}
            for r in report.failed
        ],
        "kinds": {kind: len(found) for kind, found in report.results.items()},
        "files": len(report.files),
        "candidate": report.having(Status.CANDIDATE),
        "verified": report.having(Status.VERIFIED),
    }


def _page(report: CheckReport) -> Page:
    page = Page()
    page.title("Checks of the clinical content")
    page.table(
        ("kind", "checks", "failed"),
        [
            (kind, str(len(found)), str(sum(not r.passed for r in found)))
            for kind, found in report.results.items()
        ],
        numbers=2,
    )
    for result in report.failed:
        page.heading(f"{result.file}: {result.name}")
        page.say(f"expected {result.expected}, found {result.found}", indent=2)
    page.heading(
        f"{report.count} checks, {len(report.failed)} failed; {len(report.files)} files: "
        f"{report.having(Status.VERIFIED)} verified, {report.having(Status.CANDIDATE)} candidate."
    )
    return page
