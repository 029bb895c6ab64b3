"""The totals of a person over time, scored, for whoever needs numbers rather than answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.measures.instruments import Instrument
from ketacare.core.measures.scoring import Scored, score
from ketacare.core.record import Person, Score


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """One recorded score with its scoring; ``total`` is ``None`` when it could not be scored."""

    reported: Score
    scored: Scored

    @property
    def instrument(self) -> str:
        """Return the id of the instrument."""
        return self.reported.instrument

    @property
    def at(self) -> datetime:
        """Return when it was answered."""
        return self.reported.at

    @property
    def total(self) -> float | None:
        """Return the total in points."""
        return self.scored.total


def rate_all(
    person: Person, instruments: Mapping[str, Instrument], *, now: datetime
) -> tuple[Rated, ...]:
    """Return every score answered up to ``now``, scored, in order of time.

    Raises :class:`InputError` for an instrument that is not known.
    """
    rated = []
    for index, reported in enumerate(person.scores, start=1):
        if reported.at > now:
            continue
        if reported.instrument not in instruments:
            raise InputError(
                ErrorCode.UNKNOWN_NAME,
                f'instrument "{reported.instrument}" is not known; '
                f"known are {', '.join(instruments)}",
                where=f"scores[{index}].instrument",
            )
        try:
            scored = score(instruments[reported.instrument], reported)
        except InputError as error:
            raise error.at(f"scores[{index}]") from error
        rated.append(Rated(reported=reported, scored=scored))
    return tuple(sorted(rated, key=lambda r: r.at))
