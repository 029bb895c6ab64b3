"""The result of one check that a knowledge file carries about itself."""

from __future__ import annotations

from collections.abc import Sequence
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

    @classmethod
    def of_wrong(
        cls, file: str, name: str, wrong: Sequence[str], *, expected: str = "none"
    ) -> CheckResult:
        """Return the result of looking for what is wrong: passed when nothing was found."""
        found = ", ".join(wrong) or expected
        return cls(file=file, name=name, passed=not wrong, expected=expected, found=found)
