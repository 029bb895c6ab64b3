"""The drug files load, refuse what they do not know, and pass their own checks."""

import tomllib
from copy import deepcopy
from importlib.resources import files

import pytest

from ketacare.core.errors import InputError, KnowledgeError
from ketacare.knowledge.load import (
    effect_model_ids,
    load_effect_model,
    load_pk_model,
    load_sources,
    pk_model_ids,
)
from ketacare.knowledge.loading.drugs import read_effect_model, read_pk_model
from ketacare.knowledge.reading import Section

FOLDER = files("ketacare.knowledge") / "drugs" / "ketamine"


def table(name):
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def pk_table():
    return table("pk_ketamine_simons_2022")


@pytest.fixture(scope="module")
def effect_table():
    return table("effects_ketamine_iv")


def opened(content):
    return Section(content, source="test.toml", known_sources=frozenset(load_sources()))


def test_the_files_are_listed_and_load():
    assert "pk_ketamine_simons_2022" in pk_model_ids()
    assert "effects_ketamine_iv" in effect_model_ids()
    assert load_pk_model().id == "pk_ketamine_simons_2022"
    assert load_effect_model().id == "effects_ketamine_iv"


def test_an_unknown_id_is_refused_with_what_there_is():
    with pytest.raises(InputError, match="there is pk_ketamine"):
        load_pk_model("pk_ketamine_nobody_1900")


def spoil(content, *path, value):
    spoiled = deepcopy(content)
    place = spoiled
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return spoiled


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("parameters", "cl", "value", "unit"), "mg", "cannot be a kinetic parameter"),
        (("parameters", "cl", "value", "unit"), "furlong", "is not known"),
        (("parameters", "cl", "value", "value"), -1.48, "not more than zero"),
        (("parameters", "cl", "value", "source"), None, "needs a source"),
        (("parameters", "cl", "value", "source"), "nobody_1900", "not in sources.toml"),
        (("parameters", "q2"), None, '"q2" is used but not given'),
        (("parameters", "ka"), {"scaling": "none", "value": {"value": 1, "unit": "1/h",
          "source": "simons_2022", "locus": "nowhere"}}, '"ka" is used by no compartment'),
        (("structure", "central"), "liver", '"liver" is not among'),
        (("analytes", "morphine"), {"compartment": "ketamine"}, '"morphine" is not one of'),
        (("halflife",), 3, '"halflife" is not known'),
    ],
)  # fmt: skip
def test_a_spoiled_kinetic_file_is_refused(pk_table, path, value, sentence):
    assert read_pk_model(opened(pk_table)).id == "pk_ketamine_simons_2022"
    with pytest.raises(KnowledgeError, match=sentence) as caught:
        read_pk_model(opened(spoil(pk_table, *path, value=value)))
    assert "test.toml" in str(caught.value)


def sourced(value, unit, **more):
    return {"value": value, "unit": unit, "source": "simons_2022", "locus": "drawn"} | more


COVARIATE = {
    "parameter": "cl",
    "form": "linear",
    "use": "reported",
    "of": "age",
    "per": "year",
    "coefficient": sourced(0.01, "1"),
    "reference": sourced(40, "year"),
}
WITHOUT_OF = {k: v for k, v in COVARIATE.items() if k not in {"of", "per", "reference"}}


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("enantiomers",), "both", "is not one of separate, S only"),
        (("enantiomers",), "S only", "does not compute"),
        (("drug",), None, '"drug" is missing'),
        (("reference", "clearance_exponent"), None, "give clearance_exponent"),
        (("parameters", "cl", "scaling"), "per kg", "cannot be a kinetic parameter"),
        (("parameters", "cl", "sd"), sourced(0.2, "1"), "both state it"),
        (("parameters", "cl", "variance", "value"), 0, "leave it out"),
        (("parameters", "cl", "spread"), "logit-normal", "needed here, in 1"),
        (("parameters", "f_mouth", "spread"), "normal", "not one of log-normal"),
        (("covariate",), [COVARIATE | {"per": "kg"}], 'state the coefficient per "year"'),
        (("covariate",), [COVARIATE | {"parameter": "cll"}], "is no parameter"),
        (("covariate",), [COVARIATE | {"use": "gated"}], "say why it is not used"),
        (("covariate",), [COVARIATE | {"use": "assumed"}], "says reported"),
        (("covariate",), [COVARIATE | {"slope": 1}], '"slope" is not known'),
        (("covariate",), [WITHOUT_OF | {"form": "factor"}], "name one of them"),
        (
            ("covariance",),
            [{"first": "cl", "second": "v2", "correlation": sourced(0.5, "1")}],
            '"v2" has a covariance but no variance',
        ),
        (
            ("covariance",),
            [{"first": "cl", "second": "v1", "correlation": sourced(1.2, "1")}],
            "more than the variances allow",
        ),
        (("routes", "sublingual", "parts", 0, "into"), "tongue", 'leads into "tongue"'),
        (("routes", "sublingual", "parts", 0, "rate"), "kb", '"kb" is used but not given'),
        (("routes", "sublingual", "parts", 1, "transits"), 0, "needs transits and transit_time"),
        (("routes", "intravenous"), {"note": "x", "parts": []}, "a vein needs no table"),
        (("residual", "morphine"), {"proportional": sourced(10, "%")}, "is not an analyte"),
        (("venous", "analytes"), ["morphine"], '"morphine" is not an analyte'),
        (("domain", "weight", "studied_from", "value"), 20, "does not lie inside"),
        (("structure", "compartments", 0), {"name": "ketamine"}, "has a clearance but no volume"),
    ],
)  # fmt: skip
def test_a_spoiled_part_of_a_model_is_refused(pk_table, path, value, sentence):
    assert read_pk_model(opened(pk_table)).routes
    with pytest.raises(KnowledgeError, match=sentence) as caught:
        read_pk_model(opened(spoil(pk_table, *path, value=value)))
    assert "test.toml" in str(caught.value)


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("circulation", "systolic", "rise", "unit"), "L", "pressure is needed"),
        (("circulation", "systolic", "reading", "value"), 30, "part of the spread"),
        (("circulation", "pulse"), {}, '"pulse" is not known'),
        (("dissociation", "c50", "locus"), None, '"locus" is missing'),
        (("benefit", "note"), None, '"note" is missing'),
    ],
)
def test_a_spoiled_effect_file_is_refused(effect_table, path, value, sentence):
    assert read_effect_model(opened(effect_table)).id == "effects_ketamine_iv"
    with pytest.raises(KnowledgeError, match=sentence):
        read_effect_model(opened(spoil(effect_table, *path, value=value)))
