"""Lines and changes of the policy as the pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ketacare.clinic.policy.lines import Change, Line, Sort
from ketacare.knowledge.load import load_policy

_SORTS: dict[Sort, str | Promise] = {
    Sort.THRESHOLD: _("Threshold"),
    Sort.BINDING: _("How it applies"),
    Sort.WORDING: _("Wording"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One change; ``card`` is the id of a rule whose card can be read."""

    change: Change
    sort: str | Promise
    card: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The lines of one rule, question, vital sign or prompt: thresholds first."""

    subject: str
    card: str
    lines: tuple[Line, ...]


def rows_of(found: Iterable[Change]) -> tuple[ChangeRow, ...]:
    """Return the changes, thresholds first."""
    order = list(Sort)
    return tuple(
        ChangeRow(change=change, sort=_SORTS[change.sort], card=_card(change.of))
        for change in sorted(found, key=lambda change: order.index(change.sort))
    )


def groups_of(lines: Sequence[Line]) -> tuple[Group, ...]:
    """Return the lines by subject, in the order of the policy."""
    order = list(Sort)
    return tuple(
        Group(
            subject=members[0].subject,
            card=_card(of),
            lines=tuple(sorted(members, key=lambda line: order.index(line.sort))),
        )
        for of, members in ((of, list(rows)) for of, rows in groupby(lines, key=lambda x: x.of))
    )


def _card(of: str) -> str:
    """Return the id of a rule that exists today, or nothing."""
    return of if any(rule.id == of for rule in load_policy().rules) else ""
