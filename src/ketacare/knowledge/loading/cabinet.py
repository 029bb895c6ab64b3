"""Loads what the law and the clinic ask of the controlled-drug cabinet."""

from __future__ import annotations

from functools import cache

from ketacare.core.errors import ErrorCode, KnowledgeError
from ketacare.core.ledger import CabinetRules, clocks_of
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.reading import Section, open_folder, open_section, read_provenance

FOLDER = "cabinet"


@cache
def load_cabinet_rules() -> CabinetRules:
    """Return the clocks of the cabinet."""
    for root in _roots():
        return read_rules(root)
    raise KnowledgeError(ErrorCode.NOT_AVAILABLE, f"{FOLDER}/ has no file; add the clocks")


def read_rules(root: Section) -> CabinetRules:
    """Read one file from its table."""
    rules = CabinetRules(
        provenance=read_provenance(root),
        notice_business_days=root.sourced("notice_business_days", unit="d"),
        form_days=root.sourced("form_days", unit="d"),
        keep_years=root.sourced("keep_years", unit="year"),
        expiry_warning_days=root.sourced("expiry_warning_days", unit="d"),
    )
    root.raw("check", None)
    root.close()
    return rules


def check_all() -> list[CheckResult]:
    """Run the ``[[check]]`` tables: by when a loss found on a day is reported."""
    results = []
    for root in _roots():
        rules = read_rules(root)
        results += [_check(part, rules) for part in root.sections("check")]
    return results


def _roots() -> list[Section]:
    known = source_ids()
    return [open_section(f, folder=FOLDER, known_sources=known) for f in open_folder(FOLDER)]


def _check(part: Section, rules: CabinetRules) -> CheckResult:
    found = part.day("found")
    clocks = clocks_of(found, rules, today=found)
    expected = f"{part.day('notice_by')}, {part.day('form_by')}"
    name = part.text("name")
    part.close()
    said = f"{clocks.notice.due}, {clocks.form.due}"
    return CheckResult(
        file=part.source,
        name=name,
        passed=said == expected,
        expected=expected,
        found=said,
        source="project",
    )
