"""The vial that was drawn from: read from its barcode or its label, or why it was not read.

A code and what is typed beside it may not contradict each other. Whether the lot was recalled is
looked up by a person; nobody having looked is not the same as no.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from ketacare.adapters.gs1 import read_vial_code
from ketacare.core.errors import ErrorCode, InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Vial:
    """What the label says; ``recalled`` is ``None`` while nobody has looked it up."""

    ndc: str = ""
    lot: str = ""
    expires_on: date | None = None
    recalled: bool | None = None
    scanned: bool = False

    @property
    def is_read(self) -> bool:
        """Whether anything was read from a vial."""
        return bool(self.lot or self.ndc or self.expires_on)


def read_vial(
    *, code: str, ndc: str, lot: str, expires_on: date | None, recalled: bool | None
) -> Vial:
    """Return the vial from its scanned code and what was typed; refuse a contradiction."""
    ndc, lot = ndc.strip(), lot.strip()
    if not code.strip():
        return Vial(ndc=ndc, lot=lot, expires_on=expires_on, recalled=recalled)
    read = read_vial_code(code)
    for name, typed, scanned in (
        (_("lot"), lot, read.lot),
        (_("expiry"), expires_on, read.expires_on),
    ):
        if typed and scanned and typed != scanned:
            raise InputError(
                ErrorCode.CONTRADICTION,
                _("The code says {name} {scanned}, and {typed} is typed: look at the vial.").format(
                    name=name, scanned=scanned, typed=typed
                ),
                where="vial_code",
            )
    return Vial(
        ndc=ndc or read.ndc,
        lot=lot or read.lot,
        expires_on=expires_on or read.expires_on,
        recalled=recalled,
        scanned=True,
    )
