"""Links between instruments on a common metric: a total on one scale as a score on another.

Only published tables are used. A link that is known to exist and whose table is not held here is
there all the same, saying so: the answer is then a refusal with the reason, never an estimate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.measures.parts import Conversion


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A published link from one instrument's total to a metric; without a table, why not."""

    instrument: str
    metric: str
    source: str
    locus: str
    table: Conversion | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A total on the common metric with the standard error of the link at that total."""

    link: Link
    total: float
    score: float
    error: float
    sentence: str


def on_metric(links: Iterable[Link], *, instrument: str, metric: str, total: float) -> Linked:
    """Return ``total`` of ``instrument`` on ``metric``.

    Raises :class:`InputError` when no link is published or held here, and when the table has no
    such total (a total scaled up for missing answers is no whole number).
    """
    found = next((k for k in links if (k.instrument, k.metric) == (instrument, metric)), None)
    if found is None:
        raise InputError(
            ErrorCode.NOT_AVAILABLE,
            f"no published link from {instrument} to {metric} is known here",
        )
    if found.table is None:
        raise InputError(
            ErrorCode.NOT_AVAILABLE,
            f"the link from {instrument} to {metric} is not available: {found.reason}",
        )
    row = found.table.row(total)
    if row is None:
        rows = found.table.rows
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"{total:g} on {instrument} has no line in the link to {metric}; it has whole totals "
            f"from {rows[0].points} to {rows[-1].points}",
        )
    return Linked(
        link=found,
        total=total,
        score=row.score,
        error=row.error,
        sentence=(
            f"{total:g} on {instrument} is {row.score:.1f} ± {row.error:.1f} on {metric} "
            f"({found.source}, {found.locus})."
        ),
    )
