"""Breaks monitors' messages in every way a wire, a gateway or a programmer does.

The expectations come from the bytes themselves, not from the parser: a message may reach a person
only if it names that person's chair or monitor, and a value only if its digits stand in the bytes.
"""

import random
import re
from datetime import UTC, datetime, timedelta

from ketacare.adapters.hl7v2 import Deframer, frame, parse_oru
from ketacare.clinic.vitals.ingesting import route_of
from ketacare.clinic.vitals.values import content_of
from ketacare.core.errors import InputError

AT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
CHAIRS = (("Chair Alpha", "DEVALPHA111"), ("Chair Beta", "DEVBETA222"))
_JUNK = (
    b"-999", b"-100", b"-99.9", b"8388607", b"X", b'""', b"", b"1e9", b"nan", b"9" * 40, b"~", b"^^^^",
    b"&", b"\\F\\", b"\\", b"\x00", b"\xff\xfe", b"\r", b"\n", b"|", b"20261123100000", b"Chair Beta",
    b"DEVBETA222", b"Chair Alpha", b"DEVALPHA111", b"\x0b", b"\x1c\r",
)  # fmt: skip


def corpus():
    """Return whole messages of both chairs in three dialects, an alarm and a pump among them."""
    found = []
    for number, (bed, device) in enumerate(CHAIRS):
        head = f"MSH|^~\\&|MON|ICU|K|C|20261123150000+0000||ORU^R01^ORU_R01|M{number}|P|2.6|||AL|NE||UNICODE UTF-8\rPID|||P{number}\rPV1||O|INF^^{bed}\rOBR|1|A|B|x|||20261123145955+0000\r"
        tail = f"||||F|||20261123145955+0000||||{device}^^{device}^EUI-64\r"
        mdc = "".join(
            f"OBX|{i}|NM|{code}^N^MDC|1.6.1.{i}|{value}|{unit}^U^MDC|{tail}"
            for i, (code, value, unit) in enumerate(
                (
                    ("147842", 71, "264864"),
                    ("150456", 97, "262688"),
                    ("150021", 128, "266016"),
                    ("150022", 82, "266016"),
                    ("157784", 75, "265266"),
                ),
                1,
            )
        )
        loinc = (
            f"OBX|1|NM|8867-4^HR^LN||72|/min^^UCUM|{tail}OBX|2|NM|8480-6^S^LN||131|mm[Hg]|{tail}"
        )
        hexadecimal = f"OBX||NM|0002-4182^HR^MDIL||60|0004-0aa0^bpm^MDIL|{tail}OBX||TX|2^Yellow^MDIL-ALERT||HR Low||{tail}"
        alarm = f"OBX|1|CWE|196616^A^MDC|1.1.1.1.1|196670^LOW^MDC||{tail}OBX|2|ST|68481^P^MDC|1.1.1.1.3|start||{tail}"
        found += [(head + body).encode() for body in (mdc, loinc, hexadecimal)]
        found.append((head.replace("R01", "R40") + alarm).encode())
    return found


def mutated(rng, messages):
    """Return one message broken in one to four ways."""
    raw = bytearray(rng.choice(messages))
    for _ in range(rng.randint(1, 4)):
        if raw:
            raw = bytearray(rng.choice(_WAYS)(rng, raw, rng.randrange(len(raw)), messages))
    return bytes(raw)


def _flip(rng, raw, where, _messages):
    raw[where] ^= 1 << rng.randrange(8)
    return raw


def _drop(rng, raw, where, _messages):
    return raw[:where] + raw[where + rng.randint(1, 20) :]


def _add(rng, raw, where, _messages):
    return raw[:where] + rng.randbytes(rng.randint(1, 12)) + raw[where:]


def _cut(_rng, raw, where, _messages):
    return raw[:where]


def _junk_field(rng, raw, _where, _messages):
    fields = bytes(raw).split(b"|")
    fields[rng.randrange(len(fields))] = rng.choice(_JUNK)
    return b"|".join(fields)


def _shuffle(rng, raw, _where, _messages):
    lines = bytes(raw).split(b"\r")
    rng.shuffle(lines)
    return b"\r".join(lines)


def _double(rng, raw, _where, _messages):
    lines = bytes(raw).split(b"\r")
    lines.insert(rng.randrange(len(lines)), rng.choice(lines))
    return b"\r".join(lines)


def _run_together(rng, raw, where, messages):
    other = rng.choice(messages)
    return raw[:where] + other[rng.randrange(len(other)) :]


def _junk(rng, raw, where, _messages):
    return raw[:where] + rng.choice(_JUNK) + raw[where:]


_WAYS = (_flip, _drop, _add, _cut, _junk_field, _shuffle, _double, _run_together, _junk)


def judge(payload, router, owners):
    """Return (fate, wrong): what became of it, and a sentence when that must not be."""
    try:
        message = parse_oru(payload)
    except InputError:
        return "refused", ""
    for each in message.observations:
        if each.value is not None and each.raw_value.encode() not in payload:
            return "read", f"a value {each.raw_value!r} that is not in the bytes"
    content = content_of(message, received_at=AT + timedelta(seconds=2))
    session = route_of(message, content, router).session
    if session is None:
        return "inbox", ""
    bed, device = owners[session.pk]
    other = next(pair for pair in CHAIRS if pair[0] != bed)
    lower = payload.lower()
    if bed.lower().encode() not in lower and device.lower().encode() not in lower:
        return "attached", f"{bed}, which the bytes do not name"
    places = re.findall(rb"(?:^|\r)PV1\|[^|\r]*\|[^|\r]*\|([^|\r]*)", payload)
    beds = [place.split(b"^")[2:3] for place in places]
    if beds and all(found == [other[0].encode()] for found in beds):
        return "attached", f"{bed}, although the bytes name the bed {other[0]}"
    return "attached", ""


def fuzz(n, *, seed, router, owners, note=None):
    """Judge ``n`` broken messages; return how many met each fate. The first wrong one raises."""
    rng, messages = random.Random(seed), corpus()
    fates = {"refused": 0, "inbox": 0, "attached": 0, "read": 0}
    for number in range(n):
        payload = mutated(rng, messages)
        fate, wrong = judge(payload, router, owners)
        if wrong:
            raise AssertionError(f"seed {seed}, message {number}: {wrong}: {payload!r}")
        fates[fate] += 1
        if number % 1000 == 0:
            _through_the_wire(payload)
            if note is not None:
                note(number)
    return fates


def _through_the_wire(payload):
    """What is framed comes out as it went in, or is refused: never something else."""
    try:
        framed = frame(payload)
    except InputError:
        return
    assert Deframer().feed(framed) == [payload]
