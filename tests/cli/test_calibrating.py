"""``ketacare trial calibrate``: what it refuses before it begins, and a small calibration in full."""

from importlib.resources import files

import pytest

from ketacare.core.response import TraitName
from ketacare.knowledge.loading.evidence import read_prior
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.loading.studies import read_study_text
from ketacare.knowledge.reading import Section, read_toml

EVIDENCE = files("ketacare.knowledge") / "evidence"
ARM = '[[arm]]\nid = "three"'


@pytest.fixture
def study(tmp_path):
    def write(*changes):
        text = (EVIDENCE / "bio_k.toml").read_text("utf-8")
        for old, new in (('id = "bio_k"', 'id = "bio_l"'), *changes):
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "study.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ((('role = "calibration"', 'role = "validation"'),), "cannot be fitted to"),
        ((("dose_days = [0.0, 5.0, 10.0]", "therapy_days = [1.0]"),), "needs its regimen"),
        ((("value = 0.67", "value = 67"),), "between 0 and 1"),
        ((("value = 0.67", 'value = "most"'),), "is not a number"),
        ((('id = "bio_l"', 'id = "bio_k"'),), "one study counts once"),
        ((('source = "bio_k"', 'source = "nobody_2026"'),), "nobody_2026"),
        (((ARM, f'[source.bio_k]\ncitation = "Another paper"\n\n{ARM}'),), "is known already"),
        (((ARM, f"[source.nobody_2026]\nyear = 2026\n\n{ARM}"),), '"citation" is missing'),
        (((ARM, f'[source]\nnobody_2026 = "A paper"\n\n{ARM}'),), "is not a table"),
        (((ARM, f'[[source]]\ncitation = "A paper"\n\n{ARM}'),), "[source.author_2026]"),
    ],
)
def test_a_study_that_cannot_be_used_is_one_sentence(ketacare, study, tmp_path, changes, said):
    out = tmp_path / "prior.toml"
    ran = ketacare("trial", "calibrate", "--study", study(*changes), "--out", out)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert said in ran.err
    assert not out.exists()


def test_a_study_may_bring_a_source_of_its_own(study):
    own = '[source.nobody_2026]\ncitation = "Nobody N. A trial. Journal 2026."\nyear = 2026\n\n'
    value = 'value = { value = 0.67, unit = "1", source = '
    path = study((ARM, own + ARM), (value + '"bio_k"', value + '"nobody_2026"'))
    read = read_study_text(path.read_text("utf-8"), source=path.name)
    assert read.arms[0].outcomes[0].value.source == "nobody_2026"


def test_the_clinics_own_prior_is_not_replaced_by_a_trial_of_another(ketacare, study):
    ran = ketacare("trial", "calibrate", "--study", study())
    assert (ran.code, ran.out) == (2, "")
    assert "--out" in ran.err


def test_a_folder_that_is_not_there_is_said_before_the_work(ketacare, tmp_path):
    ran = ketacare("trial", "calibrate", "--out", tmp_path / "none" / "prior.toml")
    assert ran.code == 2
    assert "no folder" in ran.err


def test_what_is_written_is_a_prior_with_its_report(prior_file_of_few):
    path, page = prior_file_of_few
    text = path.read_text("utf-8")
    prior = read_prior(
        Section(read_toml(text, source=path.name), source=path.name, known_sources=source_ids())
    )
    assert prior.trait(TraitName.RESPONSIVENESS).shared_sd > 0
    assert "What it is." in prior.card
    assert text.count("[[fit]]") == 5
    assert "bio_k three" in page
    assert "lie in their 90 % interval" in " ".join(page.split())


@pytest.fixture
def prior_file_of_few(tmp_path, monkeypatch, capsys):
    from ketacare.cli import calibrating as command
    from ketacare.knowledge import calibrating
    from ketacare.knowledge.load import load_studies

    few = [
        s for s in load_studies("calibration") if s.id in {"bio_k", "feder_2014", "rodriguez_2013"}
    ]
    monkeypatch.setattr(calibrating, "load_studies", lambda _: few)
    path = tmp_path / "prior.toml"
    command.run_calibrate(out=path, studies=(), seed=1, people=100, as_json=False)
    first = path.read_bytes()
    command.run_calibrate(out=path, studies=(), seed=1, people=100, as_json=False)
    assert path.read_bytes() == first  # the same again is not a new version
    return path, capsys.readouterr().out
