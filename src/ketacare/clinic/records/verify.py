"""Whether the seals hold: the chain, the triggers, and every sealed record against the tables.

``python -m ketacare.clinic verify`` (``ketacare audit verify``) uses it. It says which event of
which session differs, in which place, and both values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from ketacare.clinic.records import triggers
from ketacare.clinic.records.collecting import HEAD, only_recorded, parsed, recorded_again
from ketacare.clinic.records.models import Head, Seal
from ketacare.clinic.records.rows import stamp
from ketacare.core.sealing import KEY, START, Change, Difference, differences

MOST = 20  # differences told of one session; the rest are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How many seals were checked, the last hash, and what is wrong (nothing when they hold)."""

    seals: int
    last_hash: str
    problems: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def verify(*, quick: bool = False) -> Verdict:
    """Return the verdict over all seals; ``quick`` leaves out reading the tables again."""
    problems = [
        f"The trigger {name} is missing or was changed: run the migrations again."
        for name in triggers.missing(connection)
    ]
    previous, position = START, 0
    for seal in Seal.objects.select_related("session__patient", "session__chair").iterator(
        chunk_size=20
    ):
        position += 1
        problems += problems_of(seal, position=position, previous=previous, quick=quick)
        position, previous = seal.position, seal.hash
    head = Head.objects.filter(pk=1).first()
    written = (0, START) if head is None else (head.position, head.hash)
    if written != (position, previous):
        problems.append(
            f"The chain ends at seal {position}, but seal {written[0]} was the last one made: "
            "seals are missing at the end, or the note of the last one is."
        )
    return Verdict(seals=position, last_hash=previous, problems=tuple(problems))


def problems_of(seal: Seal, *, position: int, previous: str, quick: bool) -> Iterator[str]:
    """Yield what is wrong with one seal that should stand at ``position`` after ``previous``."""
    name = f"Seal {seal.position} (session {seal.session_id})"
    if seal.position != position:
        yield f"Seal {position} is missing: the next one stored is {seal.position}."
    elif seal.previous != previous:
        yield f"{name} does not continue seal {position - 1}."
    if seal.computed_hash() != seal.hash:
        yield f"{name}: the stored record was changed after it was sealed."
    events = parsed(seal.lines)
    if not _agrees(seal, events[0]):
        yield f"{name}: who sealed it, when or what differs from what was sealed."
    if seal.kind != Seal.Kind.RECORD or quick:
        return
    sealed = only_recorded(events)
    found = differences(sealed, recorded_again(seal.session, sealed))
    for difference in found[:MOST]:
        yield f"{name}: {sentence_of(difference)}"
    if len(found) > MOST:
        yield f"{name}: and {len(found) - MOST} more places differ."


def _agrees(seal: Seal, head: Mapping[str, Any]) -> bool:
    sealed = (head["position"], head["previous"], head["session"], head["sealed_at"])
    stored = (seal.position, seal.previous, str(seal.session_id), stamp(seal.at))
    return (
        bool(head[KEY] == HEAD)
        and sealed == stored
        and str(head["sealed_by"][0]) == str(seal.by_id)
    )


def sentence_of(difference: Difference) -> str:
    """Return one difference in words."""
    if difference.change is Change.MISSING:
        return f"{difference.key} was sealed and is no longer there."
    if difference.change is Change.ADDED:
        return f"{difference.key} was not sealed and is there now."
    return (
        f"{difference.key}: {difference.place} was sealed as {difference.sealed!r} and is now "
        f"{difference.found!r}."
    )
