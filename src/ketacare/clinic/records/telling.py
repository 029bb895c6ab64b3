"""The parts of a record as tables and facts, each from the rows of one table.

Nothing is chosen: every row of a table is a line of its part. What no part here knows is told by
:func:`the_rest`, field by field, so that a new kind of entry is never missing on paper.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from ketacare.adapters.report import Table
from ketacare.clinic.cabinet.models import EntryKind
from ketacare.clinic.infusions.models import Phase, Step
from ketacare.clinic.records.reading import Record, Row, joined
from ketacare.clinic.records.striping import kind_of_pump
from ketacare.core.ledger import milligrams
from ketacare.core.sealing import KEY, canonical
from ketacare.knowledge.load import load_policy

# The kinds of events that have a part of their own.
KNOWN = (
    "infusions.session:",
    "infusions.step:",
    "infusions.pumpevent:",
    "infusions.adverseevent:",
    "infusions.limitalert:",
    "infusions.keptentry:",
    "vitals.value:",
    "vitals.deviceevent:",
    "cabinet.entry:",
    "eligibility.answer:",
    "eligibility.override:",
    "judged.",
    "monitor:",
    "messages:",
)


def pump_sheet(record: Record) -> tuple[tuple[str, str], ...]:
    """Return order, pump sheet, vial and second check as facts; what is not there is said."""
    visit = record.visit
    facts = [
        (_("Phase"), str(dict(Phase.choices).get(visit["phase"], visit["phase"]))),
        (_("Order"), joined(_with(visit["dose_mg_per_kg"], "mg/kg"), _with(visit["minutes"], "min"))),
        (_("Weight"), _with(visit["weight_kg"], "kg")),
        (_("Bag"), _with(visit["bag_ml"], "mL")),
        (_("Vial"), _vial(visit)),
        (_("Pump sheet"), joined(
            _with(visit["dose_mg"], "mg"),
            _("{ml:g} mL drawn").format(ml=visit["draw_ml"]) if visit["draw_ml"] else "",
            _with(visit["concentration_mg_per_ml"], "mg/mL"),
            _with(visit["rate_ml_h"], "mL/h"),
        )),
        (_("Prepared by"), joined(record.person(visit["prepared_by_id"]), record.clock(visit["prepared_at"]))),
        (_("Second check by"), joined(
            record.person(visit["second_by_id"]),
            record.clock(visit["second_at"]),
            _with(visit["second_dose_mg"], "mg"),
            _with(visit["second_rate_ml_h"], "mL/h"),
        )),
    ]  # fmt: skip
    return tuple((name, said or _("not recorded")) for name, said in facts)


def _vial(visit: Row) -> str:
    if visit["vial_skipped"]:
        return _("not read: {why}").format(why=visit["vial_skipped"])
    recalled = {True: _("recalled"), False: _("not recalled"), None: _("recall not looked up")}
    if not (visit["vial_ndc"] or visit["vial_lot"]):
        return _with(visit["vial_mg_per_ml"], "mg/mL")
    return joined(
        _with(visit["vial_mg_per_ml"], "mg/mL"),
        f"NDC {visit['vial_ndc'] or '–'}",
        _("lot {lot}").format(lot=visit["vial_lot"] or "–"),
        _("expires {day}").format(day=visit["vial_expires_on"] or "–"),
        recalled[visit["vial_recalled"]],
        _("scanned") if visit["vial_scanned"] else _("typed"),
    )


def pump(record: Record) -> Table:
    """Return every act at the pump with volume and milligrams delivered by then."""
    return Table(
        caption=_("Every act at the pump"),
        headers=(
            _("Time"), _("Act"), _("then mL/h"), _("then mg/h"), _("mL given"), _("mg given"),
            _("By"), _("Reason"),
        ),
        rows=[
            (
                record.clock(row["at"]),
                kind_of_pump(row["kind"]),
                f"{row['rate_ml_per_h']:g}",
                f"{row['rate_mg_per_h']:g}",
                f"{row['volume_ml']:.3f}",
                f"{row['dose_mg']:.3f}",
                record.person(row["by_id"]),
                row["reason"],
            )
            for row in record.rows("infusions.pumpevent")
        ],
    )  # fmt: skip


def findings(record: Record, name: str, caption: str) -> Table:
    """Return what each rule said at a station, with the facts it used and who overrode it."""
    overrides = {row["id"]: row for row in record.rows("eligibility.override")}
    return Table(
        caption=caption,
        headers=(_("Rule"), _("Answer"), _("Because"), _("Facts")),
        rows=[
            (
                event["title"],
                _outcome(event["outcome"]),
                joined(event["sentence"], _override(record, overrides.get(event.get("override", "")))),
                "; ".join(_fact(record, fact) for fact in event["facts"]),
            )
            for event in record.told(f"judged.{name}")
        ],
        wide=2,
    )  # fmt: skip


def _outcome(code: str) -> str:
    words = {
        "pass": _("met"),
        "warn": _("warning"),
        "block": _("stop"),
        "cannot_tell": _("not known"),
    }
    return words.get(code, code)


def _fact(record: Record, fact: list[str | None]) -> str:
    name, value, at = fact
    when = f" ({record.clock(at, seconds=False)})" if at else ""
    return f"{name}: {value}{when}"


def _override(record: Record, row: Row | None) -> str:
    if row is None:
        return ""
    cosigned = record.person(row["cosigned_by_id"])
    return _("Overridden by {who}{more}: {why}").format(
        who=record.person(row["by_id"]),
        more=_(" and {name}").format(name=cosigned) if cosigned else "",
        why=row["reason"],
    )


def overrides(record: Record) -> Table:
    """Return every override this visit rested on."""
    return Table(
        caption=_("Overrides"),
        headers=(_("Signed"), _("Rule"), _("By"), _("Cosigned by"), _("Withdrawn"), _("Reason")),
        rows=[
            (
                record.day(row["at"]),
                row["rule"],
                record.person(row["by_id"]),
                record.person(row["cosigned_by_id"]),
                joined(record.person(row["withdrawn_by_id"]), row["withdrawn_reason"]),
                row["reason"],
            )
            for row in record.rows("eligibility.override")
        ],
    )


def steps(record: Record) -> Table:
    """Return who did what, overrides and skipped steps marked."""
    acts = dict(Step.Act.choices)
    return Table(
        caption=_("Who did what"),
        headers=(_("Time"), _("By"), _("Act"), _("In words")),
        rows=[
            (
                record.day(row["at"]) if row["act"] == "schedule" else record.clock(row["at"]),
                record.person(row["by_id"]),
                joined(str(acts.get(row["act"], row["act"])), row.get("subject", "")),
                joined(_("in spite of open criteria") if row["override"] else "", row["text"]),
            )
            for row in record.rows("infusions.step")
        ],
    )


def answers(record: Record) -> Table:
    """Return every answer given during the visit, corrected ones too."""
    questions = load_policy().facts
    rows = list(record.rows("eligibility.answer"))
    return Table(
        caption=_("Questions and answers of the visit"),
        headers=(_("Time"), _("Question"), _("Answer"), _("By"), _("Note")),
        rows=[
            (
                record.clock(row["at"]),
                questions[row["code"]].label if row["code"] in questions else row["code"],
                _answer(row["value"], row["unit"]),
                record.person(row["by_id"]),
                joined(
                    row["note"],
                    _("corrected: {why}").format(why=row["superseded_reason"])
                    if row["superseded_by_id"]
                    else "",
                ),
            )
            for row in rows
        ],
        wide=1,
    )


def _answer(value: object, unit: str) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    said = f"{value:g}" if isinstance(value, float) else str(value)
    return f"{said} {unit}".strip()


def drug(record: Record) -> Table:
    """Return the entries of the controlled drug's ledger for this infusion."""
    kinds = dict(EntryKind.choices)
    return Table(
        caption=_("Entries of the cabinet for this infusion"),
        headers=(
            _("Time"), _("Entry"), _("Lot"), _("mg"), _("mL"), _("By"), _("Second person"),
            _("Reason"),
        ),
        rows=[
            (
                record.clock(row["at"]),
                joined(_("reversed") if row["reverses_id"] else "", str(kinds.get(row["kind"], row["kind"]))),
                record.lot(row["lot_id"]),
                str(milligrams(row["lot_ug"] or row["out_ug"])),
                row["volume_ml"] or "",
                record.person(row["by_id"]),
                record.person(row["witness_id"]),
                joined(row["method"], row["reason"]),
            )
            for row in record.rows("cabinet.entry")
        ],
    )  # fmt: skip


