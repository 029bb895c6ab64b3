"""Loads the drug files: kinetic models (``pk_*.toml``) and effect files (``effects_*.toml``).

The checks a file carries about itself are run by :func:`check_all`, whose workings are in
``drug_checks``.
"""

from __future__ import annotations

from functools import cache

from ketacare.core.errors import ErrorCode, InputError, KetacareError, KnowledgeError
from ketacare.core.pharmacology import (
    Analyte,
    Compartment,
    Dissociation,
    Domain,
    EffectModel,
    Elimination,
    Enantiomer,
    Exchange,
    LinearEffect,
    Measured,
    Modifier,
    Parameter,
    PkModel,
    Range,
    ReferenceDose,
    Scaling,
    Site,
    Structure,
    VenousLink,
)
from ketacare.core.sources import Sourced
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.drug_checks import check_effects, check_pk
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.reading import (
    Section,
    open_folder,
    open_section,
    read_provenance,
)

_FOLDER = "drugs/ketamine"
# The unit the engine wants, by the dimension a file may use.
_ENGINE_UNITS = {"L": "L", "L/h": "L/h", "L/min": "L/h", "1/h": "1/h", "1/min": "1/h"}
_ENGINE_UNITS |= {"h": "h", "min": "h", "1": "1", "%": "1"}


def pk_model_ids() -> tuple[str, ...]:
    """Return the ids of the kinetic models, by name."""
    return _ids("pk_")


def effect_model_ids() -> tuple[str, ...]:
    """Return the ids of the effect files, by name."""
    return _ids("effects_")


@cache
def load_pk_model(id: str = "pk_ketamine_simons_2022") -> PkModel:  # noqa: A002 - the name content has
    """Return a kinetic model; refuse an id no file has."""
    section = _open(id, pk_model_ids())
    return read_pk_model(section)


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


def check_all() -> list[CheckResult]:
    """Run every check of every drug file."""
    results: list[CheckResult] = []
    for name in pk_model_ids():
        section = _open(name, pk_model_ids())
        results += check_pk(load_pk_model(name), section)
    for name in effect_model_ids():
        section = _open(name, effect_model_ids())
        effects = load_effect_model(name)
        for pk_name in effects.pk_models:
            results += check_effects(load_pk_model(pk_name), effects, section)
    return results


def _ids(prefix: str) -> tuple[str, ...]:
    names = (file.name.removesuffix(".toml") for file in open_folder(_FOLDER))
    return tuple(name for name in names if name.startswith(prefix))


def _open(name: str, known: tuple[str, ...]) -> Section:
    for file in open_folder(_FOLDER):
        if file.name == f"{name}.toml" and name in known:
            return open_section(file, folder=_FOLDER, known_sources=source_ids())
    raise InputError(
        ErrorCode.UNKNOWN_NAME, f'there is no model "{name}"; there is {", ".join(known)}'
    )


def read_pk_model(root: Section) -> PkModel:
    """Read a kinetic model from the root of its file; refuse what it does not know."""
    head = root.section("reference")
    molar_mass = head.sourced("molar_mass", unit="g/mol").value
    try:
        model = PkModel(
            provenance=read_provenance(root),
            site=root.choice("site", Site),
            caution=root.text("caution"),
            structure=_structure(root.section("structure")),
            parameters=_parameters(root.section("parameters")),
            reference_weight_kg=head.sourced("weight", unit="kg").to("kg"),
            exponents={
                Scaling.VOLUME: head.sourced("volume_exponent", unit="1"),
                Scaling.CLEARANCE: head.sourced("clearance_exponent", unit="1"),
            },
            s_share=head.sourced("s_share", unit="1"),
            ratios={
                key: value
                for part in root.sections("enantiomer_ratio", optional=True)
                for key, value in [_ratio(part)]
            },
            analytes=_analytes(root.section("analytes"), molar_mass),
            molar_mass=molar_mass,
            hydrochloride_molar_mass=head.sourced("hydrochloride_molar_mass", unit="g/mol").value,
            venous=_venous(root.section("venous")) if "venous" in root else None,
            domain=_domain(root.section("domain")),
            covariances={
                key: value
                for part in root.sections("covariance", optional=True)
                for key, value in [_covariance(part)]
            },
        )
    except KetacareError as error:
        raise _placed(error, root) from error
    head.close()
    root.raw("check", [])
    root.close()
    return model


def _placed(error: KetacareError, root: Section) -> KnowledgeError:
    """Return the error as one of this file, keeping the place it already names."""
    return KnowledgeError(
        error.code, error.sentence, where=error.where, source=error.source or root.source
    )


def _structure(part: Section) -> Structure:
    compartments = []
    for row in part.sections("compartments"):
        compartments.append(Compartment(name=row.text("name"), volume=row.text("volume")))
        row.close()
    exchanges = []
    for row in part.sections("exchanges", optional=True):
        exchanges.append(
            Exchange(
                first=row.text("first"),
                second=row.text("second"),
                clearance=row.text("clearance"),
            )
        )
        row.close()
    eliminations = []
    for row in part.sections("eliminations"):
        eliminations.append(
            Elimination(
                source=row.text("source"),
                clearance=row.text("clearance", ""),
                rate=row.text("rate", ""),
                into=row.text("into", ""),
                fraction=row.text("fraction", ""),
                transit_time=row.text("transit_time", ""),
                transits=row.integer("transits", 0),
            )
        )
        row.close()
    structure = Structure(
        central=part.text("central"),
        compartments=tuple(compartments),
        exchanges=tuple(exchanges),
        eliminations=tuple(eliminations),
    )
    part.close()
    return structure


