"""The names a case file may use: treatments, instruments and clinical questions of the knowledge.

Loaded once and passed on, so that a test or a site with other content reads with its own names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ketacare.core.history import Treatment
from ketacare.core.measures import Instrument
from ketacare.core.record import Vital
from ketacare.core.safety import FactDefinition
from ketacare.knowledge.loading.bedside import Observation, load_observations
from ketacare.knowledge.loading.instruments import load_instruments
from ketacare.knowledge.loading.safety import load_policy
from ketacare.knowledge.loading.treatments import load_treatments


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What names mean: treatments and instruments by id, questions by code, what can be measured."""

    treatments: Mapping[str, Treatment]
    instruments: Mapping[str, Instrument]
    facts: Mapping[str, FactDefinition]
    observations: Mapping[Vital, Observation]

    @staticmethod
    @cache
    def load() -> Vocabulary:
        """Return the vocabulary of the shipped knowledge."""
        return Vocabulary(
            treatments=load_treatments(),
            instruments=load_instruments(),
            facts=load_policy().facts,
            observations=load_observations(),
        )
