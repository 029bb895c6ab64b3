"""What a person enters at the bedside: bounds from both sides, steps that fill their scale."""

from datetime import date

import pytest

from ketacare.core.errors import InputError, KnowledgeError
from ketacare.core.record import Vital
from ketacare.knowledge.loading.bedside import (
    check_all,
    load_observations,
    read_observations,
    spoken_unit,
)
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.reading import Section


def test_the_file_keeps_its_own_checks():
    results = check_all()
    assert len(results) >= 5
    assert [r.name for r in results if not r.passed] == []


@pytest.mark.parametrize(
    ("kind", "value"),
    [(Vital.MOAAS, 0), (Vital.MOAAS, 5), (Vital.CADSS6, 24), (Vital.SPO2, 100), (Vital.WEIGHT, 30)],
)
def test_the_ends_of_a_scale_are_values(kind, value):
    assert load_observations()[kind].check(value) == value


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Vital.MOAAS, -1),
        (Vital.MOAAS, 6),
        (Vital.CADSS6, 25),
        (Vital.SPO2, 100.5),
        (Vital.WEIGHT, 29.9),
        (Vital.DISTRESS, float("nan")),
    ],
)
def test_beyond_the_ends_is_refused(kind, value):
    with pytest.raises(InputError, match="cannot be"):
        load_observations()[kind].check(value)


def test_steps_that_do_not_fill_the_scale_do_not_load():
    number = {"unit": "point", "source": "project", "locus": "x", "basis": "assumed", "note": "x"}
    table = {
        "id": "x",
        "title": "x",
        "version": "1",
        "status": "candidate",
        "since": date(2026, 11, 23),
        "sources": ["project"],
        "observation": [
            {
                "kind": "nausea",
                "label": "Nausea",
                "short": "Nausea",
                "lowest": number | {"value": 0},
                "highest": number | {"value": 3},
                "steps": ["None", "Severe"],
            }
        ],
    }
    with pytest.raises(KnowledgeError, match="2 steps do not fill 0 to 3"):
        read_observations(Section(table, source="x.toml", known_sources=source_ids()))


def test_units_are_said_as_people_say_them():
    assert spoken_unit(Vital.HEART_RATE) == "per min"
    assert spoken_unit(Vital.SYSTOLIC) == "mmHg"
