"""Finds faults that no single file can see, or that a reader should see all at once.

Each module looks for one fault in the files as they are written and returns every place it occurs;
the strict loaders refuse most of them too, but stop at the first. ``ketacare knowledge check`` runs
them all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.faults.bands import bands_with_a_gap
from ketacare.knowledge.faults.changes import changelog_of_checkout, changes_not_told
from ketacare.knowledge.faults.dates import overlapping_dates
from ketacare.knowledge.faults.dossiers import drug_models_without_dossier
from ketacare.knowledge.faults.licences import item_text_without_licence
from ketacare.knowledge.faults.locking import (
    Lock,
    changes_without_version,
    lock_not_current,
    lock_of,
    lock_of_checkout,
    read_lock,
    write_lock,
)
from ketacare.knowledge.faults.numbers import missing_sources, unknown_units
from ketacare.knowledge.faults.pages import cards_not_current
from ketacare.knowledge.faults.rules import rules_nobody_evaluates
from ketacare.knowledge.showing import KnowledgeText

FAULTS: dict[str, Callable[[Sequence[KnowledgeText]], list[CheckResult]]] = {
    "every number names a source that exists": missing_sources,
    "every unit is one of the closed set": unknown_units,
    "no two versions apply on the same day": overlapping_dates,
    "bands fill the range without a gap": bands_with_a_gap,
    "item text has a licence that allows it": item_text_without_licence,
    "every rule is evaluated somewhere": rules_nobody_evaluates,
    "every drug model opens with its whole dossier": drug_models_without_dossier,
}
"""The faults by what must hold; each returns one failed result for every place it occurs."""


def find_faults(texts: Sequence[KnowledgeText]) -> list[CheckResult]:
    """Return one passed result for each fault that does not occur, and every place of the others."""
    results: list[CheckResult] = []
    for name, find in FAULTS.items():
        try:
            found = find(texts)
        except (KeyError, TypeError, AttributeError) as error:
            # A table without the keys its kind asks for: the loaders name it in their own words.
            found = [
                CheckResult(
                    file="all files",
                    name=name,
                    passed=False,
                    expected="files written as their kinds ask",
                    found=f"{type(error).__name__} {error}; see the file that does not load",
                )
            ]
        results += found or [
            CheckResult(file="all files", name=name, passed=True, expected="none", found="none")
        ]
    return results


__all__ = [
    "FAULTS",
    "Lock",
    "cards_not_current",
    "changelog_of_checkout",
    "changes_not_told",
    "changes_without_version",
    "find_faults",
    "lock_not_current",
    "lock_of",
    "lock_of_checkout",
    "read_lock",
    "write_lock",
]
