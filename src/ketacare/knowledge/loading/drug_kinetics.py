"""Reads kinetic models (``pk_*.toml``): structure, parameters, sites and domain.

The reader is strict: a key it does not know, a parameter no compartment uses and a number without
a source are refused, with file and key. ``docs/howto/add-a-drug-model.md`` describes every key.
"""

from __future__ import annotations

from ketacare.core.errors import ErrorCode, KetacareError, KnowledgeError
from ketacare.core.pharmacology import (
    Analyte,
    EffectSiteRate,
    Enantiomer,
    Forms,
    Measured,
    PkModel,
    Residual,
    Scaling,
    Site,
    VenousLink,
)
from ketacare.core.sources import Sourced
from ketacare.knowledge.loading.drug_domain import read_domain
from ketacare.knowledge.loading.drug_parameters import (
    read_covariance,
    read_covariate,
    read_parameters,
    read_ratio,
    read_residual,
)
from ketacare.knowledge.loading.drug_structure import read_routes, read_structure
from ketacare.knowledge.reading import Section, read_provenance


def read_pk_model(root: Section) -> PkModel:
    """Read a kinetic model from the root of its file; refuse what it does not know."""
    head = root.section("reference")
    molar_mass = head.sourced("molar_mass", unit="g/mol").value
    drug = root.text("drug")
    forms = root.choice("enantiomers", Forms)
    try:
        covariates = [read_covariate(p) for p in root.sections("covariate", optional=True)]
        parameters = read_parameters(root.section("parameters"), covariates)
        analytes = _analytes(root.section("analytes"), molar_mass, forms, drug)
        routes = read_routes(root.section("routes")) if "routes" in root else ()
        model = PkModel(
            provenance=read_provenance(root),
            drug=drug,
            forms=forms,
            site=root.choice("site", Site),
            caution=root.text("caution"),
            not_intravenous=root.text("not_intravenous", ""),
            structure=read_structure(root.section("structure"), routes),
            parameters=parameters,
            reference_weight_kg=head.sourced("weight", unit="kg").to("kg"),
            exponents=_exponents(head),
            s_share=head.sourced("s_share", unit="1") if "s_share" in head else None,
            ratios=dict(read_ratio(p) for p in root.sections("enantiomer_ratio", optional=True)),
            analytes=analytes,
            molar_mass=molar_mass,
            hydrochloride_molar_mass=(
                head.sourced("hydrochloride_molar_mass", unit="g/mol").value
                if "hydrochloride_molar_mass" in head
                else None
            ),
            venous=_venous(root.section("venous")) if "venous" in root else None,
            domain=read_domain(root.section("domain")),
            covariances=dict(
                read_covariance(p, parameters) for p in root.sections("covariance", optional=True)
            ),
            residuals=_residuals(root.section("residual", optional=True), analytes),
            effect_sites=_effect_sites(root.section("effect_sites", optional=True)),
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


def _exponents(head: Section) -> dict[Scaling, Sourced]:
    return {
        scaling: head.sourced(f"{scaling.value}_exponent", unit="1")
        for scaling in (Scaling.VOLUME, Scaling.CLEARANCE)
        if f"{scaling.value}_exponent" in head
    }


def _analytes(part: Section, molar_mass: float, forms: Forms, drug: str) -> dict[str, Measured]:
    found = {}
    for name in part.keys():  # noqa: SIM118 - keys() of a Section marks nothing as read
        row = part.section(name)
        if drug == "ketamine" and name not in {analyte.value for analyte in Analyte}:
            words = ", ".join(analyte.value for analyte in Analyte)
            raise part.error(ErrorCode.UNKNOWN_NAME, name, f'"{name}" is not one of {words}')
        own = row.sourced("molar_mass", unit="g/mol").value if "molar_mass" in row else molar_mass
        carried = row.text("carried_as", "moles")
        if carried not in {"moles", "mass"}:
            raise row.error(
                ErrorCode.UNKNOWN_NAME, "carried_as", f'"{carried}" is not one of moles, mass'
            )
        found[name] = Measured(
            compartment=row.text("compartment"),
            mass_ratio=own / molar_mass if carried == "moles" else 1.0,
            molar_mass=own,
            enantiomers=_enantiomers(name, forms),
        )
        row.close()
    return found


def _enantiomers(analyte: str, forms: Forms) -> frozenset[Enantiomer]:
    """Return what an analyte is the sum of: the S or R in front of its name, or all there is."""
    if forms in {Forms.POOLED, Forms.NONE}:
        return frozenset({Enantiomer.RACEMATE})
    for which in (Enantiomer.S, Enantiomer.R):
        if analyte.startswith(f"{which.value}-"):
            return frozenset({which})
    return frozenset({Enantiomer.S, Enantiomer.R})


def _venous(part: Section) -> VenousLink:
    delays = part.integer("delays", 1)
    if delays < 1:
        raise part.error(ErrorCode.OUT_OF_RANGE, "delays", f"{delays} delays; give 1 or more")
    link = VenousLink(
        share=part.sourced("share", unit="1"),
        rate=part.sourced("rate", unit="1/h"),
        note=part.text("note"),
        delays=delays,
        analytes=part.texts("analytes"),
    )
    part.close()
    return link


def _residuals(part: Section, analytes: dict[str, Measured]) -> dict[str, Residual]:
    found = {}
    for name in part.keys():  # noqa: SIM118 - keys() of a Section marks nothing as read
        if name not in analytes:
            raise part.error(
                ErrorCode.UNKNOWN_NAME, name, f'"{name}" is not an analyte of this model'
            )
        found[name] = read_residual(part.section(name), analytes[name])
    return found


def _effect_sites(part: Section) -> dict[str, EffectSiteRate]:
    found = {}
    for name in part.keys():  # noqa: SIM118 - keys() of a Section marks nothing as read
        row = part.section(name)
        found[name] = EffectSiteRate(
            rate=row.sourced("rate", unit="1/h"),
            analyte=row.text("analyte"),
            note=row.text("note"),
        )
        row.close()
    return found
