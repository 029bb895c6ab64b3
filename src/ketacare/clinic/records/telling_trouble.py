"""What went beyond a limit or went wrong in a session, as tables.

Limits, alerts, adverse events, alarms of devices, and entries that waited for a lost server.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from ketacare.adapters.report import Table
from ketacare.clinic.infusions.models import AdverseEvent
from ketacare.clinic.records.measuring import name_of
from ketacare.clinic.records.reading import Record, Row, joined
from ketacare.core.record import Vital


def limits(record: Record) -> Table:
    """Return each run of values beyond a limit of the policy of that day."""
    return Table(
        caption=_("Limits crossed, by the clinic's policy of that day"),
        headers=(
            _("From"), _("Until"), _("Sign"), _("Level"), _("Limit"), _("Farthest"), _("Values"),
        ),
        rows=[
            (
                record.clock(event["at"]),
                record.clock(event["until"]),
                event["label"],
                event["level"],
                event["limit"],
                f"{event['worst']:g}",
                str(event["values"]),
            )
            for event in record.told("judged.limit")
        ],
        wide=4,
    )  # fmt: skip


def alerts(record: Record) -> Table:
    """Return the crossed limits that were held until somebody said that they saw them."""
    return Table(
        caption=_("Held until seen: who acknowledged, and what they did"),
        headers=(
            _("From"), _("Last"), _("Sign"), _("Level"), _("Value"), _("Limit"), _("Seen"),
            _("By"), _("In words"), _("Told to"),
        ),
        rows=[
            (
                record.clock(row["at"]),
                record.clock(row["last_at"]),
                name_of(Vital(row["kind"])),
                row["level"],
                f"{row['value']:g}",
                row["limit"],
                record.clock(row["acknowledged_at"]) or _("by nobody"),
                record.person(row["acknowledged_by_id"]),
                row["words"],
                joined(record.person(row["escalated_to_id"]), record.clock(row["escalated_at"])),
            )
            for row in record.rows("infusions.limitalert")
        ],
        wide=8,
    )  # fmt: skip


def adverse_events(record: Record) -> Table:
    """Return every adverse event with its proposed and decided grade and its review."""
    related, outcomes = dict(AdverseEvent.Related.choices), dict(AdverseEvent.Outcome.choices)
    return Table(
        caption=_("Adverse events"),
        headers=(
            _("Began"), _("Ended"), _("Event"), _("Grade"), _("Related"), _("Outcome"), _("By"),
            _("In words"),
        ),
        rows=[
            (
                record.clock(row["began_at"]),
                record.clock(row["ended_at"]),
                joined(row["term"], row["said"]),
                _grade(row),
                str(related.get(row["related"], row["related"])),
                str(outcomes.get(row["outcome"], row["outcome"])),
                record.person(row["by_id"]),
                joined(row["action_taken"], row["narrative"], _review(record, row)),
            )
            for row in record.rows("infusions.adverseevent")
        ],
    )  # fmt: skip


def _grade(row: Row) -> str:
    serious = _("serious") if row["is_serious"] else ""
    if row["proposed_grade"] not in {None, row["grade"]}:
        return joined(
            _("{grade} (proposed {other})").format(grade=row["grade"], other=row["proposed_grade"]),
            serious,
        )
    return joined(str(row["grade"]), serious)


def _review(record: Record, row: Row) -> str:
    if row["reviewed_at"] is None:
        return ""
    return _("reviewed by {who}, {when}: {said}").format(
        who=record.person(row["reviewed_by_id"]),
        when=record.day(row["reviewed_at"]),
        said=row["review"],
    )


def device_events(record: Record) -> Table:
    """Return what devices told besides values: their alarms, and what a pump said it delivers."""
    return Table(
        caption=_("Alarms of devices and readings of the pump, as the devices said them"),
        headers=(_("Time"), _("Device"), _("What"), _("In its words"), _("Value"), _("Problem")),
        rows=[
            (
                record.clock(row["at"]),
                row["device_id"],
                joined(row["kind"], row["name"] or row["code"]),
                joined(row["text"], row["priority"], row["phase"], row["state"], row["limits"]),
                joined(row["raw_value"], row["source_value"]),
                joined(row["problem"], row["clock_problem"]),
            )
            for row in record.rows("vitals.deviceevent")
        ],
        wide=3,
        small=True,
    )


def kept_entries(record: Record) -> Table:
    """Return what waited on a device that had lost the server, with both its times."""
    return Table(
        caption=_("Entries kept on a device without connection, sent when the server was back"),
        headers=(_("Made"), _("Device's own clock"), _("Ahead by"), _("Received"), _("Entry"), _("By")),
        rows=[
            (
                record.clock(row["at"]),
                record.clock(row["device_at"]),
                f"{row['ahead_s']:+.0f} s",
                record.clock(row["received_at"]),
                row["what"],
                record.person(row["by_id"]),
            )
            for row in record.rows("infusions.keptentry")
        ],
        wide=4,
    )  # fmt: skip
