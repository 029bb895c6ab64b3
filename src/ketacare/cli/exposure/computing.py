"""Computes a run: a curve for every site and analyte, and the session's signs where they apply.

The signs (pressure, heart rate, dissociation) are described for ketamine into a vein within one
sitting and for the models the effect file names; for anything else there are concentrations only.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ketacare.adapters.report.exposure import Curve, ExposureView
from ketacare.adapters.report.session import CIRCULATION, SessionView
from ketacare.cli.exposure.request import Request
from ketacare.cli.exposure.what_if import compare_all
from ketacare.core.pharmacology import (
    Band,
    Baseline,
    PkModel,
    Route,
    SessionForecast,
    concentration,
    expected_session,
    population,
)
from ketacare.core.record import Vital
from ketacare.core.safety import Level, Side
from ketacare.knowledge.loading.drugs import load_effect_model, load_pk_model
from ketacare.knowledge.loading.safety import load_policy
from ketacare.knowledge.showing import gated_in

# Doses further apart than this are sessions of their own.
_SITTING_H = 6.0
# Any baseline does where only the rise is shown: the effects add to it.
_ANY = Baseline(systolic=120.0, diastolic=80.0, heart_rate=70.0)


def compute(request: Request) -> ExposureView:
    """Return the run; refuses what the models refuse."""
    session, no_signs = _session(request)
    flags = request.model.check_domain(request.subject, request.regimen)
    outside = (*flags, *(() if session is None else session.forecast.outside))
    return ExposureView(
        model=request.model,
        subject=request.subject,
        regimen=request.regimen,
        given=request.given,
        origin=request.origin,
        minutes=request.times_min,
        curves=tuple(_curves(request)),
        people=request.patients,
        seed=request.seed,
        outside=tuple(dict.fromkeys(outside)),
        notes=(*request.notes, *no_signs, *_notes(request, session)),
        session=session,
        note=_note(request.model, session),
        scenarios=tuple(compare_all(request)),
    )


def _note(model: PkModel, session: SessionView | None) -> str:
    """Return what the numbers do not mean; for ketamine that includes benefit, always."""
    if session is not None:
        return session.forecast.note
    effects = load_effect_model()
    drugs = {load_pk_model(name).drug for name in effects.pk_models}
    return f"{effects.benefit_note} {model.caution}" if model.drug in drugs else model.caution


def has_spread(model: PkModel) -> bool:
    """Return whether the source says how people differ."""
    return any(parameter.omega2 is not None for parameter in model.parameters.values())


def _curves(request: Request) -> list[Curve]:
    times_h = np.asarray(request.times_min) / 60.0
    found = []
    for site in request.sites:
        for analyte in request.analytes:
            typical = concentration(
                request.model,
                request.subject,
                request.regimen,
                times_h,
                site=site,
                analyte=analyte,
            )
            band = None
            if has_spread(request.model):
                drawn = population(
                    request.model,
                    request.subject,
                    request.regimen,
                    times_h,
                    n=request.patients,
                    rng=np.random.default_rng(request.seed),  # the same people for every curve
                    site=site,
                    analyte=analyte,
                )
                p5, p25, p50, p75, p95 = np.percentile(drawn, [5, 25, 50, 75, 95], axis=0)
                band = Band(times_h=times_h, p5=p5, p25=p25, p50=p50, p75=p75, p95=p95)
            found.append(
                Curve(
                    site=site.value,
                    analyte=analyte,
                    typical=tuple(float(v) for v in typical),
                    band=band,
                )
            )
    return found


def _session(request: Request) -> tuple[SessionView | None, tuple[str, ...]]:
    """Return the signs of one sitting, or nothing and why where only the dose forbids them."""
    effects = load_effect_model()
    regimen = request.regimen
    starts = [s.start_h for s in regimen.steps] + [b.at_h for b in regimen.boluses]
    one_sitting = regimen.end_h - min(starts, default=0.0) <= _SITTING_H
    in_vein = set(regimen.routes) == {Route.INTRAVENOUS}
    if request.model.id not in effects.pk_models or not in_vein or not one_sitting:
        return None, ()
    too_high = effects.too_high(request.model, request.subject, regimen)
    if too_high is not None:
        return None, (f"No signs are shown: {too_high}.",)
    as_rise = request.baseline is None
    found = expected_session(
        request.model,
        effects,
        request.subject,
        regimen,
        np.asarray(request.times_min) / 60.0,
        baseline=request.baseline or _ANY,
        hypertensive=None,
        session_number=request.session_number,
        n=request.patients,
        rng=np.random.default_rng(request.seed),
        limits=None if as_rise else _red_limits(request),
    )
    view = SessionView(
        forecast=_as_rise(found) if as_rise else found,
        dose_mg=regimen.total_mg,
        minutes=regimen.end_h * 60.0,
        weight_kg=request.subject.weight_kg,
        age_years=request.subject.age_years,
        as_rise=as_rise,
        origin=request.origin,
        seed=request.seed,
    )
    return view, ()


def _notes(request: Request, session: SessionView | None) -> list[str]:
    notes = []
    if not has_spread(request.model):
        notes.append(
            f"{request.model.id} gives no spread between people: only the typical person is shown."
        )
    if gated := gated_in(request.model.id):
        notes.append(f"Gated in this model: {gated}")
    if session is not None and session.as_rise:
        notes.append(
            "No blood pressure and heart rate from before the dose are recorded: the rise over the "
            "person's own readings is shown, which includes the scatter of single readings."
        )
    if session is not None and request.subject.age_years is None:
        notes.append("The age is not known: the bands mix all ages.")
    return notes


def _red_limits(request: Request) -> dict[str, float]:
    """Return the site's red upper limits, in whose crossing the reader is interested."""
    policy, limits = load_policy(), {}
    for kind in (Vital.SYSTOLIC, Vital.DIASTOLIC, Vital.HEART_RATE):
        for bound in policy.monitoring.vitals[kind].bounds:
            wanted = bound.level is Level.RED and bound.side is Side.ABOVE
            if wanted and request.now is not None:
                # A record from before the first limit is held against that first limit.
                day = max(request.now.date(), bound.dated.entries[0].since)
                limits[kind.value] = bound.dated.on(day).value
    return limits


def _as_rise(found: SessionForecast) -> SessionForecast:
    """Return the forecast with the circulation as change from the baseline it was drawn with."""
    bands = dict(found.bands)
    for name in CIRCULATION:
        band, base = bands[name], getattr(_ANY, name)
        bands[name] = replace(
            band,
            **{level: getattr(band, level) - base for level in ("p5", "p25", "p50", "p75", "p95")},
        )
    return replace(found, bands=bands)