def _parameters(part: Section) -> dict[str, Parameter]:
    found = {}
    for name in part.keys():  # noqa: SIM118 - keys() of a Section marks nothing as read
        row = part.section(name)
        value = row.sourced("value")
        if value.unit not in _ENGINE_UNITS:
            raise row.error(
                ErrorCode.UNIT_MISMATCH,
                "value",
                f"{value.quantity} cannot be a kinetic parameter; use one of "
                f"{', '.join(_ENGINE_UNITS)}",
            )
        if value.value <= 0:
            raise row.error(
                ErrorCode.OUT_OF_RANGE, "value", f"{value.quantity} is not more than zero"
            )
        variance = row.sourced("variance", unit="1") if "variance" in row else None
        found[name] = Parameter(
            name=name,
            sourced=value,
            unit=_ENGINE_UNITS[value.unit],
            scaling=row.choice("scaling", Scaling),
            variance=variance,
        )
        row.close()
    return found


def _ratio(part: Section) -> tuple[tuple[Enantiomer, str], Sourced]:
    key = (part.choice("enantiomer", Enantiomer), part.text("parameter"))
    value = part.sourced("value", unit="1")
    part.close()
    return key, value


def _covariance(part: Section) -> tuple[tuple[str, str], Sourced]:
    key = (part.text("first"), part.text("second"))
    value = part.sourced("value", unit="1")
    part.close()
    return key, value


def _analytes(part: Section, molar_mass: float) -> dict[Analyte, Measured]:
    found = {}
    for name in part.keys():  # noqa: SIM118 - keys() of a Section marks nothing as read
        row = part.section(name)
        if name not in {analyte.value for analyte in Analyte}:
            words = ", ".join(analyte.value for analyte in Analyte)
            raise part.error(ErrorCode.UNKNOWN_NAME, name, f'"{name}" is not one of {words}')
        own = row.sourced("molar_mass", unit="g/mol").value if "molar_mass" in row else molar_mass
        found[Analyte(name)] = Measured(
            compartment=row.text("compartment"), mass_ratio=own / molar_mass
        )
        row.close()
    return found


def _venous(part: Section) -> VenousLink:
    link = VenousLink(
        share=part.sourced("share", unit="1"),
        rate=part.sourced("rate", unit="1/h"),
        note=part.text("note"),
    )
    part.close()
    return link


def _range(part: Section, name: str, unit: str) -> Range:
    numbers = {
        key: part.sourced(key, unit=unit).to(unit)
        for key in ("studied_from", "studied_to", "answered_from", "answered_to")
    }
    part.close()
    return Range(
        name=name,
        studied=(numbers["studied_from"], numbers["studied_to"]),
        answered=(numbers["answered_from"], numbers["answered_to"]),
        unit="years" if unit == "year" else unit,
    )


def _domain(part: Section) -> Domain:
    domain = Domain(
        population=part.text("population"),
        weight=_range(part.section("weight"), "weight_kg", "kg"),
        age=_range(part.section("age"), "age_years", "year"),
    )
    part.close()
    return domain


def _dose(part: Section) -> ReferenceDose:
    dose = ReferenceDose(
        mg_per_kg=part.sourced("mg_per_kg", unit="mg/kg"),
        minutes=part.sourced("minutes", unit="min"),
        weight=part.sourced("weight", unit="kg"),
    )
    part.close()
    return dose


def _linear(part: Section, unit: str) -> LinearEffect:
    effect = LinearEffect(
        rise=part.sourced("rise", unit=unit),
        spread=part.sourced("spread", unit=unit),
        reading=part.sourced("reading", unit=unit),
    )
    if effect.reading.value > effect.spread.value:
        raise part.error(
            ErrorCode.CONTRADICTION, "reading", "the reading error is part of the spread"
        )
    part.close()
    return effect


def _modifier(part: Section) -> Modifier:
    modifier = Modifier(
        factor=part.sourced("factor", unit="1"),
        share=part.sourced("share", unit="1"),
        from_age=part.sourced("from_age", unit="year") if "from_age" in part else None,
    )
    part.close()
    return modifier


def _dissociation(part: Section) -> Dissociation:
    effect = Dissociation(
        half_life=part.sourced("half_life", unit="min"),
        c50=part.sourced("c50", unit="nmol/mL"),
        hill=part.sourced("hill", unit="1"),
        anchor=part.sourced("anchor", unit="point"),
        anchor_dose=_dose(part.section("anchor_dose")),
        spread=part.sourced("spread", unit="1"),
        maximum=part.sourced("maximum", unit="point"),
        floor=part.sourced("floor", unit="1"),
        keep=part.sourced("keep", unit="1"),
    )
    part.close()
    return effect


def read_effect_model(root: Section) -> EffectModel:
    """Read an effect file from its root; refuse what it does not know."""
    benefit = root.section("benefit")
    circulation = root.section("circulation")
    domain = root.section("domain")
    effects = EffectModel(
        provenance=read_provenance(root),
        pk_models=root.texts("pk_models"),
        circulation_half_life=circulation.sourced("half_life", unit="min"),
        circulation_dose=_dose(circulation.section("reference")),
        linear={
            "systolic": _linear(circulation.section("systolic"), "mmHg"),
            "diastolic": _linear(circulation.section("diastolic"), "mmHg"),
            "heart_rate": _linear(circulation.section("heart_rate"), "1/min (beats)"),
        },
        age=_modifier(root.section("age")),
        hypertension=_modifier(root.section("hypertension")),
        dissociation=_dissociation(root.section("dissociation")),
        most_mg_per_kg=domain.sourced("most_mg_per_kg", unit="mg/kg"),
        domain=_domain(domain),
        benefit_note=benefit.text("note"),
        benefit_source=benefit.source_id("source"),
    )
    benefit.close()
    circulation.close()
    root.raw("check", [])
    root.close()
    return effects
