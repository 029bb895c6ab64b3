"""Whether a current, understood consent to off-label treatment is in force."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.patterns import unless_missing


def judge(case: Case) -> Verdict:
    """Return pass for a signed consent of the current version, young enough, with teach-back."""
    signed, version, taught = case.ask_all(
        "consent_signed", "consent_version", "consent_teach_back_percent"
    )
    if signed.value is False:
        return case.found("not_signed", signed)
    if version.value is not None and version.value not in case.words("versions"):
        return case.found("old_version", signed, version, version=version.text)
    if taught.number is not None and taught.number < case.bound("teach_back", "%"):
        return case.found("not_understood", signed, taught, taught=taught.text)
    return unless_missing(case, signed, version, taught)
