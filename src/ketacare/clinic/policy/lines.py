"""What a signature under the policy covers, line by line, and what differs between two readings.

A line is one thing somebody decided: a threshold, who may override, a sentence. Sources, notes and
checks are about how a number was found and are not lines: a change of those asks for no signature.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import lru_cache

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ketacare.core.safety import (
    Dated,
    FactDefinition,
    Outcome,
    Policy,
    RescueAgent,
    RescuePlan,
    Rule,
    VitalLimits,
    spoken,
)
from ketacare.core.sources import Sourced
from ketacare.knowledge.load import load_policy, load_rescue


class Part(TextChoices):
    """The parts of the policy, each signed by who answers for it."""

    RULES = "rules", gettext_lazy("Rules, their limits and questions")
    WATCHING = "watching", gettext_lazy("Limits of watching, and rescue doses")


class Sort(StrEnum):
    """What kind of decision a line is."""

    THRESHOLD = "threshold"
    BINDING = "binding"  # where it is asked, how binding it is, who signs, what belongs to it
    WORDING = "wording"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One decision: ``subject`` is the rule or question it belongs to, ``of`` that one's id."""

    key: str
    of: str
    subject: str
    what: str
    value: str
    sort: Sort


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line that differs; ``None`` where it does not exist.

    A subject that exists on one side only is one change, whatever the number of its lines.
    """

    of: str
    subject: str
    what: str
    before: str | None
    now: str | None
    sort: Sort


@lru_cache(maxsize=4)
def lines_of(part: Part) -> tuple[Line, ...]:
    """Return the lines of a part as this server reads it."""
    if part is Part.RULES:
        return tuple(rule_lines(load_policy()))
    return tuple(watching_lines(load_policy(), load_rescue()))


def to_json(lines: Iterable[Line]) -> list[dict[str, str]]:
    """Return lines as JSON values, to be kept beside a signature."""
    return [asdict(line) for line in lines]


def from_json(rows: Iterable[Mapping[str, str]]) -> tuple[Line, ...]:
    """Return lines that were kept."""
    return tuple(Line(**{**row, "sort": Sort(row["sort"])}) for row in rows)  # type: ignore[arg-type] # all others are texts


def changes(before: Sequence[Line], now: Sequence[Line]) -> tuple[Change, ...]:
    """Return what differs, in the order of ``now``; what is gone comes last."""
    old, new = {line.key: line for line in before}, {line.key: line for line in now}
    were, are = {line.of for line in before}, {line.of for line in now}
    found: dict[str, Change] = {}
    for key, line in {**new, **{k: v for k, v in old.items() if k not in new}}.items():
        if line.of not in were or line.of not in are:
            if line.of not in found:
                found[line.of] = _whole(line, now if line.of in are else before, line.of in are)
        elif key not in old or key not in new or old[key].value != new[key].value:
            found[key] = Change(
                of=line.of,
                subject=line.subject,
                what=line.what,
                before=old[key].value if key in old else None,
                now=new[key].value if key in new else None,
                sort=line.sort,
            )
    return tuple(found.values())


def _whole(line: Line, side: Sequence[Line], added: bool) -> Change:  # noqa: FBT001 - which side it is on
    numbers = [f"{x.what} {x.value}" for x in side if x.of == line.of and x.sort is Sort.THRESHOLD]
    said = "; ".join(numbers) or _("there, without a number")
    return Change(
        of=line.of,
        subject=line.subject,
        what=_("added") if added else _("taken out"),
        before=None if added else said,
        now=said if added else None,
        sort=Sort.BINDING,
    )


def rule_lines(policy: Policy) -> Iterator[Line]:
    """Yield the lines of the rules, the questions, the gate and the order rules."""
    for rule in policy.rules:
        yield from _of_rule(rule)
    for fact in policy.facts.values():
        yield from _of_question(fact)
    for key, what, rules in (
        ("discharge", _("Before going home, in this order"), policy.discharge),
        ("order", _("Asked while a plan is made"), policy.order_rules),
    ):
        yield _line(key, what, "rules", _("rules"), ", ".join(rules), Sort.BINDING)


def watching_lines(policy: Policy, rescue: RescuePlan) -> Iterator[Line]:
    """Yield the lines of the monitoring limits and of the rescue prompts with their doses."""
    monitoring = policy.monitoring
    for vital in monitoring.vitals.values():
        yield from _of_vital(vital)
    for phase, table in monitoring.cadence.items():
        for row in table:
            of = f"cadence.{phase.value}.{'+'.join(kind.value for kind in row.kinds)}"
            subject = f"{row.label} ({_words(phase.value)})"
            yield _line(of, subject, "every", _("looked at every"), _dated(row.every))
            if row.closer is not None:
                yield _line(of, subject, "closer", _("while not normal"), _dated(row.closer))
    for key, what, dated in (
        ("escalate_after", _("an overdue look is told on after"), monitoring.escalate_after),
        ("stay_from_start", _("stay at least, from the start"), monitoring.stay_from_start),
        ("stay_from_end", _("stay at least, from the end"), monitoring.stay_from_end),
    ):
        yield _line("times", _("Times after an infusion"), key, what, _dated(dated))
    asked = monitoring.symptoms_question
    yield _line("symptoms", _("Symptoms"), "question", _("question"), asked, Sort.WORDING)
    for problem in rescue.problems:
        of = f"rescue.{problem.id}"
        steps = " ".join(problem.steps)
        yield _line(of, problem.title, "steps", _("steps"), steps, Sort.WORDING)
        asked = ", ".join(_words(code) for code in problem.ask) or _("nothing")
        yield _line(of, problem.title, "ask", _("asked first"), asked, Sort.BINDING)
        if problem.start is not None:
            yield _line(of, problem.title, "start", _("begins at"), _figure(problem.start))
        for agent in problem.agents:
            yield _line(of, problem.title, agent.name, agent.name, _dose(agent))


def _of_rule(rule: Rule) -> Iterator[Line]:
    of, title = rule.id, rule.provenance.title

    def line(key: str, what: str, value: str, sort: Sort = Sort.THRESHOLD) -> Line:
        return _line(of, title, key, what, value, sort)

    signers = " + ".join(signer.value for signer in rule.override_by)
    binding = _words(rule.strength.value) + (f" ({signers})" if signers else "")
    yield line("strength", _("how it binds"), binding, Sort.BINDING)
    stations = ", ".join(_words(station.value) for station in rule.stations)
    yield line("stations", _("asked at"), stations, Sort.BINDING)
    yield line("facts", _("questions it asks"), ", ".join(rule.facts) or _("none"), Sort.BINDING)
    for name, dated in rule.limits.items():
        yield line(f"limit.{name}", _words(name), _dated(dated))
    for name, words in rule.words.items():
        yield line(f"words.{name}", _words(name), ", ".join(words), Sort.BINDING)
    yield line("limit", _("sentence about the limit"), rule.limit, Sort.WORDING)
    for name, case in rule.situations.items():
        said = _("when “{name}”").format(name=_words(name))
        by = " + ".join(signer.value for signer in case.override_by)
        passes = case.outcome is Outcome.PASS
        how = _("passes") if passes else _words(case.strength.value) + (f" ({by})" if by else "")
        yield line(f"case.{name}.binds", said, how, Sort.BINDING)
        yield line(f"case.{name}.says", said, case.sentence, Sort.WORDING)


def _of_question(fact: FactDefinition) -> Iterator[Line]:
    of, label = f"question.{fact.code}", fact.label[:1].upper() + fact.label[1:]
    yield _line(of, label, "question", _("question"), fact.question, Sort.WORDING)
    stations = ", ".join(_words(station.value) for station in fact.stations)
    yield _line(of, label, "stations", _("asked at"), stations, Sort.BINDING)
    spans = {"": fact.valid, **{station.value: span for station, span in fact.valid_at.items()}}
    for station, span in spans.items():
        what = _("good for ({at})").format(at=_words(station)) if station else _("good for")
        if span is not None:
            yield _line(of, label, f"valid.{station}", what, _dated(span))
    if fact.choices:
        words = ", ".join(map(_words, fact.choices))
        yield _line(of, label, "choices", _("answers"), words, Sort.BINDING)
    if fact.minimum is not None and fact.maximum is not None:
        span_said = f"{fact.minimum:g} – {fact.maximum:g} {fact.unit}"
        yield _line(of, label, "range", _("may be typed"), span_said, Sort.BINDING)


def _of_vital(vital: VitalLimits) -> Iterator[Line]:
    of, label = f"vital.{vital.kind.value}", vital.label
    for bound in vital.bounds:
        key = f"{bound.level.value}.{bound.side.value}"
        what = f"{bound.level.value}, {_words(bound.side.value)}"
        yield _line(of, label, key, what, _dated(bound.dated))
    yield _line(of, label, "action", _("what to do"), vital.action, Sort.WORDING)
    for key, what, dated in (
        ("stale_device", _("a device's value is too old after"), vital.stale_device),
        ("stale_person", _("a person's value is too old after"), vital.stale_person),
        ("confirm_after", _("red counts as confirmed after"), vital.confirm_after),
    ):
        if dated is not None:
            yield _line(of, label, key, what, _dated(dated))


def _dose(agent: RescueAgent) -> str:
    parts = [agent.dose]
    if agent.avoid:
        parts.append(_("not with: {what}").format(what=", ".join(agent.avoid)))
    if agent.avoid_pulse is not None:
        parts.append(_("not below a pulse of {n}").format(n=_figure(agent.avoid_pulse)))
    if agent.needs_fact:
        parts.append(_("only after a yes to: {what}").format(what=_words(agent.needs_fact)))
    return "; ".join(parts)


def _line(  # noqa: PLR0917 - read as a row of a table
    of: str, subject: str, key: str, what: str, value: str, sort: Sort = Sort.THRESHOLD
) -> Line:
    return Line(key=f"{of}/{key}", of=of, subject=subject, what=what, value=value, sort=sort)


def _dated(dated: Dated) -> str:
    """Return a limit as said, with what comes later: ``"3 weeks; from 2027-02-01 2 weeks"``."""
    first, *later = dated.entries
    more = [f"; from {entry.since.isoformat()} {_figure(entry.number)}" for entry in later]
    return _figure(first.number) + "".join(more)


def _figure(number: Sourced) -> str:
    return spoken(number.value, number.unit)


def _words(name: str) -> str:
    return name.replace("_", " ")
