"""Evidence files: they load, their checks hold, and what is wrong is refused with its place."""

import pytest

from ketacare.core.errors import KetacareError, KnowledgeError
from ketacare.core.response import TraitName
from ketacare.core.sources import Status
from ketacare.core.trials import Role
from ketacare.knowledge.load import load_prior, load_studies
from ketacare.knowledge.loading.evidence import read_prior
from ketacare.knowledge.loading.studies import check_all, read_study
from ketacare.knowledge.reading import Section, read_toml

STUDY = """
id = "x_2020"
title = "A study"
version = "1"
status = "candidate"
since = 2026-11-23
sources = ["project"]
role = "calibration"
reading = "READ"
population = "Adults"

[[arm]]
id = "one"
n = { value = 20, unit = "count", source = "project", locus = "test" }
setting = "open"
symptoms = "anxiety"
instrument = "GAD-7"
entry_mean = { value = 14, unit = "point", source = "project", locus = "test" }
entry_sd = { value = 5, unit = "point", source = "project", locus = "test" }
error = { value = 2, unit = "point", source = "project", locus = "test" }
dose_mg_per_kg = { value = 0.5, unit = "mg/kg", source = "project", locus = "test" }
dose_days = [0, 3]

[[arm.outcome]]
measured = "response"
day = 4
value = { value = 0.5, unit = "1", source = "project", locus = "test" }
"""


def study(text):
    return read_study(
        Section(
            read_toml(text, source="x.toml"), source="x.toml", known_sources=frozenset(["project"])
        )
    )


def test_every_check_of_the_evidence_files_holds():
    failed = [c for c in check_all() if not c.passed]
    assert failed == []


def test_every_study_used_for_the_prior_has_the_role_calibration():
    roles = {s.id: s.role for s in load_studies()}
    assert {roles[name] for name in load_prior().calibration} == {Role.CALIBRATION}


def test_nothing_here_is_verified_yet():
    statuses = {s.provenance.status for s in load_studies()} | {load_prior().provenance.status}
    assert statuses == {Status.CANDIDATE}


def test_stored_prior_stays_inside_the_judged_ranges_or_near_them():
    # 95 % ranges of the starting judgement, for the medians: tau_fast 2.5 to 15 d, tau_slow 30 to
    # 150 d, kappa 0.004 to 0.03 per day, ED50 0.07 to 0.6 mg/kg, fast non-specific 0.03 to 0.25.
    ranges = {
        TraitName.TAU_FAST: (2.5, 15),
        TraitName.TAU_SLOW: (30, 150),
        TraitName.KAPPA: (0.004, 0.03),
        TraitName.ED50: (0.07, 0.6),
        TraitName.NONSPECIFIC_FAST: (0.03, 0.25),
    }
    for trait in load_prior().traits:
        low, high = ranges.get(trait.name, (0, float("inf")))
        assert low < trait.median.value < high


def test_a_good_study_reads():
    found = study(STUDY)
    assert found.arms[0].n == 20
    assert [d.day for d in found.arms[0].doses] == [0.0, 3.0]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('role = "calibration"', 'role = "tuning"', "calibration, validation"),
        ('reading = "READ"', 'reading = "SEEN"', "READ"),
        ('setting = "open"', 'setting = "double"', "open, blinded"),
        ("dose_days = [0, 3]", "dose_days = [0, 3]\ndose_day = 2", "dose_day"),
        ('value = 0.5, unit = "mg/kg"', 'value = 0.5, unit = "mg"', 'write it in "mg/kg"'),
        ('value = 0.5, unit = "1"', 'value = 50, unit = "1"', "between 0 and 1"),
        ('unit = "1", source = "project"', 'unit = "1", source = "nobody"', "nobody"),
        ('measured = "response"', 'measured = "relapsed"', "from_day"),
        ("dose_days = [0, 3]\n", "", "regimen: dose_days is missing"),
        ("value = 20", "value = 20.5", "people are whole"),
        ("dose_days = [0, 3]", "dose_days = [0, 3]\nroute = 'rectal'", "intramuscular"),
        ('value = 0.5, unit = "mg/kg"', 'value = -0.5, unit = "mg/kg"', "zero or more mg/kg"),
        ("day = 4", "day = 4\nthreshold = 50", "50 % is 0.5"),
        ("day = 4", "day = 4\npeople = 0", "give one or more"),
        ("day = 4", "day = -4", "before the first dose"),
        ("dose_days = [0, 3]", "dose_days = [0, 0]", "two at one time"),
        ("dose_days = [0, 3]", "dose_days = [-3, 0]", "a dose before day 0"),
        ("dose_days = [0, 3]", "dose_days = [0, 3]\ndose_each = [0.5]", "1 doses for 2 days"),
        (
            "dose_days = [0, 3]",
            "dose_days = [0, 3]\ndrug = 'midazolam'",
            "0 mg/kg for a comparison",
        ),
        ("dose_days = [0, 3]", "dose_days = [0, 3]\nresponders_on = -1", "a day after the start"),
    ],
)
def test_a_wrong_study_is_refused_with_its_place(old, new, says):
    assert old in STUDY
    with pytest.raises(KnowledgeError, match=says) as caught:
        study(STUDY.replace(old, new))
    assert caught.value.source == "x.toml"


def test_prior_without_all_traits_is_refused():
    from importlib.resources import files

    text = (files("ketacare.knowledge") / "evidence" / "prior_reference.toml").read_text("utf-8")
    whole = read_toml(text, source="p.toml")
    assert read_prior(Section(whole, source="p.toml")).id == "prior_reference"
    less = {**whole, "trait": whole["trait"][1:]}
    with pytest.raises(KnowledgeError, match="set_point"):
        read_prior(Section(less, source="p.toml"))


def test_unknown_prior_and_role_name_what_there_is():
    with pytest.raises(KetacareError, match="prior_first"):
        load_prior("prior_second")
    with pytest.raises(KetacareError, match="calibration, validation"):
        load_studies("tuning")
