"""How counts and shares are shown, and which small ones are held back.

For those who read no charts of patients, a number under five is not shown, nor one from which it
could be worked out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ketacare.adapters.plots import Chart, ShareRow, share_chart
from ketacare.clinic.outcomes.counting import Share

SMALLEST = 5
FEW = 20
WIDE, NARROW = 560, 330


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One chart in two widths."""

    wide: Chart
    narrow: Chart


def number(n: int, *, hide: bool) -> str:
    """Return a count, or "fewer than 5" where a small one must not be shown."""
    return _("fewer than {n}").format(n=SMALLEST) if hide and 0 < n < SMALLEST else str(n)


def numbers(counts: Sequence[int], *, hide: bool) -> list[str]:
    """Return the parts of a whole that is shown: as many are held back as needed.

    A single small part could be worked out from the others, so the next smallest goes with it until
    what is held back holds at least five people.
    """
    hidden = {i for i, n in enumerate(counts) if hide and 0 < n < SMALLEST}
    shown = sorted((n, i) for i, n in enumerate(counts) if i not in hidden and n)
    while hidden and shown and sum(counts[i] for i in hidden) < SMALLEST:
        hidden.add(shown.pop(0)[1])
    return [str(_("held back")) if i in hidden else str(n) for i, n in enumerate(counts)]


def is_hidden(share: Share, *, hide: bool) -> bool:
    """Return whether a share would show a small number, of those inside or of those outside."""
    return hide and (share.n < SMALLEST or share.of - share.n < SMALLEST)


def row_of(label: str, share: Share, *, hide: bool, promised: float | None = None) -> ShareRow:
    """Return a share as a row of a chart."""
    if is_hidden(share, hide=hide):
        return ShareRow(
            label=label,
            count=_("held back, fewer than {n} on one side").format(n=SMALLEST),
            share=None,
            promised=promised,
        )
    interval = share.interval
    return ShareRow(
        label=label,
        count=_("{n} of {of}").format(n=share.n, of=share.of) if share.of else _("nobody yet"),
        share=share.share,
        low=None if interval is None else interval[0],
        high=None if interval is None else interval[1],
        promised=promised,
    )


def small_note(of: int) -> str:
    """Return what to make of a small number, or nothing."""
    if of == 0:
        return _("Nobody has been measured yet: nothing can be said.")
    if of < FEW:
        return ngettext(
            "One measurement: this is an observation, not a rate.",
            "Only {n}: the interval says how little that tells.",
            of,
        ).format(n=of)
    return ""


def picture_of(chart_id: str, title: str, rows: Sequence[ShareRow]) -> Picture:
    """Return a chart of shares in both widths."""
    return Picture(
        wide=share_chart(chart_id=chart_id, title=title, rows=rows, width=WIDE),
        narrow=share_chart(chart_id=f"{chart_id}-narrow", title=title, rows=rows, width=NARROW),
    )
