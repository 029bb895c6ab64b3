"""Loads published studies from ``knowledge/evidence`` (every file that is not a ``prior_*.toml``).

A study says its role (``calibration`` or ``validation``), how it was read (``READ``, ``READ-A``,
``RECALLED``) and, arm by arm, who was treated how and what was observed. Its ``[[check]]`` tables
compare a stored share with the count of people it was computed from.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources.abc import Traversable

from ketacare.core.errors import ErrorCode, InputError, KnowledgeError
from ketacare.core.record import Route
from ketacare.core.response import Dose, Rater, Setting
from ketacare.core.sources import Sourced
from ketacare.core.trials import (
    Against,
    Arm,
    Measured,
    Observed,
    Reading,
    Role,
    Standard,
    Study,
    Symptoms,
    reproduce,
)
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.evidence import FOLDER, check_priors, exact, load_prior
from ketacare.knowledge.loading.sources import source_ids, sources_in
from ketacare.knowledge.reading import (
    Section,
    open_folder,
    open_section,
    read_provenance,
    read_toml,
)


def load_studies(role: str | None = None) -> tuple[Study, ...]:
    """Return the studies, by id; with ``role`` ("calibration", "validation") only those."""
    studies = _all_studies()
    if role is None:
        return studies
    try:
        wanted = Role(role)
    except ValueError:
        raise KnowledgeError(
            ErrorCode.UNKNOWN_NAME, f'role "{role}" is not one of {", ".join(Role)}'
        ) from None
    return tuple(s for s in studies if s.role is wanted)


@cache
def _all_studies() -> tuple[Study, ...]:
    found: dict[str, Study] = {}
    for file in _study_files():
        section = open_section(file, folder=FOLDER, known_sources=source_ids())
        study = read_study(section)
        if study.id in found:
            raise section.error(
                ErrorCode.CONTRADICTION, "id", f'two study files have the id "{study.id}"'
            )
        found[study.id] = study
    return tuple(found[name] for name in sorted(found))


def read_study(root: Section) -> Study:
    """Build a study from the root section of its file."""
    provenance = read_provenance(root)
    role = root.choice("role", Role)
    reading = root.choice("reading", Reading)
    population = root.text("population")
    arms = tuple(_arm(part) for part in root.sections("arm"))
    root.raw("check", None)
    root.close()
    return Study(
        provenance=provenance, role=role, reading=reading, population=population, arms=arms
    )


def read_study_text(text: str, *, source: str, any_source: bool = False) -> Study:
    """Build a study from a file that is not part of the content, with ``[source.ID]`` tables of its own.

    An id that ``sources.toml`` has already is refused: one id means one publication. With
    ``any_source`` an id that nobody has described may be referred to as well.
    """
    table = read_toml(text, source=source)
    its_own = table.pop("source", {})
    if not isinstance(its_own, dict):
        raise KnowledgeError(
            ErrorCode.WRONG_TYPE,
            "a study's own sources are tables, one each: [source.author_2026]",
            where="source",
            source=source,
        )
    own = Section(its_own, source=source, where="source")
    for name in sorted(source_ids() & its_own.keys()):
        raise own.error(
            ErrorCode.CONTRADICTION,
            name,
            "this source is known already; delete the table, or give another publication its own id",
        )
    known = source_ids() | sources_in(own).keys()
    return read_study(Section(table, source=source, known_sources=None if any_source else known))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFit:
    """One outcome as the calibration of a prior file reported it."""

    study: str
    arm: str
    measured: Measured
    day: float
    observed: float
    expected: float
    expected_own: float
    sd: float
    left_out_low: float
    left_out_high: float


def read_fits(root: Section) -> tuple[StoredFit, ...]:
    """Return the fits a prior file stores, empty for a prior that was not calibrated."""
    found = []
    for part in root.sections("fit", optional=True):
        found.append(
            StoredFit(
                study=part.text("study"),
                arm=part.text("arm"),
                measured=part.choice("measured", Measured),
                day=part.number("day"),
                observed=part.number("observed"),
                expected=part.number("expected"),
                expected_own=part.number("expected_own"),
                sd=part.number("sd"),
                left_out_low=part.number("left_out_low"),
                left_out_high=part.number("left_out_high"),
            )
        )
        part.close()
    return tuple(found)


def check_fits() -> list[CheckResult]:
    """Simulate the calibration arms again under each stored prior and compare with its report.

    An expectation further off than the tolerance means that model, studies and stored prior no
    longer belong together.
    """
    results: list[CheckResult] = []
    for file in open_folder(FOLDER):
        if not file.name.startswith("prior_"):
            continue
        root = open_section(file, folder=FOLDER, known_sources=source_ids())
        fits = read_fits(root)
        if not fits:
            continue
        part = root.section("calibrated")
        seed, people = part.integer("seed"), part.integer("people_per_arm")
        again = reproduce(
            load_prior(root.text("id")), load_studies("calibration"), seed=seed, n=people
        )
        for fit in fits:
            observed, expected, sd = again.get(
                (fit.study, fit.arm, fit.measured, fit.day), (float("nan"),) * 3
            )
            results.append(
                CheckResult(
                    file=f"{FOLDER}/{file.name}",
                    name=f"{fit.study} {fit.arm}: {fit.measured} on day {fit.day:g}",
                    # Four digits are stored; another build of the libraries may shift a little.
                    passed=abs(observed - fit.observed) < 1e-3
                    and abs(expected - fit.expected) <= 0.1 * sd,
                    expected=f"{fit.expected:.3f} within 0.1 SD ({0.1 * fit.sd:.3f})",
                    found=f"{expected:.3f}",
                    source="project",
                )
            )
    return results


def check_all() -> list[CheckResult]:
    """Run every check of ``knowledge/evidence``: priors, studies, and the stored fit."""
    return [*check_priors(), *check_studies(), *check_fits()]


def check_studies() -> list[CheckResult]:
    """Run the checks of every study file: stored shares against counts of people."""
    results: list[CheckResult] = []
    for file in _study_files():
        section = open_section(file, folder=FOLDER, known_sources=source_ids())
        study = read_study(section)
        for part in section.sections("check", optional=True):
            name = part.text("name")
            arm_id, measured = part.text("arm"), part.choice("measured", Measured)
            day = part.number("day")
            people, of = part.integer("people"), part.integer("of")
            part.close()
            stored = [
                o.value
                for arm in study.arms
                if arm.id == arm_id
                for o in arm.outcomes
                if o.measured is measured and o.day == day
            ]
            value = stored[0].to("1") if stored else float("nan")
            results.append(
                CheckResult(
                    file=f"{FOLDER}/{file.name}",
                    name=name,
                    # Publications round to a tenth of a percent or to a whole one.
                    passed=bool(stored) and abs(value - people / of) <= 0.006,
                    expected=f"{people} of {of} = {people / of:.3f}",
                    found=f"{value:.3f}",
                    source=stored[0].source if stored else "",
                )
            )
    return results


_ESKETAMINE = "esketamine"


def _arm(part: Section) -> Arm:
    doses = _doses(part)
    n = exact(part, "n", "count")
    if n.value != int(n.value):
        raise part.error(ErrorCode.OUT_OF_RANGE, "n", f"n is {n.value:g}; people are whole")
    try:
        arm = Arm(
            id=part.text("id"),
            n=int(n.value),
            setting=part.choice("setting", Setting),
            symptoms=part.choice("symptoms", Symptoms),
            instrument=part.text("instrument"),
            entry_mean=exact(part, "entry_mean", "point"),
            entry_sd=exact(part, "entry_sd", "point"),
            error=exact(part, "error", "point"),
            doses=doses,
            outcomes=tuple(_outcome(o) for o in part.sections("outcome")),
            route=_route(part),
            therapy_days=part.numbers("therapy_days", ()),
            diagnosis=part.text("diagnosis", ""),
            rater=part.choice("rater", Rater, Rater.CLINICIAN),
            best=part.number("best", 0.0),
            responders_on=part.number("responders_on") if "responders_on" in part else None,
            responders_threshold=part.number("responders_threshold", 0.5),
        )
    except InputError as error:
        raise part.error(error.code, "", str(error)) from error
    except KnowledgeError as error:
        if error.source:
            raise
        raise error.at(part.where, source=part.source) from error
    part.close()
    return arm


def _doses(part: Section) -> tuple[Dose, ...]:
    """Return the regimen: one dose on every day, or with ``dose_each`` one for each day."""
    if "dose_mg_per_kg" not in part or "dose_days" not in part:
        missing = "dose_mg_per_kg" if "dose_mg_per_kg" not in part else "dose_days"
        raise part.error(
            ErrorCode.MISSING_KEY,
            missing,
            f"an arm needs its regimen: {missing} is missing (0 mg/kg for an inert dose, an empty "
            "list of days for no contact with a dose at all)",
        )
    usual = exact(part, "dose_mg_per_kg", "mg/kg").value
    days = part.numbers("dose_days")
    sizes = part.numbers("dose_each", (usual,) * len(days))
    if len(sizes) != len(days):
        raise part.error(
            ErrorCode.CONTRADICTION,
            "dose_each",
            f"dose_each has {len(sizes)} doses for {len(days)} days; give one in mg/kg for each day",
        )
    minutes = part.number("minutes") if "minutes" in part else None
    benzodiazepine = _optional(part, "diazepam", "mg/day")
    taken = None if benzodiazepine is None else benzodiazepine.value
    try:
        return tuple(
            Dose(day=day, mg_per_kg=size, minutes=minutes, diazepam_mg_per_day=taken)
            for day, size in zip(days, sizes, strict=True)
        )
    except InputError as error:
        raise part.error(error.code, "dose_days", str(error)) from error


def _route(part: Section) -> str:
    """Return the key under which the prior knows what a milligram is worth by vein."""
    route = part.choice("route", Route, Route.INTRAVENOUS).value
    drug = part.text("drug", "ketamine")
    if drug not in {"ketamine", _ESKETAMINE}:
        raise part.error(
            ErrorCode.UNKNOWN_NAME,
            "drug",
            f'the model knows nothing of "{drug}"; write ketamine (the racemate) or esketamine, and 0 '
            "mg/kg for a comparison drug",
        )
    return f"{drug}_{route}" if drug == _ESKETAMINE else route


def _outcome(part: Section) -> Observed:
    measured = part.choice("measured", Measured)
    unit = measured.unit
    spread = "1" if unit == "1" else "point"
    try:
        outcome = Observed(
            measured=measured,
            day=part.number("day"),
            value=exact(part, "value", unit),
            sd=_optional(part, "sd", spread),
            threshold=part.number("threshold", 0.5),
            cutoff=part.number("cutoff") if "cutoff" in part else None,
            from_day=part.number("from_day") if "from_day" in part else None,
            discrepancy=_optional(part, "discrepancy", unit),
            se=_optional(part, "se", unit),
            against=part.choice("against", Against, Against.INERT),
            standard=part.choice("standard", Standard, Standard.ENTRY),
            people=part.integer("people") if "people" in part else None,
            leavers_fail=part.flag("leavers_fail", False),
        )
    except KnowledgeError as error:
        if error.source:
            raise
        raise error.at(part.where, source=part.source) from error
    part.close()
    return outcome


def _optional(part: Section, key: str, unit: str) -> Sourced | None:
    return exact(part, key, unit) if key in part else None


def _study_files() -> list[Traversable]:
    return [f for f in open_folder(FOLDER) if not f.name.startswith("prior_")]
