"""Loads what to do when something goes wrong during an infusion, and the clinic's list of rules.

Both stand beside the rules in ``knowledge/safety``. The list says of every rule of the clinic which
files of the policy ask it, or what else in the program keeps it, or that nothing does yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ketacare.core.errors import ErrorCode
from ketacare.core.record import Vital
from ketacare.core.safety import Direction, RescueAgent, RescuePlan, RescueProblem
from ketacare.core.sources import Provenance
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.safety import load_policy
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.reading import Section, open_section, read_provenance

_FOLDER = "safety"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRule:
    """One rule of the clinic's list.

    ``rules`` are the ids of the policy that ask it; ``kept_by`` a file of the program that keeps it
    without a patient's facts, and ``how`` says so; ``not_built`` says why nothing does yet. Exactly
    one of the three is filled. ``open`` names a part of the rule that is not decided.
    """

    id: str
    sentence: str
    rules: tuple[str, ...] = ()
    kept_by: str = ""
    how: str = ""
    not_built: str = ""
    open: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleList:
    """The clinic's whole list of rules, in its order."""

    provenance: Provenance
    rules: tuple[ListedRule, ...]


@cache
def load_rescue() -> RescuePlan:
    """Return the prompts for problems during an infusion."""
    return read_rescue(_open("rescue.toml"))


@cache
def load_rule_list() -> RuleList:
    """Return the clinic's list of rules with what keeps each."""
    root = _open("rule_list.toml")
    found = RuleList(
        provenance=read_provenance(root),
        rules=tuple(_listed(part) for part in root.sections("listed")),
    )
    root.close()
    return found


def read_rescue(root: Section) -> RescuePlan:
    """Return the plan of an opened file."""
    plan = RescuePlan(
        provenance=read_provenance(root),
        problems=tuple(_problem(part) for part in root.sections("problem")),
    )
    root.close()
    return plan


def check_all() -> list[CheckResult]:
    """Check that the list names every rule of the policy, and nothing that is not there.

    Also that every rescue question is asked by the clinic, and every current consent form complete.
    """
    listed = load_rule_list().rules
    named = {name for rule in listed for name in rule.rules}
    policy = {rule.id for rule in load_policy().rules}
    gone = sorted(named - policy) + [
        rule.id
        for rule in listed
        if rule.kept_by and not (files("ketacare") / rule.kept_by).is_file()
    ]
    bare = [
        rule.id
        for rule in listed
        if sum(map(bool, (rule.rules, rule.kept_by, rule.not_built))) != 1
        or bool(rule.kept_by) is not bool(rule.how)
    ]
    consent = load_policy().rule("consent.current").words
    uncovered = [
        f"{version}: {element}"
        for version in consent["versions"]
        for element in consent["elements"]
        if element not in consent.get(f"form_{version}", ())
    ]
    return [
        _result("every current consent form covers every element", uncovered),
        _result("every rule of the policy is on the list", sorted(policy - named)),
        _result("everything the list names is there", gone),
        _result("every rule of the list says what keeps it", bare),
        _result(
            "every rescue question is one of the clinic",
            [
                code
                for problem in load_rescue().problems
                for code in (*problem.ask, *(a.needs_fact for a in problem.agents if a.needs_fact))
                if code not in load_policy().facts
            ],
        ),
    ]


def _result(name: str, wrong: list[str]) -> CheckResult:
    return CheckResult.of_wrong(
        f"{_FOLDER}/rule_list.toml", name, wrong, expected="none is missing"
    )


def _open(name: str) -> Section:
    file = files("ketacare.knowledge") / _FOLDER / name
    return open_section(file, folder=_FOLDER, known_sources=source_ids())


def _listed(part: Section) -> ListedRule:
    rule = ListedRule(
        id=part.text("id"),
        sentence=part.text("sentence"),
        rules=part.texts("rules", ()),
        kept_by=part.text("kept_by", ""),
        how=part.text("how", ""),
        not_built=part.text("not_built", ""),
        open=part.text("open", ""),
    )
    part.close()
    return rule


def _problem(part: Section) -> RescueProblem:
    problem = RescueProblem(
        id=part.text("id"),
        title=part.text("title"),
        steps=part.texts("steps"),
        kinds=tuple(_vital(part, word) for word in part.texts("kinds", ())),
        side=part.choice("side", Direction, Direction.HIGH),
        ask=part.texts("ask", ()),
        confirm=part.flag("confirm", default=False),
        watch=part.text("watch", ""),
        start=part.sourced("from", unit="point") if "from" in part else None,
        agents=tuple(_agent(a) for a in part.sections("agent", optional=True)),
    )
    part.close()
    return problem


def _vital(part: Section, word: str) -> Vital:
    try:
        return Vital(word)
    except ValueError:
        raise part.error(
            ErrorCode.UNKNOWN_NAME, "kinds", f'"{word}" is not a measurement'
        ) from None


def _agent(part: Section) -> RescueAgent:
    agent = RescueAgent(
        name=part.text("name"),
        route=part.text("route"),
        low=part.sourced("low", unit="mg"),
        high=part.sourced("high", unit="mg"),
        most=part.sourced("most", unit="mg") if "most" in part else None,
        again=part.text("again", ""),
        avoid=part.texts("avoid", ()),
        avoid_pulse=(
            part.sourced("avoid_pulse", unit="1/min (beats)") if "avoid_pulse" in part else None
        ),
        needs_fact=part.text("needs_fact", ""),
        note=part.text("note", ""),
    )
    if agent.high.to("mg") < agent.low.to("mg"):
        raise part.error(ErrorCode.CONTRADICTION, "high", "the highest dose is below the lowest")
    part.close()
    return agent
