"""The result of one check that a knowledge file carries about itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One check: the file it stands in, what was asked, what was expected and what came out."""

    file: str
    name: str
    passed: bool
    expected: str
    found: str
    source: str = ""
