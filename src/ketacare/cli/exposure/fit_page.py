"""Writes an estimation as a page: parameters, samples against the curve, and what to keep in mind."""

from __future__ import annotations

from ketacare.adapters.report.exposure import UNIT
from ketacare.adapters.report.fitting import FitView
from ketacare.cli.exposure.page import clock, figure
from ketacare.cli.printing import Page, name_of
from ketacare.core.pharmacology.estimation import Held
from ketacare.core.record import Person


def fit_page(view: FitView, person: Person) -> Page:
    """Return the page of one estimation."""
    fit = view.fit
    page = Page()
    page.title(f"Kinetics from blood samples: {name_of(person)}")
    page.say(
        f"{len(fit.samples)} samples, {view.regimen.total_mg:.4g} mg given from {view.zero} on, "
        f"{view.subject.weight_kg:g} kg, by {fit.model.id}."
    )
    page.say(fit.note)
    page.heading("Parameters")
    page.table(
        ("parameter", "typical", "most probable", "median (9 in 10)", "decided by"),
        [
            (
                f"{e.label}, {e.unit}",
                f"{e.typical:.3g}",
                f"{e.most_probable:.3g}",
                f"{e.p50:.3g} ({e.p5:.3g} to {e.p95:.3g})",
                _decided(e.shrinkage),
            )
            for e in fit.estimates
        ],
        numbers=4,
    )
    page.heading(f"Samples against the most probable curve, {UNIT}")
    page.table(
        ("time", "what", "measured", "curve", "errors away"),
        [_row(held) for held in fit.samples],
        numbers=3,
    )
    page.heading("To keep in mind")
    found = fit.diagnostics
    trust = (
        f"The estimate rests on {found.particles} draws worth {found.effective_size:.0f} "
        f"independent ones, Pareto k {found.pareto_k:.2f}, {found.modes} "
        f"{'maximum' if found.modes == 1 else 'maxima'}."
    )
    inputs = f"Inputs: {', '.join(fit.inputs)}, seed {view.seed}; status {fit.status.value}."
    page.items([*view.notes, *fit.outside, trust, inputs])
    if view.sources:
        page.heading("The literature this run rests on")
        page.items(
            " ".join(part for part in (f"{s.id}: {s.citation}", s.link, f"For: {used}.") if part)
            for s, used in view.sources
        )
    return page


def _decided(shrinkage: float) -> str:
    """Return who decided about a parameter: the samples, the population, or both."""
    own = 1.0 - shrinkage
    return f"samples {max(0.0, min(1.0, own)):.0%}"


def _row(held: Held) -> tuple[str, ...]:
    sample = held.sample
    measured = (
        f"below {figure(sample.lloq or 0.0)}"
        if sample.value_ng_per_mL is None
        else figure(sample.value_ng_per_mL)
    )
    if held.standardised is not None:
        away = f"{held.standardised:+.1f}".replace("-0.0", "0.0").replace("+0.0", "0.0")
    else:
        away = "" if held.probability is None else f"probability {held.probability:.0%}"
    return (
        clock(round(sample.at_h * 60.0, 3)),
        f"{sample.analyte}, {sample.site.value}",
        measured,
        figure(held.predicted_ng_mL),
        away,
    )
