"""Asks every rule of a station about one person and puts the answers into findings.

The predicates compare, the knowledge files say how binding a finding is and what to say; this
module joins the two. It decides nothing by itself and never acts on a patient or a pump.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from ketacare.core.errors import ErrorCode, KnowledgeError
from ketacare.core.history import Treatments
from ketacare.core.record import Person
from ketacare.core.record._checks import require_aware
from ketacare.core.safety.case import (
    CANNOT_TELL,
    Case,
    Snapshot,
    Verdict,
    list_medicines,
    needs_closer_watch,
    take_snapshot,
)
from ketacare.core.safety.context import SessionContext
from ketacare.core.safety.dated import Said
from ketacare.core.safety.facts import Answer
from ketacare.core.safety.findings import FactUsed, Gate, RuleFinding
from ketacare.core.safety.kinds import Outcome, Station
from ketacare.core.safety.policy import Policy, Rule
from ketacare.core.safety.rules import PREDICATES


def screen(
    person: Person,
    policy: Policy,
    treatments: Treatments,
    *,
    station: Station,
    now: datetime,
    context: SessionContext | None = None,
    rules: Collection[str] | None = None,
) -> tuple[RuleFinding, ...]:
    """Return what every rule of ``station`` says about ``person`` at ``now``, in policy order.

    Limits are those of the day of ``now``. ``rules`` restricts the question to some rules, for
    example ``policy.order_rules`` while an order is being planned. Records later than ``now`` are
    not seen.
    """
    require_aware("now", now)
    snapshot = take_snapshot(person, policy, treatments, station=station, now=now, context=context)
    return tuple(
        _judge(rule, snapshot)
        for rule in policy.rules_at(station)
        if rules is None or rule.id in rules
    )


def discharge_gate(
    person: Person,
    session: SessionContext,
    policy: Policy,
    now: datetime,
    *,
    treatments: Treatments | None = None,
) -> Gate:
    """Return whether the person may leave: every criterion with pass, block or cannot tell.

    Answers and observations from before ``session.started`` do not count.
    """
    findings = screen(
        person,
        policy,
        treatments or {},
        station=Station.DISCHARGE,
        now=now,
        context=session,
        rules=policy.discharge,
    )
    by_rule = {finding.rule: finding for finding in findings}
    items = tuple(by_rule[rule] for rule in policy.discharge)
    blocked = [item for item in items if item.outcome is Outcome.BLOCK]
    unknown = [item for item in items if item.outcome is Outcome.CANNOT_TELL]
    if blocked:
        names = ", ".join(item.title.lower() for item in blocked)
        return Gate(open=False, items=items, sentence=f"Not ready to leave: {names}.")
    if unknown:
        names = ", ".join(item.title.lower() for item in unknown)
        return Gate(open=None, items=items, sentence=f"Still to be checked: {names}.")
    return Gate(open=True, items=items, sentence="Every criterion for leaving is met.")


def watch_closely(person: Person, policy: Policy, treatments: Treatments, now: datetime) -> bool:
    """Return whether the person's medicines ask for shorter intervals (``due_observations`` closer)."""
    classes = policy.rule("observations.overdue").words["closer"]
    return needs_closer_watch(list_medicines(person, treatments), classes, now)


def by_urgency(findings: Iterable[RuleFinding]) -> tuple[RuleFinding, ...]:
    """Return findings for reading: what stops first, then what is not known, then the rest."""
    return tuple(sorted(findings, key=_urgency))


def _urgency(finding: RuleFinding) -> tuple[bool, bool, int]:
    order = (Outcome.BLOCK, Outcome.CANNOT_TELL, Outcome.WARN, Outcome.PASS)
    return (not finding.stops, not finding.is_open, order.index(finding.outcome))


def _judge(rule: Rule, snapshot: Snapshot) -> RuleFinding:
    predicate = PREDICATES.get(rule.id)
    if predicate is None:
        raise KnowledgeError(
            ErrorCode.UNKNOWN_NAME, f"rule {rule.id} has a file but no predicate in the core"
        )
    return _finding(rule, snapshot, predicate(Case(snapshot=snapshot, rule=rule)))


def _finding(rule: Rule, snapshot: Snapshot, verdict: Verdict) -> RuleFinding:
    limits = {
        name: Said(number.value, number.unit)
        for name, number in ((n, d.on(snapshot.day)) for n, d in rule.limits.items())
    }
    missing = tuple(answer.code for answer in verdict.used if answer.missing)
    if verdict.situation == CANNOT_TELL:
        outcome, strength, signers = Outcome.CANNOT_TELL, rule.strength, rule.override_by
        sentence = _missing_sentence(verdict)
    else:
        if verdict.situation not in rule.situations:
            raise KnowledgeError(
                ErrorCode.UNKNOWN_NAME,
                f'rule {rule.id} found "{verdict.situation}", which its file does not describe',
            )
        situation = rule.situations[verdict.situation]
        outcome, strength = situation.outcome, situation.strength
        signers = situation.override_by
        filled = _fill(rule, situation.sentence, {**limits, **verdict.values})
        # A sentence may begin with the name of a medicine, which stands in lower case in lists.
        sentence = filled[:1].upper() + filled[1:]
        missing = missing if outcome is not Outcome.PASS else ()
    return RuleFinding(
        rule=rule.id,
        version=rule.provenance.version,
        reference=rule.reference,
        title=rule.provenance.title,
        station=snapshot.station,
        outcome=outcome,
        strength=strength,
        facts=tuple(_used(answer) for answer in verdict.used),
        limit=_fill(rule, rule.limit, limits),
        sentence=sentence,
        source=rule.provenance.sources[0],
        missing=missing,
        override_by=signers,
        situation=verdict.situation,
        status=rule.provenance.status.value,
        sources=rule.provenance.sources,
    )


def _fill(rule: Rule, template: str, values: Mapping[str, str]) -> str:
    try:
        return template.format_map(values)
    except (KeyError, IndexError, ValueError) as error:
        raise KnowledgeError(
            ErrorCode.MISSING_KEY,
            f'sentence "{template}" of rule {rule.id} names a value that is not there: {error}',
        ) from error


def _missing_sentence(verdict: Verdict) -> str:
    gaps = "; ".join(answer.problem for answer in verdict.used if answer.missing)
    known = verdict.values.get("known")
    return f"Cannot tell: {gaps}." + (f" Known so far: {known}." if known else "")


def _used(answer: Answer) -> FactUsed:
    return FactUsed(
        name=answer.code,
        value_text=answer.text,
        at=answer.at,
        label=answer.label,
        problem=answer.problem,
    )
