"""Loads ``knowledge/links``: published links from an instrument's total to a common metric."""

from __future__ import annotations

from functools import cache

from ketacare.core.errors import ErrorCode
from ketacare.core.measures import Conversion, Converted
from ketacare.core.measures.irt import Link, on_metric
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.instruments import load_instruments
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.reading import (
    Section,
    open_folder,
    open_section,
    read_provenance,
)

FOLDER = "links"


@cache
def load_links() -> tuple[Link, ...]:
    """Return every link, those without a table too: they say why."""
    found: list[Link] = []
    for file in open_folder(FOLDER):
        root = open_section(file, folder=FOLDER, known_sources=source_ids())
        read_provenance(root)
        found += [_link(part) for part in root.sections("link")]
        root.close()
    return tuple(found)


def _link(part: Section) -> Link:
    name = part.text("instrument")
    instrument = load_instruments().get(name)
    if instrument is None:
        raise part.error(ErrorCode.UNKNOWN_NAME, "instrument", f'"{name}" is not an instrument')
    source, locus = part.source_id("source"), part.text("locus")
    table: Conversion | None = None
    if part.flag("own_table", default=False):
        table = instrument.conversion
    elif "rows" in part:
        table = Conversion(
            metric=part.text("metric"),
            rows=tuple(
                Converted(points=int(p), score=float(s), error=float(e))
                for p, s, e in part.raw("rows")
            ),
            source=source,
            locus=locus,
        )
    reason = part.text("reason", "")
    if table is None and not reason:
        raise part.error(
            ErrorCode.MISSING_KEY, "rows", "there is no table and no reason; give one of them"
        )
    link = Link(
        instrument=name,
        metric=part.text("metric"),
        source=source,
        locus=locus,
        table=table,
        reason=reason,
    )
    part.close()
    return link


def check_all() -> list[CheckResult]:
    """Check that each table covers the whole range of its instrument."""
    results = []
    for link in load_links():
        if link.table is None:
            continue
        rows = link.table.rows
        found = [
            on_metric(
                load_links(), instrument=link.instrument, metric=link.metric, total=row.points
            ).score
            for row in (rows[0], rows[-1])
        ]
        results.append(
            CheckResult(
                file=f"{FOLDER}/",
                name=f"{link.instrument} on {link.metric} rises over the range",
                passed=found[0] < found[1],
                expected="a higher score at the end",
                found=f"{found[0]:g} to {found[1]:g}",
            )
        )
    return results
