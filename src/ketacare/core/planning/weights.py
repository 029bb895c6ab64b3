"""How options are made and weighed: the grid of candidates, the horizon, and visible weights.

The weights are value judgements, read from ``knowledge/planning`` and shown beside every ranking.
Utility is linear on purpose: anyone can redo it by hand.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.sources import Provenance, Sourced
from ketacare.core.units import Quantity

COSTS: Final = ("infusion", "therapy", "risk", "departure")
"""What may be weighed otherwise: the cost of each in mean relief over the horizon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A spacing of infusions with its name, for example "twice a week"."""

    label: str
    value: Sourced

    @property
    def days(self) -> float:
        """Return the days from one infusion to the next."""
        return self.value.to("d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The grid of options and what relief, burden and risk are worth.

    ``horizon``, ``judged`` and ``step`` are times; the costs are in mean relief over the horizon,
    per infusion, per therapy session, per standard infusion of risk, and for each departure from what
    the guideline proposes. ``maintenance`` is how many infusions one option holds once the course is
    complete; ``wait`` and ``wait_longer`` are the spans of watchful waiting.
    """

    provenance: Provenance
    horizon: Sourced
    judged: Sourced
    step: Sourced
    infusion_cost: Sourced
    therapy_cost: Sourced
    risk_cost: Sourced
    departure_cost: Sourced
    duration_exponent: Sourced
    after_event: Sourced
    maintenance: Sourced
    wait: Sourced
    wait_longer: Sourced
    therapy_after: Sourced
    therapy_until: Sourced
    doses: tuple[Sourced, ...]
    durations: tuple[Sourced, ...]
    intervals: tuple[Interval, ...]

    @property
    def costs(self) -> dict[str, float]:
        """Return the four costs by the names they are changed by, in mean relief."""
        return {name: float(getattr(self, f"{name}_cost").to("1")) for name in COSTS}

    def changed(self, costs: Mapping[str, object], *, by: str) -> Weights:
        """Return the weights with some costs replaced, for one clinic or one person.

        ``costs`` maps a name of :data:`COSTS` to mean relief over the horizon, 0 to 1; ``by`` says
        who set them and is kept as their source's note. Raises :class:`InputError` for a name that
        is not a cost, and for a value that is not a number from 0 to 1. The version says what was
        changed, so that advice by other weights is never taken for the same.
        """
        if not costs:
            return self
        found = {name: getattr(self, f"{name}_cost") for name in COSTS}
        for name, value in costs.items():
            _known(name)
            found[name] = _cost(name, value, by=by)
        said = ", ".join(f"{name}={found[name].value:g}" for name in COSTS if name in costs)
        version = f"{self.provenance.version} with {said}"
        return replace(
            self,
            provenance=replace(self.provenance, version=version),
            infusion_cost=found["infusion"],
            therapy_cost=found["therapy"],
            risk_cost=found["risk"],
            departure_cost=found["departure"],
        )

    def burden(self, infusions: int, therapy_sessions: int, *, departures: int = 0) -> float:
        """Return what the visits cost, and departing from the guideline, in mean relief."""
        visits = infusions * self.infusion_cost.to("1")
        sessions = therapy_sessions * self.therapy_cost.to("1")
        return visits + sessions + departures * self.departure_cost.to("1")

    def utility(self, relief: float, burden: float, risk: float) -> float:
        """Return relief - burden - cost of risk; more relief, less burden, less risk is never less.

        ``relief`` and ``burden`` in mean relief over the horizon, ``risk`` in standard infusions.
        """
        return relief - burden - self.risk_cost.to("1") * risk


def costs_of(texts: Iterable[str]) -> dict[str, float]:
    """Return costs written as "infusion=0.01" by their names; refuse what is none of them."""
    found: dict[str, float] = {}
    for text in texts:
        name, sign, value = (part.strip() for part in text.partition("="))
        if not sign:
            raise InputError(
                ErrorCode.BAD_FORMAT,
                f'"{text}" is not a weight; write it as infusion=0.01',
                where=text,
            )
        _known(name)
        found[name] = _cost(name, value, by="").value
    return found


def _known(name: str) -> None:
    if name not in COSTS:
        raise InputError(
            ErrorCode.UNKNOWN_NAME,
            f'"{name}" is not a weight; use one of {", ".join(COSTS)}',
            where=name,
        )


def _cost(name: str, value: object, *, by: str) -> Sourced:
    """Return one cost as a sourced number; refuse what is not a share of relief."""
    try:
        number = float(value) if isinstance(value, str | int | float) else math.nan
    except ValueError:
        number = math.nan
    if isinstance(value, bool) or not 0.0 <= number <= 1.0:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f'the weight "{name}" is {value!s}; give a number from 0 to 1, in mean relief '
            "over the horizon",
            where=name,
        )
    return Sourced(
        quantity=Quantity(number, "1"), source="project", locus="weights", basis="assumed", note=by
    )
