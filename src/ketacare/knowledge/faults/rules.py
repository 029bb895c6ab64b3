"""Rules that stand in a file and are never asked: a limit nobody applies is worse than none."""

from __future__ import annotations

from collections.abc import Sequence

from ketacare.core.safety import PREDICATES
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.faults.walking import fault
from ketacare.knowledge.showing import KnowledgeText

_NOT_CONDITIONS = {"after_least", "after_most"}


def rules_nobody_evaluates(texts: Sequence[KnowledgeText]) -> list[CheckResult]:
    """Return safety rules without predicate or station, and guideline rules without a condition.

    The facts of a rule that no question asks for are found too: such a rule can never decide.
    """
    questions = {
        fact["code"] for f in texts if f.path == "safety/facts.toml" for fact in f.table["fact"]
    }
    gate = {
        name
        for f in texts
        if f.path == "safety/discharge.toml"
        for name in f.table.get("criteria", [])
    }
    found = []
    for file in texts:
        if file.folder == "safety" and "situation" in file.table:
            found += _safety(file, questions, gate)
        if file.folder == "planning":
            found += _guideline(file)
    return found


def _safety(file: KnowledgeText, questions: set[str], gate: set[str]) -> list[CheckResult]:
    table = file.table
    name, stations = table.get("id"), table.get("stations", [])
    found = []
    if name not in PREDICATES:
        found.append(
            fault(
                file,
                "id",
                expected="a rule the program evaluates",
                found=f'"{name}" has no predicate in core/safety/rules',
            )
        )
    if not stations:
        found.append(fault(file, "stations", expected="a station that asks it", found="no station"))
    if stations == ["discharge"] and name not in gate:
        found.append(
            fault(
                file,
                "stations",
                expected="a place in the gate for leaving",
                found=f'"{name}" is asked for leaving only, and discharge.toml does not list it',
            )
        )
    found += [
        fault(
            file,
            "facts",
            expected="questions of safety/facts.toml",
            found=f'"{code}", which nobody asks',
        )
        for code in table.get("facts", [])
        if code not in questions
    ]
    return found


def _guideline(file: KnowledgeText) -> list[CheckResult]:
    return [
        fault(
            file,
            f"rule {rule.get('id')}",
            expected="a condition under which it applies",
            found="nothing in when",
        )
        for rule in file.table.get("rule", [])
        if not rule.get("when")
    ]
