"""Reads kinetic models (``pk_*.toml``): structure, parameters, sites and domain.

The reader is strict: a key it does not know, a parameter no compartment uses and a number without
a source are refused, with file and key. ``docs/howto/add-a-drug-model.md`` describes every key.
"""

from __future__ import annotations

from ketacare.core.errors import ErrorCode, KetacareError, KnowledgeError
from ketacare.core.pharmacology import (
    Analyte,
    Compartment,
    Elimination,
    Enantiomer,
    Exchange,
    Measured,
    Parameter,
    PkModel,
    Scaling,
    Site,
    Structure,
    VenousLink,
)
from ketacare.core.sources import Sourced
from ketacare.knowledge.loading.drug_domain import read_domain
from ketacare.knowledge.reading import Section, read_provenance

# The unit the engine wants, by the dimension a file may use.
_ENGINE_UNITS = {"L": "L", "L/h": "L/h", "L/min": "L/h", "1/h": "1/h", "1/min": "1/h"}
_ENGINE_UNITS |= {"h": "h", "min": "h", "1": "1", "%": "1"}


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
            domain=read_domain(root.section("domain")),
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
