"""Whether forecasts hold what they promise: by questionnaire, by how far ahead, before and after learning.

A score counts once, several of one person count for less than as many of different people, and few
scores are never called a promise kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ketacare.adapters.plots import ShareRow
from ketacare.clinic.outcomes import counting
from ketacare.clinic.outcomes.access import INSTRUMENTS, Compared, Learned
from ketacare.clinic.outcomes.counting import Coverage
from ketacare.clinic.outcomes.showing import (
    SMALLEST,
    Picture,
    is_hidden,
    number,
    picture_of,
    row_of,
    small_note,
)
from ketacare.knowledge.load import load_instruments

PROMISED = 0.8
_HORIZONS: tuple[tuple[str | Promise, float, float], ...] = (
    (gettext_lazy("up to a week ahead"), 0.0, 7.0),
    (gettext_lazy("one to four weeks ahead"), 7.0, 28.0),
    (gettext_lazy("more than four weeks ahead"), 28.0, float("inf")),
)
_VERDICTS = {
    "holds": gettext_lazy("keeps its promise so far"),
    "too narrow": gettext_lazy("too narrow: forecasts are surer than they should be"),
    "too wide": gettext_lazy("wider than its promise"),
    "cannot say": gettext_lazy("cannot say yet: too few scores"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageView:
    """All scores by band, then the 80 % band by group; pictures are ``None`` without a score."""

    scores: str
    people: str
    bands: Picture | None
    groups: Picture | None
    verdicts: tuple[tuple[str, str], ...]
    note: str
    not_comparable: str


def coverage_view(learned: Learned, *, hide: bool) -> CoverageView:
    """Return whether the bands held, for those who may see it."""
    rows = learned.compared
    people = len({row.person for row in rows})
    found = _coverage(rows)
    groups = [(label, same) for label, same in _groups(rows, hide=hide) if same]
    return CoverageView(
        scores=number(len(rows), hide=hide),
        people=number(people, hide=hide),
        bands=_bands(found, hide=hide) if rows else None,
        groups=_picture_of_groups(groups, hide=hide) if groups else None,
        verdicts=tuple(
            (_("{n:.0f} % band").format(n=100 * c.promised), _verdict(c, hide=hide)) for c in found
        ),
        note=small_note(people) if people and (not hide or people >= SMALLEST) else "",
        not_comparable=number(learned.not_comparable, hide=hide),
    )


def _coverage(rows: Iterable[Compared]) -> tuple[Coverage, ...]:
    rows = tuple(rows)
    return counting.coverage((row.held for row in rows), (row.person for row in rows))


def _verdict(found: Coverage, *, hide: bool) -> str:
    return _("held back") if is_hidden(found.inside, hide=hide) else str(_VERDICTS[found.verdict])


def _bands(found: Sequence[Coverage], *, hide: bool) -> Picture:
    rows = [
        row_of(
            _("{n:.0f} % band").format(n=100 * c.promised),
            c.inside,
            hide=hide,
            promised=c.promised,
        )
        for c in found
    ]
    return picture_of("coverage-bands", _("All scores: 50, 80 and 90 % bands"), rows)


def _picture_of_groups(groups: Sequence[tuple[str, Sequence[Compared]]], *, hide: bool) -> Picture:
    rows: list[ShareRow] = []
    for label, same in groups:
        found = next(c for c in _coverage(same) if c.promised == PROMISED)
        rows.append(row_of(label, found.inside, hide=hide, promised=PROMISED))
    return picture_of("coverage-groups", _("The 80 % band, by group"), rows)


def _groups(rows: Sequence[Compared], *, hide: bool) -> list[tuple[str, tuple[Compared, ...]]]:
    """Return the groups of scores; for those who see no small numbers only the coarse ones.

    A horizon held back could be worked out from the other two and the whole.
    """

    def having(test: Callable[[Compared], bool]) -> tuple[Compared, ...]:
        return tuple(row for row in rows if test(row))

    found: list[tuple[str, tuple[Compared, ...]]] = []
    for name in INSTRUMENTS:
        title = load_instruments()[name].name
        same = having(lambda row, name=name: row.instrument == name)  # type: ignore[misc]
        found.append((title, same))
        if not hide:
            found += [
                (f"{title}, {words}", tuple(r for r in same if low < r.days_ahead <= high))
                for words, low, high in _HORIZONS
            ]
    if not hide:
        found.append((_("Before the person's own scores"), having(lambda row: not row.learned)))
        found.append((_("Learned from the person's scores"), having(lambda row: row.learned)))
    return found
