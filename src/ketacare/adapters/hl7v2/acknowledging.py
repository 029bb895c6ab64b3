"""Builds and reads acknowledgements (ACK^R01): accepted, in error, or rejected, with the reason.

A message is acknowledged with AA only by whoever has stored it; this module just writes the
answer. AE asks the sender to correct and send again, AR says this kind of message is not wanted.
Theory: HL7 v2.6 chapter 2 (MSA, ERR) and table 0008.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ketacare.adapters.hl7v2.envelope import (
    Header,
    bad,
    escape,
    field_text,
    open_message,
    part,
    read_header,
)
from ketacare.adapters.hl7v2.message import OruMessage
from ketacare.adapters.hl7v2.times import write_time
from ketacare.core.errors import ErrorCode, InputError


class AckCode(StrEnum):
    """HL7 table 0008: accepted, error in the content, rejected."""

    AA = "AA"
    AE = "AE"
    AR = "AR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """An answer as its receiver reads it."""

    code: AckCode
    control_id: str
    text: str


# HL7 table 0357, for the kinds of refusal there are.
_REASONS = {
    ErrorCode.NOT_ALLOWED: "200^Unsupported message type^HL70357",
    ErrorCode.UNKNOWN_NAME: "204^Unknown key identifier^HL70357",
    ErrorCode.BAD_FORMAT: "102^Data type error^HL70357",
}
_ACCEPTED = "0^Message accepted^HL70357"
_OTHER = "207^Application internal error^HL70357"


def ack(
    message: OruMessage | bytes,
    code: AckCode | str,
    text: str = "",
    *,
    at: datetime,
    reason: ErrorCode | None = None,
) -> bytes:
    """Return the answer to ``message`` with ``code``, and ``text`` for whoever reads the log.

    ``message`` may be the bytes of something that could not be parsed; then as much of its header
    as can be read is answered to.
    """
    code = AckCode(code)
    if isinstance(message, OruMessage):
        sender, facility, control_id = message.sender, message.facility, message.control_id
    else:
        header = _salvage(message)
        sender, facility, control_id = header.sender, header.facility, header.control_id
    header_text = (
        f"MSH|^~\\&|KETACARE|CLINIC|{escape(sender)}|{escape(facility)}|{write_time(at)}||"
        f"ACK^R01^ACK|A{escape(control_id)}|P|2.6||||||UNICODE UTF-8"
    )
    segments = [
        header_text,
        f"MSA|{code.value}|{escape(control_id)}",
    ]
    if code is not AckCode.AA:
        cause = _REASONS.get(reason, _OTHER) if reason else _OTHER
        segments.append(f"ERR|||{cause}|E||||{escape(text)}")
    elif text:
        # Severity W: accepted, and there is something a person should look at.
        segments.append(f"ERR|||{_ACCEPTED}|W||||{escape(text)}")
    return ("\r".join(segments) + "\r").encode()


def refuse(payload: bytes, error: InputError, *, at: datetime) -> bytes:
    """Return the answer to a message that raised ``error``: AR for the wrong kind, else AE."""
    code = AckCode.AR if error.code is ErrorCode.NOT_ALLOWED else AckCode.AE
    if not payload.startswith(b"MSH"):
        code = AckCode.AR
    return ack(payload, code, str(error), at=at, reason=error.code)


def parse_ack(payload: bytes) -> Ack:
    """Return what an acknowledgement says; refuse anything else."""
    message = open_message(payload)
    code = control_id = text = ""
    for segment in message:
        name = field_text(segment, 0)
        if name == "MSA":
            code, control_id = part(segment, 1, 1), part(segment, 2, 1)
            text = text or part(segment, 3, 1)
        elif name == "ERR":
            text = part(segment, 8, 1)
    # CA, CE and CR are the same three answers in enhanced mode.
    normal = {"CA": "AA", "CE": "AE", "CR": "AR"}.get(code, code)
    if normal not in AckCode.__members__:
        raise bad(f'its answer is "{code}", not AA, AE or AR', where="MSA-1")
    return Ack(code=AckCode(normal), control_id=control_id, text=text)


def _salvage(payload: bytes) -> Header:
    """Return the header of a message that may be broken further on; unreadable parts are empty."""
    first = payload.split(b"\r", 1)[0]
    try:
        return read_header(open_message(first + b"\r"))
    except InputError:
        empty = dict.fromkeys(Header.__dataclass_fields__, "")
        return Header(**empty)
