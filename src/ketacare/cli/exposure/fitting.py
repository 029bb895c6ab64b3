"""``ketacare fit``: one person's kinetics from the blood samples of a case file.

Nothing is guessed here: a dose without its duration, a sample from an unknown arm or before the
first dose is refused. Infusions long before the samples no longer matter and are left out, and the
page says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from ketacare.adapters.plots import BandData, ConcentrationPanel, SamplePoint
from ketacare.adapters.report.exposure import LEVELS, UNIT
from ketacare.adapters.report.fitting import FIT_HEADERS, FitView, fit_rows, fit_shape
from ketacare.cli.cases import moment_of, open_case
from ketacare.cli.exposure.fit_page import fit_page
from ketacare.cli.exposure.recorded import regimen_of_record, subject_of_record
from ketacare.cli.exposure.request import load_model
from ketacare.cli.exposure.saving import TO_STDOUT, check_paths, save_csv, save_plot
from ketacare.cli.printing import print_json
from ketacare.core.errors import ErrorCode, InputError, KetacareError
from ketacare.core.pharmacology import Enantiomer, PkModel, Regimen, Route, Site
from ketacare.core.pharmacology.estimation import Arm, Sample, fit, in_ng_per_mL
from ketacare.core.record import Concentration, Infusion, Person
from ketacare.core.sources import Source
from ketacare.core.units import Quantity
from ketacare.knowledge.showing import gated_in, sources_of_run

# Ketamine and its metabolites are gone after this; earlier infusions are left out.
_BEFORE = timedelta(days=7)
_POINTS = 120


_CAPTION = (
    "Dashed: the most probable curve. Solid, with bands: the median of what the samples leave open, "
    "half and nine in ten of it. Dots: measured; open diamonds: below the limit of quantification. Exposure "
    "does not predict benefit."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FitOptions:
    """The options of the command as typed; empty where not given."""

    file: Path
    model: str = ""
    at: str = ""
    particles: int = 2000
    seed: int = 2026


def run_fit(options: FitOptions, *, as_json: bool, csv: str, plot: str, cite: bool) -> None:
    """Print what the samples say about the person, and write the files asked for."""
    check_paths(csv, plot, as_json=as_json)
    person = open_case(options.file)
    now = moment_of(person, options.at, options.file)
    view = _estimated(options, person, now, cite=cite)
    if plot:
        title = f"{person.label or person.id}: {view.fit.model.drug} from {len(view.fit.samples)} samples"
        save_plot(plot, title, _panels(view), view.regimen, caption=_CAPTION)
    if csv:
        save_csv(csv, FIT_HEADERS, fit_rows(view))
    if csv == TO_STDOUT:
        return
    if as_json:
        shape = fit_shape(view)
        print_json(shape, command="fit", file=options.file, person=person, at=person.when(now))
        return
    fit_page(view, person).print()


def _estimated(options: FitOptions, person: Person, now: datetime, *, cite: bool) -> FitView:
    source = str(options.file)
    model = load_model(options.model)
    known = sorted((c for c in person.concentrations if c.at <= now), key=lambda c: c.at)
    if not known:
        raise InputError(
            ErrorCode.MISSING_KEY,
            "there is no blood sample to estimate from; add [[concentration]] tables, see "
            "docs/case-file.md",
            where="concentration",
            source=source,
        )
    infusions = _before(person, known, source)
    zero = infusions[0].at
    regimen = regimen_of_record(person, infusions, zero=zero, source=source)
    samples = [_sample(person, sample, model, zero, source) for sample in known]
    subject = subject_of_record(person, infusions[-1], source=source)
    last = max(sample.at_h for sample in samples)
    times_h = _times(regimen, last)
    try:
        found = fit(
            model,
            subject,
            regimen,
            samples,
            rng=np.random.default_rng(options.seed),
            particles=options.particles,
            times_h=times_h,
        )
    except KetacareError as error:
        raise InputError(error.code, error.sentence, where=error.where, source=source) from error
    return FitView(
        fit=found,
        subject=subject,
        regimen=regimen,
        minutes=tuple(float(t) * 60.0 for t in times_h),
        zero=person.when(zero),
        seed=options.seed,
        notes=_notes(person, infusions, known, model),
        sources=_cited(model, regimen, samples) if cite else (),
    )


def _before(person: Person, known: list[Concentration], source: str) -> list[Infusion]:
    """Return the infusions that matter: from a week before the first sample to the last one."""
    first, last = known[0].at, known[-1].at
    found = sorted(
        (i for i in person.infusions if first - _BEFORE <= i.at <= last), key=lambda i: i.at
    )
    if not found or found[0].at > first:
        raise InputError(
            ErrorCode.CONTRADICTION,
            f"no dose is recorded in the {_BEFORE.days} days before the sample of "
            f"{person.when(first)}; add the infusion it was drawn after",
            where=f"concentration[{_place(person, known[0])}]",
            source=source,
        )
    return found


def _place(person: Person, sample: Concentration) -> int:
    return person.concentrations.index(sample) + 1


def _sample(
    person: Person, sample: Concentration, model: PkModel, zero: datetime, source: str
) -> Sample:
    """Return a recorded sample as the estimation takes it; its refusals get the place in the file."""
    try:
        if sample.analyte not in model.analytes:
            raise InputError(
                ErrorCode.UNKNOWN_NAME,
                f"{model.id} has no {sample.analyte}; it answers for {', '.join(model.analytes)}",
                where="analyte",
            )

        def level(number: float | None) -> float | None:
            if number is None:
                return None
            return in_ng_per_mL(model, sample.analyte, Quantity(number, sample.unit))

        return Sample(
            (sample.at - zero) / timedelta(hours=1),
            sample.analyte,
            level(sample.value),
            Site(sample.site.value),
            None if sample.arm is None else Arm(sample.arm.value),
            level(sample.lloq),
        )
    except KetacareError as error:
        where = f"concentration[{_place(person, sample)}]"
        raise InputError(
            error.code, error.sentence, where=error.at(where).where, source=source
        ) from error


def _times(regimen: Regimen, last_h: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return hours for a curve: even ones to two hours after the last sample, and every change."""
    end = last_h + 2.0
    changes = [t for step in regimen.steps for t in (step.start_h, step.end_h)]
    even = np.linspace(0.0, end, _POINTS + 1)
    return np.unique(np.concatenate([even, [t for t in changes if t <= end]]))


