"""From stored answers to the core's records, scored by the instrument they belong to."""

from __future__ import annotations

from collections.abc import Mapping

from ketacare.clinic.questionnaires.models import Response
from ketacare.core.measures import Instrument, Scored, score
from ketacare.core.record import Rater, Score
from ketacare.knowledge.load import load_instruments


def score_record(row: Response) -> Score:
    """Return one row as the core reads it."""
    return Score(
        instrument=row.instrument,
        at=row.at,
        total=row.total,
        items=None if row.items is None else tuple(row.items),
        rater=Rater(row.rater),
        wording=row.wording,
    )


def scored(row: Response, instruments: Mapping[str, Instrument] | None = None) -> Scored:
    """Return one row with its total, band and what is missing."""
    known = load_instruments() if instruments is None else instruments
    return score(known[row.instrument], score_record(row))
