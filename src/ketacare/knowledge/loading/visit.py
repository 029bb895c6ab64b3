"""Loads what belongs to a visit beside the rules: the steps of the check-in and the calls afterwards.

The steps only say which rules are looked at together and who does it; what is asked and what is found
is the policy's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files

from ketacare.core.safety import Station
from ketacare.core.sources import Provenance
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.safety import load_policy
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.reading import Section, open_section, read_provenance

FOLDER = "visit"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInStep:
    """One step: what is done in it, the rules that judge it, and the roles that may do it.

    ``observe`` is what is measured in it, ``form`` the instrument whose answers settle the question
    ``settles``; each empty when there is none.
    """

    id: str
    title: str
    does: str
    rules: tuple[str, ...]
    roles: tuple[str, ...]
    observe: str = ""
    form: str = ""
    settles: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """The steps in their order; ``elsewhere`` are rules before the dose that no step holds."""

    provenance: Provenance
    steps: tuple[CheckInStep, ...]
    elsewhere: tuple[str, ...]

    def step(self, name: str) -> CheckInStep | None:
        """Return one step by its id."""
        return next((step for step in self.steps if step.id == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """When people are called after an infusion, and what is asked."""

    provenance: Provenance
    after: timedelta
    after_leaving_early: timedelta
    try_again: timedelta
    answer_within: timedelta
    ask: str


@cache
def load_check_in() -> CheckIn:
    """Return the steps of the check-in."""
    root = _open("check_in.toml")
    found = CheckIn(
        provenance=read_provenance(root),
        steps=tuple(_step(part) for part in root.sections("step")),
        elsewhere=root.texts("elsewhere", ()),
    )
    root.close()
    return found


@cache
def load_calls() -> Calls:
    """Return when people are called after an infusion."""
    root = _open("calls.toml")

    def span(key: str) -> timedelta:
        return timedelta(hours=root.sourced(key, unit="h").to("h"))

    found = Calls(
        provenance=read_provenance(root),
        after=span("after"),
        after_leaving_early=span("after_leaving_early"),
        try_again=span("try_again"),
        answer_within=span("answer_within"),
        ask=root.text("ask"),
    )
    root.close()
    return found


def check_all() -> list[CheckResult]:
    """Check that each rule before the dose stands in one place, and each settled question is asked."""
    check_in, policy = load_check_in(), load_policy()
    placed = [rule for step in check_in.steps for rule in step.rules] + [*check_in.elsewhere]
    asked = [rule.id for rule in policy.rules_at(Station.BEFORE_DOSE)]
    wrong = sorted({rule for rule in {*placed, *asked} if placed.count(rule) != asked.count(rule)})
    lost = [s.settles for s in check_in.steps if s.settles and s.settles not in policy.facts]
    load_calls()
    return [
        _result("each rule before the dose stands in one step", wrong),
        _result("each question a form settles is one of the clinic", lost),
    ]


def _result(name: str, wrong: list[str]) -> CheckResult:
    return CheckResult.of_wrong(
        f"{FOLDER}/check_in.toml", name, wrong, expected="none is out of place"
    )


def _open(name: str) -> Section:
    file = files("ketacare.knowledge") / FOLDER / name
    return open_section(file, folder=FOLDER, known_sources=source_ids())


def _step(part: Section) -> CheckInStep:
    step = CheckInStep(
        id=part.text("id"),
        title=part.text("title"),
        does=part.text("does"),
        rules=part.texts("rules"),
        roles=part.texts("roles"),
        observe=part.text("observe", ""),
        form=part.text("form", ""),
        settles=part.text("settles", ""),
    )
    part.close()
    return step
