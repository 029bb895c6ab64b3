"""What belongs to the picture beside the label: trials set apart, and daily life in three domains.

Why a trial ended keeps inefficacy, intolerance, non-adherence and access apart. Functioning is the
clinician's own rating of social, professional and personal life; it enters no definition here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ketacare.core.history.judgement import TrialJudgement
from ketacare.core.record import EndReason, Person

DOMAINS = {
    "function_social": "social life",
    "function_professional": "work or school",
    "function_personal": "personal and family life",
}
"""The questions about functioning, with the domain each is about."""

LEVELS = ("none", "mild", "moderate", "severe")
"""How much a domain is restricted, from not at all on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetApart:
    """Trials that ended for one reason other than lack of effect; ``names`` as written down."""

    reason: EndReason
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """One domain of life: how much it is restricted, ``None`` when it was not rated."""

    fact: str
    label: str
    level: str | None
    at: datetime | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Functioning:
    """All three domains, in their order."""

    domains: tuple[Domain, ...]
    sentence: str
    missing: tuple[str, ...]


def set_apart(trials: Iterable[TrialJudgement]) -> tuple[SetApart, ...]:
    """Return the trials that ended for another reason than lack of effect, by reason."""
    found: dict[EndReason, list[str]] = {}
    for judged in trials:
        reason = judged.trial.end_reason
        if reason is not None and reason is not EndReason.INEFFICACY:
            name = judged.trial.name or judged.treatment.name
            found.setdefault(reason, []).append(name)
    return tuple(
        SetApart(reason=reason, names=tuple(found[reason]))
        for reason in EndReason
        if reason in found
    )


def functioning_of(person: Person, *, now: datetime) -> Functioning:
    """Return how much each domain of life is restricted, as last rated at or before ``now``."""
    domains = []
    for code, label in DOMAINS.items():
        fact = person.fact(code, before=now)
        level = None if fact is None else str(fact.value)
        if fact is None:
            sentence = f"{label[:1].upper()}{label[1:]} was not rated."
        elif level == "none":
            sentence = (
                f"{label[:1].upper()}{label[1:]} is not restricted ({person.spoken(fact.at)})."
            )
        else:
            sentence = (
                f"{label[:1].upper()}{label[1:]} is restricted: {level} ({person.spoken(fact.at)})."
            )
        domains.append(
            Domain(
                fact=code,
                label=label,
                level=level,
                at=None if fact is None else fact.at,
                sentence=sentence,
            )
        )
    return Functioning(
        domains=tuple(domains),
        sentence=" ".join(domain.sentence for domain in domains),
        missing=tuple(f"how much {d.label} is restricted" for d in domains if d.level is None),
    )
