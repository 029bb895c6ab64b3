"""A prior to test with, and people whose traits are known exactly."""

from dataclasses import replace

import numpy as np
import pytest

from ketacare.core.response import TraitName
from ketacare.core.units import Quantity
from ketacare.knowledge.load import load_prior


@pytest.fixture(scope="session")
def prior():
    return load_prior("prior_reference")


@pytest.fixture(scope="session")
def with_medians(prior):
    """Return the prior with some medians replaced, for people with chosen traits (z = 0)."""

    def build(**medians):
        changed = {}
        for trait in prior.traits:
            if trait.name.value in medians:
                value = medians[trait.name.value]
                number = replace(trait.median, quantity=Quantity(value, trait.median.unit))
                changed[trait.name] = replace(trait, median=number)
        return prior.with_traits(changed)

    return build


@pytest.fixture
def median_person(prior):
    return prior.people(np.zeros((1, len(TraitName))))
