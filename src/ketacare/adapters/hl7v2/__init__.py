"""HL7 v2 messages of bedside monitors: observations (ORU^R01), alarms (ORU^R40), answers, MLLP.

Pure functions between bytes and values; sockets belong to whoever calls. A value that is not
certain (a sentinel, an unknown unit, an impossible number) arrives as ``None`` with the reason.
"""

from ketacare.adapters.hl7v2.acknowledging import Ack, AckCode, ack, parse_ack, refuse
from ketacare.adapters.hl7v2.building import Outgoing, Style, build_oru
from ketacare.adapters.hl7v2.framing import Deframer, frame
from ketacare.adapters.hl7v2.message import DeviceAlarm, Observed, OruMessage, PumpReading
from ketacare.adapters.hl7v2.parsing import parse_oru

__all__ = [
    "Ack",
    "AckCode",
    "Deframer",
    "DeviceAlarm",
    "Observed",
    "OruMessage",
    "Outgoing",
    "PumpReading",
    "Style",
    "ack",
    "build_oru",
    "frame",
    "parse_ack",
    "parse_oru",
    "refuse",
]
