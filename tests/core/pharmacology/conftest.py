"""The files and published data that the pharmacology tests are about."""

import tomllib
from pathlib import Path

import pytest

from ketacare.knowledge.load import load_effect_model, load_pk_model


@pytest.fixture(scope="session")
def simons():
    return load_pk_model("pk_ketamine_simons_2022")


@pytest.fixture(scope="session")
def effects():
    return load_effect_model("effects_ketamine_iv")


@pytest.fixture(scope="session")
def observed():
    file = Path(__file__).parents[2] / "reference" / "ketamine_observations.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
