"""Loads ``knowledge/evidence``: the population priors (``prior_*.toml``) and published studies.

Strict like every loader: unknown keys, units, roles and numbers without source are refused. The
study files are read by ``loading.studies``; the checks of both kinds of file are run there.
"""

from __future__ import annotations

from functools import cache
from importlib.resources.abc import Traversable
from statistics import NormalDist
from typing import Final

import numpy as np

from ketacare.core.errors import ErrorCode, InputError, KnowledgeError
from ketacare.core.response import (
    ConstantName,
    Indication,
    Prior,
    Rater,
    Shape,
    Trait,
    TraitName,
    View,
)
from ketacare.core.sources import Sourced
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.reading import Section, open_folder, open_section, read_provenance

FOLDER: Final = "evidence"

# The unit each trait and constant is written in; the equations use these numbers as they stand.
_TRAIT_UNITS: Final[dict[TraitName, str]] = {
    TraitName.SET_POINT: "point",
    TraitName.RESPONSIVENESS: "1",
    TraitName.TAU_FAST: "d",
    TraitName.KAPPA: "1/d",
    TraitName.TAU_SLOW: "d",
    TraitName.NONSPECIFIC_FAST: "1",
    TraitName.NONSPECIFIC_SLOW: "1",
    TraitName.ED50: "mg/kg",
    TraitName.PERI_DOSE: "1",
    TraitName.TAU_PERI_DOSE: "h",
    TraitName.THERAPY: "1",
    TraitName.BENZODIAZEPINE: "d/mg",
    TraitName.TOLERANCE: "1",
    TraitName.DRIFT: "point/wk^0.5",
    TraitName.NOISE: "1",
    TraitName.HAMA_LEVEL: "1",
    TraitName.PHQ9_LEVEL: "1",
    TraitName.PHQ9_GAIN: "1",
    TraitName.DURATION_EXPONENT: "1",
    TraitName.THERAPY_BUILD: "1",
    TraitName.CLINICIAN: "1",
    TraitName.FUNCTION_LAG: "d",
    TraitName.FUNCTION_LEVEL: "1",
}
_CONSTANT_UNITS: Final[dict[ConstantName, str]] = {
    ConstantName.TAU_NONSPECIFIC_FAST: "d",
    ConstantName.TAU_NONSPECIFIC_SLOW: "d",
    ConstantName.OPEN_FACTOR: "1",
    ConstantName.THERAPY_FROM: "d",
    ConstantName.THERAPY_UNTIL: "d",
    ConstantName.THERAPY_HOLD: "d",
    ConstantName.OUTLIER: "1",
    ConstantName.FUNCTION_MEDIATED: "1",
    ConstantName.DROPOUT_BASE: "1",
    ConstantName.DROPOUT_UNIMPROVED: "1",
    ConstantName.DROPOUT_ADVERSE: "1",
}


@cache
def load_prior(id: str = "prior_first") -> Prior:  # noqa: A002 - the word of the files
    """Return the population prior with this id."""
    for file in _prior_files():
        section = open_section(file, folder=FOLDER, known_sources=source_ids())
        if section.text("id") == id:
            return read_prior(section)
    known = ", ".join(f.name.removesuffix(".toml") for f in _prior_files())
    raise InputError(ErrorCode.UNKNOWN_NAME, f'there is no prior "{id}"; use one of {known}')


def read_prior(root: Section) -> Prior:
    """Build a prior from the root section of its file."""
    provenance = read_provenance(root)
    traits = tuple(_trait(part) for part in root.sections("trait"))
    part = root.section("constants")
    constants = {name: exact(part, name.value, _CONSTANT_UNITS[name]) for name in ConstantName}
    part.close()
    views = {view.instrument: view for view in map(_view, root.sections("view"))}
    part = root.section("routes")
    routes = {name: exact(part, name, "1") for name in part.keys()}  # noqa: SIM118 - a Section
    part.close()
    part = root.section("route_spreads", optional=True)
    spreads = {name: exact(part, name, "1") for name in part.keys()}  # noqa: SIM118 - a Section
    part.close()
    calibration = root.texts("calibration")
    domain = root.text("domain")
    indications = tuple(_indication(part) for part in root.sections("indication", optional=True))
    card = root.text("card", "")
    for report in (
        "check",
        "calibrated",
        "hyper",
        "study_effect",
        "fit",
        "coverage",
    ):  # read by what checks and shows them
        root.raw(report, None)
    root.close()
    try:
        return Prior(
            provenance=provenance,
            traits=traits,
            constants=constants,
            views=views,
            routes=routes,
            calibration=calibration,
            domain=domain,
            indications=indications,
            card=card,
            route_spreads=spreads,
        )
    except KnowledgeError as error:
        raise error.at(source=root.source) from error