def messages(record: Record) -> Table:
    """Return how many messages each device sent in each minute, with the digest of their bytes."""
    return Table(
        caption=_("Messages of devices, minute by minute"),
        headers=(_("Minute"), _("Device"), _("Messages"), _("SHA-256 over their bytes")),
        rows=[
            (
                record.clock(event["at"], seconds=False),
                event["device"],
                str(event["messages"]),
                event["sha256"],
            )
            for event in record.told("messages")
        ],
        small=True,
    )


def the_rest(record: Record) -> Table:
    """Return every event no other part tells, as it is sealed."""
    return Table(
        caption=_("Further entries"),
        headers=(_("Time"), _("Entry"), _("As it is stored")),
        rows=[
            (record.clock(event["at"]), event[KEY].partition(":")[0], _fields(record, event["row"]))
            for event in record.events
            if not event[KEY].startswith(KNOWN)
        ],
        small=True,
    )


def _fields(record: Record, row: Mapping[str, object]) -> str:
    """Return the fields that hold something, people by their names."""
    held = {
        name: record.person(str(value)) if value in record.head["people"] else value
        for name, value in row.items()
        if value not in (None, "", [], False)
        and name not in {"id", "session_id", "patient_id", "created_at"}
    }
    return canonical(held)[1:-1].replace('","', '", "')


def _with(value: float | None, unit: str) -> str:
    return "" if value is None else f"{value:.6g} {unit}"
