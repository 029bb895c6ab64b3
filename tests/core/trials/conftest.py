"""The prior the virtual people of these tests are drawn from."""

import pytest

from ketacare.knowledge.load import load_prior


@pytest.fixture(scope="session")
def prior():
    return load_prior("prior_reference")
