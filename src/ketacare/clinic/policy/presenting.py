"""Rules by the moment they are asked, and one card per piece of content, as the pages show them.

The cards are those of ``ketacare knowledge show`` and docs/cards; nothing is worded again here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ketacare.clinic.eligibility.mapping import ROLE_OF
from ketacare.core.safety import Rule, Station, Strength
from ketacare.core.sources import Status
from ketacare.knowledge.check import check_folder
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.load import load_policy, load_sources
from ketacare.knowledge.showing import (
    Block,
    Card,
    Kind,
    Piece,
    card_of,
    kind_named,
    piece_named,
    pieces,
    without_noise,
)

Text = str | Promise

_STATIONS: dict[Station, Text] = {
    Station.ELIGIBILITY: gettext_lazy("Before treatment: eligibility"),
    Station.BEFORE_DOSE: gettext_lazy("Before a dose, on the day"),
    Station.PREPARATION: gettext_lazy("At the vial and the bag"),
    Station.DURING: gettext_lazy("During the infusion"),
    Station.DISCHARGE: gettext_lazy("Before going home"),
    Station.FOLLOW_UP: gettext_lazy("Between infusions and after"),
}
_BINDING: dict[Strength, tuple[str, Text]] = {
    Strength.HARD_STOP: ("stop", gettext_lazy("hard stop")),
    Strength.OVERRIDE: ("stop", gettext_lazy("stop, may be overridden")),
    Strength.WARNING: ("watch", gettext_lazy("warning")),
    Strength.INFORMATION: ("info", gettext_lazy("information")),
}
# What a clinician reads beside the rules, in the order of care.
_BESIDE = (
    ("policy", gettext_lazy("Monitoring limits, gate, rescue, questions")),
    ("staging", gettext_lazy("Definitions of treatment resistance")),
    ("staging_points", gettext_lazy("Published staging scores")),
    ("treatments", gettext_lazy("Treatments: adequate doses, classes")),
    ("instruments", gettext_lazy("Questionnaires and scales")),
    ("measures", gettext_lazy("Scores by time since a dose")),
    ("risk", gettext_lazy("Answers about suicide: who must act by when")),
    ("adaptive", gettext_lazy("Adaptive care rules")),
    ("protocols", gettext_lazy("Protocols")),
    ("sources", gettext_lazy("Sources")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """One rule as the overview shows it."""

    id: str
    title: str
    limit: str
    reference: str
    level: str
    binding: Text
    signers: str
    version: str
    since: date
    is_candidate: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StationRules:
    """The rules that are asked at one moment of care."""

    key: str
    title: Text
    rows: tuple[RuleRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyView:
    """Everything the overview shows."""

    version: str
    today: date
    number: int
    candidates: int
    shown: int
    stations: tuple[StationRules, ...]
    beside: tuple[tuple[str, Text, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingView:
    """All pieces of one kind."""

    kind: Kind
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartView:
    """One part of a card: under a heading of the card, or as a part of one."""

    block: Block
    is_part: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """One card with its parts and its checks as rows of a table."""

    card: Card
    kind: Kind
    is_candidate: bool
    standing: tuple[str, ...]
    parts: tuple[PartView, ...]
    checks: tuple[tuple[str, str, str, str], ...]
    cases_pass: bool


def policy_view(*, today: date, wanted: str) -> PolicyView:
    """Return the rules with their limits of ``today``; ``wanted`` keeps those that say the word."""
    policy = load_policy()
    stations = tuple(
        StationRules(key=station.value, title=title, rows=tuple(_rows(station, today, wanted)))
        for station, title in _STATIONS.items()
    )
    return PolicyView(
        version=policy.version,
        today=today,
        number=len(policy.rules),
        candidates=sum(r.provenance.status is Status.CANDIDATE for r in policy.rules),
        shown=len({row.id for station in stations for row in station.rows}),
        stations=tuple(station for station in stations if station.rows),
        beside=tuple((kind, title, len(pieces(kind_named(kind)))) for kind, title in _BESIDE),
    )


def listing_view(kind: str) -> ListingView:
    """Return all pieces of a kind; refuse a kind that does not exist."""
    known = kind_named(kind)
    return ListingView(kind=known, pieces=tuple(pieces(known)))


def card_view(kind: str, name: str) -> CardView:
    """Return one piece as a card; refuse a piece that does not exist."""
    known = kind_named(kind)
    piece = piece_named(known, name)
    card = card_of(piece, _results(piece.file.folder))
    return CardView(
        card=card,
        kind=known,
        is_candidate=card.standing.status is Status.CANDIDATE,
        standing=tuple(card.standing.sentences()),
        parts=tuple(PartView(block=block, is_part=block.level > 2) for block in card.blocks),
        checks=tuple(_check(check) for check in card.checks),
        cases_pass=all(check.passed for check in card.checks),
    )


@cache
def _results(folder: str) -> tuple[CheckResult, ...]:
    # The content cannot change while the program runs, so its checks are run once.
    return check_folder(folder)


def _rows(station: Station, today: date, wanted: str) -> Iterator[RuleRow]:
    for rule in load_policy().rules_at(station):
        row = _row(rule, today)
        text = f"{row.id} {row.title} {row.limit} {row.reference} {row.source}"
        if wanted.casefold() in text.casefold():
            yield row


def _row(rule: Rule, today: date) -> RuleRow:
    head = rule.provenance
    level, binding = _BINDING[rule.strength]
    source = load_sources().get(head.sources[0])
    return RuleRow(
        id=rule.id,
        title=head.title,
        limit=rule.limit_on(today),
        reference=rule.reference,
        level=level,
        binding=binding,
        signers=" + ".join(str(ROLE_OF[signer].label) for signer in rule.override_by),
        version=head.version,
        since=head.since,
        is_candidate=head.status is Status.CANDIDATE,
        source=head.sources[0] if source is None else source.citation,
    )


def _check(check: CheckResult) -> tuple[str, str, str, str]:
    passed = _("yes") if check.passed else _("no")
    return check.name, without_noise(check.expected), without_noise(check.found), passed