def _notes(
    person: Person, used: list[Infusion], known: list[Concentration], model: PkModel
) -> tuple[str, ...]:
    notes = []
    left_out = [i for i in person.infusions if i.at < used[0].at]
    if left_out:
        notes.append(
            f"{len(left_out)} earlier infusions, more than {_BEFORE.days} days before the first "
            "sample, are left out: nothing of them is left to measure."
        )
    later = [c for c in person.concentrations if c not in known]
    if later:
        notes.append(f"{len(later)} samples after the time looked from are left out.")
    if gated := gated_in(model.id):
        notes.append(f"Gated in this model: {gated}")
    return tuple(notes)


def _cited(
    model: PkModel, regimen: Regimen, samples: list[Sample]
) -> tuple[tuple[Source, str], ...]:
    return sources_of_run(
        model.id,
        other_site=any(sample.site is not model.site for sample in samples),
        arketamine=regimen.enantiomer is not Enantiomer.S,
        routes=[route.value for route in regimen.routes if route is not Route.INTRAVENOUS],
        residual=True,
    )


def _panels(view: FitView) -> list[ConcentrationPanel]:
    panels = []
    for curve in view.fit.predicted:
        mine = [
            held.sample
            for held in view.fit.samples
            if (held.sample.analyte, held.sample.site) == (curve.analyte, curve.site)
        ]
        levels = {level: [float(v) for v in getattr(curve.band, level)] for level in LEVELS}
        panels.append(
            ConcentrationPanel(
                name=f"{curve.analyte}, {curve.site.value}",
                unit=UNIT,
                minutes=view.minutes,
                typical=[float(v) for v in curve.most_probable],
                band=BandData(at=view.minutes, **levels),
                samples=[
                    SamplePoint(
                        minute=s.at_h * 60.0,
                        value=s.value_ng_per_mL if s.value_ng_per_mL is not None else s.lloq or 0.0,
                        below_limit=s.value_ng_per_mL is None,
                    )
                    for s in mine
                ],
            )
        )
    return panels
