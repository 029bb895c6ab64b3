"""Whether the vial is one that may be used: lot known, not expired, not recalled."""

from __future__ import annotations

from ketacare.core.record import spoken_date
from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.preparation import Preparation


def judge(case: Case) -> Verdict:
    """Return a hard stop for an expired or recalled vial; the last day of validity still counts."""
    vial = case.context.preparation or Preparation()
    lot = case.given("lot of the vial", vial.lot or None)
    day = None if vial.expires_on is None else spoken_date(vial.expires_on)
    expires = case.given("expiry date of the vial", day)
    recalled = case.given("answer on whether the lot was recalled", vial.recalled)
    used = (lot, expires, recalled)
    if vial.recalled:
        return case.found("recalled", *used, lot=lot.text)
    today = vial.read_on or case.now.date()
    if vial.expires_on is not None and today > vial.expires_on:
        return case.found("expired", *used, day=expires.text)
    if any(answer.missing for answer in used):
        return case.cannot_tell(*used)
    return case.passes(*used)
