"""A document as PDF/UA-1: tagged, with title, language and headings of tables, values attached.

Typst refuses to write a file that breaks what it checks of PDF/UA-1 (ISO 14289-1). The same document
gives the same bytes: the time in the file is the document's, and only fonts that come with Typst are
used, whatever the machine has.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from ketacare.adapters.report.document import Document, Section, Table
from ketacare.core.errors import ErrorCode, InputError


def pdf_of(document: Document) -> bytes:
    """Return the document as PDF; raise :class:`InputError` when it cannot be written as PDF/UA."""
    import typst  # 30 MB that only a PDF needs

    inputs: dict[str, str] = {}
    shape = _shape(document, inputs)
    inputs["document"] = json.dumps(shape, ensure_ascii=False)
    try:
        written = typst.compile(
            _template(),
            sys_inputs=inputs,
            pdf_standards=["ua-1"],
            ignore_system_fonts=True,
            timestamp=int(document.at.timestamp()),
        )
    except typst.TypstError as error:
        raise InputError(ErrorCode.NOT_AVAILABLE, f"The PDF cannot be written: {error}.") from error
    if not isinstance(written, bytes):
        raise InputError(ErrorCode.NOT_AVAILABLE, "The PDF came out as several files.")
    return written


@cache
def _template() -> bytes:
    return resources.files("ketacare.adapters.report").joinpath("document.typ").read_bytes()


def _shape(document: Document, inputs: dict[str, str]) -> dict[str, Any]:
    attached = []
    for index, each in enumerate(document.attachments):
        key = f"attachment-{index}"
        inputs[key] = each.content
        attached.append(
            {"name": each.name, "kind": each.kind, "description": each.description, "key": key}
        )
    return {
        "title": document.title,
        "language": document.language,
        "author": document.author,
        "year": document.at.year,
        "month": document.at.month,
        "day": document.at.day,
        "marks": document.marks,
        "facts": document.facts,
        "foot": document.foot,
        "sections": [
            _section(section, index, inputs) for index, section in enumerate(document.sections)
        ],
        "attachments": attached,
    }


def _section(section: Section, index: int, inputs: dict[str, str]) -> dict[str, Any]:
    picture = None
    tables = list(section.tables)
    if section.picture is not None:
        from ketacare.adapters.plots.standalone import standalone_svg

        chart, key = section.picture.chart, f"picture-{index}"
        inputs[key] = standalone_svg(chart.svg)
        picture = {"key": key, "title": section.picture.title, "alt": chart.summary}
        tables.insert(
            0,
            Table(
                caption=f"{section.picture.title} as a table",
                headers=chart.table_headers,
                rows=chart.table_rows,
                wide=1,
            ),
        )
    return {
        "title": section.title,
        "sentences": section.sentences,
        "facts": section.facts,
        "picture": picture,
        "tables": [
            {
                "caption": table.caption,
                "headers": table.headers,
                "rows": list(table.rows),
                "wide": table.wide % len(table.headers),
                "small": table.small,
            }
            for table in tables
        ],
    }
