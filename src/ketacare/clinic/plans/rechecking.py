"""Computes stored advice again from what was stored with it, and says whether every number is the same.

The record, the order in force, the agreed interval, the weights, the seed and the number of simulated
people come from the snapshot; only the knowledge files come from today, and their versions have to be
those of then. Nothing is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from ketacare.clinic.plans import computing
from ketacare.clinic.plans.computing import Computed, Knowledge, Order
from ketacare.clinic.plans.mapping import record_from_json
from ketacare.clinic.plans.models import AdviceSnapshot
from ketacare.clinic.plans.watching import Agreed
from ketacare.clinic.plans.weighing import weighed
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record import Person

_NAMED = 5  # differences named in full; more would not be read


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """Everything a snapshot was computed from."""

    person: Person
    known: Knowledge
    order: Order | None
    agreed: Agreed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of computing a snapshot again: how many values were compared, and which differ."""

    values: int
    different: int
    named: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether every value came out the same, to the last bit."""
        return not self.different


def beside_of(order: Order | None, agreed: Agreed | None, known: Knowledge) -> dict[str, Any]:
    """Return what stood beside the record, as it is stored with the advice."""
    return {
        "order": None if order is None else asdict(order),
        "agreed": None if agreed is None else asdict(agreed),
        "weights": known.protocol.weights.costs,
    }


def restore(snapshot: AdviceSnapshot) -> Restored:
    """Return what a snapshot was computed from.

    Raises :class:`InputError` when it was stored before all of it was, and when knowledge files have
    changed since: the same numbers cannot be expected then.
    """
    beside = snapshot.beside
    if not beside:
        raise InputError(
            ErrorCode.NOT_AVAILABLE,
            _("These options were stored without everything they rest on; compute options anew."),
        )
    known = computing.knowledge(weighed(beside["weights"], by=_("the clinic, at that time")))
    changed = _changed(snapshot.versions, known.versions)
    if changed:
        raise InputError(
            ErrorCode.NOT_AVAILABLE,
            _(
                "What these options rest on has changed since ({what}); compute options anew."
            ).format(what="; ".join(changed)),
        )
    order, agreed = beside["order"], beside["agreed"]
    return Restored(
        person=record_from_json(snapshot.inputs),
        known=known,
        order=None if order is None else _order(order),
        agreed=None if agreed is None else Agreed(**agreed),
    )


def recompute(snapshot: AdviceSnapshot) -> Computed:
    """Return a snapshot's values, computed again from what is stored with it (about a second)."""
    found = restore(snapshot)
    return computing.compute(
        found.person,
        now=snapshot.computed_at,
        seed=int(snapshot.seed),
        known=found.known,
        order=found.order,
        agreed=found.agreed,
        particles=snapshot.particles,
    )


def check(snapshot: AdviceSnapshot) -> Checked:
    """Return whether computing a snapshot again gives every stored value, to the last bit."""
    again = recompute(snapshot)
    stored = dict(_leaves({"data": snapshot.data, "watch": snapshot.watch}))
    # Through JSON, as the stored values went: it keeps every bit of a number.
    fresh = dict(_leaves(json.loads(json.dumps({"data": again.data, "watch": again.watch}))))
    wrong = [
        path
        for path in dict.fromkeys([*stored, *fresh])
        if path not in stored or path not in fresh or stored[path] != fresh[path]
    ]
    return Checked(values=len(stored), different=len(wrong), named=tuple(wrong[:_NAMED]))


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value that has no parts, with the way to it."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _leaves(part, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        yield f"{path}.length", len(value)
        for index, part in enumerate(value):
            yield from _leaves(part, f"{path}[{index}]")
    else:
        yield path, value


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return [
        f"{name}: {before.get(name, '–')} → {after.get(name, '–')}"
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]


def _order(data: Mapping[str, Any]) -> Order:
    days = {name: tuple(data[name]) for name in ("dose_days", "therapy_days")}
    return Order(**{**data, **days})
