"""How options are made and weighed: the grid of candidates, the horizon, and visible weights.

The weights are value judgements, read from ``knowledge/planning`` and shown beside every ranking.
Utility is linear on purpose: anyone can redo it by hand.
"""

from __future__ import annotations

from dataclasses import dataclass

from ketacare.core.sources import Provenance, Sourced


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
    complete.
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
    therapy_after: Sourced
    therapy_until: Sourced
    doses: tuple[Sourced, ...]
    durations: tuple[Sourced, ...]
    intervals: tuple[Interval, ...]

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
