"""A session's record as a document: the same for the page and for the PDF.

Parts without an entry are left out, but for those whose emptiness says something.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from ketacare.adapters.report import Attachment, Document, Picture, Section, Table
from ketacare.clinic.records import telling, telling_trouble
from ketacare.clinic.records.measuring import (
    Measured,
    by_people,
    every_value,
    from_monitors,
    minute_by_minute,
    values_csv,
)
from ketacare.clinic.records.reading import Record
from ketacare.clinic.records.striping import NARROW, WIDE, strip_of
from ketacare.core.sealing import join

__all__ = ["NARROW", "WIDE", "document_of", "strip_of", "values_csv"]


def document_of(record: Record, *, every: bool = False) -> Document:
    """Return the record as a document; ``every`` prints each value of the monitors, and attaches all."""
    values = tuple(from_monitors(record))
    sections = [
        _at_a_glance(record, values),
        Section(
            title=_("Dose and pump"),
            anchor="pump",
            facts=telling.pump_sheet(record),
            tables=_told(telling.pump(record)),
        ),
        *_part(_("Adverse events"), "events", telling_trouble.adverse_events(record), keep=True),
        *_part(_("Limits crossed"), "limits", telling_trouble.limits(record), telling_trouble.alerts(record), keep=True),
        *_part(_("Observations"), "observations", by_people(record), keep=True),
        *_part(
            _("Before the dose"),
            "before",
            telling.findings(record, "check", _("Checks as they stood at the start")),
            telling.overrides(record),
        ),
        *_part(_("Course"), "course", telling.steps(record)),
        *_part(
            _("Leaving"),
            "leaving",
            telling.findings(record, "gate", _("Criteria as they stood at discharge")),
        ),
        *_part(_("Questions"), "questions", telling.answers(record)),
        *_part(_("Controlled drug"), "drug", telling.drug(record)),
        *_part(_("Devices"), "devices", telling_trouble.device_events(record)),
        *_part(_("Without connection"), "kept", telling_trouble.kept_entries(record)),
        *_part(_("Further entries"), "rest", telling.the_rest(record)),
        *_addenda(record),
        *_part(_("Monitor"), "monitor", minute_by_minute(record, values)),
        *(_part(_("Every value of the monitors"), "every", *every_value(record, values)) if every else ()),
        *_part(_("Messages"), "messages", telling.messages(record)),
        _seal(record),
    ]  # fmt: skip
    head = record.head
    return Document(
        title=_("Record of an infusion: {name}").format(name=head["patient"]["name"]),
        language=settings.LANGUAGE_CODE.partition("-")[0],
        author=_author(record),
        at=_date(record),
        marks=() if record.seal else (_("Not sealed. This is how it stands now; it can change."),),
        facts=_facts(record),
        sections=tuple(sections),
        foot=_foot(record),
        attachments=_attachments(record) if every else (),
    )


def _facts(record: Record) -> tuple[tuple[str, str], ...]:
    head, visit = record.head, record.visit
    return (
        (_("Person"), head["patient"]["name"]),
        (_("Born"), head["patient"]["born"] or _("not recorded")),
        (_("Visit"), record.day(visit["started_at"] or visit["scheduled_at"])),
        (_("Chair"), head["chair"] or _("none")),
        (_("Arrived"), record.clock(visit["checked_in_at"]) or _("not checked in")),
        (
            _("Left"),
            record.clock(visit["discharged_at"])
            or (_("cancelled") if visit["cancelled_at"] else _("not yet")),
        ),
        (_("Times"), head["zone"]),
    )


def _at_a_glance(record: Record, values: tuple[Measured, ...]) -> Section:
    by_person = sum(1 for _row in record.rows("vitals.value"))
    gaps = sum(1 for each in values if each.value is None)
    return Section(
        title=_("At a glance"),
        anchor="glance",
        sentences=(
            _(
                "{people} values by people, {monitor} by monitors, {gaps} gaps the monitors told of. "
                "Open diamonds are people's, filled marks the monitor's; where nothing stands, "
                "nothing was measured."
            ).format(people=by_person, monitor=len(values) - gaps, gaps=gaps),
        ),
        picture=Picture(
            title=_("The session on one time axis"), chart=strip_of(record, values=values)
        ),
    )


def _part(title: str, anchor: str, *tables: Table, keep: bool = False) -> tuple[Section, ...]:
    """Return a section with the tables that have rows; ``keep`` says so when there is none."""
    held = _told(*tables)
    if not held and not keep:
        return ()
    return (
        Section(
            title=title,
            anchor=anchor,
            sentences=() if held else (_("None is recorded."),),
            tables=held,
        ),
    )


def _told(*tables: Table) -> tuple[Table, ...]:
    return tuple(table for table in tables if table.rows)


def _addenda(record: Record) -> tuple[Section, ...]:
    if not record.addenda:
        return ()
    return (
        Section(
            title=_("Addenda"),
            anchor="addenda",
            tables=(
                Table(
                    caption=_("Added after the seal; the record itself stays as it was"),
                    headers=(_("Seal"), _("Signed"), _("By"), _("Addendum"), _("Why")),
                    rows=[
                        (
                            str(seal.position),
                            record.day(head["sealed_at"]),
                            f"{head['sealed_by'][1]} ({head['sealed_by'][2]})",
                            head["text"],
                            head["reason"],
                        )
                        for seal, head in record.addenda
                    ],
                    wide=3,
                ),
            ),
        ),
    )


def _seal(record: Record) -> Section:
    if record.seal is None:
        return Section(title=_("Seal"), anchor="seal", sentences=(_("The record is not sealed."),))
    head, seal = record.head, record.seal
    facts = [
        (_("Number"), str(seal.position)),
        (_("Signed"), record.day(head["sealed_at"])),
        (_("By"), f"{head['sealed_by'][1]} ({head['sealed_by'][2]})"),
        (_("Statement"), head["statement"]),
        (_("Events"), str(len(record.events) + 1)),
        (_("Hash"), seal.hash),
        (_("Hash before it"), seal.previous),
        (_("Form"), f"{head['form']}, Ketacare {head['software']}"),
    ]
    if head["without_call"]:
        facts.insert(4, (_("Sealed without the call"), head["without_call"]))
    return Section(
        title=_("Seal"),
        anchor="seal",
        sentences=(
            _(
                "Each line of the record is hashed (SHA-256) with the hash before it and a line "
                "feed; the first line follows the seal before. The lines are attached to the PDF."
            ),
        ),
        facts=tuple(facts),
    )


def _attachments(record: Record) -> tuple[Attachment, ...]:
    found = [
        Attachment(
            name="values.csv",
            kind="text/csv",
            description=_("Every measured value, one a line"),
            content=values_csv(record),
        )
    ]
    if record.seal is not None:
        found.append(
            Attachment(
                name="sealed-lines.jsonl",
                kind="application/jsonl",
                description=_("The sealed lines, to check the hash with"),
                content=join(record.seal.lines),
            )
        )
    return tuple(found)


def _author(record: Record) -> str:
    return str(record.head["sealed_by"][1]) if record.seal else _("not signed")


def _date(record: Record) -> datetime:
    text = record.head["sealed_at"] if record.seal else record.head["as_of"]
    found = record.moment(text)
    assert found is not None  # noqa: S101 - every record has one of the two
    return found


def _foot(record: Record) -> str:
    if record.seal is None:
        return _("Not sealed, as of {when}").format(when=record.day(record.head["as_of"]))
    return _("Seal {number}, {hash}").format(number=record.seal.position, hash=record.seal.hash)
