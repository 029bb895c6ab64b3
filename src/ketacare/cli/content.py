"""``ketacare knowledge check``: run the checks the clinical content carries about itself."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version

import typer

from ketacare.cli.printing import Page
from ketacare.core.sources import Status
from ketacare.knowledge.check import CheckReport, check_everything
from ketacare.knowledge.faults import (
    changes_without_version,
    lock_of,
    lock_of_checkout,
    read_lock,
    write_lock,
)
from ketacare.knowledge.showing import knowledge_texts


def run_check(*, as_json: bool) -> None:
    """Run all checks, print the result, and leave with 1 when one failed."""
    report = check_everything()
    if as_json:
        sys.stdout.write(json.dumps(_shape(report), ensure_ascii=False, indent=2) + "\n")
    else:
        _page(report).print()
    if report.failed:
        raise typer.Exit(1)


def run_lock() -> None:
    """Write the lock of this checkout, or leave with 1 when content changed under its version."""
    file, page = lock_of_checkout(), Page()
    if file is None:
        page.say("This is an installed program: the lock belongs to a checkout of the source.")
        page.print()
        raise typer.Exit(1)
    old = read_lock(file.read_text(encoding="utf-8")) if file.is_file() else {}
    new = lock_of(knowledge_texts())
    refused = changes_without_version(old, new)
    for result in refused:
        page.say(f"{result.file}: {result.found}. Expected: {result.expected}.")
    if refused:
        page.print()
        raise typer.Exit(1)
    file.write_text(write_lock(new), encoding="utf-8")
    page.say(f"{len(new)} versions are kept in docs/{file.name}.")
    page.print()


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
