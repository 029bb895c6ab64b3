"""Whether a known adult is here to take the person home."""

from __future__ import annotations

from dataclasses import replace

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.patterns import unless_missing


def judge(case: Case) -> Verdict:
    """Return pass if the escort is here and their identity is recorded."""
    present, identity = case.ask_all("escort_present", "escort_identity")
    if present.value is False:
        return case.found("absent", present, identity)
    if isinstance(identity.value, str) and not identity.value.strip():
        identity = replace(identity, value=None, problem="the name of the escort is empty")
    return unless_missing(case, present, identity, escort=identity.text)
