"""Whether the continuous values of the monitor keep coming."""

from __future__ import annotations

from datetime import datetime, timedelta

from ketacare.core.record import Origin, Vital
from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.facts import Answer
from ketacare.core.safety.patterns import phrase

_CONTINUOUS = {Vital.SPO2: "oxygen saturation", Vital.HEART_RATE: "pulse"}


def judge(case: Case) -> Verdict:
    """Return a warning when the newest value of the monitor is older than the limit."""
    started = case.context.started
    if started is None:
        return case.cannot_tell(case.given("start of the infusion", None))
    used = [latest(case, kind, label, started) for kind, label in _CONTINUOUS.items()]
    limit = case.span("gap")
    late = [a for a in used if a.at is not None and case.now - a.at > limit]
    if late:
        said = phrase([f"{a.label} ({minutes(case, a)} min)" for a in late])
        return case.found("gap", *used, found=said)
    if any(answer.missing for answer in used):
        return case.cannot_tell(*used)
    return case.passes(*used)


def latest(case: Case, kind: Vital, label: str, started: datetime) -> Answer:
    """Return the newest value the monitor gave since the start."""
    code = f"monitor:{kind.value}"
    found = [
        m
        for m in case.snapshot.measurements.get(kind, ())
        if m.origin is Origin.DEVICE and m.at >= started
    ]
    if not found:
        problem = f"no {label} from a monitor since the start"
        return Answer(code=code, label=label, value=None, problem=problem)
    last = found[-1]
    return Answer(code=code, label=label, value=last.value, at=last.at, unit=kind.unit)


def minutes(case: Case, answer: Answer) -> str:
    """Return how old an answer is, in whole minutes."""
    return f"{(case.now - (answer.at or case.now)) / timedelta(minutes=1):.0f}"
