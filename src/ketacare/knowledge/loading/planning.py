"""Loads ``planning/*.toml``: the adaptive-care rules and how options are weighed.

The rules file carries cases as ``[[check]]``s; :func:`check_all` asks the guideline about each.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from ketacare.core.errors import ErrorCode
from ketacare.core.planning import (
    BESIDE_LIMITS,
    Action,
    AdaptiveRule,
    AdaptiveRules,
    Beside,
    Improvement,
    Interval,
    Thresholds,
    Weights,
    When,
)
from ketacare.core.sources import Sourced
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.instruments import load_instruments
from ketacare.knowledge.loading.planning_cases import judge_guideline_case, read_guideline_case
from ketacare.knowledge.loading.safety import load_policy
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.reading import Section, open_section, read_provenance, read_toml

FOLDER = "planning"

_PERCENT = ("some", "partial", "response", "relapse_loss")
_TIMES = (
    "rated_from",
    "rated_about",
    "rated_until",
    "stale",
    "baseline_age",
    "series_gap",
    "relapse_until",
)


@cache
def load_adaptive_rules(id: str = "adaptive_rules") -> AdaptiveRules:  # noqa: A002 - as elsewhere
    """Return the adaptive-care rules, in order of precedence."""
    return _rules(_open(id))[0]


@cache
def load_weights(id: str = "advice_weights") -> Weights:  # noqa: A002 - as elsewhere
    """Return how options are made and weighed."""
    return _weights(_open(id))


def read_adaptive_rules(text: str, *, source: str) -> AdaptiveRules:
    """Read adaptive-care rules from TOML text, strictly."""
    root = Section(read_toml(text, source=source), source=source, known_sources=source_ids())
    return _rules(root)[0]


def check_all() -> list[CheckResult]:
    """Ask the guideline about every case of the rules file."""
    rules, checks = _rules(_open("adaptive_rules"))
    instruments, policy = load_instruments(), load_policy()
    return [
        judge_guideline_case(
            read_guideline_case(part), rules, instruments=instruments, policy=policy
        )
        for part in checks
    ]


def _open(name: str) -> Section:
    file = files("ketacare.knowledge") / FOLDER / f"{name}.toml"
    return open_section(file, folder=FOLDER, known_sources=source_ids())


def _rules(root: Section) -> tuple[AdaptiveRules, list[Section]]:
    provenance = read_provenance(root)
    part = root.section("thresholds")
    numbers: dict[str, Sourced] = {name: part.sourced(name, unit="%") for name in _PERCENT}
    numbers |= {name: part.sourced(name, unit="h") for name in _TIMES}
    thresholds = Thresholds(
        **numbers,
        judged_from=part.sourced("judged_from", unit="count"),
        unrated=part.sourced("unrated", unit="count"),
        distress=part.sourced("distress", unit="point"),
        nausea=part.sourced("nausea", unit="point"),
        cadss6=part.sourced("cadss6", unit="point"),
        beside=_beside_limits(root),
    )
    part.close()
    rules = tuple(_rule(section) for section in root.sections("rule"))
    if not thresholds.beside and any(rule.when.beside for rule in rules):
        raise root.error(
            ErrorCode.MISSING_KEY, "beside", "a rule stands beside the course; give its limits here"
        )
    names = [rule.id for rule in rules]
    for name in names:
        if names.count(name) > 1:
            raise root.error(ErrorCode.CONTRADICTION, "rule", f'rule "{name}" is there twice')
    checks = list(root.sections("check", optional=True))
    root.close()
    return AdaptiveRules(provenance=provenance, thresholds=thresholds, rules=rules), checks


def _beside_limits(root: Section) -> dict[str, Sourced]:
    if "beside" not in root:
        return {}
    part = root.section("beside")
    found = {name: part.sourced(name) for name in BESIDE_LIMITS}
    part.close()
    return found


def _rule(part: Section) -> AdaptiveRule:
    when = part.section("when")
    rule = AdaptiveRule(
        id=part.text("id"),
        title=part.text("title"),
        sentence=part.text("sentence"),
        when=_when(when),
        options=part.texts("options"),
        actions=tuple(_action(part, name) for name in part.texts("actions")),
        evidence=part.text("evidence"),
        source=part.source_id("source"),
        locus=part.text("locus"),
        note=part.text("note", ""),
        leads=part.flag("leads", True),
    )
    part.close()
    return rule


def _when(part: Section) -> When:
    found = When(
        after_least=part.integer("after_least", 0),
        after_most=_optional(part, "after_most"),
        at_least=part.choice("at_least", Improvement) if "at_least" in part else None,
        below=part.choice("below", Improvement) if "below" in part else None,
        run_below=_optional(part, "run_below"),
        run_before=_optional(part, "run_before"),
        tolerated=part.flag("tolerated", False),
        distress=part.flag("distress", False),
        pressure=part.flag("pressure", False),
        remission=_optional(part, "remission"),
        relapse=part.flag("relapse", False),
        worse=part.flag("worse", False),
        incomplete=part.flag("incomplete", False),
        fallback=part.flag("fallback", False),
        beside=part.choice("beside", Beside) if "beside" in part else None,
    )
    part.close()
    return found


def _optional(part: Section, key: str) -> int | None:
    return part.integer(key) if key in part else None


def _action(part: Section, name: str) -> Action:
    try:
        return Action(name)
    except ValueError:
        raise part.error(
            ErrorCode.UNKNOWN_NAME, "actions", f'"{name}" is not one of {", ".join(Action)}'
        ) from None


def _weights(root: Section) -> Weights:
    provenance = read_provenance(root)
    horizon, utility = root.section("horizon"), root.section("utility")
    risk, course = root.section("risk"), root.section("course")
    weights = Weights(
        provenance=provenance,
        horizon=horizon.sourced("length", unit="d"),
        judged=horizon.sourced("judged", unit="d"),
        step=horizon.sourced("step", unit="d"),
        infusion_cost=utility.sourced("infusion", unit="1"),
        therapy_cost=utility.sourced("therapy", unit="1"),
        risk_cost=utility.sourced("risk", unit="1"),
        departure_cost=utility.sourced("departure", unit="1"),
        duration_exponent=risk.sourced("duration_exponent", unit="1"),
        after_event=risk.sourced("after_event", unit="1"),
        maintenance=course.sourced("maintenance", unit="count"),
        wait=course.sourced("wait", unit="d"),
        wait_longer=course.sourced("wait_longer", unit="d"),
        therapy_after=course.sourced("therapy_after", unit="d"),
        therapy_until=course.sourced("therapy_until", unit="d"),
        doses=tuple(_values(root, "dose", "mg/kg")),
        durations=tuple(_values(root, "duration", "min")),
        intervals=tuple(_intervals(root)),
    )
    for part in (horizon, utility, risk, course, root):
        part.close()
    for name in ("infusion_cost", "therapy_cost", "risk_cost", "departure_cost"):
        if getattr(weights, name).value < 0:
            raise root.error(
                ErrorCode.OUT_OF_RANGE, "utility", f"{name} is negative; a cost is zero or more"
            )
    return weights


def _values(root: Section, key: str, unit: str) -> list[Sourced]:
    found = []
    for part in root.sections(key):
        found.append(part.sourced("value", unit=unit))
        part.close()
    return found


def _intervals(root: Section) -> list[Interval]:
    found = []
    for part in root.sections("interval"):
        found.append(Interval(label=part.text("label"), value=part.sourced("value", unit="d")))
        part.close()
    return found
