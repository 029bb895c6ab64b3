"""The site's safety policy: rules with their limits, the questions, the monitoring limits.

It is one immutable value with one version. Everything a site may decide (thresholds, wording, who
may override) is data in it; what is compared with what is in the predicates of ``rules``.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ketacare.core.errors import ErrorCode, InputError, KnowledgeError
from ketacare.core.record import Calendar, Fact, Person
from ketacare.core.safety.dated import Dated, Said
from ketacare.core.safety.facts import FactDefinition
from ketacare.core.safety.kinds import Outcome, Signer, Station, Strength
from ketacare.core.safety.limits import Monitoring
from ketacare.core.sources import Provenance, Sourced


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One thing a rule can find, with how binding it is and the sentence to say.

    ``sentence`` may name limits and values in braces: ``"ALT is {alt}; {stop} or more stops."``
    """

    name: str
    outcome: Outcome
    strength: Strength
    sentence: str
    override_by: tuple[Signer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: where it is asked, what it asks, its limits by date, and what it can find.

    ``strength`` and ``override_by`` hold for a fact that is not known; each situation has its own.
    ``words`` are closed lists the rule compares with (codes of diagnoses, classes of medicines).
    """

    provenance: Provenance
    reference: str
    stations: tuple[Station, ...]
    strength: Strength
    override_by: tuple[Signer, ...]
    limit: str
    facts: tuple[str, ...]
    limits: Mapping[str, Dated]
    words: Mapping[str, tuple[str, ...]]
    situations: Mapping[str, Situation]

    @property
    def id(self) -> str:
        """Return the rule's id, ``subject.condition``."""
        return self.provenance.id

    def limit_on(self, day: date) -> str:
        """Return the sentence about the limit with the numbers that apply on ``day``."""
        numbers = {name: dated.on(day) for name, dated in self.limits.items()}
        return self.limit.format_map({n: Said(x.value, x.unit) for n, x in numbers.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything the site decided about safety.

    ``order_rules`` are the rules that judge an order by itself (dose, duration, spacing), for
    whoever plans one; ``discharge`` the items of the discharge gate in the order they are asked.
    """

    provenance: Provenance
    version: str
    facts: Mapping[str, FactDefinition]
    rules: tuple[Rule, ...]
    monitoring: Monitoring
    order_rules: tuple[str, ...]
    discharge: tuple[str, ...]

    def rule(self, rule_id: str) -> Rule:
        """Return one rule; refuse an id the policy does not have."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KnowledgeError(
            ErrorCode.UNKNOWN_NAME, f'rule "{rule_id}" is not in policy {self.version}'
        )

    def rules_at(self, station: Station) -> tuple[Rule, ...]:
        """Return the rules asked at ``station``, in the order of the policy."""
        return tuple(rule for rule in self.rules if station in rule.stations)

    def limit(self, rule_id: str, name: str, *, on: date) -> Sourced:
        """Return one limit as it was on a day, with its source."""
        limits = self.rule(rule_id).limits
        if name not in limits:
            raise KnowledgeError(
                ErrorCode.UNKNOWN_NAME,
                f'rule "{rule_id}" has no limit "{name}"; it has {", ".join(limits) or "none"}',
            )
        return limits[name].on(on)

    def questions_at(self, station: Station) -> tuple[FactDefinition, ...]:
        """Return the questions asked at ``station``, in the order of the vocabulary."""
        return tuple(fact for fact in self.facts.values() if station in fact.stations)

    def check_fact(self, fact: Fact) -> bool | float | str:
        """Return the value of ``fact`` in the vocabulary's unit; refuse a code or kind not in it."""
        definition = self.facts.get(fact.code)
        if definition is None:
            near = difflib.get_close_matches(fact.code, self.facts, n=1)
            hint = f'; did you mean "{near[0]}"?' if near else "; see the list of questions"
            raise InputError(
                ErrorCode.UNKNOWN_NAME,
                f'"{fact.code}" is not a question of this clinic{hint}',
                where=fact.code,
            )
        return definition.check(fact)


def policy_day(person: Person, now: date) -> date:
    """Return the day whose limits apply: today, or the newest for a record that counts days.

    A published case has no calendar, so its nominal dates must not choose between policies.
    """
    return date.max if person.calendar is Calendar.RELATIVE else now
