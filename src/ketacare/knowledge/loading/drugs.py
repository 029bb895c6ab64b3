"""Loads the drug files: kinetic models (``pk_*.toml``) and effect files (``effects_*.toml``).

The checks a file carries about itself are run by :func:`check_all`, whose workings are in
``drug_checks``.
"""

from __future__ import annotations

from functools import cache

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology import EffectModel, PkModel, Scenarios
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.drug_checks import check_pk
from ketacare.knowledge.loading.drug_effect_checks import check_effects
from ketacare.knowledge.loading.drug_effects import read_effect_model
from ketacare.knowledge.loading.drug_kinetics import read_pk_model
from ketacare.knowledge.loading.drug_scenarios import read_scenarios
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.reading import Section, open_folder, open_section, open_subfolders

__all__ = [
    "check_all",
    "effect_model_ids",
    "load_effect_model",
    "load_pk_model",
    "load_scenarios",
    "pk_model_ids",
    "read_effect_model",
    "read_pk_model",
]

_ROOT = "drugs"


def pk_model_ids(drug: str | None = None) -> tuple[str, ...]:
    """Return the ids of the kinetic models, by name; of one drug, or of all."""
    return _ids("pk_", drug)


def effect_model_ids() -> tuple[str, ...]:
    """Return the ids of the effect files, by name."""
    return _ids("effects_")


@cache
def load_pk_model(id: str = "pk_ketamine_simons_2022") -> PkModel:  # noqa: A002 - the name content has
    """Return a kinetic model; refuse an id no file has."""
    section = _open(id, pk_model_ids())
    model = read_pk_model(section)
    if not section.source.startswith(f"{_ROOT}/{model.drug}/"):
        raise section.error(
            ErrorCode.CONTRADICTION, "drug", f"a model of {model.drug} stands in another folder"
        )
    return model


@cache
def load_effect_model(id: str = "effects_ketamine_iv") -> EffectModel:  # noqa: A002 - the name content has
    """Return an effect file; refuse an id no file has."""
    section = _open(id, effect_model_ids())
    effects = read_effect_model(section)
    unknown = [name for name in effects.pk_models if name not in pk_model_ids()]
    if unknown:
        raise section.error(
            ErrorCode.UNKNOWN_NAME, "pk_models", f'"{unknown[0]}" is no kinetic model'
        )
    return effects


@cache
def load_scenarios(drug: str = "ketamine") -> Scenarios:
    """Return what may change the exposure to a drug; refuse a drug no file is about."""
    return read_scenarios(_open(f"scenarios_{drug}", _ids("scenarios_")))


def check_all() -> list[CheckResult]:
    """Run every check of every drug file."""
    results: list[CheckResult] = []
    for name in _ids("scenarios_"):
        load_scenarios(name.removeprefix("scenarios_"))
    for name in pk_model_ids():
        section = _open(name, pk_model_ids())
        results += check_pk(load_pk_model(name), section)
    for name in effect_model_ids():
        section = _open(name, effect_model_ids())
        effects = load_effect_model(name)
        for pk_name in effects.pk_models:
            results += check_effects(load_pk_model(pk_name), effects, section)
    return results


@cache
def _where() -> dict[str, str]:
    """Return the folder of each file, by the id it is named after."""
    return {
        file.name.removesuffix(".toml"): folder
        for folder in open_subfolders(_ROOT)
        for file in open_folder(folder)
    }


def _ids(prefix: str, drug: str | None = None) -> tuple[str, ...]:
    return tuple(
        sorted(
            name
            for name, folder in _where().items()
            if name.startswith(prefix) and drug in {None, folder.removeprefix(f"{_ROOT}/")}
        )
    )


def _open(name: str, known: tuple[str, ...]) -> Section:
    if name not in known:
        raise InputError(
            ErrorCode.UNKNOWN_NAME, f'there is no model "{name}"; there is {", ".join(known)}'
        )
    folder = _where()[name]
    (file,) = (file for file in open_folder(folder) if file.name == f"{name}.toml")
    return open_section(file, folder=folder, known_sources=source_ids())
