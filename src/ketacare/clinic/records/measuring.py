"""The measured values of a record: each with its time, from people and from monitors.

A monitor's minute is unpacked into its values here, for the strip, the tables and the list of every
value that can be taken along.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from ketacare.adapters.report import Table
from ketacare.clinic.records.reading import Record, Row
from ketacare.core.record import Vital
from ketacare.knowledge.load import load_observations
from ketacare.knowledge.loading.bedside import spoken_unit

ORDER = tuple(Vital)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One value of a monitor, or a gap (``value`` is ``None``, ``problem`` says why)."""

    kind: Vital | None
    name: str
    unit: str
    at: datetime
    value: float | None
    device: str
    problem: str
    clock: str


def name_of(kind: Vital) -> str:
    """Return what a sign is called."""
    known = load_observations()
    return known[kind].short if kind in known else kind.value


def from_monitors(record: Record) -> Iterator[Measured]:
    """Yield every value and gap of the monitors, minute by minute."""
    for block in record.told("monitor"):
        minute = datetime.fromisoformat(block["at"])
        for series in block["series"]:
            kind = Vital(series["kind"]) if series["kind"] else None
            name = name_of(kind) if kind else series["raw_name"] or series["raw_code"]
            unit = spoken_unit(kind) if kind else series["unit"] or series["raw_unit"]
            for milliseconds, value, *more in series["values"]:
                yield Measured(
                    kind=kind,
                    name=str(name),
                    unit=unit,
                    at=minute + timedelta(milliseconds=milliseconds),
                    value=value,
                    device=block["device"],
                    problem=more[0] if more else "",
                    clock=more[1] if more else "",
                )


def by_people(record: Record) -> Table:
    """Return everything people entered: what stands, what was corrected, by whom and why."""
    rows = list(record.rows("vitals.value"))
    by_id = {row["id"]: row for row in rows}
    return Table(
        caption=_("Measured by people"),
        headers=(_("Time"), _("What"), _("Value"), _("By"), _("Correction")),
        rows=[
            (
                record.clock(row["at"]),
                name_of(Vital(row["kind"])),
                _said(row),
                record.person(row["by_id"]),
                _correction(record, row, by_id.get(row["superseded_by_id"] or "")),
            )
            for row in rows
        ],
    )


def _said(row: Row) -> str:
    if row["value"] is None:
        return _("struck out")
    return f"{row['value']:g} {spoken_unit(Vital(row['kind']))}"


def _correction(record: Record, row: Row, newer: Row | None) -> str:
    if newer is None:
        return ""
    return _("corrected to {to} by {who} at {when}: {why}").format(
        to=_said(newer),
        who=record.person(newer["by_id"]),
        when=record.clock(newer["received_at"]),
        why=row["superseded_reason"],
    )


def minute_by_minute(record: Record, values: Sequence[Measured]) -> Table:
    """Return for each minute the lowest and highest of each sign, how many, and the gaps."""
    kinds = [kind for kind in ORDER if any(each.kind is kind for each in values)]
    found: dict[datetime, dict[Vital, list[float]]] = {}
    gaps: dict[datetime, int] = {}
    for each in values:
        minute = each.at.replace(second=0, microsecond=0)
        if each.kind is not None and each.value is not None:
            found.setdefault(minute, {}).setdefault(each.kind, []).append(each.value)
        elif each.value is None:
            gaps[minute] = gaps.get(minute, 0) + 1
    return Table(
        caption=_("Monitor, minute by minute: lowest to highest, and how many values"),
        headers=(
            _("Minute"),
            *(f"{name_of(kind)}, {spoken_unit(kind)}" for kind in kinds),
            _("Without a value"),
        ),
        rows=[
            (
                record.clock(minute.isoformat(), seconds=False),
                *(_range(found.get(minute, {}).get(kind, ())) for kind in kinds),
                str(gaps.get(minute, "")),
            )
            for minute in sorted({*found, *gaps})
        ],
        small=True,
    )


def every_value(record: Record, values: Sequence[Measured]) -> list[Table]:
    """Return, sign by sign and minute by minute, every value of the monitors in order of time."""
    found: dict[tuple[str, str], dict[datetime, list[str]]] = {}
    for each in values:
        minute = each.at.replace(second=0, microsecond=0)
        said = "–" if each.value is None else f"{each.value:g}"
        slot = found.setdefault((each.name, each.unit), {}).setdefault(minute, [])
        slot.append(said)
    return [
        Table(
            caption=_("Every value: {name}, {unit} (– is a gap)").format(name=name, unit=unit),
            headers=(_("Minute"), _("Values in order of time")),
            rows=[
                (record.clock(minute.isoformat(), seconds=False), " ".join(said))
                for minute, said in sorted(minutes.items())
            ],
            small=True,
        )
        for (name, unit), minutes in found.items()
    ]


def values_csv(record: Record) -> str:
    """Return every measured value, one a line: by people (corrected ones too) and by monitors."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ["time", "what", "value", "unit", "by", "origin", "stands", "problem", "clock_problem"]
    )
    rows = []
    for row in record.rows("vitals.value"):
        kind = Vital(row["kind"])
        value = "" if row["value"] is None else f"{row['value']:.12g}"
        stands = "no" if row["superseded_by_id"] else "yes"
        by = record.person(row["by_id"])
        rows.append(
            [row["at"], kind.value, value, kind.unit, by, "person", stands, row["problem"], ""]
        )
    for each in from_monitors(record):
        what = each.kind.value if each.kind else each.name
        unit = each.kind.unit if each.kind else each.unit
        value = "" if each.value is None else f"{each.value:.12g}"
        at = f"{each.at:%Y-%m-%dT%H:%M:%S.}{each.at.microsecond // 1000:03d}Z"
        rows.append([at, what, value, unit, each.device, "device", "yes", each.problem, each.clock])
    rows.sort(key=lambda cells: str(cells[0]))  # stable: a corrected value before the newer one
    writer.writerows([[_harmless(str(cell)) for cell in cells] for cells in rows])
    return text.getvalue()


def _harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; a negative number stays one."""
    if cell[:1] in {"=", "+", "@", "\t", "\r"} or (
        cell[:1] == "-" and not cell[1:].replace(".", "", 1).isdigit()
    ):
        return f"'{cell}"
    return cell


def _range(values: Sequence[float]) -> str:
    if not values:
        return ""
    low, high = f"{min(values):g}", f"{max(values):g}"
    return f"{low} ({len(values)})" if low == high else f"{low}–{high} ({len(values)})"
