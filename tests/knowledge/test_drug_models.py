"""Every kinetic model file: its dossier, its drug, its checks, and what it says it does not know."""

import re
from importlib.resources import files

import pytest

from ketacare.core.pharmacology import Analyte
from ketacare.core.sources import Status
from ketacare.knowledge.load import load_effect_model, load_pk_model, pk_model_ids
from ketacare.knowledge.loading.drugs import check_all, effect_model_ids

DRUGS = files("ketacare.knowledge") / "drugs"
KETAMINE = [
    "pk_ketamine_clements_1981",
    "pk_ketamine_domino_1984",
    "pk_ketamine_herd_2007",
    "pk_ketamine_hijazi_2003",
    "pk_ketamine_hornik_2018",
    "pk_ketamine_kamp_2020",
    "pk_ketamine_otto_2021",
    "pk_ketamine_perez_ruixo_2021",
    "pk_ketamine_simons_2022",
]
PROPOFOL = ["pk_propofol_schnider_1998"]
OLDER = [name for name in KETAMINE if int(name[-4:]) < 2020]


def head_of(name):
    drug = "propofol" if "propofol" in name else "ketamine"
    text = (DRUGS / drug / f"{name}.toml").read_text(encoding="utf-8")
    return text.split("\nid = ")[0]


def test_each_drug_has_its_own_models():
    assert sorted(pk_model_ids("ketamine")) == KETAMINE
    assert sorted(pk_model_ids("propofol")) == PROPOFOL
    assert sorted(pk_model_ids()) == sorted(KETAMINE + PROPOFOL)


def test_no_model_of_another_drug_drives_an_effect_of_ketamine():
    for name in effect_model_ids():
        assert set(load_effect_model(name).pk_models) <= set(KETAMINE)


def test_the_model_nobody_names_is_of_ketamine():
    assert load_pk_model().drug == "ketamine"


@pytest.mark.parametrize("name", [*KETAMINE, *PROPOFOL])
class TestEveryModel:
    def test_opens_with_its_dossier(self, name):
        head = head_of(name)
        assert all(line.startswith("#") or not line for line in head.splitlines())
        for word in ("Study", "Values", "Units", "Structure", "Plausible", "Gated", "Not here"):
            assert f"\n# {word} " in head, word

    def test_is_a_candidate_until_someone_compared_it_with_the_paper(self, name):
        model = load_pk_model(name)
        assert model.status is Status.CANDIDATE
        assert "candidate" in head_of(name)

    def test_states_whether_its_blood_is_arterial_or_venous(self, name):
        words = {"arterial": ("arter",), "venous": ("venous", "vein")}
        assert any(word in head_of(name) for word in words[load_pk_model(name).site.value])

    def test_carries_the_two_identities(self, name):
        text = (DRUGS / load_pk_model(name).drug / f"{name}.toml").read_text(encoding="utf-8")
        assert 'kind = "steady_state"' in text
        assert 'kind = "mass_balance"' in text

    def test_gives_no_zero_for_a_spread_it_does_not_have(self, name):
        spreads = [p.omega2 for p in load_pk_model(name).parameters.values()]
        assert all(value is None or value > 0 for value in spreads)

    def test_names_its_analytes_in_the_words_of_the_drug(self, name):
        model = load_pk_model(name)
        known = {analyte.value for analyte in Analyte} if model.drug == "ketamine" else {model.drug}
        assert set(model.analytes) <= known


@pytest.mark.parametrize("name", OLDER)
def test_an_older_set_says_what_is_recalled_or_not_recorded(name):
    assert re.search(r"recalled|not\s+recorded", head_of(name).replace("#", " "))


@pytest.mark.parametrize("name", [*KETAMINE, *PROPOFOL])
def test_every_route_of_a_model_has_the_doses_its_source_gave(name):
    model = load_pk_model(name)
    assert set(model.domain.doses) == set(model.routes)


@pytest.mark.parametrize("name", ["pk_ketamine_herd_2007", "pk_ketamine_hornik_2018"])
def test_a_childrens_set_is_not_for_adults(name):
    assert load_pk_model(name).domain.age.answered[1] < 18


def test_every_check_of_every_file_passes():
    results = check_all()
    asked = {result.file.split("/")[-1].removesuffix(".toml") for result in results}
    assert asked >= {*KETAMINE, *PROPOFOL}
    assert [f"{r.file}: {r.name}: {r.found}" for r in results if not r.passed] == []
