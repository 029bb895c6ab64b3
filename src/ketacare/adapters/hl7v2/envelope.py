"""The envelope of a message: its text, its separators, its header, and what makes it refusable.

Only the usual separators are accepted, so taking a message apart is splitting texts; the checks that
keep a cut or foreign message out come first, because a message cut inside a number would still
parse, with a wrong number. Tests compare the result with independent HL7 libraries.
"""

from __future__ import annotations

from dataclasses import dataclass

from ketacare.core.errors import ErrorCode, InputError

# HL7 table 0211 names of the character sets monitors announce in MSH-18, with Python's names.
_CHARSETS = {"": "utf-8", "ASCII": "ascii", "UNICODE UTF-8": "utf-8", "8859/1": "latin-1"}
_STANDARD = "|^~\\&"

# The fields of one segment as written, so that ``segment[n]`` is what HL7 calls field n.
Segment = tuple[str, ...]

# A monitor's message has some dozens of observations; thousands are a runaway sender.
MOST_SEGMENTS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The fields of MSH that routing and acknowledging need."""

    sender: str
    facility: str
    receiver: str
    receiving_facility: str
    sent: str
    kind: str
    event: str
    control_id: str
    processing: str
    version: str


def bad(sentence: str, *, where: str = "", code: ErrorCode = ErrorCode.BAD_FORMAT) -> InputError:
    """Return the error for a message that cannot be read."""
    return InputError(code, sentence, where=where, source="HL7 message")


def open_message(payload: bytes) -> tuple[Segment, ...]:
    """Return the message's segments in order; refuse bytes that are not one whole HL7 message."""
    if not payload.startswith(b"MSH"):
        raise bad("it does not begin with MSH; send one HL7 v2 message in each block", where="MSH")
    text = _decode(payload)
    if text[3:8] != _STANDARD:
        raise bad(
            f'the separators are "{text[3:8]}"; only the usual |^~\\& are accepted', where="MSH-2"
        )
    # Every segment ends with CR. Without the last one the message may be cut inside a number.
    if not text.endswith("\r"):
        raise bad("it ends in the middle of a segment; send it again, complete")
    lines = text.rstrip("\r").split("\r")
    if len(lines) > MOST_SEGMENTS:
        raise bad(f"it has {len(lines)} segments; at most {MOST_SEGMENTS} are accepted")
    for line in lines:
        if len(line) < 3 or not line[:3].isalnum() or (len(line) > 3 and line[3] != "|"):
            raise bad(f'"{line[:20]}" is not a segment; send the message again')
    # In MSH the separator itself is field 1.
    header = ("MSH", *lines[0][3:4], *lines[0][4:].split("|"))
    return (header, *(tuple(line.split("|")) for line in lines[1:]))


def _decode(payload: bytes) -> str:
    first = payload.split(b"\r", 1)[0].split(b"|")
    announced = (
        first[17].decode("ascii", "replace").split("~")[0].strip() if len(first) > 17 else ""
    )
    encoding = _CHARSETS.get(announced)
    if encoding is None:
        raise bad(
            f'the character set "{announced}" is not known; use UNICODE UTF-8', where="MSH-18"
        )
    try:
        return payload.decode(encoding)
    except UnicodeDecodeError as error:
        raise bad(
            f"byte {error.start} is not {encoding}; announce the character set in MSH-18"
        ) from error


def read_header(message: tuple[Segment, ...]) -> Header:
    """Return the header's fields; what is absent is an empty text."""
    msh = message[0]
    return Header(
        sender=part(msh, 3, 1),
        facility=part(msh, 4, 1),
        receiver=part(msh, 5, 1),
        receiving_facility=part(msh, 6, 1),
        sent=part(msh, 7, 1),
        kind=part(msh, 9, 1),
        event=part(msh, 9, 2),
        control_id=part(msh, 10, 1),
        processing=part(msh, 11, 1),
        version=part(msh, 12, 1),
    )


def field_text(segment: Segment, index: int) -> str:
    """Return a whole field as it was written, empty when absent."""
    return segment[index].strip() if index < len(segment) else ""


def part(segment: Segment, index: int, component: int) -> str:
    """Return one component (from 1) of a field's first repetition, without escapes."""
    whole = field_text(segment, index).split("~", 1)[0]
    pieces = whole.split("^")
    if component > len(pieces):
        return ""
    return unescape(pieces[component - 1].strip())


def unescape(text: str) -> str:
    r"""Return ``text`` with HL7's escapes ``\F\ \S\ \T\ \R\ \E\`` replaced by their characters."""
    if "\\" not in text:
        return text
    for code, character in _ESCAPES:
        text = text.replace(code, character)
    return text.replace("\\E\\", "\\")


def escape(text: str) -> str:
    r"""Return ``text`` safe inside a component: separators escaped, line ends made spaces."""
    text = text.replace("\\", "\\E\\")
    for code, character in _ESCAPES:
        text = text.replace(character, code)
    return " ".join(text.split())


_ESCAPES = (("\\F\\", "|"), ("\\S\\", "^"), ("\\T\\", "&"), ("\\R\\", "~"))