def exact(part: Section, key: str, unit: str) -> Sourced:
    """Return a sourced number that must be written in ``unit``: equations use it as it stands."""
    value = part.sourced(key)
    if value.unit != unit:
        raise part.error(
            ErrorCode.UNIT_MISMATCH, key, f'{key} is in "{value.unit}"; write it in "{unit}"'
        )
    return value


def check_priors() -> list[CheckResult]:
    """Run the checks that each prior file carries: quantiles of traits derived by hand."""
    results: list[CheckResult] = []
    for file in _prior_files():
        section = open_section(file, folder=FOLDER, known_sources=source_ids())
        prior = load_prior(section.text("id"))
        by_name = {t.name: t for t in prior.traits}
        for part in section.sections("check", optional=True):
            name = part.text("name")
            trait = by_name[part.choice("trait", TraitName)]
            level, expected = part.number("level"), part.number("expected")
            tolerance = part.number("tolerance")
            part.close()
            z = np.array([NormalDist().inv_cdf(level)])
            found = float(trait.at(z)[0])
            results.append(
                CheckResult(
                    file=f"{FOLDER}/{file.name}",
                    name=name,
                    passed=abs(found - expected) <= tolerance,
                    expected=f"{expected:g} ± {tolerance:g} {trait.median.unit}",
                    found=f"{found:.4g} {trait.median.unit}",
                    source=trait.median.source,
                )
            )
    return results


def _trait(part: Section) -> Trait:
    name = part.choice("name", TraitName)
    try:
        trait = Trait(
            name=name,
            shape=part.choice("shape", Shape),
            median=exact(part, "median", _TRAIT_UNITS[name]),
            spread=exact(part, "spread", "1"),
            identified=part.flag("identified"),
            upper=part.number("upper", 1.0),
            shared=exact(part, "shared", "1") if "shared" in part else None,
        )
    except KnowledgeError as error:
        if error.source:
            raise
        raise error.at(part.where, source=part.source) from error
    part.close()
    return trait


def _view(part: Section) -> View:
    view = View(
        instrument=part.text("instrument"),
        minimum=part.integer("minimum"),
        maximum=part.integer("maximum"),
        slope=exact(part, "slope", "1"),
        error=exact(part, "error", "point"),
        nonspecific=exact(part, "nonspecific", "1"),
        response=exact(part, "response", "1"),
        remission=exact(part, "remission", "point"),
        level=part.choice("level", TraitName) if "level" in part else None,
        gain=part.choice("gain", TraitName) if "gain" in part else None,
        rater=part.choice("rater", Rater, Rater.SELF),
        follows=part.flag("follows", False),
        inverted=part.flag("inverted", False),
    )
    part.close()
    return view


def _indication(part: Section) -> Indication:
    try:
        found = Indication(
            id=part.text("id"),
            codes=part.texts("codes"),
            widening=exact(part, "widening", "1"),
            shift=exact(part, "shift", "1"),
            sentence=part.text("sentence"),
            between=exact(part, "between", "1") if "between" in part else None,
            nonspecific=exact(part, "nonspecific", "1") if "nonspecific" in part else None,
        )
    except KnowledgeError as error:
        if error.source:
            raise
        raise error.at(part.where, source=part.source) from error
    part.close()
    return found


def _prior_files() -> list[Traversable]:
    return [f for f in open_folder(FOLDER) if f.name.startswith("prior_")]
