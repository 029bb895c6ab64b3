"""Reads the text of a GS1 barcode on a vial: product, lot, expiry, serial number.

What a scanner types is a row of elements, each with its application identifier: 01 product (GTIN),
17 expiry as YYMMDD, 10 lot, 21 serial number (GS1 General Specifications, section 3). Identifiers in
brackets, as printed under the code, are read too. Nothing is guessed: a code that cannot be read to
its end is refused.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from ketacare.core.errors import ErrorCode, InputError

_SEPARATOR = "\x1d"  # FNC1, as scanners send it
_SYMBOLOGY = re.compile(r"^\](?:d2|C1|Q3|e0)")
_FIXED = {"01": 14, "11": 6, "15": 6, "17": 6}
_OPEN = {"10": 20, "21": 20}
_US_DRUG = "03"  # GS1 company prefix of products that carry an NDC


@dataclass(frozen=True, slots=True, kw_only=True)
class VialCode:
    """What the code says; ``ndc`` are ten digits without hyphens, whose places the code does not tell."""

    gtin: str = ""
    ndc: str = ""
    lot: str = ""
    serial: str = ""
    expires_on: date | None = None


def read_vial_code(text: str) -> VialCode:
    """Return what a scanned code says, or raise :class:`InputError` that says what cannot be read."""
    cleaned = _SYMBOLOGY.sub("", text.strip())
    if not cleaned:
        raise InputError(ErrorCode.MISSING_KEY, "The code is empty: scan it again, or type it.")
    found = _bracketed(cleaned) if cleaned.startswith("(") else _plain(cleaned)
    gtin = found.get("01", "")
    if gtin:
        _check_digit(gtin)
    expires = found.get("17")
    return VialCode(
        gtin=gtin,
        # indicator, 03, the ten digits of the NDC, check digit
        ndc=gtin[3:13] if gtin[1:3] == _US_DRUG else "",
        lot=found.get("10", ""),
        serial=found.get("21", ""),
        expires_on=None if expires is None else _day(expires),
    )


def _bracketed(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    parts = re.findall(r"\((\d{2})\)([^()]*)", text)
    if "".join(f"({code}){value}" for code, value in parts) != text:
        raise _unreadable(text)
    for code, value in parts:
        _put(found, code, value.strip(_SEPARATOR + " "))
    return found


def _plain(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    rest = text.lstrip(_SEPARATOR)
    while rest:
        code, rest = rest[:2], rest[2:]
        if code in _FIXED:
            value, rest = rest[: _FIXED[code]], rest[_FIXED[code] :]
        elif code in _OPEN:
            value, _, rest = rest.partition(_SEPARATOR)
        else:
            raise _unreadable(code + rest)
        _put(found, code, value)
        rest = rest.lstrip(_SEPARATOR)
    return found


def _put(found: dict[str, str], code: str, value: str) -> None:
    if code in found:
        raise InputError(
            ErrorCode.CONTRADICTION, f"The code says ({code}) twice: scan one vial at a time."
        )
    size = _FIXED.get(code)
    if size is not None and not re.fullmatch(rf"[0-9]{{{size}}}", value):
        raise InputError(
            ErrorCode.BAD_FORMAT,
            f'({code}) has to have {size} digits and is "{value}": scan again.',
        )
    if code in _OPEN and not re.fullmatch(rf"[!-z]{{1,{_OPEN[code]}}}", value):
        raise InputError(
            ErrorCode.BAD_FORMAT,
            f'({code}) has to have 1 to {_OPEN[code]} characters and is "{value}": scan again.',
        )
    if size is None and code not in _OPEN:
        raise _unreadable(f"({code})")
    found[code] = value


def _check_digit(gtin: str) -> None:
    """GS1: weights 3, 1, 3, ... from the left over thirteen digits, to the next multiple of ten."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(gtin[:13]))
    if (10 - total % 10) % 10 != int(gtin[13]):
        raise InputError(
            ErrorCode.BAD_FORMAT, f"The product number {gtin} fails its check digit: scan again."
        )


def _day(text: str) -> date:
    """YYMMDD; day 00 means the last of the month."""
    year, month, day = 2000 + int(text[:2]), int(text[2:4]), int(text[4:])
    try:
        return date(year, month, day or monthrange(year, month)[1])
    except ValueError as error:
        raise InputError(
            ErrorCode.BAD_FORMAT, f"The expiry {text} is not a day (YYMMDD): scan again."
        ) from error


def _unreadable(text: str) -> InputError:
    return InputError(
        ErrorCode.BAD_FORMAT,
        f'The code cannot be read from "{text[:40]}" on: scan again, or type lot and expiry.',
    )
