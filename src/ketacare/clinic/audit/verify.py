"""Walks the chain and says whether it holds. ``ketacare audit verify`` and the command use it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from ketacare.clinic.audit import triggers
from ketacare.clinic.audit.chain import START
from ketacare.clinic.audit.models import Event, Head


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How many events were checked, the last hash, and what is wrong (nothing when it holds)."""

    events: int
    last_hash: str
    problems: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def verify() -> Verdict:
    """Return the verdict over the whole log; stops at the first broken event."""
    problems = [
        f"The trigger {name} is missing or was changed: make it again as the migrations do."
        for name in triggers.missing(connection)
    ]
    previous, position = START, 0
    for event in Event.objects.order_by("position").iterator(chunk_size=2000):
        position += 1
        wrong = _problem(event, position, previous)
        if wrong:
            problems.append(wrong)
            break
        previous = event.hash
    else:
        head = Head.objects.filter(pk=1).first()
        written = (0, START) if head is None else (head.position, head.hash)
        if written != (position, previous):
            problems.append(
                f"The chain ends at event {position}, but event {written[0]} was the last one "
                "written: events are missing at the end, or the note of the last one is."
            )
    return Verdict(events=position, last_hash=previous, problems=tuple(problems))


def _problem(event: Event, position: int, previous: str) -> str:
    if event.position != position:
        return f"Event {position} is missing: the next one stored is {event.position}."
    if event.previous != previous:
        return f"Event {position} does not continue event {position - 1}."
    if event.computed_hash() != event.hash:
        return f"Event {position} was changed after it was written."
    return ""
