"""The how-to page about drug models: its example is a model, and its keys are the reader's."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from ketacare.core.pharmacology import (
    Regimen,
    Route,
    Site,
    Subject,
    Use,
    concentration,
)
from ketacare.knowledge.loading.drug_checks import check_pk
from ketacare.knowledge.loading.drug_kinetics import read_pk_model
from ketacare.knowledge.reading import Section

LOADING = Path(__file__).parents[2] / "src" / "ketacare" / "knowledge" / "loading"
READERS = ("kinetics", "structure", "parameters", "domain", "scenarios", "checks")
# A key as the strict reader is asked for it: part.text("into"), row.sourced("value"), "venous" in root
_KEY = re.compile(
    r"(?:\.(?:text|texts|flag|integer|number|numbers|choice|sourced|section|sections|raw|source_id)"
    r'\(|_ratio\(part,)\s*"(\w+)"'
)
PAGE = Path(__file__).parents[2] / "docs" / "howto" / "add-a-drug-model.md"


@pytest.fixture(scope="module")
def root():
    blocks = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    example = max(blocks, key=len)
    known = frozenset({"doe_1999", "project"})
    return Section(tomllib.loads(example), source="example.toml", known_sources=known)


def test_the_example_of_the_page_is_a_model_that_passes_its_checks(root):
    model = read_pk_model(root)
    assert [r.name for r in check_pk(model, root) if not r.passed] == []
    assert [c.name for c in model.covariates if c.use is Use.GATED] == ["smoker"]


def test_the_example_swallowed_is_the_closed_form(root):
    model = read_pk_model(root)
    t = np.array([0.5, 1.0, 3.0, 8.0])
    found = concentration(
        model,
        Subject(70, 30),
        Regimen.dose(20, Route.ORAL),
        t,
        site=Site.VENOUS,
        analyte="exampline",
    )
    # F D ka / (V (ka - k)) (e^-kt - e^-ka t) with F 0.5, D 20 mg, ka 1.2, V 20 L, k 5/20
    ka, k = 1.2, 0.25
    expected = 0.5 * 20 * ka / (20 * (ka - k)) * (np.exp(-k * t) - np.exp(-ka * t)) * 1000
    assert found == pytest.approx(expected, rel=1e-9)


def test_every_key_the_reader_knows_is_on_the_page():
    page = PAGE.read_text(encoding="utf-8")
    keys = set()
    for name in READERS:
        keys |= set(_KEY.findall((LOADING / f"drug_{name}.py").read_text(encoding="utf-8")))
    assert {"into", "covariate", "saturation", "within_percent", "vein_most"} <= keys
    assert sorted(key for key in keys if not re.search(rf"\b{key}\b", page)) == []
