"""The PDF: tagged and with title, language, table headings and attachments, the same bytes each time."""

import re
import zlib
from datetime import UTC, datetime

import pytest

from ketacare.adapters.plots import StripPump, strip_chart
from ketacare.adapters.report import Attachment, Document, Picture, Section, Table, pdf_of

NASTY = '#panic("x") *not bold* $x$ <label> @ref µ ≥ "quotes" \\'


@pytest.fixture(scope="module")
def document():
    strip = strip_chart(
        chart_id="s", title="Strip", pump=StripPump(unit="mL/h", steps=[(0, 75)]), signs=[], until=60
    )  # fmt: skip
    return Document(
        title="Record: Ana Moreno",
        language="en",
        author="Noor Haddad",
        at=datetime(2026, 11, 23, 18, 0, tzinfo=UTC),
        marks=("Not sealed",),
        facts=(("Person", NASTY),),
        sections=(
            Section(
                title="Course",
                sentences=(NASTY,),
                picture=Picture(title="Strip", chart=strip),
                tables=(
                    Table(caption="Values", headers=("Time", "What"), rows=[("15:00", NASTY)] * 90),
                ),
            ),
        ),
        attachments=(
            Attachment(name="values.csv", kind="text/csv", description="All", content="a,b\n1,2\n"),
        ),
    )


@pytest.fixture(scope="module")
def readable(document):
    """The file with its compressed parts opened."""
    raw = pdf_of(document)
    parts = [raw]
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", raw, re.DOTALL):
        try:
            parts.append(zlib.decompress(found.group(1)))
        except zlib.error:
            continue
    return b"\n".join(parts)


def test_it_says_that_it_is_pdf_ua_with_title_and_language(readable):
    assert b"pdfuaid:part>1<" in readable
    assert re.search(rb"/Marked ?true", readable)
    assert re.search(rb"/Lang ?\(en", readable)
    assert b"Record: Ana Moreno" in readable
    assert re.search(rb"/DisplayDocTitle ?true", readable)


def test_tables_have_heading_cells_and_the_picture_a_text(readable):
    assert len(re.findall(rb"/S ?/TH\b", readable)) >= 2
    assert b"/Figure" in readable
    assert b"/Alt" in readable


def test_what_was_attached_comes_out_again(readable):
    assert b"values.csv" in readable
    assert b"a,b\n1,2\n" in readable


def test_the_same_document_gives_the_same_file(document):
    assert pdf_of(document) == pdf_of(document)
